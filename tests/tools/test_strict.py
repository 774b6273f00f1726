"""Function parameters within what OpenAI's strict mode accepts."""

import pytest
from endpoint_rules import faults_of_strict_parameters

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.plain import plain_schema
from agent.tools.strict import given_schema, strict_schema


def convert(properties: JsonObject, *required: str) -> JsonObject | None:
    needed: list[JsonValue] = [*required]
    strict = strict_schema(plain_schema({"type": "object", "properties": properties, "required": needed}))
    assert strict is None or faults_of_strict_parameters(strict) == []
    return strict


def strict(schema: JsonValue) -> JsonValue:
    """What becomes of the schema of a property that must be given."""
    converted = convert({"x": schema}, "x")
    assert converted is not None
    properties = converted["properties"]
    assert isinstance(properties, dict)
    return properties["x"]


def optional(schema: JsonValue) -> JsonValue:
    """What becomes of the schema of a property that may be left out."""
    converted = convert({"x": schema})
    assert converted is not None
    properties = converted["properties"]
    assert isinstance(properties, dict)
    return properties["x"]


# Objects


def test_every_object_takes_what_it_names_and_nothing_else_and_all_of_it_must_be_given() -> None:
    owner: JsonObject = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    assert convert({"title": {"type": "string"}, "owner": owner}, "owner") == {
        "type": "object",
        "properties": {
            "title": {"type": ["string", "null"]},
            "owner": {
                "type": "object",
                "properties": {"id": {"type": "integer"}},
                "required": ["id"],
                "additionalProperties": False,
            },
        },
        "required": ["title", "owner"],
        "additionalProperties": False,
    }


def test_a_tool_without_arguments_has_none_in_strict_mode() -> None:
    assert convert({}) == {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


@pytest.mark.parametrize("rest", [True, {}, {"type": "string"}])
def test_an_object_with_properties_of_any_name_cannot_be_said(rest: JsonValue) -> None:
    named: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert convert({"x": {**named, "additionalProperties": rest}}, "x") is None
    assert convert({"x": {**named, "patternProperties": {"^x-": {}}}}, "x") is None
    assert strict_schema(plain_schema({**named, "additionalProperties": rest})) is None


def test_an_object_that_names_no_properties_is_one_with_properties_of_any_name() -> None:
    assert convert({"x": {"type": "object"}}, "x") is None
    assert convert({"x": {"type": "object", "additionalProperties": False}}, "x") is not None


def test_an_object_that_needs_what_it_does_not_name_cannot_be_said() -> None:
    assert convert({}, "x") is None


def test_properties_in_combinators_are_named_too() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "allOf": [{"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
    }
    assert strict(schema) == {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "integer"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }


def test_a_condition_on_what_is_named_only_restricts_and_is_left_to_the_check_of_the_arguments() -> None:
    parameters: JsonObject = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        "dependentRequired": {"id": ["name"]},
    }
    assert strict_schema(plain_schema(parameters)) == {
        "type": "object",
        "properties": {"id": {"type": ["integer", "null"]}, "name": {"type": ["string", "null"]}},
        "required": ["id", "name"],
        "additionalProperties": False,
    }


# What may be left out


@pytest.mark.parametrize(
    ("schema", "nullable"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": "integer", "minimum": 1}, {"type": ["integer", "null"], "minimum": 1}),
        ({"enum": ["a", "b"]}, {"type": ["string", "null"], "enum": ["a", "b", None]}),
        (
            {"type": "array", "items": {"type": "string"}},
            {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "Id"},
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}], "description": "Id"},
        ),
    ],
)
def test_what_may_be_left_out_may_be_null(schema: JsonValue, nullable: JsonValue) -> None:
    assert optional(schema) == nullable


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"enum": ["a", None]},
        {"type": ["string", "null"], "default": "a"},
    ],
)
def test_what_may_be_left_out_and_be_null_cannot_be_said_since_null_means_something_else(
    schema: JsonObject,
) -> None:
    assert convert({"x": schema}) is None
    assert convert({"x": schema}, "x") is not None


def test_where_leaving_it_out_is_the_same_as_null_it_can_be_said() -> None:
    assert optional({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}) == {
        "type": ["string", "null"]
    }


# Values


def test_several_types_are_alternatives_of_which_each_has_what_concerns_it() -> None:
    schema: JsonObject = {
        "type": ["string", "array", "null", "number", "integer"],
        "items": {"type": "string"},
        "minItems": 1,
        "maximum": 5,
        "format": "date",
    }
    assert strict(schema) == {
        "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            {"type": "number", "maximum": 5},
            {"type": "null"},
        ]
    }


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"const": None}, {"type": "null"}),
        ({"enum": [1, 2, None]}, {"type": ["integer", "null"], "enum": [1, 2, None]}),
        ({"type": "string", "enum": ["a", 5]}, {"type": "string", "enum": ["a"]}),
        ({"type": "number", "enum": [1]}, {"type": "integer", "enum": [1]}),
        ({"type": "integer", "enum": [1.0, 1.5]}, {"type": "number", "enum": [1.0]}),
        (
            {"enum": [True, 1]},
            {"anyOf": [{"type": "boolean", "enum": [True]}, {"type": "integer", "enum": [1]}]},
        ),
    ],
)
def test_each_list_of_values_has_the_type_of_its_values(schema: JsonValue, said: JsonValue) -> None:
    assert strict(schema) == said


@pytest.mark.parametrize("schema", [{"enum": [{"a": 1}]}, {"const": []}, {"type": "string", "const": 5}])
def test_values_that_are_no_scalars_or_that_nothing_fits_cannot_be_said(schema: JsonValue) -> None:
    assert convert({"x": schema}, "x") is None


