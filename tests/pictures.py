"""Draw the pictures of the documentation from real sessions with the demo company and the embedded model.

    ASTRAVUE_HOME=FOLDER python -m tests.pictures [NAME ...]

Each picture is what tmux showed in the end, as an SVG file in docs/pictures. Nothing of a session is made
up: the real program is typed into as written here. The folder is its home; the weights of the embedded model
are fetched into it if they are not there. The pictures fetch nothing, fonts included, and have a dark
ground of their own, so that they read the same on light and on dark pages.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.tmux_window import TmuxWindow

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
ENTER = "\r"
READY = ("", "qwen2.5")
_READING = 1.0
_FONT_OF_OTHERS = re.compile(r" *@font-face \{.*?\}\n", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """What is typed, and how large the window is.

    Args:
        steps: Keys to press, each with a text that is waited for after them.
        begins: The first line of the picture begins with this; whatever is above is left out.
        columns: Width.
        rows: Height, large enough for all of it.
    """

    steps: tuple[tuple[str, str], ...]
    begins: str
    columns: int = 96
    rows: int = 60


OVERDUE = ("Which of my tasks are overdue?" + ENTER, "draw these")
CREATE = 'Create a high-priority task "Check the release notes" in Website relaunch and give it to Priya'
CHANGE = ("Set the press release to low priority" + ENTER, "[n] no")
PICTURES: Mapping[str, Picture] = {
    "session": Picture(
        (
            READY,
            OVERDUE,
            (CREATE + ENTER, "[n] no"),
            ("y", "✓ Create"),
            ("Start a timer on it" + ENTER, "Start Timer:"),
        ),
        begins="❯ Which",
    ),
    "approval": Picture((READY, OVERDUE, CHANGE), begins="❯ Set", rows=48),
    "form": Picture((READY, OVERDUE, CHANGE, ("e", "Esc leaves")), begins="❯ Set", rows=48),
    "undo": Picture(
        (READY, OVERDUE, CHANGE, ("y", "✓ Update"), ("/undo" + ENTER, "by Update Task")),
        begins="❯ /undo",
        rows=48,
    ),
    "mention": Picture(
        (READY, OVERDUE, ("What is left to do in @web", "project 11274")), begins="❯ What", rows=48
    ),
    "board": Picture((READY, OVERDUE, ("/board" + ENTER, "6 late")), begins="❯ /board", rows=48),
    "timeline": Picture(
        (READY, OVERDUE, ("/timeline" + ENTER, "by due date")), begins="❯ /timeline", rows=48
    ),
}


def draw(name: str, picture: Picture) -> Path:
    """Run a session and write its picture."""
    environ = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    command = [sys.executable, "-P", "-m", "agent", "try"]
    window = TmuxWindow(command, {**environ, "LANG": "C.UTF-8"}, ROOT, picture.columns, picture.rows)
    try:
        for keys, awaited in picture.steps:
            window.press(keys)
            window.wait_until(_shows(window, awaited))
            # A person reads before the next key; a letter that comes at once is taken for a message.
            while window.read_for(_READING):
                pass
        coloured = window.coloured
    finally:
        window.close()
    lines = Text.from_ansi(coloured).split("\n")
    first = next(number for number, line in enumerate(lines) if line.plain.startswith(picture.begins))
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=picture.columns, file=nowhere)
        console.print(*lines[first:], sep="\n")
        FOLDER.mkdir(exist_ok=True)
        path = FOLDER / f"{name}.svg"
        drawn = console.export_svg(title="astravue try", unique_id=name)
    path.write_text(_FONT_OF_OTHERS.sub("", drawn), encoding="utf-8")
    return path


def _shows(window: TmuxWindow, text: str) -> Callable[[], bool]:
    return lambda: text in window.text


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PICTURES:
        sys.stdout.write(f"{draw(wanted, PICTURES[wanted])}\n")
