"""Schemas of objects without combinators."""

from agent.jsontypes import JsonObject
from agent.tools.flat import flatten

TEXT: JsonObject = {"type": "string"}
SHORT: JsonObject = {"maxLength": 3}


def test_a_schema_without_combinators_stays_as_it_is() -> None:
    assert flatten({"type": "object"}) == {"type": "object"}


def test_a_condition_gives_what_either_way_speaks_of() -> None:
    flat = flatten({"if": {}, "then": {"properties": {"a": TEXT}}, "else": {"properties": {"b": SHORT}}})
    assert flat == {"properties": {"a": {"anyOf": [TEXT, {}]}, "b": {"anyOf": [SHORT, {}]}}}


def test_what_two_places_say_of_a_property_holds_together_and_is_said_once() -> None:
    said: JsonObject = {"a": TEXT, "b": TEXT}
    more: JsonObject = {"a": SHORT, "b": TEXT}
    flat = flatten({"properties": said, "allOf": [{"properties": more}]})
    assert flat == {"properties": {"a": {"allOf": [TEXT, SHORT]}, "b": TEXT}}
