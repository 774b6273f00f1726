"""Which parts of a schema go when it is written in fewer words, and which never do."""

import pytest

from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.slim import slim_schema

LONG = "x" * 3_000


def slim(property_: JsonValue, limit: int = 100_000) -> JsonValue:
    """One property, beside another whose description is too long, in fewer words."""
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": property_, "long": {"type": "string", "description": LONG}},
    }
    properties = slim_schema(schema, limit)["properties"]
    assert isinstance(properties, dict)
    return properties.get("a")


def test_only_one_of_two_ways_to_say_branches_stays() -> None:
    either: JsonValue = [{"type": "string"}, {"type": "null"}]
    assert slim({"oneOf": either}) == {"anyOf": either}
    assert slim({"oneOf": [{}], "anyOf": either, "type": "string"}) == {"anyOf": either, "type": "string"}
    assert slim({"anyOf": either, "minimum": 1}) == {"anyOf": either, "minimum": 1}


@pytest.mark.parametrize("key", ["$comment", "examples", "if", "not"])
def test_comments_and_conditions_go_first_and_what_stands_behind_them_stays(key: str) -> None:
    assert slim({key: {}, "type": "string"}) == {"type": "string"}


@pytest.mark.parametrize("key", ["enum", "default", "const"])
def test_values_stay_as_long_as_they_are_short(key: str) -> None:
    values: list[JsonValue] = ["a" * 30] * 400
    kept: JsonObject = {"type": "array", "items": {}, key: values}
    assert slim(kept) == kept
    without: JsonObject = {"type": "array", "items": {}}
    assert slim(kept, limit=5_000) == without


def test_a_description_is_cut_only_where_it_is_too_long() -> None:
    assert slim({"description": "y" * 1_024}) == {"description": "y" * 1_024}
    assert slim({"description": "y" * 1_025}) == {"description": "y" * 1_023 + "…"}


def test_schemas_that_are_true_or_false_stay_what_they_are() -> None:
    inside: JsonObject = {"type": "object", "properties": {"b": True}, "additionalProperties": False}
    assert slim(inside) == inside
    either: JsonObject = {"anyOf": [True, {"type": "string"}]}
    assert slim(either) == either
    assert slim({"type": "array", "items": True}) == {"type": "array", "items": True}


def test_the_properties_that_are_required_stay_before_others() -> None:
    names = [f"field_{number:03}" for number in range(300)]
    schema: JsonObject = {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in names},
        "required": [names[-1], names[-2]],
    }
    slimmed = slim_schema(schema, 400)
    assert list(slimmed) == ["type", "properties", "required"]
    properties = slimmed["properties"]
    assert isinstance(properties, dict)
    assert list(properties)[:3] == [names[-2], names[-1], names[0]]
    assert slimmed["required"] == [names[-1], names[-2]]
    assert properties[names[-1]] == {"type": "integer"}
    assert 350 < len(dump(slimmed)) <= 400


def test_a_schema_that_lists_no_properties_is_an_empty_object_at_its_shortest() -> None:
    schema: JsonObject = {"type": "object", "properties": True, "required": ["a"], "maxProperties": 10**500}
    assert slim_schema(schema, 100) == {"type": "object", "properties": {}, "required": []}
