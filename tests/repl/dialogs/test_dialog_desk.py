"""Dialogs on a terminal: whose keys are whose, one question after the other, and giving one up."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.layout import BufferControl, HSplit, Layout, Window
from prompt_toolkit.output import DummyOutput

from agent.conversation import ToolCall
from agent.drawing.palette import Palette
from agent.events import ApprovalRequested, Decision
from agent.repl.dialogs.approvals import ApprovalAnswer
from agent.repl.dialogs.approving import Approving
from agent.repl.dialogs.choices import Line, YesOrNo
from agent.repl.dialogs.choosing import Choosing, Option
from agent.repl.dialogs.desk import Desk
from agent.repl.dialogs.dialog import Dialog, T
from agent.repl.dialogs.filling import Left
from agent.repl.dialogs.held_keys import QUIET, SETTLING
from agent.tools.tool import Effect, Tool

pytestmark = pytest.mark.anyio
ESCAPED = re.compile(r"\x1b\[[A-Z]|.", re.DOTALL)
LEFT, RIGHT, ENTER, BACKSPACE = "\x1b[D", "\x1b[C", "\r", "\x7f"


def rights() -> Approving:
    """A question with an answer that lasts."""
    call = ToolCall("c1", "create_task", "{}")
    tool = Tool("create_task", "Create task", "", {})
    return Approving(ApprovalRequested(call, tool, {}, Effect.WRITE, "Create task: “Report”", may_keep=True))


class FakeTimer:
    """Something that happens when a test says so."""

    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Bench:
    """A desk, a draft and a keyboard, and a time that passes when a test says so.

    Args:
        keys: The keyboard.
    """

    def __init__(self, keys: PipeInput) -> None:
        self.keys = keys
        self.now = 100.0
        self.draft = Buffer()
        self.timers: list[FakeTimer] = []
        self.desk = Desk(
            self.draft,
            Palette(plain=True),
            lambda: self.now,
            lambda: self.application,
            paste=self.draft.insert_text,
            after=self.after,
        )
        self.application: Application[None] = Application(
            layout=Layout(HSplit([Window(BufferControl(self.draft)), self.desk.container])),
            key_bindings=self.desk.bind_keys(),
            input=keys,
            output=DummyOutput(),
        )

    def after(self, delay: float, callback: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    async def ask(self, dialog: Dialog[T]) -> asyncio.Task[T]:
        """Have a question on the screen."""
        asked = asyncio.create_task(self.desk.ask(dialog))
        await asyncio.sleep(0)
        return asked

    async def press(self, keys: str) -> None:
        """Type, and have it taken."""
        for key in ESCAPED.findall(keys):
            self.keys.send_text(key)
            for _ in range(5):
                await asyncio.sleep(0)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        due = [timer for timer in self.timers if timer.at <= self.now + 1e-9]
        self.timers = [timer for timer in self.timers if timer not in due]
        for timer in due:
            if not timer.is_cancelled:
                timer.callback()
        for _ in range(5):
            await asyncio.sleep(0)


@asynccontextmanager
async def bench() -> AsyncGenerator[Bench, None]:
    with create_pipe_input() as keys:
        bench = Bench(keys)
        running = asyncio.create_task(bench.application.run_async())
        async with asyncio.timeout(10):
            yield bench
        bench.application.exit()
        await running


async def test_questions_are_asked_one_after_the_other() -> None:
    async with bench() as at:
        first, second = (asyncio.create_task(at.desk.ask(YesOrNo(text))) for text in ("One?", "Two?"))
        await at.press("y")
        await at.wait(SETTLING)
        assert await first
        assert "Two?" in at.desk.draw(80, 10)
        await at.press("n")
        await at.wait(SETTLING)
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


async def test_pasted_text_is_no_answer_but_is_kept_or_typed() -> None:
    async with bench() as at:
        pasted = "\x1b[200~y\x1b[201~"
        asked = await at.ask(YesOrNo("Sure?"))
        at.keys.send_text(pasted + "\r")
        assert not await asked
        assert at.draft.text == "y"
        line = await at.ask(Line("Name:"))
        await asyncio.sleep(0)
        await at.wait(2.0)
        at.keys.send_text(pasted + "\r")
        assert await line == "y"


async def test_a_question_that_is_given_up_has_no_answer_and_the_next_can_be_asked() -> None:
    async with bench() as at:
        asked = asyncio.create_task(at.desk.ask(YesOrNo("Sure?")))
        await asyncio.sleep(0)
        at.desk.give_up()
        with pytest.raises(asyncio.CancelledError):
            await asked
        again = await at.ask(YesOrNo("Sure now?"))
        await at.press("y")
        await at.wait(SETTLING)
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


async def test_a_letter_right_after_the_question_answers_once_it_has_settled() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press("y")
        await at.wait(SETTLING - 0.1)
        assert not asked.done()
        await at.wait(0.1)
        assert await asked == ApprovalAnswer(Decision.ALLOWED)
        assert at.draft.text == ""


async def test_later_a_letter_answers_once_it_is_quiet() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.wait(5.0)
        await at.press("y")
        await at.wait(QUIET - 0.1)
        assert not asked.done()
        await at.wait(0.1)
        assert await asked == ApprovalAnswer(Decision.ALLOWED)


@pytest.mark.parametrize("stood", [0.0, 5.0])
@pytest.mark.parametrize("message", ["tell me a joke", "yes and no", "all of them", "wait", "n.b.", "e"])
async def test_a_message_that_is_typed_at_a_question_is_a_message(message: str, stood: float) -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.wait(stood)
        for letter in f"{message} now":
            await at.press(letter)
            await at.wait(0.1)
        await at.wait(5.0)
        assert at.draft.text == f"{message} now"
        assert not asked.done()
        await at.press(ENTER)
        assert await asked == ApprovalAnswer(Decision.DECLINED)


async def test_a_draft_is_written_on_whatever_pauses_there_are() -> None:
    async with bench() as at:
        at.draft.insert_text("wr")
        asked = await at.ask(rights())
        await at.press("ite")
        await at.wait(1.5)
        await at.press(" also")
        await at.wait(5.0)
        await at.press("y")
        await at.wait(5.0)
        assert at.draft.text == "write alsoy"
        assert not asked.done()
        assert at.desk.draw(80, 10).endswith("\nArrows and Enter answer while you write")
        await at.press(BACKSPACE + LEFT * 9 + ENTER)
        assert await asked == ApprovalAnswer(Decision.ALLOWED)
        assert at.draft.text == "write also"


async def test_an_answer_that_was_walked_to_is_marked_no_more_once_a_message_goes_on() -> None:
    async with bench() as at:
        at.draft.insert_text("wr")
        asked = await at.ask(rights())
        await at.press(LEFT * 9 + "ite" + ENTER)
        assert await asked == ApprovalAnswer(Decision.DECLINED)


async def test_where_the_draft_is_deleted_letters_answer_again_after_a_while() -> None:
    async with bench() as at:
        at.draft.insert_text("w")
        asked = await at.ask(rights())
        await at.wait(5.0)
        await at.press(BACKSPACE + "n")
        await at.wait(SETTLING - 0.1)
        assert not asked.done()
        await at.wait(0.1)
        assert await asked == ApprovalAnswer(Decision.DECLINED)


@pytest.mark.parametrize(
    ("letter", "decision"), [("a", Decision.ALLOWED_FOR_SESSION), ("t", Decision.ALLOWED_ALWAYS)]
)
async def test_what_lasts_is_marked_by_its_letter_and_taken_by_enter(letter: str, decision: Decision) -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press(letter)
        await at.wait(5.0)
        assert not asked.done()
        assert f"❯ [{letter}]" in at.desk.draw(80, 10)
        assert "Enter to confirm" in at.desk.draw(80, 10)
        await at.press(ENTER)
        assert await asked == ApprovalAnswer(decision)


async def test_enter_right_behind_a_letter_takes_what_the_letter_means() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press("t" + ENTER)
        assert not asked.done()
        await at.wait(SETTLING)
        assert await asked == ApprovalAnswer(Decision.ALLOWED_ALWAYS)


async def test_a_message_whose_first_letter_was_taken_for_a_mark_has_it_back() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press("t")
        await at.wait(2.0)
        await at.press("ell me" + ENTER)
        assert await asked == ApprovalAnswer(Decision.DECLINED)
        assert at.draft.text == "tell me"


async def test_escape_is_a_no_whatever_letter_came_before() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press("y")
        at.keys.send_text("\x1b")
        assert await asked == ApprovalAnswer(Decision.DECLINED)


async def test_a_letter_can_be_taken_back_in_time() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press("y" + BACKSPACE)
        await at.wait(5.0)
        assert not asked.done()
        await at.press(ENTER)
        assert await asked == ApprovalAnswer(Decision.DECLINED)


async def test_a_letter_is_kept_where_the_question_goes_away() -> None:
    async with bench() as at:
        asked = await at.ask(rights())
        await at.press("y")
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await at.wait(5.0)
        assert at.draft.text == "y"


async def test_a_draft_is_not_typed_into_a_form_that_appears() -> None:
    async with bench() as at:
        at.draft.insert_text("half")
        asked = await at.ask(Line("Name:"))
        await at.press(" a message")
        await at.wait(2.0)
        await at.press("Alex" + ENTER)
        assert await asked == "Alex"
        assert at.draft.text == "half a message"
