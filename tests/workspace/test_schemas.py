"""Which input schemas can be used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import Draft202012Validator

from agent.jsontypes import JsonObject, JsonValue
from agent.workspace.schemas import is_plainly_sound, why_unusable

KEYWORDS = (
    *("type", "title", "description", "format", "required", "enum", "default", "const", "examples"),
    *("properties", "additionalProperties", "items", "anyOf", "oneOf", "allOf", "minimum", "maximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "pattern", "$ref"),
)


def with_property(schema: JsonValue) -> JsonValue:
    return {"properties": {"a": schema}}


scalars: st.SearchStrategy[JsonValue] = (
    st.sampled_from(("string", "object", "nonsense")) | st.integers(-2, 2) | st.booleans() | st.none()
)
schemas: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=3)
        | inner.map(with_property)
    ),
    max_leaves=6,
)


@given(schema=schemas)
def test_what_is_plainly_sound_is_sound_by_the_metaschema_too(schema: JsonValue) -> None:
    if isinstance(schema, dict) and is_plainly_sound(schema):
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}, "required": ["a"]},
        {"properties": {"a": {"type": ["string", "null"]}}},
        {"properties": {"a": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}}},
    ],
)
def test_everyday_schemas_need_no_full_check(schema: JsonObject) -> None:
    assert is_plainly_sound(schema)
    assert why_unusable(schema) == ""


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"type": ["string", "null"], "pattern": "^x"}}},
        {"type": "object", "$defs": {"a": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/a"}}},
        {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "x-made-up": 1},
    ],
)
def test_rarer_schemas_pass_the_full_check(schema: JsonObject) -> None:
    assert not is_plainly_sound(schema)
    assert why_unusable(schema) == ""


def test_a_schema_nested_without_end_is_refused() -> None:
    schema: JsonObject = {"type": "object"}
    for _ in range(3000):
        schema = {"type": "object", "not": schema}
    assert why_unusable(schema) == "nested too deeply"
