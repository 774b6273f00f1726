"""How the chat asks, and which key means what."""

import pytest

from agent.conversation import ToolCall
from agent.events import ApprovalRequested, Decision
from agent.repl.approvals import decide, draw_request
from agent.repl.palette import Palette
from agent.repl.rendering import BlockRenderer
from agent.tools.tool import Effect, Tool

PLAIN = Palette(plain=True)


def request(
    effect: Effect = Effect.WRITE, *, may_remember: bool = True, may_keep: bool = True, because: str = ""
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
    )


@pytest.mark.parametrize(
    ("key", "decision"),
    [
        ("y", Decision.ALLOWED),
        ("a", Decision.ALLOWED_FOR_SESSION),
        ("t", Decision.ALLOWED_ALWAYS),
        ("n", Decision.DECLINED),
        ("", Decision.DECLINED),
        ("x", None),
    ],
)
def test_each_key_has_its_meaning_and_enter_means_no(key: str, decision: Decision | None) -> None:
    assert decide(key, request()) is decision


@pytest.mark.parametrize("asked", [request(Effect.DESTRUCTIVE), request(may_remember=False)])
def test_no_lasting_answer_is_offered_or_taken_where_none_may_hold(asked: ApprovalRequested) -> None:
    drawn = draw_request(asked, PLAIN)
    assert "always" not in drawn
    assert decide("a", asked) is None
    assert decide("t", asked) is None
    assert decide("", asked) is Decision.DECLINED


def test_what_cannot_be_kept_is_offered_for_the_session_only() -> None:
    drawn = draw_request(request(may_keep=False), PLAIN)
    assert "[a] always for this session" in drawn
    assert "[t]" not in drawn


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
