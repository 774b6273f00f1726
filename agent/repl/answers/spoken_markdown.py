"""Markdown in plain words, for whoever has the screen read aloud: no marks, no boxes, whole lines.

What the layout would show is said instead: where code and quotations begin and end, what is struck
out, which boxes are ticked. Lines are never broken, for a reader breaks off where a line ends.

Imported late: it loads markdown-it.
"""

import re
from collections.abc import Iterable, Sequence

from markdown_it.tree import SyntaxTreeNode

from agent.drawing.markdown_blocks import new_parser
from agent.drawing.sanitize import isolate, strip

_PARSER = new_parser()
# Task list items (GitHub Flavored Markdown 0.29, section 5.3).
_BOX = re.compile(r"\[([ xX])\]\s")


def speak(source: str) -> str:
    """Put a block into words.

    Args:
        source: The Markdown of the block, free of control characters.

    Returns:
        Whole lines; empty when there is nothing to say.
    """
    lines = _blocks(SyntaxTreeNode(_PARSER.parse(source)).children)
    said = "\n".join(lines).strip("\n")
    return f"{said}\n" if said.strip() else ""


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> list[str]:
    return [line for node in nodes for line in _block(node)]


def _block(node: SyntaxTreeNode) -> list[str]:
    match node.type:
        case "paragraph" | "heading":
            return _inlines(node.children).split("\n")
        case "bullet_list" | "ordered_list":
            return [line for item in node.children for line in _item(item)]
        case "fence" | "code_block":
            return ["code:", *node.content.removesuffix("\n").split("\n"), "end of code"]
        case "blockquote":
            return ["quote:", *_blocks(node.children), "end of quote"]
        case "table":
            return _table(node)
        case "hr":
            return [""]
        case _:
            return node.content.split("\n")


def _item(item: SyntaxTreeNode) -> list[str]:
    marker = f"{item.info}{item.markup} " if item.info else "- "
    first, *rest = _blocks(item.children) or [""]
    if box := _BOX.match(_beginning_of(item)):
        first = f"{'to do' if box[1] == ' ' else 'done'}: {first[box.end() :]}"
    return [f"{marker}{first}".rstrip(), *(f"{' ' * len(marker)}{line}".rstrip() for line in rest)]


def _beginning_of(item: SyntaxTreeNode) -> str:
    """The source of the paragraph that an item begins with."""
    paragraph = item.children[0] if item.children else None
    return paragraph.children[0].content if paragraph and paragraph.type == "paragraph" else ""


def _table(table: SyntaxTreeNode) -> list[str]:
    """One record for each row: its first cell, then a line of label and value for each further one."""
    rows = [
        [_inlines(cell.children) for cell in row.children] for part in table.children for row in part.children
    ]
    headings, records = rows[0], rows[1:]
    if not records:
        return [", ".join(filter(None, headings))]
    told = [lines for record in records if (lines := _record(headings, record))]
    if all(len(lines) <= 1 for lines in told):
        return [line for lines in told for line in lines]
    return [line for lines in told for line in (*lines, "")][:-1]


def _record(headings: Sequence[str], cells: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for place, (heading, cell) in enumerate(zip(headings, cells, strict=True)):
        # A number alone does not say what it counts or names.
        is_title = place == 0 and any(map(str.isalpha, cell))
        if cell:
            lines.append(cell if is_title or not heading else f"{heading}: {isolate(cell)}")
    return lines


def _inlines(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "s":
            return f"{_inlines(node.children)} (struck out)"
        case "link":
            return _link(_inlines(node.children), str(node.attrs.get("href", "")))
        case _:
            # A character reference can stand for what was taken out of the source.
            return _inlines(node.children) if node.children else strip(node.content)


def _link(text: str, address: str) -> str:
    if not address or text in (address, address.removeprefix("mailto:")):
        return text
    return f"{text} ({address})" if text else address
