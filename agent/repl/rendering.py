"""Draw Markdown blocks with rich.

Imported late: it loads rich and, with the first code block, pygments.
"""

import re
from io import StringIO
from typing import ClassVar

from rich.console import Console, JustifyMethod
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.theme import Theme

from agent.repl.blocks import new_parser

_NARROWEST = 8
_TRAILING_BLANKS = re.compile(r" +$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_THEME = Theme(
    {
        "markdown.code": "cyan",
        "markdown.h1": "bold underline",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.h4": "bold italic",
        "markdown.link": "none",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}


class _Answer(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": _Heading}


class BlockRenderer:
    """Turn one Markdown block at a time into lines with ANSI colours.

    The addresses of links are written out, because a link that only shows its text can lead
    elsewhere than it says.
    """

    def __init__(self) -> None:
        self._parser = new_parser()
        self._file = StringIO()
        self._console = Console(
            file=self._file, force_terminal=True, legacy_windows=False, theme=_THEME, emoji=False
        )

    def render(self, source: str, columns: int) -> str:
        """Draw a block.

        Args:
            source: The Markdown of the block, free of control characters.
            columns: The width to stay within.

        Returns:
            Whole lines; empty when there is nothing to see.
        """
        answer = _Answer("", code_theme="ansi_dark", hyperlinks=False)
        answer.parsed = self._parser.parse(source)
        self._console.print(answer, width=max(columns, _NARROWEST))
        drawn = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return _trim(drawn)


def _trim(drawn: str) -> str:
    """Take away blank lines around a block and blanks at the ends of its lines."""
    lines = [_TRAILING_BLANKS.sub("", line) for line in drawn.split("\n")]
    seen = [index for index, line in enumerate(lines) if _COLOUR.sub("", line).strip()]
    return "".join(line + "\n" for line in lines[seen[0] : seen[-1] + 1]) if seen else ""
