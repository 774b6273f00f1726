"""The chat as a person sees it, through a pseudo-terminal."""

import os
import signal
import stat
from pathlib import Path

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_C, CTRL_D, CTRL_J, CTRL_U = "\x03", "\x04", "\x0a", "\x15"
TAB, UP, ENTER = "\t", "\x1b[A", "\r"
ALT_ENTER = "\x1b\r"


def screen_of(text: str) -> str:
    """A screen as it is written in a test: without the indentation of the code around it."""
    lines = [line[4:] if line.startswith("    ") else line for line in text.strip("\n").split("\n")]
    return "\n".join(line.rstrip() for line in lines).rstrip()


def test_a_question_is_answered_with_a_line_for_each_call(window: DriverWindow) -> None:
    window.press("overdue" + ENTER)
    window.wait_for("6 tasks.\n\n❯")
    assert window.text == screen_of(
        """
    Welcome to the demo.

    Try asking:
      overdue

    ❯ overdue

    ✓ List overdue tasks · project ID: 4 · 6 tasks · 0.1 s

    Six tasks are overdue:

     • Task 0
     • Task 1

    Shall I move them?

    /table, /board and /timeline draw these 6 tasks.

    ❯
    scripted-model · demo
    """
    )


def test_a_window_of_40_columns_shows_the_same_shorter(open_window: OpenWindow) -> None:
    window = open_window(40, 20)
    window.wait_for("scripted-model")
    window.press("overdue" + ENTER)
    window.wait_for("6 tasks.\n\n❯")
    window.press("/tools" + ENTER)
    window.wait_for("destructive\n\n❯")
    assert window.text == screen_of(
        """
    Welcome to the demo.

    Try asking:
      overdue

    ❯ overdue

    ✓ List overdue tasks · 6 tasks · 0.1 s

    Six tasks are overdue:

     • Task 0
     • Task 1

    Shall I move them?

    /table, /board and /timeline draw these
    6 tasks.

    ❯ /tools

    astravue_list_overdue_tasks
      List overdue tasks
    astravue_create_task
      Create task · write
    astravue_delete_task
      Delete task · destructive

    ❯
    scripted-model · demo
    """
    )


def test_tables_are_drawn_as_tables(window: DriverWindow) -> None:
    window.press("table" + ENTER)
    window.wait_for("❯ table\n\n Task   Due\n ──────────────\n Write  Monday\n Send   Tuesday\n\n❯")


def test_what_the_model_says_cannot_steer_the_terminal(window: DriverWindow) -> None:
    window.press("hostile" + ENTER)
    window.wait_for("safe text esrever\n")
    assert "owned" not in window.text
    assert b"\x1b]0" not in window.raw


def test_a_write_is_made_after_a_yes(window: DriverWindow) -> None:
    window.press("create" + ENTER)
    window.wait_for("❯ [n] no (default)")
    assert "[y] yes    [a] always for this session" in window.text
    assert "Create task “Report”\n  Project: Apollo\nThis changes your workspace." in window.text
    window.press("y")
    window.wait_for("✓ Create task · title: Write report · “Report” · 0.2 s")
    window.press("n")
    window.wait_for("⊘ Create task · title: Send report · declined")
    window.press(CTRL_D)
    assert window.wait_end() == 0
    assert [line for line in window.log if "decision" in line] == ["decision allowed", "decision declined"]


def test_enter_declines_and_other_keys_change_nothing(window: DriverWindow) -> None:
    window.press("delete" + ENTER)
    window.wait_for("❯ [n] no (default)")
    assert "Destructive: this cannot be undone." in window.text
    assert "[a]" not in window.text
    window.press("axq7" + ENTER)
    window.wait_for("⊘ Delete task")
    window.wait_for("❯ axq7")
    window.press(CTRL_U + CTRL_D)
    window.wait_end()
    assert [line for line in window.log if "decision" in line] == ["decision declined"]


def test_always_is_passed_on_for_a_write(window: DriverWindow) -> None:
    window.press("create" + ENTER)
    window.wait_for("[a]")
    window.press("a" + ENTER)
    window.wait_for("Write report · “Report”")
    window.press("a" + ENTER)
    window.wait_for("Send report · “Report”")
    window.press(CTRL_D)
    window.wait_end()
    assert [line for line in window.log if "decision" in line] == ["decision allowed_for_session"] * 2


def test_ctrl_c_at_an_approval_stops_the_turn_and_decides_nothing(window: DriverWindow) -> None:
    window.press("create" + ENTER)
    window.wait_for("[y]")
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.\n\n❯")
    window.press("/quit" + ENTER)
    window.wait_end()
    assert not [line for line in window.log if "decision" in line]


