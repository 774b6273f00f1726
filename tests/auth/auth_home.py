"""Doubles and shorthand for the tests of sign-in, tokens and vault."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from queue import Queue

import httpx2
from fake_authorization_server import FakeAuthorizationServer

from agent.auth.audit import AuditLog
from agent.auth.login import DEFAULT_CLIENT, ClientSettings, Login
from agent.auth.sign_in import sign_in
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.system.folders import Folders

KEY = "5a" * 32


@dataclass
class FakeClock:
    """Unix seconds that pass only when a test says so."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FakeBrowser:
    """Follows the address through the sign-in page to wherever the server sends it."""

    opened: list[str] = field(default_factory=list[str])
    _pages: Queue[str] = field(default_factory=Queue[str])

    def __call__(self, address: str) -> None:
        self.opened.append(address)
        self._pages.put(httpx2.get(address, follow_redirects=True, timeout=30).text)

    def page(self) -> str:
        """What the browser shows at the end of the last sign-in."""
        return self._pages.get(timeout=30)


@dataclass
class Home:
    """One installation that signs in to the fake server and keeps its login."""

    folders: Folders
    vault: Vault
    clock: FakeClock
    server: FakeAuthorizationServer
    browser: FakeBrowser
    shown: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    pauses: list[float] = field(default_factory=list[float])

    @property
    def audit(self) -> AuditLog:
        return AuditLog(self.folders.audit_file, self.clock)

    async def sign_in(
        self,
        challenge: str | None = None,
        client: ClientSettings = DEFAULT_CLIENT,
        timeout: float = 20,
        vault: Vault | None = None,
    ) -> Login:
        login = await sign_in(
            self.server.server,
            "default",
            vault=vault or self.vault,
            open_browser=self.browser,
            show=self.shown.append,
            clock=self.clock,
            timeout=timeout,
            challenge=challenge,
            client=client,
            audit=self.audit,
        )
        assert login is not None
        return login

    def tokens(
        self, vault: Vault | None = None, pause: Callable[[float], None] | None = None
    ) -> TokenManager:
        """Another window of the same installation."""
        return TokenManager(
            vault or Vault(self.folders, {"ASTRAVUE_VAULT_KEY": KEY}),
            self.server.server,
            "default",
            clock=self.clock,
            audit=self.audit,
            warn=self.warnings.append,
            pause=pause or self.pauses.append,
        )

    @contextlib.contextmanager
    def unwritable(self) -> Generator[None]:
        """Let the vault be read but not written, even for root: a folder stands where its lock belongs."""
        lock = self.folders.data / "vault.bin.lock"
        lock.unlink(missing_ok=True)
        lock.mkdir(parents=True)
        try:
            yield
        finally:
            lock.rmdir()
