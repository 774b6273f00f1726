"""Tokens and sign-ins go to encrypted addresses only, and to this machine."""

import dataclasses

import httpx2
import pytest
from auth_home import Home

from agent.auth.bearer import BearerAuth
from agent.auth.discovery import discover
from agent.auth.encrypted import refuse_unencrypted
from agent.auth.tokens import TokenManager
from agent.errors import ExitCode, SignInError

PLAIN = "http://workspace.example/mcp"


@pytest.mark.parametrize(
    "address",
    [
        *("https://workspace.example/mcp", "http://localhost:8765/mcp", "http://LOCALHOST/mcp"),
        *("http://127.0.0.1/mcp", "http://127.8.9.10:1/mcp", "http://[::1]:8765/mcp"),
    ],
)
def test_an_encrypted_address_or_one_on_this_machine_may_be_told_secrets(address: str) -> None:
    assert refuse_unencrypted(address) is None


@pytest.mark.parametrize(
    "address",
    [
        *(PLAIN, "http://192.168.0.7/mcp", "http://128.0.0.1/mcp", "http://[::2]/mcp", "http://0.0.0.0/mcp"),
        *("http://localhost.example/mcp", "http://127.0.0.1.example/mcp", "http://127.0.0.1@evil.example/"),
    ],
)
def test_no_other_address_is_told_a_secret(address: str) -> None:
    refusal = refuse_unencrypted(address)
    assert refusal is not None
    assert (refusal.message, refusal.hint, refusal.exit_code) == (
        f"{address} is not encrypted, so a sign-in there could be read by others; nothing was changed.",
        "Use a server with an https address.",
        ExitCode.SIGN_IN,
    )


@pytest.mark.anyio
async def test_nobody_signs_in_to_a_server_that_is_not_encrypted() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(f"{request.method} {request.url}")
        return httpx2.Response(401, headers={"WWW-Authenticate": "Bearer"})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        with pytest.raises(SignInError, match=f"{PLAIN} is not encrypted"):
            await discover(PLAIN, http)
    assert asked == [f"POST {PLAIN}"]


@pytest.mark.anyio
async def test_a_server_that_wants_no_sign_in_need_not_be_encrypted() -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    async with httpx2.AsyncClient(transport=transport) as http:
        assert await discover(PLAIN, http) is None


@pytest.mark.anyio
@pytest.mark.parametrize("status", [200, 401])
async def test_no_token_is_sent_to_a_server_that_is_not_encrypted(home: Home, status: int) -> None:
    login = await home.sign_in()
    home.vault.save(dataclasses.replace(login, server=PLAIN))
    tokens = TokenManager(home.vault, PLAIN, "default", clock=home.clock)
    auth = BearerAuth(tokens)
    seen: list[str | None] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("Authorization"))
        return httpx2.Response(status, headers={"WWW-Authenticate": "Bearer"})

    async with httpx2.AsyncClient(auth=auth, transport=httpx2.MockTransport(answer)) as http:
        assert (await http.post(PLAIN)).status_code == status
    await tokens.aclose()

    assert seen == [None]
    if status == 200:
        assert auth.failure is None
    else:
        assert isinstance(auth.failure, SignInError)
        assert f"{PLAIN} is not encrypted" in auth.failure.message
