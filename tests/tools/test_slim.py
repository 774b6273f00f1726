"""A schema that is too long is offered in fewer words, and forbids nothing that the server allows."""

import pytest
from drawn_schemas import Kind, arguments_for, input_schemas
from endpoint_rules import faults_of_parameters
from hypothesis import event, given
from hypothesis import strategies as st
from said_strictly import fits

from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.plain import plain_schema
from agent.tools.slim import SCHEMA_CHARACTERS, slim_schema


def object_of(properties: JsonObject, *required: str, **more: JsonValue) -> JsonObject:
    return {"type": "object", "properties": properties, "required": list(required), **more}


def named(count: int, schema: JsonObject) -> JsonObject:
    return {f"field_{number}": schema for number in range(count)}


def properties_of(schema: JsonObject) -> JsonObject:
    properties = schema["properties"]
    assert is_object(properties)
    return properties


def test_a_short_schema_is_left_alone() -> None:
    schema = object_of({"id": {"type": "integer", "title": "Id"}}, "id")
    assert slim_schema(schema) is schema


def test_a_long_description_is_cut_even_in_a_short_schema() -> None:
    schema = object_of({"id": {"type": "integer", "description": "x" * 2_000}})
    [described] = properties_of(slim_schema(schema)).values()
    assert described == {"type": "integer", "description": "x" * 1_023 + "…"}


def test_descriptions_are_cut_before_anything_else_goes() -> None:
    schema = object_of(named(30, {"type": "string", "enum": ["a", "b"], "description": "words " * 100}))
    slim = slim_schema(schema)
    assert list(properties_of(slim)) == list(properties_of(schema))
    for each in properties_of(slim).values():
        assert is_object(each)
        assert each["enum"] == ["a", "b"]
        assert str(each["description"]).endswith("…")


def test_what_properties_have_inside_goes_next() -> None:
    deep: JsonObject = object_of(named(20, {"type": "string"}), "field_1", additionalProperties=False)
    slim = slim_schema(object_of(named(40, {"type": "array", "items": deep}), "field_1"))
    assert slim["required"] == ["field_1"]
    assert properties_of(slim)["field_7"] == {"type": "array", "items": {"type": "object"}}


def test_at_last_properties_that_are_not_required_go() -> None:
    schema = object_of(named(5_000, {"type": "string"}), "field_4000", additionalProperties=False)
    slim = slim_schema(schema)
    assert next(iter(properties_of(slim))) == "field_4000"
    assert len(properties_of(slim)) > 100
    assert "additionalProperties" not in slim


@pytest.mark.parametrize("limit", [60, 300, 2_000, SCHEMA_CHARACTERS])
def test_no_schema_is_longer_than_the_limit(limit: int) -> None:
    megabyte = object_of(
        named(100, object_of(named(5, {"type": "string", "description": "many words " * 200})))
    )
    assert len(dump(megabyte)) > 1_000_000
    assert len(dump(slim_schema(megabyte, limit))) <= limit


@given(st.data(), st.integers(50, 400))
def test_what_fits_a_schema_fits_the_slim_one_and_endpoints_accept_it(
    data: st.DataObject, limit: int
) -> None:
    schema = data.draw(st.sampled_from((Kind(), Kind(typed=True), Kind(plain=True))).flatmap(input_schemas))
    slim = slim_schema(plain_schema(schema), limit)
    assert faults_of_parameters(slim) == []
    arguments = data.draw(arguments_for(schema, nulls=False))
    fitting = fits(schema, arguments)
    event(f"fits: {fitting}")
    assert not fitting or fits(slim, arguments)


def test_a_schema_at_the_limit_is_left_alone() -> None:
    schema = object_of({"id": {"type": "integer", "description": "x" * 1_024}}, "id")
    assert slim_schema(schema, len(dump(schema))) is schema


def test_of_alternatives_of_both_kinds_those_that_may_not_both_hold_go() -> None:
    either: list[JsonValue] = [{"type": "string"}, {"type": "integer", "description": "x" * 2_000}]
    schema = object_of({"id": {"anyOf": either, "oneOf": [*either, {"type": "null"}]}})
    [slim] = properties_of(slim_schema(schema)).values()
    assert slim == {"anyOf": [{"type": "string"}, {"type": "integer", "description": "x" * 1_023 + "…"}]}


def test_at_the_last_an_array_holds_anything_but_is_still_an_array() -> None:
    inside = object_of(named(50, {"type": "string"}))
    listed: JsonObject = {"type": "array", "items": inside, "contains": inside, "minItems": 1}
    slim = slim_schema(object_of({"rows": listed}), 120)
    assert properties_of(slim)["rows"] == {"type": "array", "items": {}, "minItems": 1}


@pytest.mark.parametrize("limit", range(120, 160))
def test_the_properties_that_must_be_given_are_counted_with_their_names(limit: int) -> None:
    properties = named(9, {"type": "string"})
    assert len(dump(slim_schema(object_of(properties, *properties), limit))) <= limit
