"""What is said when a login cannot be found, renewed, stored or used: the whole sentence, and what helps."""

import dataclasses
import json
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from auth_home import KEY, Home
from fake_authorization_server import FakeAuthorizationServer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.auth.bearer import BearerAuth
from agent.auth.discovery import discover, find_challenge
from agent.auth.login import Login
from agent.auth.sign_in import sign_out
from agent.auth.token_endpoint import make_oauth_client
from agent.auth.vault import Vault
from agent.errors import AgentError, ServerError, SignInError, VaultError
from agent.system.folders import Folders

pytestmark = pytest.mark.anyio

SIGN_IN = "Run `astravue login`."
ASK = "Ask who runs the server."


async def refusal(kind: type[AgentError], asked: Awaitable[object]) -> tuple[str, str]:
    with pytest.raises(kind) as caught:
        await asked
    assert type(caught.value) is kind
    return caught.value.message, caught.value.hint


def audited(home: Home) -> list[dict[str, object]]:
    return [json.loads(line) for line in home.folders.audit_file.read_text().splitlines()]


# Tokens


async def test_without_a_login_there_is_nothing_to_renew(home: Home) -> None:
    tokens = home.tokens()
    assert await refusal(SignInError, tokens.refresh_now()) == (
        f"There is no login to {home.server.server}.",
        SIGN_IN,
    )
    await tokens.aclose()


async def test_a_login_that_is_renewed_on_demand_is_given(home: Home) -> None:
    before = await home.sign_in()
    tokens = home.tokens()
    after = await tokens.refresh_now()
    assert after.access_token == home.server.families[0].access_token != before.access_token
    assert after == home.vault.load(before.server, before.profile)
    assert (after.rotation, after.scope, after.account, after.resource, after.sign_in_id) == (
        before.rotation + 1,
        before.scope,
        before.account,
        before.resource,
        before.sign_in_id,
    )
    await tokens.aclose()


async def test_a_token_that_was_refused_right_after_it_was_made_is_told(home: Home) -> None:
    tokens = home.tokens()
    error = tokens.refused("a")
    assert (error.message, error.hint) == (
        f"{home.server.server} refuses the login although it was just refreshed; it was kept.",
        SIGN_IN,
    )
    await tokens.aclose()


@pytest.mark.parametrize(("seconds", "how"), [(0, "cannot be renewed"), (4000, "has expired")])
async def test_a_login_without_a_refresh_token_is_told_by_its_age(
    home: Home, seconds: float, how: str
) -> None:
    login = dataclasses.replace(await home.sign_in(), refresh_token=None)
    home.vault.save(login)
    home.clock.now += seconds
    tokens = home.tokens()
    sentence, hint = await refusal(SignInError, tokens.refresh_now())
    assert sentence == f"The login to {home.server.server} {how}; nothing else was lost."
    assert "astravue login" in hint
    await tokens.aclose()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("invalid_grant", "{issuer} no longer accepts the login to {server}; nothing else was lost."),
        ("invalid_client", "{issuer} no longer knows this program; nothing else was lost."),
        ("unauthorized_client", "{issuer} no longer knows this program; nothing else was lost."),
    ],
)
async def test_a_login_that_is_lost_is_told_and_noted_so(home: Home, error: str, sentence: str) -> None:
    login = await home.sign_in()
    home.server.fail_next_token_request(400, {"error": error})
    tokens = home.tokens()
    told, hint = await refusal(SignInError, tokens.refresh_now())
    assert told == sentence.format(issuer=login.issuer, server=login.server)
    assert "astravue login" in hint
    stored = home.vault.load(login.server, login.profile)
    assert stored is not None
    assert (stored.refresh_token, stored.rotation) == (None, login.rotation + 1)
    assert (stored.registration is None) == (error != "invalid_grant")
    await tokens.aclose()


async def test_a_refusal_that_is_no_loss_keeps_the_login(home: Home) -> None:
    login = dataclasses.replace(await home.sign_in(), resource=None)
    home.vault.save(login)
    home.server.fail_next_token_request(400, {"error": "invalid_scope", "error_description": "Too wide."})
    tokens = home.tokens()
    assert await refusal(ServerError, tokens.refresh_now()) == (
        "The login could not be refreshed: invalid_scope: Too wide.; it was kept.",
        "Try again in a minute.",
    )
    assert home.vault.load(login.server, login.profile) == login
    await tokens.aclose()