def test_ctrl_c_in_mid_answer_keeps_what_was_said_and_the_chat(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    window.press(CTRL_C)
    window.wait_for("Beginning of a long answer.\n\nAnd then\n\nStopped; what was said is kept.\n\n❯")
    window.press("again" + ENTER)
    window.wait_for('You said "again".')
    window.press(CTRL_D)
    assert window.wait_end() == 0
    assert "cancelled" in window.log
    assert window.log[-1] == "closed"


def test_ctrl_c_three_times_leaves_a_turn_that_does_not_stop(window: DriverWindow) -> None:
    window.press("stubborn" + ENTER)
    window.wait_for("Hard to stop.")
    window.press(CTRL_C)
    window.press(CTRL_C)
    window.wait_for("press Ctrl-C again to leave without waiting")
    window.press(CTRL_C)
    assert window.wait_end() == 0


def test_ctrl_c_twice_at_an_empty_prompt_leaves(window: DriverWindow) -> None:
    window.press("draft" + CTRL_C)
    window.wait_gone("draft")
    window.press(CTRL_C)
    window.wait_for("Press Ctrl-C again to leave.")
    window.press("x\x7f")
    window.wait_for("scripted-model · demo")
    window.press(CTRL_C)
    window.wait_for("Press Ctrl-C again to leave.")
    window.press(CTRL_C)
    assert window.wait_end() == 0


def test_ctrl_d_leaves_only_an_empty_prompt(window: DriverWindow) -> None:
    window.press("x" + CTRL_D + "\x7f" + CTRL_D)
    assert window.wait_end() == 0
    assert window.log == ["closed"]


def test_messages_may_have_several_lines(window: DriverWindow) -> None:
    window.press("one" + CTRL_J + "two" + ALT_ENTER + "three" + ENTER)
    window.wait_for(r'You said "one\ntwo\nthree".')
    assert "❯ one\n  two\n  three\n" in window.text


def test_a_pasted_text_stays_one_message(window: DriverWindow) -> None:
    window.press("\x1b[200~first\r\nsecond\rthird\x1b[201~")
    window.wait_for("third")
    window.press(ENTER)
    window.wait_for(r'You said "first\nsecond\nthird".')


def test_commands_and_tools_are_completed(window: DriverWindow) -> None:
    window.press("/")
    window.wait_for("commands and keys")
    window.press("cal" + TAB)
    window.wait_for("❯ /call")
    window.press("dele")
    window.wait_for("Delete task")
    window.press(TAB)
    window.wait_for("❯ /call astravue_delete_task")


def test_tab_at_an_empty_prompt_offers_the_suggestions(window: DriverWindow) -> None:
    window.press(TAB)
    window.wait_for("❯ overdue")


def test_an_unknown_command_names_help(window: DriverWindow) -> None:
    window.press("/halp me" + ENTER)
    window.wait_for("✗ There is no command /halp; /help lists those there are.")


def test_a_tool_is_called_by_hand_and_its_result_shown(window: DriverWindow) -> None:
    window.press('/call astravue_list_overdue_tasks {"projectId": 4}' + ENTER)
    window.wait_for("Task 5  5\n6 tasks\n")
    assert "✓ List overdue tasks · project ID: 4 · 6 tasks · 0.1 s" in window.text


def test_the_last_tasks_are_drawn_as_a_table_or_a_board(window: DriverWindow) -> None:
    window.press("/table" + ENTER)
    window.wait_for("Task    Id\n──────  ──\nTask 0  0\n")
    window.press("/board" + ENTER)
    window.wait_for("No status 6\n")
    window.press("/timeline" + ENTER)
    window.wait_for("0 tasks by due date · 6 without a due date\n")


def test_that_tasks_can_be_drawn_is_said_once(window: DriverWindow) -> None:
    window.press("overdue" + ENTER)
    window.wait_for("draw these 6 tasks.\n\n❯")
    window.press("overdue" + ENTER)
    window.wait_for("Shall I move them?\n\n❯")
    assert window.text.count("draw these 6 tasks") == 1


def test_with_nothing_to_draw_it_is_said_what_to_ask_first(window: DriverWindow) -> None:
    window.press("/hours" + ENTER)
    window.wait_for("✗ There are no time entries to draw yet. Ask for logged time first.\n")


def test_bad_json_calls_nothing(window: DriverWindow) -> None:
    window.press("/call astravue_list_overdue_tasks {projectId: 4}" + ENTER)
    window.wait_for("✗ Nothing was called, because the arguments are not a JSON object")
    window.press(CTRL_D)
    window.wait_end()
    assert window.log == ["closed"]


def test_a_tool_is_shown_with_its_parameters(window: DriverWindow) -> None:
    window.press("/tools astravue_list_overdue_tasks" + ENTER)
    window.wait_for("Only of this project")
    assert "Tasks whose due date has passed." in window.text
    assert "projectId integer, required" in window.text


def test_status_shows_labels_and_values(window: DriverWindow) -> None:
    window.press("/status" + ENTER)
    window.wait_for("server  https://demo.example/mcp\nmodel   scripted-model")


def test_a_failed_turn_is_one_line_and_the_chat_goes_on(window: DriverWindow) -> None:
    window.press("fail" + ENTER)
    window.wait_for("✗ The model did not answer. Try /status.")
    window.press("crash" + ENTER)
    window.wait_for("✗ Something went wrong inside (ZeroDivisionError)")
    window.press("hello" + ENTER)
    window.wait_for('You said "hello".')


def test_what_is_pasted_while_signing_in_stays_out_of_the_history(
    window: DriverWindow, tmp_path: Path
) -> None:
    window.press("/login" + ENTER)
    window.wait_for("Paste here:")
    window.press("https://demo.example/callback?code=hidden" + ENTER)
    window.wait_for("Signed in as Alex.")
    assert "hidden" not in window.text
    window.press(CTRL_D)
    window.wait_end()
    assert "pasted https://demo.example/callback?code=hidden" in window.log
    assert "hidden" not in (tmp_path / "data" / "history").read_text()


def test_a_sign_in_by_pasting_says_what_to_paste_and_is_left_by_escape(window: DriverWindow) -> None:
    window.press("/login" + ENTER)
    window.wait_for("Paste here:")
    assert "Paste the address that the browser ends at; Esc or Ctrl-C gives up." in window.text
    window.press("\x1b")
    window.wait_for("Nothing was pasted, so nobody was signed in.")
    window.wait_gone("Paste here:")


def test_the_history_is_private_and_comes_back(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window()
    first.wait_for("scripted-model")
    assert not (tmp_path / "data").exists()
    first.press("remember" + CTRL_J + "this" + ENTER)
    first.wait_for("You said")
    first.press(CTRL_D)
    first.wait_end()
    assert stat.S_IMODE((tmp_path / "data" / "history").stat().st_mode) == 0o600
    second = open_window()
    second.wait_for("scripted-model")
    second.press(UP)
    second.wait_for("❯ remember\n  this")


def test_a_history_that_cannot_be_written_does_not_end_the_chat(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    window = open_window()
    window.wait_for("scripted-model")
    window.press("hello" + ENTER)
    window.wait_for('You said "hello".')
    window.press(UP)
    window.wait_for("❯ hello\nscripted-model")


def test_what_is_sent_while_loading_is_answered_as_soon_as_ready(open_window: OpenWindow) -> None:
    window = open_window(80, 24, "loads")
    window.wait_for("loading model · ▕█████░░░░░░░▏ 43%")
    window.press("first" + ENTER)
    window.wait_for("· Waiting for the model to load.")
    window.press("second" + ENTER)
    window.wait_for("queued: second")
    window.press("/status" + ENTER)
    window.wait_for("https://demo.example/mcp")
    assert "You said" not in window.text
    window.finish_loading()
    window.wait_for('You said "second".')
    assert window.text.index('You said "first".') < window.text.index("❯ second")


def test_what_is_typed_before_the_prompt_is_there_is_sent(open_window: OpenWindow) -> None:
    window = open_window()
    window.press("early" + ENTER)
    window.wait_for('You said "early".')


def test_ctrl_c_gives_back_what_had_been_queued(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    window.press("later" + ENTER)
    window.wait_for("queued: later")
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.\n\n❯ later\n")


def test_resizing_in_mid_answer_keeps_the_chat_whole(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    for columns, rows in ((40, 12), (100, 30), (20, 6), (80, 24)):
        window.resize(columns, rows)
        window.press("x\x7f")
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.")
    window.press("still here" + ENTER)
    window.wait_for('You said "still here".')


def test_a_dumb_terminal_gets_lines_and_no_escape_sequence(open_window: OpenWindow) -> None:
    window = open_window(80, 40, TERM="dumb")
    window.wait_for(">")
    window.press("create\n")
    window.wait_for("Allow?")
    window.press("perhaps\n")
    window.wait_until(lambda: window.text.count("Allow?") == 2)
    window.press("yes\n")
    window.wait_for("Calling create task, title: Write report")
    window.wait_for("Done, “Report”, 0.2 seconds")
    window.wait_until(lambda: window.text.count("Allow?") == 3)
    window.press(CTRL_C)
    window.wait_for("Stopped; what was said is kept.\n>")
    window.press(CTRL_C)
    window.wait_for("Press Ctrl-C again to leave.\n>")
    window.press("hello\n")
    window.wait_for('You said "hello".')
    window.press(CTRL_D)
    assert window.wait_end() == 0
    assert b"\x1b" not in window.raw
    assert [line for line in window.log if "decision" in line] == ["decision allowed"]


def test_a_signal_to_leave_closes_the_chat_in_the_middle_of_an_answer(window: DriverWindow) -> None:
    window.press("endless" + ENTER)
    window.wait_for("And then")
    assert window.child.pid
    os.kill(window.child.pid, signal.SIGTERM)
    assert window.wait_end() == 0
    assert window.log[-2:] == ["cancelled", "closed"]
