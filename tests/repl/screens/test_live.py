"""The lines of what is under way."""

import re

import pytest

from agent.conversation import ToolCall
from agent.drawing.palette import Palette
from agent.drawing.themes import DARK
from agent.drawing.widths import width
from agent.events import ToolCallProgress, ToolCallStarted
from agent.repl.screens.live import MOST_CALLS, cut_above, draw_call, draw_countdown, draw_waiting, fold
from agent.tools.tool import Effect

CALL = ToolCall("1", "import_plan", "{}")
STARTED = ToolCallStarted(CALL, "import_plan", {"file": "plan of the whole year.csv"}, Effect.WRITE)
BARE = Palette(theme=DARK.without_colours())


def draw(progress: ToolCallProgress | None, columns: int, seconds: float = 12.4) -> str:
    drawn = draw_call(STARTED, progress, seconds, columns, BARE)
    return re.sub(r"\x1b\[[\d;]*m", "", drawn)[2:]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (39, "Import plan · file: plan of t… · 12 s"),
        (79, "Import plan · file: plan of the whole year.csv · 12 s"),
    ],
)
def test_a_call_is_its_title_its_arguments_and_how_long_it_runs(columns: int, line: str) -> None:
    assert draw(None, columns) == line


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (29, "Import plan · 43% · 12 s"),
        (39, "Import plan · ▕███░░░░░▏ 43% · 12 s"),
        (59, "Import plan · file: pl… · ▕███░░░░░▏ 43% · reading · 12 s"),
        (119, "Import plan · file: plan of the whole year.csv · ▕███████░░░░░░░░░▏ 43% · reading · 12 s"),
    ],
)
def test_progress_is_a_bar_that_fits_the_window(columns: int, line: str) -> None:
    assert draw(ToolCallProgress(CALL, 43, 100, "reading"), columns) == line


def test_progress_without_a_whole_is_a_count() -> None:
    assert draw(ToolCallProgress(CALL, 1204), 39).startswith("Import plan · ")
    assert "1,204" in draw(ToolCallProgress(CALL, 1204), 39)
    assert "▕" not in draw(ToolCallProgress(CALL, 1204), 119)


@pytest.mark.parametrize("columns", [20, 39, 59, 79, 119])
@pytest.mark.parametrize("seconds", [0, 59.9, 61, 36_000])
def test_lines_stay_within_the_window(columns: int, seconds: float) -> None:
    for progress in (None, ToolCallProgress(CALL, 1, 3, "読む📚 a long message about the file")):
        assert width(draw(progress, columns, seconds)) + 2 <= columns
    for drawn in (
        draw_waiting("Waiting for a-model-with-a-long-name", seconds, columns, BARE),
        draw_countdown(seconds, columns, BARE),
    ):
        assert width(re.sub(r"\x1b\[[\d;]*m", "", drawn)) <= columns


def test_a_spinner_turns_eight_times_a_second_and_says_the_time_once_a_second() -> None:
    drawn = [draw_waiting("Thinking", eighth / 8, 39, BARE) for eighth in range(8)]
    assert len(set(drawn)) == 8
    assert draw_waiting("Thinking", 0.01, 39, BARE) == draw_waiting("Thinking", 0.12, 39, BARE)
    assert "Thinking" in draw_waiting("Thinking", 65, 39, BARE)
    assert "1 min 05 s" in draw_waiting("Thinking", 65, 39, BARE)


def test_a_countdown_is_never_shorter_than_the_wait() -> None:
    assert draw_countdown(11.2, 39, BARE) == "Waiting · 12 s left"


def test_calls_that_are_too_many_are_counted() -> None:
    lines = [f"call {number}" for number in range(20)]
    assert fold(lines[: MOST_CALLS + 1], BARE) == lines[: MOST_CALLS + 1]
    assert fold(lines[:11], Palette(plain=True)) == [*lines[:6], "  and 5 more"]


def cut(text: str, rows: int, columns: int) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", cut_above(text, rows, columns, BARE))


def test_what_does_not_fit_above_the_prompt_is_cut_at_its_beginning_and_says_so() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 21))
    assert cut(text, 20, 80) == text
    first, *rest = cut(text, 5, 80).split("\n")
    assert first == "… 16 lines above, shown whole when the block ends"
    assert rest == ["line 17", "line 18", "line 19", "line 20"]


def test_where_there_is_little_room_it_says_less() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 21))
    assert cut(text, 5, 40).startswith("… 16 lines above, whole when it ends\nline 17")
    assert cut(text, 5, 10).startswith("… 16 lin…\nline 17")
    assert cut(text, 1, 40) == "line 20"
