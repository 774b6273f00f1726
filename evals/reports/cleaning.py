"""What of a run's texts a report may tell: no secret that a model, a tool or a person wrote."""

from collections.abc import Mapping

from agent.export.redaction import Clean, make_cleaner
from agent.jsontypes import JsonObject, JsonValue

clean: Clean = make_cleaner()
"""Takes secrets and control characters out of a text."""


def clean_object(value: Mapping[str, JsonValue]) -> JsonObject:
    """The same for each text in an object."""
    return {name: _clean_value(each) for name, each in value.items()}


def _clean_value(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return clean(value)
        case list():
            return [_clean_value(each) for each in value]
        case dict():
            return clean_object(value)
        case _:
            return value
