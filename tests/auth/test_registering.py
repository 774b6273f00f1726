"""How this program becomes known to an authorization server, and what is said where that fails."""

import pytest
from auth_home import Home
from fake_authorization_server import FakeAuthorizationServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata

from agent.auth.login import ClientSettings, Registration
from agent.auth.registration import choose_authentication, find_registration, register
from agent.auth.sign_in import sign_in
from agent.auth.token_endpoint import make_oauth_client
from agent.errors import ServerError, SignInError
from agent.jsontypes import JsonObject

pytestmark = pytest.mark.anyio

BACK = "http://127.0.0.1:1/callback"


def metadata(server: FakeAuthorizationServer, **more: object) -> OAuthMetadata:
    """Of a server whose registration endpoint gives the answers that a test lines up."""
    return OAuthMetadata.model_validate(
        {
            "issuer": server.issuer,
            "authorization_endpoint": f"{server.issuer}/authorize",
            "token_endpoint": f"{server.issuer}/token",
            "registration_endpoint": f"{server.issuer}/token",
            **more,
        }
    )


def known_metadata(offered: list[str] | None) -> OAuthMetadata:
    return OAuthMetadata.model_validate(
        {
            "issuer": "https://accounts.example.com",
            "authorization_endpoint": "https://accounts.example.com/authorize",
            "token_endpoint": "https://accounts.example.com/token",
            "token_endpoint_auth_methods_supported": offered,
        }
    )


async def refusal(server: FakeAuthorizationServer, status: int, body: str | JsonObject) -> tuple[str, str]:
    server.fail_next_token_request(status, body)
    async with make_oauth_client() as http:
        with pytest.raises(SignInError) as caught:
            await register(metadata(server), BACK, None, http)
    return caught.value.message, caught.value.hint


# Beforehand


@pytest.mark.parametrize(
    ("offered", "authentication"),
    [
        (None, "client_secret_basic"),
        (["client_secret_basic", "client_secret_post"], "client_secret_basic"),
        (["client_secret_post"], "client_secret_post"),
    ],
)
async def test_a_client_with_a_secret_proves_itself_as_the_server_offers(
    server: FakeAuthorizationServer, offered: list[str] | None, authentication: str
) -> None:
    known = metadata(server, token_endpoint_auth_methods_supported=offered)
    found = find_registration(ClientSettings(client_id="us", client_secret="s"), known, BACK)
    assert found is not None
    assert (found.authentication, found.client_secret, found.dynamic) == (authentication, "s", False)


async def test_a_client_without_a_secret_is_public(server: FakeAuthorizationServer) -> None:
    found = find_registration(ClientSettings(client_id="us"), metadata(server), BACK)
    assert found == Registration("us", "none", BACK, dynamic=False)
    assert find_registration(ClientSettings(), metadata(server), BACK) is None


# By itself


async def test_a_refusal_is_told_in_the_servers_words(server: FakeAuthorizationServer) -> None:
    answers: list[tuple[int, str | JsonObject, str]] = [
        (
            400,
            {"error": "invalid_client_metadata", "error_description": "No."},
            "invalid_client_metadata, No.",
        ),
        (403, {"error_description": "Not\nhere", "error": ""}, "Not here"),
        (400, {"error": 7}, "it answered 400"),
        (500, "<html>", "it answered 500"),
        (418, "[]", "it answered 418"),
    ]
    for status, body, said in answers:
        assert await refusal(server, status, body) == (
            f"The authorization server refused to register this program: {said}.",
            "Set `client_id` to a client id that its owner gives you.",
        )


async def test_an_answer_that_is_no_registration_is_told_by_what_is_wrong(
    server: FakeAuthorizationServer,
) -> None:
    for body, fields in (
        ("<html>", "no JSON"),
        ('{"redirect_uris": 7, "grant_types": 7}', "client_id, grant_types, redirect_uris"),
    ):
        sentence, hint = await refusal(server, 201, body)
        assert sentence == f"The authorization server's registration answer cannot be used ({fields})."
        assert hint == "Ask who runs the server."


async def test_a_server_that_registers_nobody_names_the_setting(server: FakeAuthorizationServer) -> None:
    async with make_oauth_client() as http:
        with pytest.raises(SignInError) as caught:
            await register(metadata(server, registration_endpoint=None), BACK, None, http)
    assert str(caught.value) == (
        f"The authorization server {server.issuer} registers no clients by itself; nothing was changed. "
        "Set `client_id` to a client id that its owner gives you."
    )


async def test_an_endpoint_that_is_not_there_is_told(server: FakeAuthorizationServer) -> None:
    nowhere = metadata(server, registration_endpoint="http://127.0.0.1:1/register")
    async with make_oauth_client() as http:
        with pytest.raises(ServerError) as caught:
            await register(nowhere, BACK, None, http)
    assert str(caught.value) == (
        "The authorization server cannot be reached (ConnectError); nothing was changed. "
        "Check the network and try again."
    )


def granted(method: str | None, secret: str | None) -> OAuthClientInformationFull:
    return OAuthClientInformationFull.model_validate(
        {
            "client_id": "us",
            "redirect_uris": [BACK],
            "token_endpoint_auth_method": method,
            "client_secret": secret,
        }
    )


@pytest.mark.parametrize(
    ("method", "secret", "offered", "authentication"),
    [
        ("none", None, None, "none"),
        ("none", "s", None, "none"),
        ("client_secret_post", "s", None, "client_secret_post"),
        ("client_secret_basic", "s", ["client_secret_post"], "client_secret_basic"),
        (None, None, None, "none"),
        (None, "s", None, "client_secret_basic"),
        (None, "s", ["client_secret_post"], "client_secret_post"),
    ],
)
def test_a_server_says_how_the_client_it_registered_proves_itself(
    method: str | None, secret: str | None, offered: list[str] | None, authentication: str
) -> None:
    known = known_metadata(offered)
    assert choose_authentication(granted(method, secret), known) == authentication


@pytest.mark.parametrize(
    ("method", "secret"),
    [("private_key_jwt", "s"), ("client_secret_post", None), ("client_secret_basic", "")],
)
def test_a_proof_that_this_program_cannot_give_is_named(method: str, secret: str | None) -> None:
    with pytest.raises(SignInError) as caught:
        choose_authentication(granted(method, secret), known_metadata(None))
    assert (caught.value.message, caught.value.hint) == (
        f"The authorization server wants the client authentication {method}, which this program cannot give.",
        "Set `client_id` to a client id of a public client.",
    )


# In doubt


async def test_a_sign_in_that_nobody_finished_has_the_next_one_register_anew(home: Home) -> None:
    before = await home.sign_in()
    assert before.registration is not None
    with pytest.raises(SignInError):
        await sign_in(
            home.server.server,
            "default",
            vault=home.vault,
            open_browser=None,
            show=home.shown.append,
            clock=home.clock,
            timeout=0.01,
        )
    stored = home.vault.load(before.server, before.profile)
    assert stored is not None
    assert stored.registration is not None
    assert stored.registration.doubtful
    assert stored.access_token == before.access_token
    after = await home.sign_in()
    assert after.registration is not None
    assert (after.registration.client_id, after.registration.doubtful) != (
        before.registration.client_id,
        False,
    )
    assert not after.registration.doubtful
