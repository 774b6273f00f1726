"""One of many things: walked with the arrow keys, found by typing parts of its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import shorten, width
from agent.mentions.ranking import rank
from agent.repl.dialogs.choices import MARK
from agent.repl.dialogs.dialog import Dialog, Key
from agent.repl.dialogs.filling import Left
from agent.repl.dialogs.rows import window

# The longest that fits is shown.
_KEYS = (
    "Up, Down choose · type to find · Enter takes · Esc leaves",
    "Up, Down · Enter takes · Esc leaves",
    "Esc leaves",
)
# What is found only in what an option is, not in what it is called.
_ONLY_IN_SUMMARY = 7
_STEPS = {Key.UP: -1, Key.BACK_TAB: -1, Key.DOWN: 1, Key.TAB: 1}


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things.

    Args:
        label: Its name.
        summary: What it is, in one line.
        title: What else it is called.
        mark: What tells it apart, where there is no room for all of the summary.
    """

    label: str
    summary: str = ""
    title: str = ""
    mark: str = ""

    def is_found_by(self, words: Sequence[str]) -> bool:
        """Say whether all of some words are parts of its name or of what it is."""
        text = f"{self.label} {self.title} {self.summary}".lower()
        return all(word in text for word in words)


def find(options: Sequence[Option], typed: str) -> list[int]:
    """The places of the options that a typed text finds, the best first.

    A first word that all names begin with makes no difference between them and is left out.
    """
    typed = " ".join(typed.lower().split())
    if not typed:
        return list(range(len(options)))
    first = options[0].label.partition("_")[0] + "_" if options else ""
    shared = first if all(option.label.startswith(first) for option in options) else ""
    ranked: list[tuple[int, int]] = []
    for place, option in enumerate(options):
        fit = rank(typed.removeprefix(shared.lower()), option.label.removeprefix(shared), option.title)
        if fit is None and option.is_found_by(typed.split()):
            fit = _ONLY_IN_SUMMARY
        if fit is not None:
            ranked.append((fit, place))
    return [place for _, place in sorted(ranked)]


class Choosing(Dialog[int | Left]):
    """Waits until one is taken.

    Args:
        title: What it is for.
        options: The things.
    """

    def __init__(self, title: str, options: Sequence[Option]) -> None:
        self._title = title
        self._options = options
        self._at = 0
        self._page = 1
        self.typed = ""
        self.prompt = "❯"
        self._found = find(options, "")

    def type(self, text: str) -> None:
        """Find what is typed."""
        self.typed = text
        self._found = find(self._options, text)
        self._at = 0

    def take_key(self, key: str) -> None:
        """Take a key."""
        if key == Key.ESCAPE:
            self.answer = Left.CANCELLED
        elif key == Key.ENTER and self._found:
            self.answer = self._found[self._at]
        elif key in (Key.PAGE_UP, Key.PAGE_DOWN):
            step = self._page if key == Key.PAGE_DOWN else -self._page
            self._at = max(0, min(len(self._found) - 1, self._at + step))
        elif key in _STEPS and self._found:
            self._at = (self._at + _STEPS[Key(key)]) % len(self._found)

    def draw(self, columns: int, rows: int, palette: Palette, /) -> str:
        """Draw as many as fit around the marked one."""
        count = f"{len(self._found)} of {len(self._options)}"
        title = shorten(strip_line(self._title), columns - width(count) - 2)
        room = max(1, rows - 2)
        self._page = room
        first, last = window(self._found, room, self._at - room // 2)
        shown = [self._options[place] for place in self._found[first:last]]
        marks = max((width(strip_line(option.mark)) for option in shown), default=0)
        longest = max(4, columns - len(MARK) - (marks + 2 if marks else 0))
        labels = [shorten(strip_line(option.label), longest) for option in shown]
        widest = max(map(width, labels), default=0)
        lines = [f"{palette.strong(title)}  {palette.dim(count)}"]
        for place, (option, label) in enumerate(zip(shown, labels, strict=True), first):
            marked = place == self._at
            drawn = shorten(label, columns - len(MARK))
            left = columns - len(MARK) - widest - 2
            told = strip_line(option.summary)
            if option.mark and width(told) > left:
                told = strip_line(option.mark)
            summary = shorten(told, left) if option.mark or left > 12 else ""
            space = " " * (widest - width(label) + 2) if summary else ""
            name = palette.strong(drawn) if marked else drawn
            lines.append(f"{palette.accent(MARK) if marked else '  '}{name}{space}{palette.dim(summary)}")
        keys = next((each for each in _KEYS if width(each) <= columns), _KEYS[-1])
        if not shown:
            lines.append("  (nothing is called so)")
        return "\n".join([*lines, palette.dim(shorten(keys, columns))])
