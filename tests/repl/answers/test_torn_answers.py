"""An answer in the middle of which a command was given."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from agent.conversation import ToolCall
from agent.drawing.palette import Palette
from agent.events import CallOutcome, Event, StepFinished, ToolCallFinished, TurnFinished
from agent.model.protocol import FinishReason, TextDelta, Usage
from agent.repl.dialogs.questions import Questions
from agent.repl.reader import TurnReader
from agent.repl.screens.screen import Kind, Scrollback
from tests.repl.fake_screen import FakeScreen

pytestmark = pytest.mark.anyio

CALL = ToolCall("1", "list_tasks", "{}")


async def never() -> str:
    raise AssertionError("nobody signs in here")


async def read(*events: Event | str, plain: bool = False) -> str:
    """Read a turn; the texts are commands, which are given between its events; those with “!” fail."""
    screen = FakeScreen()
    if plain:
        screen.palette = Palette(plain=True)
    scrollback = Scrollback(screen)

    async def play() -> AsyncGenerator[Event, None]:
        for event in events:
            if isinstance(event, str) and event.startswith("!"):
                scrollback.write(Kind.REMARK, f"✗ There is no {event[1:]}\n")
            elif isinstance(event, str):
                scrollback.write(Kind.MESSAGE, f"❯ {event}\n")
                scrollback.write(Kind.OUTPUT, f"what {event} says\n")
            else:
                yield event
            await asyncio.sleep(0)

    questions = Questions(screen, scrollback, sign_in=never, open_address=lambda _: None)
    reader = TurnReader(screen, scrollback, questions, clock=lambda: 0.0, waiting_for=lambda _: "Thinking")
    await reader.read(play())
    return "\n".join(line.rstrip() for line in screen.text.splitlines())


def says(text: str) -> list[TextDelta | StepFinished]:
    return [TextDelta(text), StepFinished(1, text, (), FinishReason.STOP, Usage())]


END = TurnFinished("", Usage(), 1)


async def test_it_says_where_it_goes_on() -> None:
    shown = await read(TextDelta("One.\n\nTwo.\n\n"), "/cost", *says("Three.\n\nFour."), END)
    assert shown == "\n\n".join(
        ["One.", "❯ /cost", "what /cost says", "… the answer goes on:", "Two.", "Three.", "Four."]
    )


async def test_it_says_where_it_begins_if_the_question_is_further_above() -> None:
    shown = await read("/cost", *says("One.\n\nTwo."), END)
    assert shown == "❯ /cost\n\nwhat /cost says\n\n… the answer:\n\nOne.\n\nTwo."


async def test_it_says_so_once_after_several_commands() -> None:
    shown = await read(TextDelta("One.\n\nTwo.\n\n"), "/cost", "/theme", *says("Three."), END)
    assert shown.count("the answer goes on") == 1


async def test_a_call_in_between_changes_nothing_about_that() -> None:
    called = ToolCallFinished(CALL, "List tasks", CallOutcome.SUCCEEDED, "six", [1, 2], 0.1)
    shown = await read(*says("Let me look."), "/cost", called, *says("Two."), END)
    assert "✓ List tasks · 2 items · 0.1 s\n\n… the answer goes on:\n\nTwo." in shown


async def test_calls_alone_do_not_tear_it() -> None:
    called = ToolCallFinished(CALL, "List tasks", CallOutcome.SUCCEEDED, "six", [1, 2], 0.1)
    assert "goes on" not in await read(*says("Let me look."), called, *says("Two."), END)


async def test_it_stands_apart_from_a_command_that_failed() -> None:
    shown = await read(TextDelta("One.\n\nTwo.\n\n"), "!/nonsense", *says("Three."), END)
    assert "✗ There is no /nonsense\n\n… the answer goes on:\n\nTwo." in shown


async def test_nothing_goes_on_after_the_last_of_it() -> None:
    assert "goes on" not in await read(*says("One."), "/cost", END)


async def test_it_is_said_in_a_sentence_where_words_are_wanted() -> None:
    shown = await read(TextDelta("One.\n\nTwo.\n\n"), "/cost", *says("Three."), END, plain=True)
    assert "what /cost says\n\nThe answer goes on:\n\nT" in shown
