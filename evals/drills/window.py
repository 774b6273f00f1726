"""One window of an installation without a screen: vault, token manager, bearer and workspace."""

import time
from collections.abc import Callable, Mapping
from typing import Self

from agent.auth.audit import AuditLog
from agent.auth.bearer import BearerAuth
from agent.auth.keychain import Keychain
from agent.auth.login import Login
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.system.folders import find_folders
from agent.workspace.workspace import Workspace
from evals.drills.home import PROFILE

READ = "astravue_get_current_user"


class PausingVault(Vault):
    """A vault that tells of each write before and after it, in the thread that writes.

    Args:
        environ: The process environment.
        on_write: Told “before write” and “after write”; it may never return.
        keychain_bound: Seconds for one call to the keychain.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        on_write: Callable[[str], None] | None = None,
        keychain_bound: float = 5.0,
    ) -> None:
        super().__init__(find_folders(environ), environ, keychain=Keychain(keychain_bound))
        self._on_write = on_write

    def save(self, login: Login) -> None:
        """Store a login."""
        if self._on_write is not None:
            self._on_write("before write")
        super().save(login)
        if self._on_write is not None:
            self._on_write("after write")


class Window:
    """The parts of the program that stand between a conversation and the server.

    Args:
        url: The MCP endpoint.
        environ: The process environment.
        vault: Where the login is.
        clock: Unix seconds, for the tokens.
    """

    def __init__(
        self, url: str, environ: Mapping[str, str], vault: Vault, clock: Callable[[], float] = time.time
    ) -> None:
        self.warnings: list[str] = []
        audit = AuditLog(find_folders(environ).audit_file)
        self.tokens = TokenManager(vault, url, PROFILE, clock=clock, audit=audit, warn=self.warnings.append)
        self.workspace = Workspace(url, auth=BearerAuth(self.tokens))

    async def __aenter__(self) -> Self:
        """Begin to connect."""
        await self.workspace.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave, as the program does."""
        await self.workspace.__aexit__(None, None, None)
        await self.tokens.aclose()

    async def call(self) -> None:
        """Call a tool that reads.

        Raises:
            AgentError: It could not be done.
        """
        result = await self.workspace.call_tool(READ, {})
        if result.is_error:
            raise RuntimeError(result.text)
