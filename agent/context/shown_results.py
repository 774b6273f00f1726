"""What of a tool's result goes to the model, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.context.excerpts import excerpt_text, excerpt_value
from agent.context.opaque import name_opaque_text
from agent.jsontypes import JsonValue, well_formed
from agent.tools.tool import ToolResult

RESULT_CHARACTERS = 24_000
"""The longest result text that a model is given; about 6,000 tokens of English."""
STRUCTURE_CHARACTERS = 4_000_000
"""The largest structured result that a conversation and its transcript keep."""
_NOT_KEPT = "ask for less, or for a page"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a model is shown of a result.

    Args:
        body: What the tool answered, or the beginning of it.
        notes: What this program says about it, one sentence each.
    """

    body: str
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Both, the notes in brackets."""
        return "\n".join((self.body, *(f"[{note}]" for note in self.notes)))


def show_result(
    result: ToolResult,
    limit: int = RESULT_CHARACTERS,
    read_on: Callable[[str, int], str] = lambda _path, _shown: _NOT_KEPT,
) -> Shown:
    """Show a result as a model reads it: whole if it is short, else its beginning with a note.

    Of a list whole items are shown, of a text whole lines. What is no text, such as an image within the
    data, is named.

    Args:
        result: What the tool answered.
        limit: The most characters to show.
        read_on: Says how to get at the rest, by the path of the list that was cut (empty for the whole
            result) and the number of items or lines that are shown.
    """
    warnings = (" ".join(result.warnings),) if result.warnings else ()
    structured = result.structured
    if structured is not None and (not result.text or len(result.text) > limit):
        excerpt = excerpt_value(structured, limit)
    else:
        text = name_opaque_text(well_formed(result.text))
        if len(text) <= limit:
            return Shown(text or "(no output)", warnings)
        excerpt = excerpt_text(text, limit)
    if not excerpt.said:
        return Shown(well_formed(excerpt.text), warnings)
    note = f"cut here: {excerpt.said}; {read_on(excerpt.path, excerpt.shown)}"
    return Shown(well_formed(excerpt.text), (note, *warnings))


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
