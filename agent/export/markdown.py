"""A document as Markdown, in which no text of others becomes more than text.

Raw HTML and images are escaped, so that whoever opens the file fetches nothing.

Source: CommonMark 0.31.2, sections 2.4 (backslash escapes) and 4.5 (fenced code blocks).
"""

import re
from collections.abc import Iterable, Iterator

from agent.drawing.markdown_blocks import new_parser
from agent.export.document import Answered, Called, Document, Entry, Noted, Said, Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!&~])")
_BACKTICKS = re.compile(r"`{3,}")
_BLOCK_START = re.compile(r"(?m)^(\s*(?:\d+(?=[.)]))?)([-+=.)])")


def write_markdown(document: Document) -> str:
    """Write a document down."""
    parts = [f"# {_escape(_one_line(document.title))}"]
    parts.append("\n".join(f"- {label}: {_escape(value)}" for label, value in document.facts))
    for entry in document.entries:
        parts += _entry(entry)
    return "\n\n".join(parts) + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    match entry:
        case Said(number, text, sent, at):
            when = f", {at:%Y-%m-%d %H:%M}" if at else ""
            yield f"## {number}. You{when}"
            yield _quote(_escape_lines(text))
            if sent:
                yield "What was sent:"
                yield _fence(sent)
        case Answered(text, interrupted):
            # A line that can belong to nothing before it, so that the answer is read as it was by itself.
            yield "### Answer"
            yield _tame(text.strip("\n"))
            if interrupted:
                yield "*(interrupted)*"
        case Called():
            yield from _called(entry)
        case Noted(text, is_problem):
            said = _escape(_one_line(text))
            yield f"**{said}**" if is_problem else f"*{said}*"


def _called(call: Called) -> Iterator[str]:
    yield f"**{_escape(_one_line(call.title))}** · {_escape(call.outcome)}"
    told = [*call.questions, *([call.decision] if call.decision else [])]
    if told:
        yield "\n".join(f"- {_escape(_one_line(line))}" for line in told)
    if call.arguments not in ("", "{}"):
        yield _fence(call.arguments, "json")
    if call.table:
        yield _table(call.table)
    elif call.text:
        yield _fence(call.text)


def _table(table: Table) -> str:
    lines = [_row(table.headings), "| " + " | ".join("---" for _ in table.headings) + " |"]
    lines += [_row(row) for row in table.rows]
    more = f"\n\nand {table.left_out:,} more" if table.left_out else ""
    return "\n".join(lines) + more


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escape(_one_line(cell)) for cell in cells) + " |"


def _fence(text: str, language: str = "") -> str:
    longest = max((len(found) for found in _BACKTICKS.findall(text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escape(text: str) -> str:
    """Text that stands for itself."""
    return _BLOCK_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text)).replace("\n", " ")


def _escape_lines(text: str) -> str:
    # Two spaces at its end break a line.
    return "  \n".join(_escape(line.strip()) for line in text.strip().split("\n"))


def _tame(text: str) -> str:
    """An answer as the Markdown that it is, without raw HTML and images outside of fenced code.

    Only fences outside of lists and quotations count as code.
    """
    lines = text.split("\n")
    code: set[int] = set()
    left_open = ""
    for token in new_parser().parse(text):
        if token.type == "fence" and token.level == 0 and token.map:
            first, end = token.map
            code.update(range(first, end))
            closed = end - first > 1 and _closes(lines[end - 1], token.markup)
            left_open = "" if closed else token.markup
    tamed = [line if number in code else _tame_line(line) for number, line in enumerate(lines)]
    # A fence that is left open would take in all that follows.
    return "\n".join([*tamed, *([left_open] if left_open else [])])


def _closes(line: str, markup: str) -> bool:
    bare = line.strip(" \t")
    return set(bare) == {markup[0]} and len(bare) >= len(markup) and len(line) - len(line.lstrip(" ")) < 4


def _tame_line(line: str) -> str:
    return line.replace("<", "&lt;").replace("![", "!\\[")
