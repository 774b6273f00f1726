"""How the browser is opened for a sign-in, and what is said where none can be."""

import asyncio
import threading
from dataclasses import dataclass, field
from queue import Queue

import pytest

from agent.auth.browser import Person
from agent.auth.callback import CallbackListener

pytestmark = pytest.mark.anyio

ADDRESS = "https://accounts.example.com/authorize?state=s"
NO_BROWSER = "No browser could be opened here: open the address in any browser."


@dataclass
class FakeBrowser:
    """A launcher that takes the address and says how that went."""

    answer: object
    opened: list[str] = field(default_factory=list[str])
    threads: Queue[threading.Thread] = field(default_factory=Queue[threading.Thread])

    def __call__(self, address: str) -> object:
        self.opened.append(address)
        self.threads.put(threading.current_thread())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def end(self) -> threading.Thread:
        """Wait until the thread that opened it has ended, and give it."""
        thread = self.threads.get(timeout=20)
        thread.join(timeout=20)
        return thread


async def send(browser: FakeBrowser) -> tuple[list[str], threading.Thread]:
    """Send somebody to the address who pastes the answer once the browser was opened.

    Returns:
        What was shown, and which thread opened the browser.
    """
    shown: list[str] = []
    threads: list[threading.Thread] = []

    async def paste() -> str:
        threads.append(await asyncio.to_thread(browser.end))
        return "code=c&state=s"

    async with CallbackListener() as listener:
        redirect = await Person(browser, paste, shown.append, timeout=20).send_to(ADDRESS, listener)
    assert (redirect.code, redirect.state) == ("c", "s")
    return shown, threads[0]


async def test_a_browser_is_given_the_address_that_is_shown() -> None:
    browser = FakeBrowser(None)
    shown, _ = await send(browser)
    assert shown == [ADDRESS]
    assert browser.opened == [ADDRESS]


@pytest.mark.parametrize("answer", [True, None, 0, "opened"])
async def test_a_launcher_worked_unless_it_says_no(answer: object) -> None:
    shown, _ = await send(FakeBrowser(answer))
    assert shown == [ADDRESS]


@pytest.mark.parametrize("answer", [False, OSError("no display"), ValueError("no browser")])
async def test_where_no_browser_opens_the_person_is_told(answer: object) -> None:
    shown, _ = await send(FakeBrowser(answer))
    assert shown == [ADDRESS, NO_BROWSER]


async def test_a_browser_that_holds_on_does_not_keep_the_program_from_ending() -> None:
    _, thread = await send(FakeBrowser(True))
    assert (thread.name, thread.daemon) == ("browser", True)


async def test_an_asynchronous_opener_is_given_the_address() -> None:
    opened: list[str] = []
    came = asyncio.Event()

    async def open_browser(address: str) -> None:
        opened.append(address)
        came.set()

    async def paste() -> str:
        await came.wait()
        return "error=access_denied&state=s"

    shown: list[str] = []
    async with CallbackListener() as listener:
        redirect = await Person(open_browser, paste, shown.append, timeout=20).send_to(ADDRESS, listener)
    assert (opened, shown, redirect.error) == ([ADDRESS], [ADDRESS], "access_denied")
