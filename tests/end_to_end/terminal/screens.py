"""Screens kept as text, and how the one before us is compared with the one that was kept.

A screen is compared as a person sees it, but for what only tells the time or the place of the run.
`UPDATE_SCREENS=1` writes the screens anew; read the difference before it is committed.
"""

import difflib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FOLDER = Path(__file__).parent / "screens"
_UPDATE = "UPDATE_SCREENS"
_PATIENCE = 20.0
_STILLNESS = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that differs from run to run and says nothing about the program.

    Args:
        what: What it is.
        pattern: Where it stands; what its group holds is put out.
    """

    what: str
    pattern: re.Pattern[str]

    def apply(self, text: str) -> str:
        """Put out what differs, sign by sign, so that the width stays."""
        return self.pattern.sub(lambda match: match[0].replace(match[1], _put_out(match[1])), text)


_SIGN = re.compile(r"[\w⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")
RULES = (
    Rule("the frame of the spinner", re.compile(r"([⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏])")),
    Rule("how long a call took, in words", re.compile(r", (\d\.\d) seconds(?=\s|$)")),
    Rule("how long a call took", re.compile(r" ·\s(\d\.\d) s(?=\s|$)")),
    Rule(
        "how long something has been under way, or what is left of a wait", re.compile(r" ·\s(\d) s(?=\s|$)")
    ),
    Rule("the id of a conversation", re.compile(r"\b(20\d{6}-\d{6}-[0-9a-f]{4})\b")),
    Rule("the id of a conversation, cut", re.compile(r" · (20\d{2}[\d-]*)…")),
    Rule("the end of a conversation's id", re.compile(r" now · ([0-9a-f]{4})(?=\s|$)")),
)


def _put_out(text: str) -> str:
    return _SIGN.sub("#", text)


def normalise(text: str, *places: str) -> str:
    """Put out what differs from run to run.

    Args:
        text: A screen.
        places: Numbers that belong to this run, such as a port; also where they are wrapped.
    """
    for rule in RULES:
        text = rule.apply(text)
    for place in places:
        wrapped = r"\n?".join(re.escape(character) for character in place)
        text = re.sub(rf"(?<!\d){wrapped}(?!\d)", lambda match: _put_out(match[0]), text)
    return text


class Shown(Protocol):
    """Something with a screen."""

    @property
    def columns(self) -> int: ...

    @property
    def rows(self) -> int: ...

    @property
    def visible(self) -> str:
        """What can be seen now, without the scrollback."""
        ...

    def read_for(self, seconds: float) -> bool:
        """Take in what is drawn next; say whether anything was, within a time."""
        ...


class Screens:
    """The screens that are kept.

    Args:
        folder: Where they lie.
        update: Write them anew; as `UPDATE_SCREENS` says when left out.
        stillness: Seconds that a screen stands still before it is written anew.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        *,
        update: bool | None = None,
        stillness: float = _STILLNESS,
    ) -> None:
        self._folder = folder
        self._stillness = stillness
        self._update = bool(os.environ.get(_UPDATE)) if update is None else update
        self._places: list[str] = []

    def hide(self, *places: str) -> None:
        """Name numbers that belong to this run alone."""
        self._places += places

    def check(self, window: Shown, name: str, *, since: str = "") -> None:
        """Wait until a screen is the one that was kept.

        Args:
            window: What shows it.
            name: Of the screen; its size is added.
            since: Compare from the last line on that begins with this; the whole screen when left out.
        """
        path = self._folder / f"{name}.{window.columns}x{window.rows}.txt"
        if self._update:
            self._write(window, path, since)
            return
        assert path.exists(), f"there is no {path}; {_UPDATE}=1 writes it"
        kept = path.read_text()
        deadline = time.monotonic() + _PATIENCE
        while (seen := self._see(window, since)) != kept:
            left = deadline - time.monotonic()
            if left <= 0 or not window.read_for(left):
                raise AssertionError(_difference(path, kept, seen))

    def _write(self, window: Shown, path: Path, since: str) -> None:
        seen, stands_since = self._see(window, since), time.monotonic()
        while time.monotonic() - stands_since < self._stillness:
            window.read_for(self._stillness)
            if (now := self._see(window, since)) != seen:
                seen, stands_since = now, time.monotonic()
        path.write_text(seen)

    def _see(self, window: Shown, since: str) -> str:
        lines = normalise(window.visible, *self._places).split("\n")
        if since:
            begins = [number for number, line in enumerate(lines) if line.startswith(since)]
            lines = lines[begins[-1] :] if begins else ["(nothing begins with what was looked for)", *lines]
        return "\n".join(lines).rstrip("\n") + "\n"


def _difference(path: Path, kept: str, seen: str) -> str:
    lines = difflib.unified_diff(
        kept.splitlines(), seen.splitlines(), "kept", "on the screen", lineterm="", n=99
    )
    return "\n".join([f"the screen is not the one in {path.name}; {_UPDATE}=1 writes it anew", *lines])
