"""Questions about a call: what is shown, and which key leads to what."""

import pytest

from agent.conversation import ToolCall
from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.events import ApprovalRequested, Change, Decision
from agent.repl.dialogs.approvals import ApprovalAnswer
from agent.repl.dialogs.approving import Approving
from agent.repl.dialogs.dialog import Key
from agent.tools.tool import Effect, Tool

PLAIN = Palette(plain=True)
CHANGES = (Change("taskId", "taskId", "", "“Fix login” (7)"), Change("status", "status", "OPEN", "Done"))


def request(
    *, effect: Effect = Effect.WRITE, changes: tuple[Change, ...] = CHANGES, is_edited: bool = False
) -> ApprovalRequested:
    return ApprovalRequested(
        ToolCall("c1", "update_task", "{}"),
        Tool("update_task", "Update task", "", {}),
        {},
        effect,
        "Update task: “Fix login” (7)",
        (*(f"{each.name}: {each.after}" for each in changes if not each.before), "with it: 3 comments"),
        undo="/undo can take it back.",
        may_keep=True,
        may_edit=True,
        changes=changes,
        is_edited=is_edited,
    )


def press(dialog: Approving, *keys: str) -> ApprovalAnswer | None:
    for key in keys:
        dialog.take_key(key)
    return dialog.answer


@pytest.mark.parametrize(
    ("keys", "decision"),
    [
        (["y"], Decision.ALLOWED),
        (["a", Key.ENTER], Decision.ALLOWED_FOR_SESSION),
        (["t", Key.ENTER], Decision.ALLOWED_ALWAYS),
        (["t", "y"], Decision.ALLOWED),
        (["t", Key.ESCAPE], Decision.DECLINED),
        (["e"], Decision.EDITED),
        (["n"], Decision.DECLINED),
        ([Key.ENTER], Decision.DECLINED),
        ([Key.ESCAPE], Decision.DECLINED),
        ([Key.RIGHT, Key.TAB, Key.DOWN, Key.ENTER], Decision.DECLINED),
        ([Key.LEFT] * 5 + [Key.ENTER], Decision.ALLOWED),
        ([Key.UP] * 5 + [Key.DOWN, Key.ENTER], Decision.ALLOWED_FOR_SESSION),
        ([Key.LEFT, Key.RIGHT, Key.ENTER], Decision.DECLINED),
    ],
)
def test_letters_and_arrows_lead_to_the_same_answers(keys: list[str], decision: Decision) -> None:
    assert press(Approving(request()), *keys) == ApprovalAnswer(decision)


@pytest.mark.parametrize("key", ["x", " ", "7", "a", "t", Key.PAGE_DOWN, Key.BACKSPACE])
def test_other_keys_answer_nothing(key: str) -> None:
    assert press(Approving(request()), key) is None


def test_a_no_may_have_a_reason() -> None:
    dialog = Approving(request())
    assert press(dialog, "r") is None
    assert (dialog.typed, dialog.prompt) == ("", "Why not: ")
    dialog.type("wrong task ")
    assert press(dialog, Key.ENTER) == ApprovalAnswer(Decision.DECLINED, "wrong task")


def test_whoever_wants_to_give_a_reason_may_still_go_back() -> None:
    dialog = Approving(request())
    assert press(dialog, "r", Key.ESCAPE) is None
    assert dialog.typed is None
    assert press(dialog, "y") == ApprovalAnswer(Decision.ALLOWED)


def test_what_changes_stands_above_the_answers() -> None:
    assert Approving(request()).draw(80, 20, PLAIN).split("\n") == [
        "Update task: “Fix login” (7)",
        "  taskId  “Fix login” (7)",
        "  status  OPEN → Done",
        "  with it: 3 comments",
        "This changes your workspace. /undo can take it back.",
        "  [y] yes    [a] always for this session    [t] always for this tool",
        "  [e] change it first    [r] no, and say why  ❯ [n] no (default)",
    ]


def test_arguments_that_the_user_changed_are_called_so() -> None:
    assert "(changed by you)" in Approving(request(is_edited=True)).draw(80, 20, PLAIN)


def test_what_cannot_be_undone_says_so_in_words() -> None:
    drawn = Approving(request(effect=Effect.DESTRUCTIVE)).draw(80, 20, PLAIN)
    assert "Destructive: /undo can take it back." in drawn
    assert "[a]" not in drawn


MANY = tuple(Change(f"field{number:02}", f"field{number:02}", "", "x") for number in range(30))


@pytest.mark.parametrize(("columns", "rows"), [(80, 20), (40, 15), (40, 12)])
def test_a_long_call_is_shown_in_parts_and_the_answers_always(columns: int, rows: int) -> None:
    dialog = Approving(request(changes=MANY))
    seen = ""
    for _ in range(30):
        drawn = dialog.draw(columns, rows, PLAIN)
        lines = drawn.split("\n")
        assert len(lines) <= rows
        assert max(map(width, lines)) <= columns
        assert "[n] no (default)" in drawn
        seen += drawn
        dialog.take_key(Key.PAGE_DOWN)
    assert all(each.name in seen for each in MANY)
    assert "with it: 3 comments" in seen


def test_paging_back_shows_the_beginning_again() -> None:
    dialog = Approving(request(changes=MANY))
    first = dialog.draw(80, 15, PLAIN)
    assert "below · PgUp, PgDn" in first
    dialog.take_key(Key.PAGE_DOWN)
    assert dialog.draw(80, 15, PLAIN) != first
    dialog.take_key(Key.PAGE_UP)
    assert dialog.draw(80, 15, PLAIN) == first
