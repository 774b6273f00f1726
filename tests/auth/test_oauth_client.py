"""The HTTP client of the OAuth requests."""

import pytest
from auth_home import Home

from agent.auth.token_endpoint import make_oauth_client

pytestmark = pytest.mark.anyio


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with make_oauth_client() as http:
        for host in ("127.0.0.1", "localhost"):
            assert (await http.get(f"http://{host}:{home.server.port}/mcp")).status_code == 405


async def test_the_oauth_client_bears_no_token_and_follows_no_redirects() -> None:
    async with make_oauth_client() as http:
        assert not http.follow_redirects
        assert "Authorization" not in http.headers
