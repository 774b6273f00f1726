"""What is read out of a token endpoint's answers, and out of its refusals."""

import base64
import dataclasses
import json
import socket
from email.utils import formatdate

import httpx2
import pytest
from auth_home import Home

from agent.auth.login import ClientAuthentication, Login, Registration
from agent.auth.token_endpoint import (
    TokenRequestError,
    Tokens,
    clean,
    exchange_code,
    make_oauth_client,
    refresh,
    revoke,
)
from agent.jsontypes import JsonObject, JsonValue

pytestmark = pytest.mark.anyio

CODE = "the-code"


async def ask(home: Home, status: int, body: str | JsonObject = "", **headers: str) -> Tokens:
    """Exchange a code with an endpoint that gives one answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    home.server.fail_next_token_request(status, body, headers=named)
    registration = Registration("client", "none", "http://127.0.0.1:1/callback", dynamic=True)
    async with make_oauth_client() as http:
        return await exchange_code(
            http,
            f"{home.server.issuer}/token",
            registration,
            code=CODE,
            verifier="the-verifier",
            resource="r",
        )


async def refusal(home: Home, status: int, body: str | JsonObject = "", **headers: str) -> TokenRequestError:
    with pytest.raises(TokenRequestError) as caught:
        await ask(home, status, body, **headers)
    return caught.value


def id_token(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{payload}.signature"


# Answers


async def test_an_answer_is_read_whole(home: Home) -> None:
    body: JsonObject = {
        "access_token": "a",
        "token_type": "Bearer",
        "refresh_token": "r",
        "expires_in": 60,
        "scope": "openid tasks",
        "id_token": id_token({"email": "mara@example.com"}),
    }
    assert await ask(home, 200, body) == Tokens("a", "r", 60.0, "openid tasks", "mara@example.com")


async def test_an_answer_of_a_token_alone_is_enough(home: Home) -> None:
    assert await ask(home, 200, {"access_token": "a"}) == Tokens("a", None, None, None, None)


async def test_an_empty_refresh_token_is_none(home: Home) -> None:
    body: JsonObject = {"access_token": "a", "token_type": "bearer", "refresh_token": "", "scope": 7}
    assert await ask(home, 200, body) == Tokens("a", None, None, None, None)


async def test_a_lifetime_is_a_number_of_seconds_or_unknown(home: Home) -> None:
    told: list[float | str | None] = [0, 0.5, 1, "30", -1, "soon", True, None, "inf", "nan"]
    read = [(await ask(home, 200, {"access_token": "a", "expires_in": each})).lifetime for each in told]
    assert read == [0.0, 0.5, 1.0, 30.0, None, None, None, None, None, None]


async def named(home: Home, *tokens: JsonValue) -> list[str | None]:
    return [(await ask(home, 200, {"access_token": "a", "id_token": each})).account for each in tokens]


async def test_who_signed_in_is_read_out_of_the_id_token(home: Home) -> None:
    claims: list[JsonValue] = [
        {"email": "a@example.com", "name": "Ann", "preferred_username": "ann"},
        {"name": "Ann", "preferred_username": "ann"},
        {"email": "", "name": 7, "preferred_username": "ann"},
        {"name": "Ann\x1b[31m Lee"},
        {"sub": "1"},
        ["a"],
    ]
    accounts = ["a@example.com", "Ann", "ann", "Ann [31m Lee", None, None]
    assert await named(home, *map(id_token, claims)) == accounts


async def test_an_id_token_of_any_length_is_read(home: Home) -> None:
    names = ["n" * length for length in range(1, 6)]
    assert await named(home, *(id_token({"name": name}) for name in names)) == names


async def test_what_is_no_id_token_names_nobody(home: Home) -> None:
    assert await named(home, 7, "", "a.b", "a.b.c.d", "a.!.c", "a.YQ.c") == [None] * 6


# Refusals


async def test_an_answer_without_a_token_is_none(home: Home) -> None:
    bodies: list[str | JsonObject] = [{}, {"access_token": ""}, {"access_token": 7}, "[]", "<html>"]
    for body in bodies:
        error = await refusal(home, 200, body)
        assert str(error) == "the token endpoint's answer holds no access token"
        assert (error.status, error.transient, error.outcome) == (200, False, "HTTP 200")


async def test_a_token_that_is_no_bearer_token_is_refused(home: Home) -> None:
    for kind in ("mac", 7):
        error = await refusal(home, 200, {"access_token": "a", "token_type": kind})
        assert str(error) == "the token endpoint gave a token that is no bearer token"
        assert error.status == 200


async def test_a_refusal_tells_the_code_and_the_servers_words_without_secrets(home: Home) -> None:
    error = await refusal(home, 400, {"error": "invalid_grant", "error_description": f"{CODE} is\nused up"})
    assert str(error) == "invalid_grant: … is used up"
    assert (error.error, error.description, error.status) == ("invalid_grant", "… is used up", 400)
    assert (error.transient, error.retry_after, error.outcome) == (False, None, "invalid_grant")


async def test_a_code_of_an_error_may_hold_no_secret_either(home: Home) -> None:
    assert str(await refusal(home, 400, {"error": f"no {CODE}", "error_description": 7})) == "no …"


async def test_a_refusal_without_words_tells_its_status(home: Home) -> None:
    error = await refusal(home, 400, "<html>")
    assert str(error) == "the authorization server answered 400"
    assert (error.description, error.outcome) == ("", "HTTP 400")


async def test_a_refusal_may_pass(home: Home) -> None:
    statuses = (400, 429, 499, 500)
    assert [(await refusal(home, each)).transient for each in statuses] == [False, True, False, True]


NOW = 1_800_000_000


async def test_how_long_to_wait_is_told_in_either_form(home: Home) -> None:
    now = {"Date": formatdate(NOW, usegmt=True)}
    headers: list[dict[str, str]] = [
        {},
        {"Retry_After": "7"},
        {"Retry_After": "soon"},
        {"Retry_After": "-7"},
        {"Retry_After": formatdate(NOW + 30, usegmt=True), **now},
        {"Retry_After": formatdate(NOW - 30, usegmt=True), **now},
    ]
    waits = [(await refusal(home, 503, **each)).retry_after for each in headers]
    assert waits == [None, 7.0, None, None, 30.0, 0.0]


async def test_an_endpoint_that_is_not_there_is_unreachable_for_now(home: Home) -> None:
    login = dataclasses.replace(await home.sign_in(), token_endpoint="http://127.0.0.1:1/token")
    assert login.registration is not None
    async with make_oauth_client() as http:
        with pytest.raises(TokenRequestError) as caught:
            await refresh(http, login, login.registration)
    error = caught.value
    assert str(error) == "the authorization server cannot be reached (ConnectError)"
    assert (error.transient, error.status, error.outcome) == (True, None, "unreachable")


async def test_an_endpoint_that_stays_silent_may_answer_later(home: Home) -> None:
    login = await home.sign_in()
    assert login.registration is not None
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/token"
        async with httpx2.AsyncClient(timeout=0.01) as http:
            with pytest.raises(TokenRequestError) as caught:
                await refresh(http, dataclasses.replace(login, token_endpoint=address), login.registration)
    error = caught.value
    assert str(error) == "the authorization server did not answer in time"
    assert (error.transient, error.status) == (True, None)


# Requests


@pytest.mark.parametrize("secret", ["a/s:ü", None])
async def test_a_client_proves_itself_as_it_was_registered(home: Home, secret: str | None) -> None:
    sent: list[tuple[str | None, dict[str, str]]] = []

    async def note(request: httpx2.Request) -> None:
        form = dict(httpx2.QueryParams((await request.aread()).decode()))
        sent.append((request.headers.get("Authorization"), form))

    async with make_oauth_client() as http:
        http.event_hooks["request"].append(note)
        methods: tuple[ClientAuthentication, ...] = ("none", "client_secret_post", "client_secret_basic")
        for method in methods:
            home.server.fail_next_token_request(200, {"access_token": "a"})
            registration = Registration("us/1", method, "http://127.0.0.1:1/callback", True, secret)
            await exchange_code(
                http, f"{home.server.issuer}/token", registration, code=CODE, verifier="v", resource="r"
            )
    pair = base64.b64encode(f"us%2F1:{'a%2Fs%3A%C3%BC' if secret else ''}".encode()).decode()
    proofs = [(header, form.get("client_id"), form.get("client_secret")) for header, form in sent]
    assert proofs == [
        (None, "us/1", None),
        (None, "us/1", secret or ""),
        (f"Basic {pair}", None, None),
    ]


async def refreshed(home: Home, login: Login) -> bool:
    assert login.registration is not None
    async with make_oauth_client() as http:
        _, accepts_resource = await refresh(http, login, login.registration)
    return accepts_resource


async def test_a_refresh_says_what_it_is_and_for_which_resource(home: Home) -> None:
    login = await home.sign_in()
    assert await refreshed(home, login)
    form = home.server.forms[-1]
    assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", login.refresh_token)
    assert form["resource"] == login.resource


async def test_a_login_without_a_resource_is_refreshed_without_one(home: Home) -> None:
    login = dataclasses.replace(await home.sign_in(), resource=None)
    assert not await refreshed(home, login)
    assert "resource" not in home.server.forms[-1]


async def test_a_refusal_that_is_not_about_the_resource_is_not_tried_without_it(home: Home) -> None:
    login = await home.sign_in()
    asked = len(home.server.forms)
    for status, body in ((400, {"error": "invalid_grant"}), (401, {"error": "odd"})):
        home.server.fail_next_token_request(status, body)
        with pytest.raises(TokenRequestError):
            await refreshed(home, login)
    assert len(home.server.forms) == asked + 2


@pytest.mark.parametrize(
    ("without", "kind"), [({}, "refresh_token"), ({"refresh_token": None}, "access_token")]
)
async def test_what_is_revoked_is_the_token_that_lives_longest(
    home: Home, without: dict[str, None], kind: str
) -> None:
    login = dataclasses.replace(await home.sign_in(), **without)
    sent: list[dict[str, str]] = []

    async def note(request: httpx2.Request) -> None:
        sent.append(dict(httpx2.QueryParams((await request.aread()).decode())))

    async with make_oauth_client() as http:
        http.event_hooks["request"].append(note)
        assert await revoke(http, login)
    token = login.refresh_token or login.access_token
    assert [(form["token"], form["token_type_hint"]) for form in sent] == [(token, kind)]
    assert home.server.families[0].revoked


def test_a_servers_words_are_one_short_line() -> None:
    assert clean("  two\r\n lines\x1b ") == "two lines"
    assert clean("a secret here", ["secret", ""]) == "a … here"
    assert clean("x" * 200) == "x" * 200
    assert clean("x" * 201) == "x" * 199 + "…"
