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
        self._lines += [line + "\n" for line in whole.split("\n")]
        if self._inside_fence():
            return []
        starts = _block_starts(self._parser.parse("".join(self._lines)))
        blocks = ["".join(self._lines[start:end]) for start, end in pairwise(starts)]
        if blocks:
            self._lines = self._lines[starts[-1] :]
        return blocks

    def finish(self) -> list[str]:
        """Return what is left as blocks; the stream has ended."""
        lines = [*self._lines, self._partial] if self._partial else self._lines
        starts = _block_starts(self._parser.parse("".join(lines)))
        self._lines, self._partial = [], ""
        ends = [*starts[1:], len(lines)]
        return ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True) if start < end]

    def _inside_fence(self) -> bool:
        # Code can be long, and until a line might close it there is nothing to find by parsing.
        opening = _FENCE.match(self._lines[0])
        if not opening:
            return False
        fence = opening.group(1)
        return not any(line.lstrip(" ").startswith(fence) for line in self._lines[1:])


def _block_starts(tokens: list[Token]) -> list[int]:
    """The first lines of the top-level blocks; blank lines belong to the block before them."""
    starts = [token.map[0] for token in tokens if token.level == 0 and token.nesting >= 0 and token.map]
    return [0, *starts[1:]]
