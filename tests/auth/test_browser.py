"""How the browser is opened for a sign-in, and what is said where none can be."""

import asyncio
import threading
from dataclasses import dataclass, field

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
    thread: threading.Thread | None = None

    def __call__(self, address: str) -> object:
        self.opened.append(address)
        self.thread = threading.current_thread()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def send(browser: FakeBrowser) -> list[str]:
    """Send somebody to the address who pastes the answer once the browser was opened; give what was shown."""
    shown: list[str] = []

    async def paste() -> str:
        while browser.thread is None:
            await asyncio.sleep(0)
        await asyncio.to_thread(browser.thread.join)
        return "code=c&state=s"

    async with CallbackListener() as listener:
        redirect = await Person(browser, paste, shown.append, timeout=20).send_to(ADDRESS, listener)
    assert (redirect.code, redirect.state) == ("c", "s")
    return shown


async def test_a_browser_is_given_the_address_that_is_shown() -> None:
    browser = FakeBrowser(None)
    assert await send(browser) == [ADDRESS]
    assert browser.opened == [ADDRESS]


@pytest.mark.parametrize("answer", [True, None, 0, "opened"])
async def test_a_launcher_worked_unless_it_says_no(answer: object) -> None:
    assert await send(FakeBrowser(answer)) == [ADDRESS]


@pytest.mark.parametrize("answer", [False, OSError("no display"), ValueError("no browser")])
async def test_where_no_browser_opens_the_person_is_told(answer: object) -> None:
    assert await send(FakeBrowser(answer)) == [ADDRESS, NO_BROWSER]


async def test_a_browser_that_holds_on_does_not_keep_the_program_from_ending() -> None:
    browser = FakeBrowser(True)
    await send(browser)
    assert browser.thread is not None
    assert (browser.thread.name, browser.thread.daemon) == ("browser", True)


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
