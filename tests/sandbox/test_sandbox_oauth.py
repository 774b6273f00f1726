"""Discovery, registration, sign-in and tokens, over real HTTP."""

import base64
from pathlib import Path

import pytest
from sandbox_http import CALLBACK, RunningSandbox, hidden_fields, redirect_parameters


def test_resource_metadata_is_at_the_path_form_and_at_the_root(sandbox: RunningSandbox) -> None:
    for path in ("/mcp", ""):
        metadata = sandbox.http.get(f"{sandbox.issuer}/.well-known/oauth-protected-resource{path}").json()
        assert metadata["resource"] == sandbox.url
        assert metadata["authorization_servers"] == [sandbox.issuer]
        assert metadata["scopes_supported"] == ["openid", "profile", "email"]


def test_server_metadata_promises_what_the_server_does(sandbox: RunningSandbox) -> None:
    metadata = sandbox.http.get(f"{sandbox.issuer}/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == sandbox.issuer
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert set(metadata["token_endpoint_auth_methods_supported"]) == {
        "none",
        "client_secret_post",
        "client_secret_basic",
    }
    for name in ("authorization", "token", "registration", "revocation"):
        assert metadata[f"{name}_endpoint"].startswith(f"{sandbox.issuer}/oauth/")


def test_a_public_client_gets_no_secret(sandbox: RunningSandbox) -> None:
    answer = sandbox.register()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert "client_secret" not in answer.json()


def test_a_client_that_asks_for_no_method_gets_the_rfc_default_with_a_secret(sandbox: RunningSandbox) -> None:
    wanted = {"client_name": "Plain", "redirect_uris": [CALLBACK]}
    answer = sandbox.http.post(f"{sandbox.issuer}/oauth/register", json=wanted).json()
    assert answer["token_endpoint_auth_method"] == "client_secret_basic"
    assert answer["client_secret"]
    assert answer["client_secret_expires_at"] == 0


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "http://127.0.0.1/"}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://example.com/callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://example.com/callback#part"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://127.0.0.1:99999/"]}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"client_name": "two\nlines"}, "invalid_client_metadata"),
    ],
)
def test_a_registration_that_cannot_be_used_is_refused(
    sandbox: RunningSandbox, metadata: dict[str, object], error: str
) -> None:
    answer = sandbox.register(**metadata)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


def test_signing_in_gives_tokens_that_the_mcp_endpoint_takes(sandbox: RunningSandbox) -> None:
    client_id = sandbox.client_id()
    page = sandbox.open_page(client_id)
    answer = sandbox.submit(page, email="alex@demo.astravue.example")
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    parameters = redirect_parameters(answer)
    assert parameters["state"] == "a state"
    assert parameters["iss"] == sandbox.issuer
    response = sandbox.redeem(client_id, parameters["code"], resource=sandbox.url)
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 1800
    assert tokens["scope"] == "openid profile email"
    assert sandbox.accepts(tokens["access_token"])


def test_the_page_is_plain_and_guarded(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.register(client_name="<b>Bold & co</b>").json()["client_id"])
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:49152" in policy
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "SameSite=strict" in page.headers["set-cookie"]
    assert "<script" not in page.text
    assert "&lt;b&gt;Bold &amp; co&lt;/b&gt;" in page.text
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert (
        sandbox.http.get(f"{sandbox.issuer}/oauth/style.css").headers["content-type"].startswith("text/css")
    )


def test_the_form_is_refused_without_its_cookie(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id())
    sandbox.http.cookies.clear()
    answer = sandbox.submit(page, email="alex@demo.astravue.example")
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_the_form_is_refused_when_the_request_in_it_was_changed(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id())
    answer = sandbox.submit(page, email="alex@demo.astravue.example", state="another state")
    assert answer.status_code == 400


def test_a_wrong_password_shows_the_page_again(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id())
    again = sandbox.submit(page, email="alex@demo.astravue.example", password="a guess")
    assert again.status_code == 400
    assert "The e-mail address or the password is wrong." in again.text
    assert 'value="alex@demo.astravue.example"' in again.text
    assert redirect_parameters(sandbox.submit(again, email="alex@demo.astravue.example"))["code"]


