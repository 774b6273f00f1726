"""How the chat asks, and which key means what."""

import pytest

from agent.conversation import ToolCall
from agent.drawing.palette import Palette
from agent.events import ApprovalRequested, Decision
from agent.repl.answers.rendering import BlockRenderer
from agent.repl.dialogs.approvals import ApprovalAnswer, apply_answer, draw_request, find_choice
from agent.tools.tool import Effect, Tool

PLAIN = Palette(plain=True)


def request(
    effect: Effect = Effect.WRITE,
    *,
    may_remember: bool = True,
    may_keep: bool = True,
    may_edit: bool = True,
    because: str = "",
) -> ApprovalRequested:
    return ApprovalRequested(
        ToolCall("c1", "update_task", "{}"),
        Tool("update_task", "Update task", "", {}),
        {},
        effect,
        "Update task: “Fix\x1b[2J login”",
        ("status: OPEN → Done\u202e",),
        because=because,
        may_remember=may_remember,
        may_keep=may_keep,
        may_edit=may_edit,
    )


def chosen(line: str, asked: ApprovalRequested) -> tuple[Decision, bool] | None:
    """The decision that a typed line stands for, and whether a reason is asked for."""
    choice = find_choice(line, asked)
    return None if choice is None else (choice.decision, choice.asks_why)


@pytest.mark.parametrize(
    ("line", "decision"),
    [
        ("y", (Decision.ALLOWED, False)),
        ("YES", (Decision.ALLOWED, False)),
        ("a", (Decision.ALLOWED_FOR_SESSION, False)),
        ("t", (Decision.ALLOWED_ALWAYS, False)),
        ("e", (Decision.EDITED, False)),
        ("n", (Decision.DECLINED, False)),
        ("r", (Decision.DECLINED, True)),
        ("", (Decision.DECLINED, False)),
        ("x", None),
    ],
)
def test_each_line_has_its_meaning_and_enter_means_no(
    line: str, decision: tuple[Decision, bool] | None
) -> None:
    assert chosen(line, request()) == decision


@pytest.mark.parametrize("asked", [request(Effect.DESTRUCTIVE), request(may_remember=False)])
def test_no_lasting_answer_is_offered_or_taken_where_none_may_hold(asked: ApprovalRequested) -> None:
    drawn = draw_request(asked, PLAIN)
    assert "always" not in drawn
    assert chosen("a", asked) is None
    assert chosen("t", asked) is None
    assert chosen("", asked) == (Decision.DECLINED, False)


def test_what_cannot_be_kept_is_offered_for_the_session_only() -> None:
    drawn = draw_request(request(may_keep=False), PLAIN)
    assert "[a] always for this session" in drawn
    assert "[t]" not in drawn


def test_what_cannot_be_changed_is_not_offered_for_it() -> None:
    asked = request(may_edit=False)
    assert "[e]" not in draw_request(asked, PLAIN)
    assert chosen("e", asked) is None


def test_a_reason_is_handed_on_to_the_model_on_one_line() -> None:
    asked = request()
    apply_answer(asked, ApprovalAnswer(Decision.DECLINED, "not\nthis one"))
    assert asked.decision is Decision.DECLINED
    assert "“not this one”" in asked.reason


def test_without_a_reason_the_model_is_told_what_the_program_says() -> None:
    asked = request()
    told = asked.reason
    apply_answer(asked, ApprovalAnswer(Decision.DECLINED))
    assert asked.reason == told


def test_why_it_asks_again_is_shown_and_nothing_steers_the_terminal() -> None:
    drawn = draw_request(request(because="You have not named \x1b]0;x\x07task 8."), PLAIN)
    assert "You have not named task 8." in drawn
    assert "Update task: “Fix login”" in drawn
    assert not {"\x1b", "\x07", "\u202e"} & set(drawn)


@pytest.mark.parametrize(
    "text",
    [
        "[https://app.astravue.com](https://collect.example/x)",
        "![logo](https://collect.example/i.png?d=1)",
        "[click][1]\n\n[1]: https://collect.example/x",
    ],
)
def test_a_link_or_an_image_in_an_answer_shows_where_it_leads(text: str) -> None:
    assert "https://collect.example/" in BlockRenderer().render(text, 200)
