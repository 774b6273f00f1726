"""Nothing of a sign-in that is secret is shown, logged or written down."""

import pytest
from auth_home import KEY, Home
from fake_authorization_server import FakeAuthorizationServer

from agent.auth.sign_in import sign_out
from agent.errors import SignInError

pytestmark = pytest.mark.anyio


async def test_nothing_secret_is_shown_logged_or_in_a_repr(
    home: Home, caplog: pytest.LogCaptureFixture, server: FakeAuthorizationServer
) -> None:
    caplog.set_level(0)
    server.client_authentication = "client_secret_post"
    login = await home.sign_in()
    tokens = home.tokens()
    renewed = await tokens.refresh_now()
    await tokens.aclose()
    await sign_out(renewed, vault=home.vault, audit=home.audit)

    secrets = [
        login.access_token,
        login.refresh_token or "",
        renewed.access_token,
        renewed.refresh_token or "",
    ]
    secrets += [
        value for form in server.forms for name, value in form.items() if name in ("code", "code_verifier")
    ]
    secrets += [secret for secret in server.clients.values() if secret]
    secrets += [server.authorize_queries[0]["state"]]
    own_log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("agent"))
    everything = [repr(login), repr(renewed), own_log, home.folders.audit_file.read_text(), *home.warnings]
    assert all(secret not in text for text in everything for secret in secrets)
    for file in home.folders.config.rglob("*"):
        if file.is_file():
            assert all(secret.encode() not in file.read_bytes() for secret in [*secrets, KEY])


async def test_a_client_secret_that_is_echoed_does_not_get_into_an_error(home: Home) -> None:
    home.server.client_authentication = "client_secret_post"
    await home.sign_in()
    (secret,) = filter(None, home.server.clients.values())
    body = {"error": "invalid_request", "error_description": f"bad {secret}"}
    home.server.fail_next_token_request(400, body)

    with pytest.raises(SignInError) as failure:
        await home.sign_in()

    assert secret not in str(failure.value)
    assert "bad …" in str(failure.value)
