"""Find where the finished blocks of a growing Markdown text end.

Imported late: it loads markdown-it.
"""

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The line that opens fenced code (CommonMark 0.31.2, section 4.5).
_FENCE = re.compile(r" {0,3}(```(?=`*[^`]*$)|~~~)")


def new_parser() -> MarkdownIt:
    """Make the parser that splits and renders answers.

    It reads CommonMark with tables and strikethrough. Raw HTML, images and link reference
    definitions stay the text they are, so that nothing of an answer is hidden and no later line
    changes what an earlier block means.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.disable(["reference", "image"])


# What begins a list or, as people write them, a table; and what cannot begin anything else in one.
_MARKER = re.compile(r"[-*+] |\d{1,9}[.)] |\|")
_INSIDE_LIST = re.compile(r"[-*+] |\d{1,9}[.)] | {2,}\S|\s*$")
_INSIDE_TABLE = re.compile(r"\|")

# What a blank line ends for good; indented code, lists and quotations may go on after one.
_ENDED_BY_A_BLANK_LINE = ("paragraph_open", "heading_open", "table_open", "fence", "hr")


class BlockSplitter:
    """Cut a stream of Markdown into its top-level blocks.

    A block is finished once a later one has begun on a whole line; CommonMark never reopens it.
    The blocks, with the blank lines that follow them, make up exactly the text that was fed.

    Source: CommonMark 0.31.2, appendix "A parsing strategy", phase 1.
    """

    def __init__(self) -> None:
        self._parser = new_parser()
        self._lines: list[str] = []
        self._partial = ""

    @property
    def tail(self) -> str:
        """What was fed and is in no finished block yet."""
        return "".join(self._lines) + self._partial

    def feed(self, text: str) -> list[str]:
        """Add text, free of carriage returns, and return the blocks that it finished."""
        whole, newline, rest = (self._partial + text).rpartition("\n")
        if not newline:
            self._partial += text
            return []
        self._partial = rest
        fresh = [line + "\n" for line in whole.split("\n")]
        self._lines += fresh
        if self._goes_on(fresh):
            return []
        starts = _block_starts(self._parser.parse("".join(self._lines)))
        blocks = ["".join(self._lines[start:end]) for start, end in pairwise(starts)]
        if blocks:
            self._lines = self._lines[starts[-1] :]
        return blocks

    def settle(self) -> list[str]:
        """Return the block that a blank line has finished, though none has begun after it yet.

        Further blank lines then belong to the block that comes next.
        """
        if not self._lines or self._lines[-1].strip(" \t\n"):
            return []
        tokens = self._parser.parse("".join(self._lines))
        starts = [token for token in tokens if token.level == 0 and token.nesting >= 0]
        if len(starts) != 1 or starts[0].type not in _ENDED_BY_A_BLANK_LINE:
            return []
        # The blank line is inside code that was not closed yet.
        if not starts[0].map or starts[0].map[1] >= len(self._lines):
            return []
        block = "".join(self._lines)
        self._lines = []
        return [block]

    def finish(self) -> list[str]:
        """Return what is left as blocks; the stream has ended."""
        lines = [*self._lines, self._partial] if self._partial else self._lines
        starts = _block_starts(self._parser.parse("".join(lines)))
        self._lines, self._partial = [], ""
        ends = [*starts[1:], len(lines)]
        return ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True) if start < end]

    def _goes_on(self, fresh: list[str]) -> bool:
        """Say whether new lines are sure to belong to the block before them.

        Code, lists and tables can be long, and parsing them again with each line would take time
        that grows with the square of their length.
        """
        opening = self._lines[0]
        fence = _FENCE.match(opening)
        if fence:
            return not any(line.lstrip(" ").startswith(fence.group(1)) for line in self._lines[1:])
        marker = _MARKER.match(opening)
        if marker is None or fresh[0] is opening:
            return False
        inside = _INSIDE_TABLE if marker.group() == "|" else _INSIDE_LIST
        return all(inside.match(line) for line in fresh)


def _block_starts(tokens: list[Token]) -> list[int]:
    """The first lines of the top-level blocks; blank lines belong to the block before them."""
    starts = [token.map[0] for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    return [0, *starts[1:]]
