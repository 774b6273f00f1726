"""`/undo` in the chat: what is shown, when it asks, and what it does."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from agent.drawing.palette import Palette
from agent.errors import UsageError
from agent.events import Event
from agent.repl.undoing import run_undo
from agent.undo.plan import Listed, UndoPlan
from agent.undo.record import UndoCall
from tests.repl.fake_host import CREATE_TASK, DELETE_TASK, FakeHost

pytestmark = pytest.mark.anyio

PLAN = UndoPlan(
    call_id="c1",
    did="Update Task: “Fix login”",
    says="set “Fix login” back to status OPEN",
    calls=((0, UndoCall(CREATE_TASK.name, {"title": "a"})), (1, UndoCall(DELETE_TASK.name, {"taskId": 7}))),
    titles=("Update Task", "Update Task"),
)


class Chatting:
    """What a user types and sees.

    Args:
        host: The program behind the chat.
        agrees: Says yes when asked.
        columns: The width of the screen, if it does not break lines by itself.
    """

    def __init__(self, host: FakeHost, *, agrees: bool = True, columns: int | None = None) -> None:
        self.host = host
        self.shown = ""
        self.asked: list[str] = []
        self.events: list[Event] = []
        self._agrees = agrees
        self._columns = columns

    async def undo(self, rest: str = "") -> None:
        await run_undo(
            rest,
            self.host,
            palette=Palette(plain=True),
            columns=self._columns,
            show=self._show,
            confirm=self._confirm,
            read=self._read,
        )

    def _show(self, text: str) -> None:
        self.shown += text

    async def _confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self._agrees

    async def _read(self, events: AsyncGenerator[Event, None]) -> None:
        async for event in events:
            self.events.append(event)


async def test_what_will_be_done_is_shown_and_done() -> None:
    chatting = Chatting(FakeHost(plan=PLAN))
    await chatting.undo()
    assert chatting.shown == (
        "Undo · Update Task: “Fix login”\n  set “Fix login” back to status OPEN\n  by Update Task\n"
    )
    assert chatting.asked == []
    assert chatting.host.log[:2] == ["plan None", 'call astravue_create_task {"title":"a"}']
    assert 'call astravue_delete_task {"taskId":7}' in chatting.host.log


async def test_what_is_passed_over_and_what_is_lost_is_told() -> None:
    plan = replace(
        PLAN, passed=(("Stop Timer", "it cannot run on"),), lost=("that people were told",), is_redo=True
    )
    chatting = Chatting(FakeHost(plan=plan))
    await chatting.undo()
    lines = chatting.shown.splitlines()
    assert lines[0] == "Not undone: Stop Timer, as it cannot run on."
    assert lines[1] == "Redo · Update Task: “Fix login”"
    assert lines[-1] == "  This does not come back: that people were told."


@pytest.mark.parametrize("agrees", [True, False])
async def test_what_changed_since_is_overwritten_only_if_the_user_agrees(agrees: bool) -> None:
    plan = replace(PLAN, changed=("“Fix login”: status was DONE, is now OPEN",))
    chatting = Chatting(FakeHost(plan=plan), agrees=agrees)
    await chatting.undo()
    assert "Changed since: “Fix login”: status was DONE, is now OPEN." in chatting.shown
    assert chatting.asked == ["Undo it all the same?"]
    assert bool(chatting.events) is agrees


async def test_a_number_names_a_change_of_the_list() -> None:
    chatting = Chatting(FakeHost(plan=PLAN))
    await chatting.undo("3")
    assert chatting.host.log[0] == "plan 3"


@pytest.mark.parametrize("rest", ["everything", "-1", "1 2", "³"])
async def test_anything_else_is_refused(rest: str) -> None:
    with pytest.raises(UsageError, match="takes nothing, “list”, or a number"):
        await Chatting(FakeHost(plan=PLAN)).undo(rest)


async def test_the_list_numbers_the_changes_and_says_what_can_be_done_about_each() -> None:
    changes = (
        Listed(1, "Delete Task: “A”", "it is gone", can=False, is_undone=False),
        Listed(2, "Create Task: “B”", "delete the task “B”", can=True, is_undone=False),
        Listed(3, "Create Task: “C”", "delete the task “C”", can=True, is_undone=True),
    )
    chatting = Chatting(FakeHost(changes=changes))
    await chatting.undo("LIST")
    assert chatting.shown.splitlines() == [
        "1  Delete Task: “A”",
        "   cannot be undone: it is gone",
        "2  Create Task: “B”",
        "   can be undone: delete the task “B”",
        "3  Create Task: “C”",
        "   was undone",
    ]


async def test_a_narrow_list_is_broken_between_words_below_its_numbers() -> None:
    changes = (
        Listed(
            10,
            "Update Task: “Prepare the launch”",
            "set it back to OPEN, due on Friday",
            can=True,
            is_undone=False,
        ),
    )
    chatting = Chatting(FakeHost(changes=changes), columns=26)
    await chatting.undo("list")
    assert chatting.shown.splitlines() == [
        "10  Update Task: “Prepare",
        "    the launch”",
        "    can be undone: set it",
        "    back to OPEN, due on",
        "    Friday",
    ]


async def test_an_empty_list_says_so() -> None:
    chatting = Chatting(FakeHost())
    await chatting.undo("list")
    assert chatting.shown == "Nothing was changed in this conversation.\n"


async def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    plan = replace(
        PLAN, did="Update\x1b[2J", says="set \x1b]0;x\x07", changed=("a\x1b[2J",), lost=("b\x1b[2J",)
    )
    chatting = Chatting(FakeHost(plan=plan))
    await chatting.undo()
    assert "\x1b" not in chatting.shown