async def test_each_request_for_tokens_is_in_the_audit_log_with_its_status_and_time(home: Home) -> None:
    await home.sign_in()
    tokens = home.tokens()

    def pass_time() -> None:
        home.clock.now += 2

    home.server.token_hook = pass_time
    await tokens.refresh_now()
    home.server.fail_next_token_request(400, {"error": "invalid_grant"})
    with pytest.raises(SignInError):
        await tokens.refresh_now()
    done, refused = audited(home)[-2:]
    kept = ("operation", "server", "profile", "outcome", "status", "seconds")
    assert [done.get(name) for name in kept] == [
        "refresh",
        home.server.server,
        "default",
        "done",
        200,
        2.0,
    ]
    assert [refused.get(name) for name in kept[3:]] == ["invalid_grant", 400, 2.0]
    await tokens.aclose()


# Signing out


@pytest.mark.parametrize(("offers", "outcome"), [(True, "done"), (False, "not revoked")])
async def test_a_sign_out_is_in_the_audit_log_with_its_outcome(
    home: Home, offers: bool, outcome: str
) -> None:
    home.server.offers_revocation = offers
    login = await home.sign_in()
    times = iter([100.0, 103.0])
    assert await sign_out(login, vault=home.vault, audit=home.audit, clock=lambda: next(times)) is offers
    last = audited(home)[-1]
    kept = ("operation", "server", "profile", "outcome", "seconds")
    assert [last.get(name) for name in kept] == ["sign-out", login.server, "default", outcome, 3.0]


# Requests


async def failure(home: Home) -> tuple[type[AgentError], str, str]:
    tokens = home.tokens()
    auth = BearerAuth(tokens)
    async with httpx2.AsyncClient(auth=auth, timeout=30) as http:
        await http.post(home.server.server, json={})
    await tokens.aclose()
    assert auth.failure is not None
    return type(auth.failure), auth.failure.message, auth.failure.hint


async def test_a_request_without_a_login_says_what_helps(home: Home) -> None:
    assert await failure(home) == (SignInError, f"{home.server.server} asks for a sign-in.", SIGN_IN)


async def test_a_request_that_wants_more_rights_names_them(home: Home) -> None:
    await home.sign_in()
    home.server.wanted_scope = "tasks:write"
    assert await failure(home) == (
        SignInError,
        f"{home.server.server} wants a sign-in with more rights for this (tasks:write).",
        SIGN_IN,
    )


async def test_a_request_that_is_refused_in_spite_of_its_rights_is_the_servers_matter(home: Home) -> None:
    login = await home.sign_in()
    home.server.wanted_scope = "tasks:write"
    home.vault.save(dataclasses.replace(login, scope="openid tasks:write"))
    assert await failure(home) == (
        ServerError,
        f"{home.server.server} refuses this although the sign-in has the rights that it asks for.",
        ASK,
    )


# Discovery


def publish(server: FakeAuthorizationServer, body: dict[str, object]) -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse(body)

    server.metadata_override = answer


def metadata(server: FakeAuthorizationServer, **changes: object) -> dict[str, object]:
    return {
        "issuer": server.issuer,
        "authorization_endpoint": f"{server.issuer}/authorize",
        "token_endpoint": f"{server.issuer}/token",
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        **changes,
    }


async def found(server: FakeAuthorizationServer) -> object:
    async with make_oauth_client() as http:
        return await discover(server.server, http)


async def test_a_server_that_calls_itself_otherwise_is_refused(server: FakeAuthorizationServer) -> None:
    publish(server, metadata(server, issuer="https://other.example/"))
    sentence = (
        f"The authorization server {server.issuer} calls itself https://other.example/; nothing was changed."
    )
    assert await refusal(SignInError, found(server)) == (sentence, ASK)


async def test_a_server_of_2025_03_26_that_calls_itself_otherwise_is_refused(
    server: FakeAuthorizationServer,
) -> None:
    server.resource_metadata_at = ()
    publish(server, metadata(server, issuer="https://other.example/"))
    sentence = (
        f"The authorization server {server.origin} calls itself https://other.example/; nothing was changed."
    )
    assert await refusal(SignInError, found(server)) == (sentence, ASK)


@pytest.mark.parametrize(
    "endpoint",
    ["authorization_endpoint", "token_endpoint", "registration_endpoint", "revocation_endpoint"],
)
async def test_an_endpoint_that_is_not_encrypted_is_refused(
    server: FakeAuthorizationServer, endpoint: str
) -> None:
    publish(server, metadata(server, **{endpoint: "http://plain.example/x"}))
    assert await refusal(SignInError, found(server)) == (
        "http://plain.example/x is not encrypted, so a sign-in there could be read by others; "
        "nothing was changed.",
        "Use a server with an https address.",
    )


