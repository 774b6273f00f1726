"""The terminal, as far as a program can tell."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from agent.doctor.finding import Finding, Outcome

TERMINAL = "terminal"
# Below it approvals and tables no longer stand beside each other.
_LEAST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Terminal:
    """What standard output is.

    Args:
        is_terminal: A person sees it.
        encoding: How characters become bytes there.
        columns: Its width.
        lines: Its height.
        kind: The value of `TERM`.
        plain: `NO_COLOR` is set.
    """

    is_terminal: bool
    encoding: str
    columns: int
    lines: int
    kind: str
    plain: bool


def look_at_terminal(environ: Mapping[str, str]) -> Terminal:
    """Describe the terminal of this process."""
    size = shutil.get_terminal_size()
    # A stream that was closed before the program began is none at all.
    output = sys.__stdout__
    return Terminal(
        is_terminal=output is not None and output.isatty(),
        encoding=output.encoding if output is not None else "none",
        columns=size.columns,
        lines=size.lines,
        kind=environ.get("TERM", ""),
        plain=bool(environ.get("NO_COLOR")),
    )


def check_terminal(terminal: Terminal) -> Finding:
    """Say whether everything can be shown there, and how."""
    encoding = terminal.encoding.lower().replace("_", "-")
    if encoding not in ("utf-8", "utf8"):
        return Finding(
            TERMINAL,
            Outcome.WARNING,
            f"its encoding is {terminal.encoding}, so that some characters are shown as codes",
            "Set LANG=C.UTF-8, or PYTHONUTF8=1.",
        )
    if not terminal.is_terminal:
        return Finding(
            TERMINAL, Outcome.OK, "none: nothing is asked, and writes need --allow or --yes; UTF-8"
        )
    size = f"{terminal.columns} × {terminal.lines}"
    if terminal.columns < _LEAST_COLUMNS:
        return Finding(
            TERMINAL,
            Outcome.WARNING,
            f"{size}, which is narrow: tables become lists",
            f"Make it {_LEAST_COLUMNS} columns wide or more.",
        )
    if terminal.kind.lower() in ("", "dumb", "unknown"):
        return Finding(
            TERMINAL,
            Outcome.WARNING,
            f"{size}, TERM is {terminal.kind or 'not set'}: the chat prints and asks in turns",
            "Set TERM to what your terminal is, such as xterm-256color.",
        )
    colours = "without colours (NO_COLOR)" if terminal.plain else "with colours"
    return Finding(TERMINAL, Outcome.OK, f"{terminal.kind}, {size}, UTF-8, {colours}")
