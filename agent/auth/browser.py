"""The person's half of a sign-in: a browser, and an address pasted back."""

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from agent.auth.callback import CallbackListener, Redirect, parse_redirect

BrowserOpener = Callable[[str], object]
PasteReader = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """How to reach whoever signs in.

    Args:
        open_browser: Called once with the address; an async function may also finish the sign-in
            itself, and what it raises ends it. None leaves the browser to the person.
        read_pasted: Reads a line that the person pasted; raises EOFError when no more can come.
        show: Shows a line to the person.
        timeout: How long the person has, in seconds.
    """

    open_browser: BrowserOpener | None
    read_pasted: PasteReader | None
    show: Callable[[str], None]
    timeout: float

    async def send_to(self, address: str, listener: CallbackListener) -> Redirect:
        """Show the address, open it, and wait for the browser or for a pasted address.

        Raises:
            TimeoutError: Neither came in time.
        """
        self.show(address)
        ways: list[Coroutine[Any, Any, Redirect | None]] = [listener.redirect()]
        if self.read_pasted is not None:
            ways.append(self._pasted(self.read_pasted))
        if self.open_browser is not None:
            ways.append(self._open(self.open_browser, address))
        waiting = {asyncio.ensure_future(way) for way in ways}
        try:
            async with asyncio.timeout(self.timeout):
                while True:
                    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    waiting -= done
                    for task in done:
                        if (redirect := task.result()) is not None:
                            return redirect
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _pasted(self, read_pasted: PasteReader) -> Redirect | None:
        while True:
            try:
                text = await read_pasted()
            except EOFError:
                return None
            try:
                return parse_redirect(text)
            except ValueError:
                if text.strip():
                    self.show("That is not the address that the browser ends at. Paste the whole of it.")
            await asyncio.sleep(0)

    async def _open(self, open_browser: BrowserOpener, address: str) -> None:
        if inspect.iscoroutinefunction(open_browser):
            await open_browser(address)
        elif not await _in_daemon_thread(lambda: open_browser(address)):
            self.show("No browser could be opened here: open the address in any browser.")


async def _in_daemon_thread(call: Callable[[], object]) -> bool:
    """Run a call that may never return (a text browser holds the terminal), and say whether it worked."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def settle(worked: bool) -> None:
        if not answer.done():
            answer.set_result(worked)

    def work() -> None:
        try:
            worked = call() is not False
        except Exception:  # whatever a browser's launcher raises, the address is on the screen
            worked = False
        with contextlib.suppress(RuntimeError):  # the sign-in may be long over, and its loop closed
            loop.call_soon_threadsafe(settle, worked)

    threading.Thread(target=work, name="browser", daemon=True).start()
    return await answer