@pytest.mark.parametrize(
    "schema",
    [
        *({}, {"description": "Anything"}, {"not": {"type": "null"}}, {"minLength": 1}, False),
        *({"properties": {"a": {"type": "string"}}}, {"$ref": "#/$defs/Missing"}),
        *({"type": "array"}, {"type": "array", "items": {}}),
        {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}},
        *({"anyOf": [{"type": "string"}, {}]}, {"anyOf": [{"type": "string"}], "minLength": 1}),
        {"allOf": [{"type": "string"}, {"type": "string", "minLength": 1}]},
    ],
)
def test_values_of_any_type_and_tuples_cannot_be_said(schema: JsonValue) -> None:
    assert convert({"x": schema}, "x") is None


def test_alternatives_of_which_one_must_hold_are_alternatives() -> None:
    alternatives: list[JsonValue] = [{"type": "string"}, {"type": "integer", "description": "Its id"}]
    assert strict({"oneOf": alternatives, "title": "Who"}) == {"anyOf": alternatives}
    assert strict({"allOf": [{"type": "string", "description": "A"}], "description": "B"}) == {
        "type": "string",
        "description": "B",
    }


def test_objects_that_begin_with_the_same_property_cannot_be_told_apart() -> None:
    def kind(value: str) -> JsonObject:
        return {"type": "object", "properties": {value: {"type": "string"}}, "required": [value]}

    assert convert({"x": {"anyOf": [kind("a"), kind("b")]}}, "x") is not None
    other: JsonObject = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert convert({"x": {"anyOf": [kind("a"), other]}}, "x") is None


# What is told in words


def test_what_strict_mode_does_not_know_is_told_in_the_description() -> None:
    assert strict({"type": "string", "minLength": 1, "description": "Title", "default": "New"}) == {
        "type": "string",
        "description": "Title (default: New, minLength: 1)",
    }
    assert strict({"type": "string", "format": "uri"}) == {"type": "string", "description": "format: uri"}
    assert strict({"type": "string", "pattern": "^a"}) == {"type": "string", "description": "pattern: ^a"}


@pytest.mark.parametrize(
    "format_", ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]
)
def test_formats_that_strict_mode_knows_are_kept(format_: str) -> None:
    assert strict({"type": "string", "format": format_}) == {"type": "string", "format": format_}


def test_the_description_of_the_whole_is_kept() -> None:
    converted = strict_schema(plain_schema({"type": "object", "description": "All of it"}))
    assert converted is not None
    assert converted["description"] == "All of it"


# Limits


def nested(levels: int) -> JsonValue:
    schema: JsonValue = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema


def listed(count: int, length: int = 1) -> JsonObject:
    values: list[JsonValue] = [f"{position:0{length}}" for position in range(count)]
    return {"type": "string", "enum": values}


def named(count: int, length: int = 1) -> JsonObject:
    return {f"{position:0{length}}": {"type": "string"} for position in range(count)}


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ({"x": nested(9)}, {"x": nested(10)}),
        (named(5000), named(5001)),
        (named(1000, 120), named(1000, 121)),
        ({"x": listed(999), "y": {"type": "string"}}, {"x": listed(500), "y": listed(500)}),
        ({"x": listed(251, 59)}, {"x": listed(251, 60)}),
        ({"x": listed(250, 60)}, {"x": listed(251, 60)}),
    ],
)
def test_more_than_the_documented_limits_cannot_be_said(within: JsonObject, beyond: JsonObject) -> None:
    assert convert(within) is not None
    assert convert(beyond) is None


# What is easily overlooked


def test_a_function_without_parameters_is_strict() -> None:
    assert convert({}) == {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    assert given_schema(plain_schema({})) == convert({})


def test_a_null_is_one_whatever_is_said_of_it() -> None:
    null: JsonObject = {"type": "null", "description": "Nobody."}
    assert strict({"anyOf": [{"type": "string"}, null]}) == {"type": ["string", "null"]}


def test_an_object_or_null_is_said_by_alternatives() -> None:
    thing: JsonObject = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    assert strict({"anyOf": [thing, {"type": "null"}]}) == {
        "anyOf": [{**thing, "additionalProperties": False}, {"type": "null"}]
    }


def test_a_format_that_strict_mode_has_not_is_told() -> None:
    assert strict({"type": "string", "format": "uri"}) == {"type": "string", "description": "format: uri"}


def test_an_object_that_takes_nothing_may_be_an_alternative() -> None:
    empty: JsonObject = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    thing: JsonObject = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    either = strict({"anyOf": [{**empty, "description": "Nothing."}, thing]})
    assert either == {
        "anyOf": [{**empty, "description": "Nothing."}, {**thing, "additionalProperties": False}]
    }


def test_lists_in_lists_are_levels_too() -> None:
    schema: JsonObject = {"type": "string"}
    for _ in range(9):
        schema = {"type": "array", "items": schema}
    assert convert({"x": schema}, "x") is not None
    assert convert({"x": {"type": "array", "items": schema}}, "x") is None


def test_the_values_of_a_lists_items_are_counted() -> None:
    def listing(count: int) -> JsonObject:
        return {"type": "array", "items": {"type": "integer", "enum": [*range(count)]}}

    assert convert({"x": listing(1_000)}, "x") is not None
    assert convert({"x": listing(1_001)}, "x") is None


def test_the_properties_of_all_objects_are_counted_together() -> None:
    def thing(count: int) -> JsonObject:
        properties: JsonObject = {f"p{number}": {"type": "integer"} for number in range(count)}
        return {"type": "object", "properties": properties, "required": [*properties]}

    root: JsonObject = {"type": "object", "properties": {"x": thing(2_499), "y": thing(2_500)}}
    assert strict_schema({**root, "required": ["x", "y"]}) is None
