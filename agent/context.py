"""What of a tool's result goes to the model."""

from agent.jsontypes import dump, well_formed
from agent.tools.tool import ToolResult

RESULT_CHARACTERS = 24_000
"""The longest result text that a model is given; about 6,000 tokens of English."""


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
