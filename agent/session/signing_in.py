"""Signing in and out of the session's server; the conversation is kept whatever becomes of it."""

import threading
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.auth.browser import BrowserOpener
    from agent.session.backend import Backend


class SigningIn:
    """The sign-in of a session.

    Args:
        open_backend: Waits until the vault and the connection are at hand.
    """

    def __init__(self, open_backend: "Callable[[], Awaitable[Backend]]") -> None:
        self._open_backend = open_backend

    async def login(
        self,
        show: Callable[[str], None],
        read_pasted: Callable[[], Awaitable[str]] | None,
        *,
        open_browser: "BrowserOpener | None" = webbrowser.open,
    ) -> str:
        """Sign in with the browser.

        Args:
            show: Shows a line to the person, the address above all.
            read_pasted: Reads the address that the browser ended at, where somebody can paste it.
            open_browser: Opens the address; `None` leaves that to the person.

        Returns:
            A sentence that says that it worked.

        Raises:
            AgentError: The sign-in was refused, abandoned or impossible.
        """
        backend = await self._open_backend()
        return await backend.sign_in(show, read_pasted, open_browser)

    async def logout(self) -> str:
        """Sign out and return a sentence that says that it worked.

        Raises:
            AgentError: The sign-in could not be removed.
        """
        backend = await self._open_backend()
        return await backend.sign_out()

    async def forget(self) -> None:
        """Drop the stored sign-in without telling the server, which no longer knows it.

        Raises:
            VaultError: It could not be removed.
        """
        backend = await self._open_backend()
        await backend.forget()

    async def refresh(self) -> str:
        """Renew the tokens now, whether they are due or not.

        Raises:
            AgentError: They cannot be renewed; what is stored is kept.
        """
        backend = await self._open_backend()
        return await backend.refresh()


def open_address(address: str) -> None:
    """Open an address in the browser, without waiting for it."""

    def work() -> None:
        # Whatever a browser's launcher raises, the address is on the screen.
        with suppress(Exception):
            webbrowser.open(address)

    # A text browser holds its thread for as long as it runs, which must not hold up leaving.
    threading.Thread(target=work, name="browser", daemon=True).start()
