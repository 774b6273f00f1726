"""The whole of sign-in against the sandbox, a stricter server of its own making, in its own process."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from agent.auth.bearer import BearerAuth
from agent.auth.sign_in import sign_in, sign_out
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.errors import SignInError

pytestmark = pytest.mark.anyio


class Sandbox:
    """A running sandbox and one of its people."""

    def __init__(self, ready: str) -> None:
        event = json.loads(ready)
        self.url: str = event["url"]
        person = event["users"][0]
        self.email: str = person["email"]
        self.password: str = person["password"]

    def browser(self, decision: str, address: str) -> None:
        """Fill in the sign-in form as a person would, and follow where it leads."""
        with httpx2.Client(timeout=30) as browser:
            page = browser.get(address)
            hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
            form = {unescape(name): unescape(value) for name, value in hidden}
            form |= {"email": self.email, "password": self.password, "decision": decision}
            action = re.search(r'<form[^>]* action="([^"]*)"', page.text)
            target = urljoin(address, unescape(action[1])) if action else address
            answer = browser.post(target, data=form)
            assert answer.is_redirect, answer.text
            browser.get(answer.headers["Location"])


@pytest.fixture
def sandbox(tmp_path: Path) -> Generator[Sandbox]:
    process = subprocess.Popen(
        [sys.executable, "-m", "agent.sandbox", "--port", "0", "--data", str(tmp_path / "sandbox")],
        stdout=subprocess.PIPE,
        env={**os.environ, "ASTRAVUE_HOME": str(tmp_path / "home")},
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Sandbox(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=60)


async def test_signing_in_calling_refreshing_and_signing_out(sandbox: Sandbox, vault: Vault) -> None:
    shown: list[str] = []
    login = await sign_in(
        sandbox.url,
        "default",
        vault=vault,
        open_browser=lambda address: sandbox.browser("approve", address),
        show=shown.append,
        timeout=60,
    )
    assert login is not None
    assert len(shown) == 1
    tokens = TokenManager(vault, sandbox.url, "default")
    auth = BearerAuth(tokens)
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx2.AsyncClient(auth=auth, timeout=60))
        client = await stack.enter_async_context(
            Client(streamable_http_client(sandbox.url, http_client=http))
        )
        assert (await client.list_tools()).tools

        renewed = await tokens.refresh_now()
        assert renewed.access_token != login.access_token
        assert (await client.list_tools()).tools
    assert auth.failure is None

    assert await sign_out(renewed, vault=vault)
    assert vault.logins() == []
    # What was revoked is dead at the server, too.
    vault.save(renewed)
    with pytest.raises(SignInError, match="no longer accepts"):
        await tokens.refresh_now()
    await tokens.aclose()


async def test_a_person_who_denies_is_taken_at_their_word(sandbox: Sandbox, vault: Vault) -> None:
    with pytest.raises(SignInError, match="The sign-in was refused"):
        await sign_in(
            sandbox.url,
            "default",
            vault=vault,
            open_browser=lambda address: sandbox.browser("deny", address),
            show=lambda _: None,
            timeout=60,
        )
    assert vault.logins() == []
