"""Workflows in the chat: completed, asked about, sent."""

from pathlib import Path

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_C, CTRL_D, TAB, ENTER = "\x03", "\x04", "\t", "\r"


def test_help_shows_workflows_between_commands_and_keys(open_window: OpenWindow) -> None:
    window = open_window(110, 40)
    window.wait_for("scripted-model")
    window.press("/help" + ENTER)
    window.wait_for("/triage-overdue [PROJECT]")
    assert "decide for each overdue task" in window.text
    assert window.text.index("/quit") < window.text.index("/break-down-work") < window.text.index("Alt-Enter")


def test_help_says_that_the_embedded_model_follows_no_workflow(open_window: OpenWindow) -> None:
    window = open_window(110, 40, "embedded")
    window.wait_for("qwen2.5-coder")
    window.press("/help" + ENTER)
    window.wait_for("Workflows (for a larger model than the embedded one)")


def test_a_workflow_is_completed_and_becomes_the_message_with_its_tools(window: DriverWindow) -> None:
    window.press("/tri" + TAB)
    window.wait_for("❯ /triage-overdue\n")
    window.press("Apollo" + ENTER)
    window.wait_for("You said")
    assert "❯ /triage-overdue Apollo\n" in window.text
    window.press(CTRL_D)
    window.wait_end()
    turn = window.log[0]
    assert turn.startswith('turn "Triage overdue work\\n\\nGo through what is overdue')
    assert "Project: Apollo" in turn
    assert "with *list_overdue_tasks, " in turn


def test_what_a_workflow_cannot_do_without_is_asked_for(window: DriverWindow) -> None:
    window.press("/sprint-planning goal=ship it" + ENTER)
    window.wait_for("The project to plan?")
    window.wait_for("Project:\nscripted")
    window.press("Apollo" + ENTER)
    window.wait_for("Project: Apollo\n")
    window.wait_for("You said")
    window.press(CTRL_D)
    window.wait_end()
    assert "Project: Apollo\\nGoal: ship it\\nDays: (not given)" in window.log[0]


def test_nothing_is_sent_when_the_question_is_left(window: DriverWindow) -> None:
    window.press("/status-report" + ENTER)
    window.wait_for("Project:\nscripted")
    window.press(ENTER)
    window.wait_for("✗ Nothing was sent, because /status-report needs to know “project”.")
    window.press("/status-report" + ENTER)
    window.wait_for("Project:\nscripted")
    window.press(CTRL_C)
    window.wait_for("Stopped.\n\n❯")
    window.press(CTRL_D)
    window.wait_end()
    assert window.log == ["closed"]


def test_a_workflow_waits_for_the_turn_before_it(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    window.press("/triage-overdue" + ENTER)
    window.wait_for("queued: /triage-overdue")
    window.press(CTRL_C)
    window.wait_for("❯ /triage-overdue\n")


def test_a_broken_workflow_of_the_users_is_told_and_the_chat_goes_on(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "broken.md").write_text("no front matter")
    (tmp_path / "workflows" / "mine.md").write_text(
        '+++\nname = "mine"\ntitle = "Mine"\nsummary = "my own"\n+++\nSay hello.\n'
    )
    window = open_window(200, 30)
    window.wait_for("broken.md: this workflow is left out, because it does not begin with front matter")
    window.wait_for("scripted-model · demo")
    window.press("/mine" + ENTER)
    window.wait_for('You said "Mine\\n\\nSay hello.".')
