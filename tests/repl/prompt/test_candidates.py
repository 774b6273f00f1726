"""Choices that are fetched in the background."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from agent.errors import ServerError
from agent.repl.fetched import Fetched
from agent.repl.prompt.candidates import Choice


class FakeList:
    """Answers with what it holds, and counts."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices
        self.asked = 0
        self.arrivals = 0
        self.fails = False
        self.now = 0.0

    async def fetch(self) -> Sequence[Choice]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.fails:
            raise ServerError("The server cannot be reached.")
        return [Choice(each) for each in self.choices]

    def arrived(self) -> None:
        self.arrivals += 1

    def clock(self) -> float:
        return self.now

    @property
    def source(self) -> Fetched[Choice]:
        return Fetched(self.fetch, self.arrived, clock=self.clock)


def in_a_loop(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    """Run a test in an event loop of its own."""

    def run() -> None:
        asyncio.run(test())

    return run


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@in_a_loop
async def test_nothing_is_known_at_first_and_what_arrives_is_told() -> None:
    listed = FakeList("a", "b")
    source = listed.source
    assert source() == ()
    await settle()
    assert source() == (Choice("a"), Choice("b"))
    assert (listed.asked, listed.arrivals) == (1, 1)


@in_a_loop
async def test_it_is_fetched_once_until_it_is_old() -> None:
    listed = FakeList("a")
    source = listed.source
    for _ in range(3):
        source()
        await settle()
    assert listed.asked == 1
    listed.now, listed.choices = 31.0, ("b",)
    assert source() == (Choice("a"),)
    await settle()
    assert source() == (Choice("b"),)
    assert (listed.asked, listed.arrivals) == (2, 2)


@in_a_loop
async def test_the_same_again_is_not_told() -> None:
    listed = FakeList("a")
    source = listed.source
    source()
    await settle()
    listed.now = 31.0
    source()
    await settle()
    assert (listed.asked, listed.arrivals) == (2, 1)


@in_a_loop
async def test_what_cannot_be_fetched_is_not_offered_and_not_asked_for_at_each_key() -> None:
    listed = FakeList("a")
    listed.fails = True
    source = listed.source
    for _ in range(3):
        assert source() == ()
        await settle()
    assert (listed.asked, listed.arrivals) == (1, 0)
