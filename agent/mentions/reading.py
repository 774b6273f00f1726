"""The things that a listing or a search answers with."""

from collections.abc import Iterator

from agent.jsontypes import JsonObject, JsonValue
from agent.mentions.mention import Mention, shown_name
from agent.mentions.sources import NOUNS
from agent.records.fields import fields_of, rows, text_of

_NAMES = ("title", "name", "displayname", "fullname", "label", "summary", "subject")
_PLACES = ("projectname", "projecttitle", "spacename", "email")


def read_answer(answer: JsonValue, kind: str) -> Iterator[Mention]:
    """The things of an answer.

    Args:
        answer: A tool's structured result.
        kind: What the tool lists.
    """
    for row in rows(answer):
        if mention := read_row(row, kind):
            yield mention


def read_row(row: JsonObject, kind: str) -> Mention | None:
    """One thing; `None` where it has no id or no name."""
    fields = fields_of(row)
    nouns = NOUNS.get(kind, (kind,))
    keys = (*(f"{noun}id" for noun in nouns), "id", "uuid", "key")
    number = next((value for key in keys if (value := fields.get(key)) is not None), None)
    if isinstance(number, bool) or not isinstance(number, int | str):
        return None
    name = text_of(fields, tuple(f"{noun}{end}" for noun in nouns for end in ("title", "name")))
    name = name or _person(fields) or text_of(fields, _NAMES) or text_of(fields, ("email",))
    places = tuple(key for key in _PLACES if not key.startswith(kind))
    place = " ".join(text_of(fields, places).split())
    return Mention(kind, str(number), shown_name(name), place) if name else None


def _person(fields: JsonObject) -> str:
    parts = (fields.get("firstname"), fields.get("lastname"))
    return " ".join(part for part in parts if isinstance(part, str) and part)
