"""What of a tool's result goes to the model, and what is kept of it."""

from agent.jsontypes import JsonValue, dump, well_formed
from agent.tools.tool import ToolResult

RESULT_CHARACTERS = 24_000
"""The longest result text that a model is given; about 6,000 tokens of English."""
STRUCTURE_CHARACTERS = 4_000_000
"""The largest structured result that a conversation and its transcript keep."""


def result_text(result: ToolResult, limit: int = RESULT_CHARACTERS) -> str:
    """The text of a result as the model reads it: whole if it is short, else cut with a note.

    Args:
        result: What the tool answered.
        limit: The most characters to keep.
    """
    text = well_formed(result.text) or (
        "" if result.structured is None else well_formed(dump(result.structured))
    )
    if not text:
        text = "(no output)"
    if len(text) > limit:
        kept = text[:limit]
        text = f"{kept}\n[cut here: {limit} of {len(text)} characters shown; ask for less, or for a page]"
    if result.warnings:
        text += "\n[" + " ".join(result.warnings) + "]"
    return text


def is_too_large(structured: JsonValue, limit: int = STRUCTURE_CHARACTERS) -> bool:
    """Say whether a structured result is too large to keep, without writing it out.

    Args:
        structured: The structured result.
        limit: The most characters of JSON to keep; counted roughly, punctuation aside.
    """
    left = limit
    waiting = [structured]
    while waiting and left >= 0:
        match waiting.pop():
            case str() as text:
                left -= len(text)
            case list() as items:
                left -= len(items)
                if left >= 0:
                    waiting += items
            case dict() as members:
                left -= sum(map(len, members))
                if left >= 0:
                    waiting += members.values()
            case _:
                left -= 1
    return left < 0
