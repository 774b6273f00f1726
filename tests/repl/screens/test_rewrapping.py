"""What is live stays in one piece when its window is resized."""

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from agent.repl.screens.rewrapping import VARIABLES, count_rows, rewraps
from tests.repl.driver_window import ROOT
from tests.tmux_window import TmuxWindow


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"TMUX": "/tmp/socket,1,0"}, True),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "7600", "STY": "1.pts"}, False),
        ({"TMUX": "/tmp/socket,1,0", "STY": "1.pts"}, True),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "another"}, False),
    ],
)
def test_a_terminal_breaks_lines_anew_only_if_it_is_known_to(environ: dict[str, str], expected: bool) -> None:
    assert rewraps(environ) is expected


@pytest.mark.parametrize(
    ("cells", "rows"),
    [([], 1), ([1] * 10, 1), ([1] * 11, 2), ([1] * 30, 3), ([1] * 9 + [2], 2), ([2] * 10, 2), ([0] * 20, 1)],
)
def test_a_line_takes_as_many_rows_as_it_is_broken_into(cells: list[int], rows: int) -> None:
    assert count_rows(cells, 10) == rows


def test_a_question_stands_there_once_whatever_the_window_becomes(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", *VARIABLES)}
    command = [sys.executable, "-m", "tests.repl.driver", str(tmp_path)]
    with closing(TmuxWindow(command, {**environ, "LANG": "C.UTF-8"}, ROOT, 120, 40)) as pane:
        pane.wait_for("❯")
        pane.press("create\r")
        pane.wait_for("no, and say why  ❯ [n]")
        for columns, rows, drawn in (
            (60, 24, "session\n  [r] no, and say why  ❯"),
            (40, 20, "say why\n❯ [n]"),
            (120, 40, "no, and say why  ❯ [n]"),
        ):
            pane.resize(columns, rows)
            pane.wait_for(drawn)
            assert pane.text.count("Create task") == 1
            assert "❯ create\n\nCreate task" in pane.text
