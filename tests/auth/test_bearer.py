"""The bearer on requests: one repetition after a 401, no lock, and nothing raised into the transport."""

import asyncio
import dataclasses
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest
from auth_home import FakeClock, Home
from fake_authorization_server import running_server

from agent.auth.bearer import BearerAuth
from agent.auth.tokens import TokenManager
from agent.errors import ServerError, SignInError, VaultError

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def _client(home: Home) -> AsyncGenerator[tuple[httpx2.AsyncClient, BearerAuth]]:
    async with _client_and_tokens(home) as (http, auth, _):
        yield http, auth


@asynccontextmanager
async def _client_and_tokens(
    home: Home,
) -> AsyncGenerator[tuple[httpx2.AsyncClient, BearerAuth, TokenManager]]:
    tokens = home.tokens()
    auth = BearerAuth(tokens)
    async with httpx2.AsyncClient(auth=auth, timeout=30) as http:
        yield http, auth, tokens
    await tokens.aclose()


def _calls(home: Home) -> int:
    return home.server.requests.count("POST /mcp")


async def test_a_signed_in_request_is_let_in(home: Home) -> None:
    await home.sign_in()
    async with _client(home) as (http, auth):
        before = _calls(home)
        response = await http.post(home.server.server, json={"hello": 1})

    assert response.status_code == 200
    assert _calls(home) == before + 1
    assert auth.failure is None


async def test_a_request_that_was_refused_is_repeated_once_with_its_body(home: Home) -> None:
    await home.sign_in()
    async with _client(home) as (http, auth):
        assert (await http.post(home.server.server, json={})).status_code == 200
        home.server.revoke_access_tokens()
        response = await http.post(home.server.server, json={"title": "Ship it"})

    assert response.json()["result"]["echo"] == '{"title":"Ship it"}'
    assert home.server.refreshes == 1
    assert auth.failure is None
    assert len(home.browser.opened) == 1


async def test_requests_in_parallel_are_in_the_server_at_once(home: Home) -> None:
    await home.sign_in()
    home.server.revoke_access_tokens()
    # The barrier opens only when all four requests stand before it together.
    together = threading.Barrier(4)
    home.server.mcp_hook = lambda: together.wait(30)
    async with _client(home) as (http, _):
        responses = await asyncio.gather(*(http.post(home.server.server, json={}) for _ in range(4)))

    assert [response.status_code for response in responses] == [200] * 4
    assert home.server.refreshes == 1


async def test_without_a_login_the_401_comes_through_with_its_challenge(home: Home) -> None:
    async with _client(home) as (http, auth):
        response = await http.post(home.server.server, json={})

    assert response.status_code == 401
    assert isinstance(auth.failure, SignInError)
    assert "asks for a sign-in" in auth.failure.message
    assert auth.challenge == "Bearer"


async def test_a_lost_login_lets_the_401_through_and_says_why(home: Home) -> None:
    await home.sign_in()
    home.server.families[0].revoked = True
    async with _client(home) as (http, auth):
        response = await http.post(home.server.server, json={})
        assert response.status_code == 401
        assert isinstance(auth.failure, SignInError)
        assert "no longer accepts" in auth.failure.message
        assert auth.challenge == 'Bearer error="invalid_token"'

        await home.sign_in(challenge=auth.challenge)
        assert (await http.post(home.server.server, json={})).status_code == 200
        assert auth.failure is None


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_an_outage_after_a_lost_login_keeps_the_reason_of_the_refusal(home: Home, status: int) -> None:
    await home.sign_in()
    home.server.families[0].revoked = True
    async with _client(home) as (http, auth):
        assert (await http.post(home.server.server, json={})).status_code == 401
        reason = auth.failure
        home.server.mcp_status = status
        assert (await http.post(home.server.server, json={})).status_code == status

        assert isinstance(reason, SignInError)
        assert auth.failure is reason

        home.server.mcp_status = 0
        await home.sign_in()
        assert (await http.post(home.server.server, json={})).status_code == 200
        assert auth.failure is None


async def test_a_failure_over_a_token_that_has_expired_for_good_is_a_lost_login(home: Home) -> None:
    login = await home.sign_in()
    home.vault.save(dataclasses.replace(login, refresh_token=None))
    home.server.mcp_status = 500
    async with _client_and_tokens(home) as (http, auth, tokens):
        await http.post(home.server.server, json={})
        assert auth.lost is None

        home.clock.now += 1801
        await http.post(home.server.server, json={})
        assert isinstance(auth.lost, SignInError)
        assert "has expired" in auth.lost.message

        home.server.mcp_status = 0
        again = await home.sign_in()
        home.server.mcp_status = 500
        await tokens.adopt(again)
        assert auth.lost is None


async def test_an_outage_does_not_end_the_doubt_about_a_token_refused_right_after_its_issue(
    home: Home,
) -> None:
    await home.sign_in()
    home.server.always_refuses = True
    async with _client(home) as (http, auth):
        await http.post(home.server.server, json={})
        home.server.mcp_status = 503
        await http.post(home.server.server, json={})
        home.server.mcp_status = 0
        await http.post(home.server.server, json={})

        assert home.server.refreshes == 1
        assert isinstance(auth.failure, SignInError)


