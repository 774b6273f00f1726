"""What is shown, or said, while a turn waits; the test holds the clock."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from agent.conversation import ToolCall
from agent.drawing.palette import Palette
from agent.drawing.themes import PLAIN
from agent.events import (
    CallOutcome,
    Event,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnStarted,
    WaitStarted,
)
from agent.model.protocol import TextDelta
from agent.repl.dialogs.questions import Questions
from agent.repl.reader import TurnReader
from agent.repl.screens.screen import Kind, Scrollback
from agent.tools.tool import Effect
from tests.repl.fake_screen import FakeScreen

pytestmark = pytest.mark.anyio


async def never() -> str:
    raise AssertionError("nobody signs in here")


class Turn:
    """A turn that stands still after its events.

    Args:
        events: What happened so far.
        palette: How it is shown.
    """

    def __init__(self, *events: Event, palette: Palette) -> None:
        self.now = 100.0
        self._events = events
        self._stands_still = asyncio.Event()
        self.screen = FakeScreen()
        self.screen.palette = palette
        self.scrollback = Scrollback(self.screen)
        questions = Questions(self.screen, self.scrollback, sign_in=never, open_address=lambda _: None)
        self.reader = TurnReader(
            self.screen,
            self.scrollback,
            questions,
            clock=lambda: self.now,
            waiting_for=lambda seconds: "Thinking" if seconds < 10 else "Waiting for small",
        )
        self._reading = asyncio.create_task(self.reader.read(self._play()))

    async def _play(self) -> AsyncGenerator[Event, None]:
        yield TurnStarted("Hi")
        for event in self._events:
            yield event
        self._stands_still.set()
        await asyncio.Event().wait()

    async def drawn_after(self, seconds: float) -> str:
        """What is live when so many seconds have passed since the last event."""
        await self._stands_still.wait()
        self.now += seconds
        return self.reader.draw_live(60)

    async def end(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


BARE = Palette(theme=replace(PLAIN, is_plain=False))
CALL = ToolCallStarted(ToolCall("1", "list_tasks", "{}"), "List tasks", {}, Effect.READ)


async def test_a_long_wait_says_who_it_is_for() -> None:
    turn = Turn(StepStarted(1), palette=BARE)
    assert "Thinking" in await turn.drawn_after(3)
    assert "Waiting for small" in await turn.drawn_after(9)
    await turn.end()


async def test_an_answer_that_hangs_in_its_middle_is_waited_for() -> None:
    turn = Turn(StepStarted(1), TextDelta("The beginning"), palette=BARE)
    assert await turn.drawn_after(1.5) == "The beginning"
    drawn = await turn.drawn_after(1.5)
    assert drawn.startswith("The beginning\n")
    assert "Thinking" in drawn
    await turn.end()


async def test_a_countdown_takes_the_place_of_the_spinner() -> None:
    turn = Turn(StepStarted(1), WaitStarted("Too many requests", 20), palette=BARE)
    assert "Waiting · 15 s left" in await turn.drawn_after(5)
    assert "Thinking" not in await turn.drawn_after(5)
    assert "Waiting for small" in await turn.drawn_after(11)
    await turn.end()


async def test_why_there_is_a_wait_is_said_once_however_often_it_waits() -> None:
    waits = (WaitStarted("Too many requests", 20), WaitStarted("Too many requests", 30))
    turn = Turn(StepStarted(1), *waits, palette=BARE)
    assert "Waiting · 25 s left" in await turn.drawn_after(5)
    assert turn.screen.text == "· Too many requests; waiting 20 s.\n"
    await turn.end()


async def test_where_words_are_wanted_each_wait_is_said() -> None:
    waits = (WaitStarted("Too many requests", 20), WaitStarted("Too many requests", 30))
    turn = Turn(*waits, palette=Palette(plain=True))
    await turn.drawn_after(5)
    assert turn.screen.text.count("Too many requests") == 2
    await turn.end()


async def test_what_is_known_of_a_stopped_call_stands_apart_from_what_follows() -> None:
    turn = Turn(StepStarted(1), CALL, palette=BARE)
    await turn.drawn_after(1)
    await turn.end()
    turn.scrollback.write(Kind.REMARK, "Stopped.\n")
    assert turn.screen.text == "⊘ List tasks · stopped\n\nStopped.\n"


async def test_a_failed_call_says_why_below_its_line() -> None:
    reason = (
        "The arguments do not fit the tool's schema: 'spaceId' is a required property, so nothing was sent."
    )
    failed = ToolCallFinished(CALL.call, "List tasks", CallOutcome.INVALID, reason)
    turn = Turn(StepStarted(1), failed, palette=BARE)
    turn.screen.columns = 40
    await turn.drawn_after(1)
    assert turn.screen.text.splitlines() == [
        "✗ List tasks · failed",
        "  The arguments do not fit the tool's",
        "  schema: 'spaceId' is a required",
        "  property, so nothing was sent.",
    ]
    await turn.end()


async def test_nothing_is_live_where_words_are_wanted_and_a_long_wait_is_said() -> None:
    turn = Turn(StepStarted(1), CALL, palette=Palette(plain=True))
    assert await turn.drawn_after(9.5) == ""
    turn.reader.tick()
    assert "so far" not in turn.screen.text
    await turn.drawn_after(1)
    turn.reader.tick()
    turn.reader.tick()
    assert turn.screen.text.count("Waiting for List tasks, 10 seconds so far\n") == 1
    await turn.end()