def test_an_unknown_address_is_answered_like_a_wrong_password(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id())
    answer = sandbox.submit(page, email="nobody@demo.astravue.example")
    assert answer.status_code == 400
    assert "The e-mail address or the password is wrong." in answer.text


def test_guessing_passwords_is_slowed_down_until_time_has_passed(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id())
    for _ in range(10):
        assert sandbox.submit(page, email="alex@demo.astravue.example", password="a guess").status_code == 400
    assert sandbox.submit(page, email="alex@demo.astravue.example").status_code == 429
    sandbox.time.move(minutes=6)
    assert redirect_parameters(sandbox.submit(page, email="alex@demo.astravue.example"))["code"]


def test_denying_needs_no_password(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id())
    parameters = redirect_parameters(sandbox.submit(page, decision="deny", password=""))
    assert parameters["error"] == "access_denied"
    assert parameters["state"] == "a state"
    assert parameters["iss"] == sandbox.issuer


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"resource": "https://example.com/mcp"}, "invalid_target"),
        ({"resource": ""}, "invalid_target"),
    ],
)
def test_a_bad_authorization_request_goes_back_to_the_client(
    sandbox: RunningSandbox, changes: dict[str, str], error: str
) -> None:
    parameters = redirect_parameters(sandbox.open_page(sandbox.client_id(), **changes))
    assert parameters["error"] == error
    assert parameters["state"] == "a state"


def test_an_unknown_client_is_never_redirected(sandbox: RunningSandbox) -> None:
    answer = sandbox.open_page("client-unknown")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:49152/other", "https://example.com/", "http://localhost:49152/callback"]
)
def test_an_unregistered_redirect_uri_is_never_redirected(sandbox: RunningSandbox, uri: str) -> None:
    answer = sandbox.open_page(sandbox.client_id(), redirect_uri=uri)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_loopback_redirect_may_use_any_port(sandbox: RunningSandbox) -> None:
    page = sandbox.open_page(sandbox.client_id(), redirect_uri="http://127.0.0.1:50505/callback")
    answer = sandbox.submit(page, email="alex@demo.astravue.example")
    assert answer.headers["location"].startswith("http://127.0.0.1:50505/callback?")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:49153/callback"}, "invalid_grant"),
        ({"resource": "https://example.com/mcp"}, "invalid_target"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": "client-unknown"}, "invalid_client"),
    ],
)
def test_a_code_is_bound_to_its_request(sandbox: RunningSandbox, changes: dict[str, str], error: str) -> None:
    client_id = sandbox.client_id()
    answer = sandbox.redeem(client_id, sandbox.code(client_id), **changes)
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"


def test_a_code_lasts_a_minute(sandbox: RunningSandbox) -> None:
    client_id = sandbox.client_id()
    code = sandbox.code(client_id)
    sandbox.time.move(seconds=61)
    assert sandbox.redeem(client_id, code).json()["error"] == "invalid_grant"


def test_using_a_code_twice_revokes_what_it_gave(sandbox: RunningSandbox) -> None:
    client_id = sandbox.client_id()
    code = sandbox.code(client_id)
    tokens = sandbox.redeem(client_id, code).json()
    assert sandbox.redeem(client_id, code).json()["error"] == "invalid_grant"
    assert not sandbox.accepts(tokens["access_token"])


def test_a_code_of_another_client_is_unknown(sandbox: RunningSandbox) -> None:
    code = sandbox.code(sandbox.client_id())
    assert sandbox.redeem(sandbox.client_id(), code).json()["error"] == "invalid_grant"


def test_refreshing_rotates_the_refresh_token(sandbox: RunningSandbox) -> None:
    tokens = sandbox.sign_in()
    fresh = sandbox.refresh(tokens).json()
    assert fresh["refresh_token"] != tokens.refresh
    assert sandbox.accepts(fresh["access_token"])
    tokens.refresh = fresh["refresh_token"]
    assert sandbox.refresh(tokens, resource=sandbox.url).status_code == 200