async def test_a_token_that_expires_during_a_call_lets_it_finish_and_is_replaced_for_the_next(
    home: Home,
) -> None:
    login = await home.sign_in()

    def pass_the_expiry() -> None:
        home.clock.now += 1801

    home.server.mcp_hook = pass_the_expiry
    async with _client(home) as (http, auth):
        before = _calls(home)
        first = await http.post(home.server.server, json={})
        home.server.mcp_hook = None
        second = await http.post(home.server.server, json={})

        assert [first.status_code, second.status_code] == [200, 200]
        assert first.request.headers["Authorization"] == f"Bearer {login.access_token}"
        assert second.request.headers["Authorization"] == f"Bearer {home.server.families[0].access_token}"
        assert auth.failure is None
    assert _calls(home) == before + 2
    assert home.server.refreshes == 1
    assert len(home.browser.opened) == 1


async def test_a_server_that_always_refuses_is_asked_twice_and_refreshed_once(home: Home) -> None:
    await home.sign_in()
    home.server.always_refuses = True
    async with _client(home) as (http, auth):
        before = _calls(home)
        for expected in (2, 3, 4):
            assert (await http.post(home.server.server, json={})).status_code == 401
            assert _calls(home) == before + expected
            assert isinstance(auth.failure, SignInError)
        assert home.server.refreshes == 1

        home.server.always_refuses = False
        assert (await http.post(home.server.server, json={})).status_code == 200
        assert auth.failure is None


async def test_an_expired_token_and_a_server_in_trouble_let_the_401_through(home: Home) -> None:
    login = await home.sign_in()
    home.clock.now += 1800
    for _ in range(5):
        home.server.fail_next_token_request(503)
    async with _client(home) as (http, auth):
        response = await http.post(home.server.server, json={})

    assert response.status_code == 401
    assert response.request.headers["Authorization"] == f"Bearer {login.access_token}"
    assert isinstance(auth.failure, ServerError)


async def test_a_vault_that_cannot_be_opened_lets_the_401_through(home: Home) -> None:
    await home.sign_in()
    home.folders.vault_file.write_bytes(b"?")
    async with _client(home) as (http, auth):
        response = await http.post(home.server.server, json={})

    assert response.status_code == 401
    assert isinstance(auth.failure, VaultError)


async def test_a_server_that_asks_for_nothing_gets_nothing(home: Home) -> None:
    home.server.wants_authorization = False
    async with _client(home) as (http, auth):
        response = await http.post(home.server.server, json={})

    assert response.status_code == 200
    assert "Authorization" not in response.request.headers
    assert auth.failure is None


async def test_the_token_never_goes_to_another_origin(home: Home, clock: FakeClock) -> None:
    await home.sign_in()
    with running_server(clock) as other:
        async with _client(home) as (http, auth):
            response = await http.post(other.server, json={})

    assert response.status_code == 401
    assert "Authorization" not in response.request.headers
    assert auth.challenge is None


async def test_a_step_up_is_asked_for_with_the_scope_and_lets_the_call_in(home: Home) -> None:
    await home.sign_in()
    home.server.wanted_scope = "tasks:write"
    async with _client_and_tokens(home) as (http, auth, tokens):
        assert (await http.post(home.server.server, json={})).status_code == 403
        assert isinstance(auth.failure, SignInError)
        assert "tasks:write" in auth.failure.message

        wider = await home.sign_in(challenge=auth.challenge)
        assert wider.scope == "openid profile email tasks:write"
        await tokens.adopt(wider)
        assert auth.failure is None
        assert (await http.post(home.server.server, json={})).status_code == 200
        assert auth.failure is None


async def test_a_step_up_that_did_not_help_is_not_asked_for_again(home: Home) -> None:
    await home.sign_in()
    home.server.wanted_scope = "tasks:write"
    home.server.grants_scope = False
    async with _client_and_tokens(home) as (http, auth, tokens):
        await http.post(home.server.server, json={})
        await tokens.adopt(await home.sign_in(challenge=auth.challenge))
        await http.post(home.server.server, json={})

        assert isinstance(auth.failure, ServerError)
        assert "has the rights that it asks for" in auth.failure.message


async def test_a_server_that_always_thinks_of_another_scope_is_followed_three_times(home: Home) -> None:
    await home.sign_in()
    home.server.grants_scope = False
    kinds: list[type[Exception]] = []
    async with _client_and_tokens(home) as (http, auth, tokens):
        for number in range(5):
            home.server.wanted_scope = f"scope-{number}"
            await http.post(home.server.server, json={})
            kinds.append(type(auth.failure or Exception()))
            await tokens.adopt(await home.sign_in(challenge=auth.challenge))

    assert kinds == [SignInError] * 3 + [ServerError] * 2


async def test_a_403_about_roles_asks_for_no_sign_in(home: Home) -> None:
    await home.sign_in()
    home.server.wanted_scope = "tasks:write"
    async with _client(home) as (http, auth):
        await http.post(home.server.server, json={})
        home.server.wanted_scope = ""
        home.server.forbids = True
        assert (await http.post(home.server.server, json={})).status_code == 403
        assert auth.failure is None
