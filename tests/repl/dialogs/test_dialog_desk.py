"""Dialogs on a terminal: whose keys are whose, one question after the other, and giving one up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.layout import BufferControl, HSplit, Layout, Window
from prompt_toolkit.output import DummyOutput

from agent.repl.dialogs.choices import Line, YesOrNo
from agent.repl.dialogs.choosing import Choosing, Option
from agent.repl.dialogs.desk import Desk
from agent.repl.dialogs.filling import Left
from agent.repl.palette import Palette

pytestmark = pytest.mark.anyio


class Bench:
    """A desk, a draft and a keyboard.

    Args:
        keys: The keyboard.
    """

    def __init__(self, keys: PipeInput) -> None:
        self.keys = keys
        self.now = 100.0
        self.draft = Buffer()
        self.desk = Desk(self.draft, Palette(plain=True), lambda: self.now, lambda: self.application)
        self.application: Application[None] = Application(
            layout=Layout(HSplit([Window(BufferControl(self.draft)), self.desk.container])),
            key_bindings=self.desk.bind_keys(),
            input=keys,
            output=DummyOutput(),
        )


@asynccontextmanager
async def bench() -> AsyncGenerator[Bench, None]:
    with create_pipe_input() as keys:
        bench = Bench(keys)
        running = asyncio.create_task(bench.application.run_async())
        yield bench
        bench.application.exit()
        await running


async def test_questions_are_asked_one_after_the_other() -> None:
    async with bench() as at:
        first, second = (asyncio.create_task(at.desk.ask(YesOrNo(text))) for text in ("One?", "Two?"))
        at.keys.send_text("y")
        assert await first
        assert "Two?" in at.desk.draw(80, 10)
        at.keys.send_text("n")
        assert not await second
        assert not at.desk.is_asking


async def test_what_is_typed_for_a_dialog_is_not_typed_into_the_draft() -> None:
    async with bench() as at:
        at.draft.text = "half a message"
        asked = asyncio.create_task(at.desk.ask(Line("Name:")))
        await asyncio.sleep(0)
        at.now += 2.0
        at.keys.send_text("Alex\r")
        assert await asked == "Alex"
        assert at.draft.text == "half a message"
        assert at.application.layout.has_focus(at.draft)


async def test_keys_edit_the_line_of_a_dialog_and_move_what_it_shows() -> None:
    async with bench() as at:
        options = [Option("red"), Option("green"), Option("grey")]
        asked = asyncio.create_task(at.desk.ask(Choosing("Which?", options)))
        at.keys.send_text("grX\x7f\x1b[B\r")
        assert await asked == 2
        asked = asyncio.create_task(at.desk.ask(Choosing("Which?", options)))
        at.keys.send_text("\x1b")
        assert await asked is Left.CANCELLED


async def test_pasted_text_is_no_answer_but_may_be_typed() -> None:
    async with bench() as at:
        pasted = "\x1b[200~y\x1b[201~"
        asked = asyncio.create_task(at.desk.ask(YesOrNo("Sure?")))
        at.keys.send_text(pasted + "n")
        assert not await asked
        line = asyncio.create_task(at.desk.ask(Line("Name:")))
        at.keys.send_text(pasted + "\r")
        assert await line == "y"


async def test_a_question_that_is_given_up_has_no_answer_and_the_next_can_be_asked() -> None:
    async with bench() as at:
        asked = asyncio.create_task(at.desk.ask(YesOrNo("Sure?")))
        await asyncio.sleep(0)
        at.desk.give_up()
        with pytest.raises(asyncio.CancelledError):
            await asked
        again = asyncio.create_task(at.desk.ask(YesOrNo("Sure now?")))
        at.keys.send_text("y")
        assert await again


async def test_a_long_line_takes_the_rows_that_it_needs() -> None:
    async with bench() as at:
        asked = asyncio.create_task(at.desk.ask(Line("Name:")))
        await asyncio.sleep(0)
        assert at.desk.line_rows(40) == 1
        at.keys.send_text("x" * 100 + "\n" + "y\r")
        assert len(await asked) == 102
        assert at.desk.line_rows(40) == 1
        long = Line("Name:")
        long.typed = "x" * 100 + "\ny"
        asked = asyncio.create_task(at.desk.ask(long))
        await asyncio.sleep(0)
        assert at.desk.line_rows(40) == 4
        at.keys.send_text("\r")
        await asked
