"""The bearer on requests: one repetition after a 401, no lock, and nothing raised into the transport."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest
from auth_home import FakeClock, Home
from fake_authorization_server import running_server

from agent.auth.bearer import BearerAuth
from agent.errors import ServerError, SignInError, VaultError

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def _client(home: Home) -> AsyncGenerator[tuple[httpx2.AsyncClient, BearerAuth]]:
    tokens = home.tokens()
    auth = BearerAuth(tokens)
    async with httpx2.AsyncClient(auth=auth, timeout=30) as http:
        yield http, auth
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
