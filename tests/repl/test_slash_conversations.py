"""Saved conversations in the chat: chosen, copied, exported, left for a new one."""

from pathlib import Path

from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_D, ENTER, ESCAPE, TAB, DOWN = "\x04", "\r", "\x1b", "\t", "\x1b[B"


def done(window: DriverWindow) -> list[str]:
    """What the host was asked to do, once the chat has ended."""
    window.press(CTRL_D)
    window.wait_end()
    return [line for line in window.log if line.split()[0] in ("resume", "begin", "fork", "export")]


def wait_for_times(window: DriverWindow, text: str, times: int) -> None:
    window.wait_until(lambda: window.text.count(text) == times)


def test_one_is_chosen_and_where_it_was_left_is_shown(window: DriverWindow) -> None:
    window.press("/resume" + ENTER)
    window.wait_for("Go on with  3 of 3")
    # Those of this server come first, and nobody's title colours the screen.
    assert window.text.index("❯ The launch in May") < window.text.index("With another server")
    window.press(DOWN + ENTER)
    window.wait_for("Nine.")
    assert "Going on with “Overdue tasks”." in window.text
    assert "❯ And Priya?" in window.text
    assert done(window) == ["resume 20261101-000000-cccc"]


def test_typing_narrows_the_choice_down(open_window: OpenWindow) -> None:
    window = open_window(40, 24)
    window.wait_for("scripted-model")
    window.press("/resume" + ENTER)
    window.wait_for("3 of 3")
    window.press("holiday")
    window.wait_for("1 of 3")
    window.press(ENTER)
    window.wait_for("Nine.")
    assert done(window) == ["resume 20261101-000000-cccc"]


def test_whoever_chooses_none_stays(window: DriverWindow) -> None:
    window.press("/resume" + ENTER)
    window.wait_for("Go on with")
    window.press(ESCAPE)
    window.wait_for("You are still in the same conversation.")
    assert done(window) == []


def test_one_is_named_by_words_by_its_id_or_as_the_last(window: DriverWindow) -> None:
    for number, wanted in enumerate(("MAY launch", "20261101-000000-c", "last"), start=1):
        window.press(f"/resume {wanted}{ENTER}")
        wait_for_times(window, "Going on with “Overdue tasks”.", number)
    assert done(window) == [
        "resume 20261101-000000-bbbb",
        "resume 20261101-000000-c",
        "resume 20261101-000000-aaaa",
    ]


def test_what_no_conversation_holds_is_told(window: DriverWindow) -> None:
    window.press("/resume hippopotamus" + ENTER)
    window.wait_for("No saved conversation holds “hippopotamus”.")
    assert done(window) == []


def test_ids_are_completed_by_words_of_titles(window: DriverWindow) -> None:
    window.press("/resume ")
    window.wait_for("Who is on holiday?")
    window.press("holi" + TAB)
    window.wait_for("❯ /resume 20261101-000000-cccc")


def test_a_copy_says_what_it_shares(window: DriverWindow) -> None:
    window.press("/fork 1" + ENTER)
    window.wait_for("which begins as turn 1 did.")
    window.press("/fork" + ENTER)
    window.wait_for("which begins as turns 1 to 3 did.")
    window.press("/fork all" + ENTER)
    window.wait_for("/fork takes the number of a turn: /fork [TURN].")
    assert done(window) == ["fork 1", "fork None"]


def test_a_new_conversation_says_how_to_come_back(window: DriverWindow) -> None:
    window.press("/new" + ENTER)
    window.wait_for("Back: /resume 20261123-090000-0001")
    assert done(window) == ["begin"]


def test_the_form_of_an_export_follows_from_the_word_or_the_name(
    window: DriverWindow, tmp_path: Path
) -> None:
    for number, command in enumerate(("", " html", " md ~/notes.md", f" {tmp_path}/page.HTML"), start=1):
        window.press(f"/export{command}{ENTER}")
        wait_for_times(window, "without secrets", number)
    assert done(window) == [
        "export md None False",
        "export html None False",
        "export md ~/notes.md False",
        f"export html {tmp_path}/page.HTML False",
    ]


def test_a_file_that_is_there_is_replaced_only_after_a_yes(window: DriverWindow, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine")
    window.press(f"/export {tmp_path}/mine.md{ENTER}")
    window.wait_for("Replace it?")
    window.press("n")
    window.wait_for("Nothing was exported.")
    window.press(f"/export {tmp_path}/mine.md{ENTER}")
    window.wait_until(lambda: window.text.count("Replace it?") == 1)
    window.press("y")
    window.wait_for("without secrets")
    assert done(window) == [f"export md {tmp_path}/mine.md True"]


def test_a_terminal_that_only_prints_asks_for_a_number(open_window: OpenWindow) -> None:
    window = open_window(80, 24, TERM="dumb")
    window.wait_for("overdue\n>")
    window.press("/resume" + ENTER)
    window.wait_for("2 Who is on holiday?")
    window.press("2" + ENTER)
    window.wait_for("Nine")
    assert done(window) == ["resume 20261101-000000-cccc"]
