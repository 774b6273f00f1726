"""Draw Markdown blocks with rich.

Imported late: it loads rich and, with the first code block, pygments.
"""

import re
from io import StringIO
from typing import ClassVar

from markdown_it.token import Token
from rich.console import Console, JustifyMethod
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.theme import Theme as StyleSheet

from agent.drawing.markdown_blocks import new_parser
from agent.drawing.sanitize import strip
from agent.drawing.themes import DARK, Theme
from agent.repl.answers.rendered_tables import AnswerTable

_NARROWEST = 8
_TRAILING_BLANKS = re.compile(r"(?: |\x1b\[[0-9;]*m)+$")
# A background makes blanks visible.
_BACKGROUND = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:4[0-8]|10[0-7]|7)[;m]")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _style_sheet(theme: Theme) -> StyleSheet:
    styles = theme.styles
    sheet = {
        "markdown.code": styles.code,
        "markdown.code_block": styles.code,
        "markdown.h1": styles.title,
        "markdown.h2": styles.heading,
        "markdown.h3": styles.heading,
        "markdown.h4": f"{styles.heading} italic",
        "markdown.block_quote": styles.dim,
        "markdown.hr": styles.border,
        "markdown.item.bullet": styles.strong,
        "markdown.item.number": styles.strong,
        "markdown.link": "",
        "markdown.link_url": "underline",
        "markdown.list": "",
        "markdown.table.border": styles.border,
        "markdown.table.header": styles.heading,
    }
    return StyleSheet({name: style or "none" for name, style in sheet.items()})


class _Heading(Heading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}


class _Answer(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "table_open": AnswerTable,
    }


class BlockRenderer:
    """Turn one Markdown block at a time into lines with ANSI colours.

    The addresses of links are written out, because a link that only shows its text can lead
    elsewhere than it says.

    Args:
        theme: The styles.
    """

    def __init__(self, theme: Theme = DARK) -> None:
        self._syntax = theme.syntax or DARK.syntax
        self._parser = new_parser()
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            force_terminal=True,
            legacy_windows=False,
            color_system="truecolor" if theme.has_exact_colours else "standard",
            no_color=not theme.has_colours,
            theme=_style_sheet(theme),
            emoji=False,
        )

    def render(self, source: str, columns: int) -> str:
        """Draw a block.

        Args:
            source: The Markdown of the block, free of control characters.
            columns: The width to stay within.

        Returns:
            Whole lines; empty when there is nothing to see.
        """
        answer = _Answer("", code_theme=self._syntax, hyperlinks=False)
        answer.parsed = _without_controls(self._parser.parse(source))
        # What rich finds out by itself may be another terminal, or none.
        self._console.width = max(columns, _NARROWEST)
        self._console.print(answer)
        drawn = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return _trim(drawn)


def _without_controls(tokens: list[Token]) -> list[Token]:
    """Take out what character references stand for that would not have passed as a character."""
    for token in tokens:
        for child in token.children or ():
            child.content = strip(child.content)
    return tokens


def _trim(drawn: str) -> str:
    """Take away blank lines around a block and blanks at the ends of its lines."""
    lines = [_trim_line(line) for line in drawn.split("\n")]
    seen = [index for index, line in enumerate(lines) if _COLOUR.sub("", line).strip()]
    return "".join(line + "\n" for line in lines[seen[0] : seen[-1] + 1]) if seen else ""


def _trim_line(line: str) -> str:
    if _BACKGROUND.search(line):
        return line
    return _TRAILING_BLANKS.sub(lambda end: end.group().replace(" ", ""), line)
