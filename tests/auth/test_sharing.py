"""Several processes share one login: one refresh an expiry, and no family revoked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from auth_home import KEY, Home

pytestmark = pytest.mark.anyio

_PROCESSES = 8
_EXPIRIES = 12

# Each child steps through the expiries as it is told: all of them stand before the same expired
# token at once, and none goes on before all have a new one. The time is the one it is told.
_CHILD = """
import asyncio, json, os, sys
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.system.folders import find_folders

async def main():
    now = 0.0
    vault = Vault(find_folders(os.environ), os.environ)
    tokens = TokenManager(vault, sys.argv[1], "default", clock=lambda: now)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        now = order["now"]
        if order["refused"]:
            await asyncio.gather(*(tokens.newer_than(order["refused"]) for _ in range(3)))
        print(await tokens.access_token(), flush=True)
    await tokens.aclose()

asyncio.run(main())
"""


class _Child:
    """Another window of the same installation."""

    def __init__(self, home: Home, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, home.server.server],
            env={**os.environ, "ASTRAVUE_HOME": str(root / "home"), "ASTRAVUE_VAULT_KEY": KEY},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, now: float, refused: str | None = None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"now": now, "refused": refused}) + "\n")
        self._process.stdin.flush()

    def token(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def end(self) -> int:
        self._process.communicate(timeout=60)
        return self._process.returncode

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


async def test_eight_processes_refresh_once_an_expiry(home: Home, tmp_path: Path) -> None:
    login = await home.sign_in()
    family = home.server.families[0]
    children = [_Child(home, tmp_path) for _ in range(_PROCESSES)]
    token = login.access_token
    for expiry in range(1, _EXPIRIES + 1):
        refused = None
        if expiry % 3 == 0:
            # The server revokes the token early: each process learns it from a 401 of its own.
            home.server.revoke_access_tokens()
            refused = token
        else:
            home.clock.now += 1801
        for child in children:
            child.order(home.clock.now, refused)
        tokens = {child.token() for child in children}

        token = family.access_token
        assert tokens == {token}
        assert home.server.refreshes == expiry
    assert [child.end() for child in children] == [0] * _PROCESSES

    assert home.server.revoked_families == 0
    assert len(home.browser.opened) == 1
    stored = home.vault.load(login.server, "default")
    assert stored is not None
    assert stored.refresh_token == family.refresh_token


async def test_a_process_killed_while_it_refreshes_leaves_the_lock_to_the_next(
    home: Home, tmp_path: Path
) -> None:
    login = await home.sign_in()
    child = _Child(home, tmp_path)
    home.server.token_hook = child.kill
    # The child dies with the lock in its hands; the server never rotates for it.
    home.server.fail_next_token_request(503)
    child.order(home.clock.now, login.access_token)
    assert child.token() == ""
    home.server.token_hook = None

    tokens = home.tokens()
    assert await tokens.newer_than(login.access_token) == home.server.families[0].access_token
    await tokens.aclose()
    assert home.server.revoked_families == 0