@pytest.mark.parametrize(
    ("methods", "hint"),
    [
        (None, 'Ask who runs the server, or set `pkce = "assume"` if you know that it does.'),
        (["plain"], "Ask who runs the server."),
    ],
)
async def test_a_server_that_offers_no_pkce_is_refused(
    server: FakeAuthorizationServer, methods: list[str] | None, hint: str
) -> None:
    publish(server, metadata(server, code_challenge_methods_supported=methods))
    sentence, helps = await refusal(SignInError, found(server))
    assert sentence.startswith("The authorization server http://127.0.0.1:")
    assert sentence.endswith(
        " does not say that it offers PKCE with S256, without which a sign-in is not safe; "
        "nothing was changed."
    )
    assert helps == hint


async def test_metadata_that_is_nowhere_is_told_with_what_helps(server: FakeAuthorizationServer) -> None:
    publish(server, {})
    assert await refusal(SignInError, found(server)) == (
        f"The authorization server that {server.server} names publishes no metadata; nothing was changed.",
        "Check the address given by --server.",
    )


@pytest.mark.parametrize("status", [404, 405, 410, 307])
async def test_an_address_without_a_server_is_told(server: FakeAuthorizationServer, status: int) -> None:
    server.mcp_status = status
    async with make_oauth_client() as http:
        assert await refusal(ServerError, find_challenge(server.server, http)) == (
            f"{server.server} answers {status}: there is no MCP server at that address.",
            "Check the address given by --server.",
        )


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_told(server: FakeAuthorizationServer, status: int) -> None:
    server.mcp_status = status
    async with make_oauth_client() as http:
        assert await refusal(ServerError, find_challenge(server.server, http)) == (
            f"{server.server} answers {status} and cannot take a sign-in now; nothing was changed.",
            "Try again in a minute.",
        )


@pytest.mark.parametrize("status", [200, 400, 403, 406])
async def test_any_other_answer_asks_for_no_sign_in(server: FakeAuthorizationServer, status: int) -> None:
    server.mcp_status = status
    async with make_oauth_client() as http:
        assert await find_challenge(server.server, http) is None


async def test_a_server_that_cannot_be_reached_is_told_without_its_path() -> None:
    async with make_oauth_client() as http:
        assert await refusal(ServerError, find_challenge("http://127.0.0.1:1/secret/mcp", http)) == (
            "http://127.0.0.1:1 cannot be reached (ConnectError); nothing was changed.",
            "Check the address and the network.",
        )


# The vault


def told(use: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(VaultError) as caught:
        use()
    return caught.value.message, caught.value.hint


def stored(vault: Vault) -> Login:
    login = Login(
        "https://a.example/mcp", "default", "https://a.example", "https://a.example/token", None, None,
        None, None, "token", None, None, None, None, "one",
    )  # fmt: skip
    vault.save(login)
    return login


def test_a_wrong_key_names_the_vault_and_the_key(vault: Vault, folders: Folders) -> None:
    login = stored(vault)
    other = Vault(folders, {"ASTRAVUE_VAULT_KEY": "11" * 32})
    assert told(lambda: other.load(login.server, login.profile)) == (
        "The vault takes another key than the one in ASTRAVUE_VAULT_KEY; the vault was kept.",
        f"Give the right key, or move {folders.vault_file} aside and run `astravue login`.",
    )


def test_a_damaged_vault_says_where_it_is_kept(vault: Vault, folders: Folders) -> None:
    login = stored(vault)
    folders.vault_file.write_bytes(folders.vault_file.read_bytes()[:-5])
    damaged = Vault(folders, {"ASTRAVUE_VAULT_KEY": KEY}, clock=lambda: 7.9)
    assert told(lambda: damaged.load(login.server, login.profile)) == (
        f"The vault was damaged and is kept as {folders.vault_file}.corrupt-7.",
        SIGN_IN,
    )


def test_who_only_looks_leaves_a_damaged_vault_where_it_is(vault: Vault, folders: Folders) -> None:
    login = stored(vault)
    folders.vault_file.write_bytes(b"damaged")
    looking = Vault(folders, {"ASTRAVUE_VAULT_KEY": KEY}, looks_only=True)
    assert told(lambda: looking.load(login.server, login.profile)) == (
        f"The vault {folders.vault_file} is damaged; it was left as it is.",
        "Run `astravue login`: it moves the vault aside and makes a new one.",
    )
    assert folders.vault_file.read_bytes() == b"damaged"


def test_a_vault_that_cannot_be_locked_says_what_is_kept(home: Home) -> None:
    login = stored(home.vault)
    with home.unwritable():
        sentence, hint = told(lambda: home.vault.save(login))
    assert sentence == (
        f"The vault {home.folders.vault_file} cannot be written (Is a directory); "
        "what was stored before is kept."
    )
    assert hint == "Free the disk or check who owns the folder."