def test_a_refresh_token_that_comes_back_revokes_the_whole_family(sandbox: RunningSandbox) -> None:
    tokens = sandbox.sign_in()
    other = sandbox.sign_in()
    fresh = sandbox.refresh(tokens).json()
    reused = sandbox.refresh(tokens)
    assert reused.status_code == 400
    assert reused.json()["error"] == "invalid_grant"
    assert not sandbox.accepts(fresh["access_token"])
    tokens.refresh = fresh["refresh_token"]
    assert sandbox.refresh(tokens).json()["error"] == "invalid_grant"
    assert sandbox.accepts(other.access)


def test_tokens_expire(sandbox: RunningSandbox) -> None:
    tokens = sandbox.sign_in()
    sandbox.time.move(minutes=29)
    assert sandbox.accepts(tokens.access)
    sandbox.time.move(minutes=1)
    assert not sandbox.accepts(tokens.access)
    sandbox.time.move(hours=24)
    assert sandbox.refresh(tokens).json()["error"] == "invalid_grant"


def test_a_refresh_cannot_widen_what_was_approved(sandbox: RunningSandbox) -> None:
    tokens = sandbox.sign_in()
    assert sandbox.refresh(tokens, scope="openid admin").json()["error"] == "invalid_scope"
    assert sandbox.refresh(tokens, resource="https://example.com/").json()["error"] == "invalid_target"
    assert sandbox.refresh(tokens, scope="openid").json()["scope"] == "openid"


def test_revoking_a_token_ends_the_sign_in(sandbox: RunningSandbox) -> None:
    tokens = sandbox.sign_in()
    form = {"token": tokens.refresh, "client_id": tokens.client_id}
    assert sandbox.http.post(f"{sandbox.issuer}/oauth/revoke", data=form).status_code == 200
    assert not sandbox.accepts(tokens.access)
    assert sandbox.refresh(tokens).json()["error"] == "invalid_grant"


def test_revoking_an_unknown_token_or_anothers_changes_nothing(sandbox: RunningSandbox) -> None:
    tokens = sandbox.sign_in()
    for token, client_id in (("unknown", tokens.client_id), (tokens.access, sandbox.client_id())):
        form = {"token": token, "client_id": client_id}
        assert sandbox.http.post(f"{sandbox.issuer}/oauth/revoke", data=form).status_code == 200
    assert sandbox.accepts(tokens.access)


def test_a_confidential_client_has_to_prove_who_it_is(sandbox: RunningSandbox) -> None:
    client = sandbox.register(token_endpoint_auth_method="client_secret_basic").json()
    client_id, secret = client["client_id"], client["client_secret"]
    code = sandbox.code(client_id)
    assert sandbox.redeem(client_id, code).json()["error"] == "invalid_client"
    assert sandbox.redeem(client_id, code, client_secret=secret).json()["error"] == "invalid_client"
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": sandbox.verifier,
    }
    headers = {"Authorization": f"Basic {basic}"}
    answer = sandbox.http.post(f"{sandbox.issuer}/oauth/token", data=form, headers=headers)
    assert answer.status_code == 200


def test_a_repeated_parameter_is_refused(sandbox: RunningSandbox) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"grant_type=refresh_token&client_id={sandbox.client_id()}&refresh_token=a&refresh_token=b"
    answer = sandbox.http.post(f"{sandbox.issuer}/oauth/token", content=body, headers=headers)
    assert answer.json()["error"] == "invalid_request"


def test_tokens_and_passwords_are_stored_as_hashes(sandbox: RunningSandbox, tmp_path: Path) -> None:
    tokens = sandbox.sign_in()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert tokens.access.encode() not in stored
    assert tokens.refresh.encode() not in stored
    assert b"astravue-demo" not in stored


def test_hidden_fields_repeat_the_request(sandbox: RunningSandbox) -> None:
    client_id = sandbox.client_id()
    hidden = hidden_fields(sandbox.open_page(client_id).text)
    assert hidden.pop("csrf_token")
    assert hidden == sandbox.authorization_request(client_id)
