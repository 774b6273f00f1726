"""From listed tools to function definitions, and arguments against their schemas."""

import re
from typing import TypeAlias

import pytest
from fake_toolbox import make_tool
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import Draft202012Validator, validator_for

from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.schema import (
    build_functions,
    inline_references,
    parse_arguments,
    validate_arguments,
)
from agent.tools.tool import Tool


def taking(schema: JsonObject) -> Tool:
    return Tool("do_it", "Do it", "Does it.", schema)


def fits(schema: JsonObject, arguments: JsonObject) -> bool:
    """Judge by the library alone, which follows references itself."""
    validator = validator_for(schema, default=Draft202012Validator)(schema)
    return next(iter(validator.iter_errors(arguments)), None) is None


def names_of(*tools: str) -> list[str]:
    return [function.name for function in build_functions(map(make_tool, tools)).definitions]


# Names


def test_a_name_that_endpoints_accept_is_kept() -> None:
    assert names_of("astravue_list-tasks_2") == ["astravue_list-tasks_2"]


@pytest.mark.parametrize("name", ["tasks.list", "tâche", "a b", "x" * 65, ""])
def test_a_name_that_endpoints_refuse_is_replaced_by_one_that_they_accept(name: str) -> None:
    table = build_functions([make_tool(name)])
    (function,) = table.definitions
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function.name)
    assert table.tools[function.name].name == name
    assert table.function_of(name) == function.name


@given(st.lists(st.text("ab._", max_size=3) | st.text("a.", min_size=63, max_size=66), unique=True))
def test_different_tools_have_different_functions(names: list[str]) -> None:
    table = build_functions(map(make_tool, names))
    assert sorted(tool.name for tool in table.tools.values()) == sorted(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function) for function in table.tools)


def test_a_tool_that_is_not_listed_keeps_its_name() -> None:
    assert build_functions([]).function_of("no.such.tool") == "no.such.tool"


# The table


def test_tools_for_the_servers_own_interface_stay_out() -> None:
    table = build_functions([make_tool("get_task"), make_tool("app_only", hidden=True)])
    assert [function.name for function in table.definitions] == ["get_task"]
    assert "app_only" not in table.tools


@given(st.permutations(["delete_task", "a.b", "get_task", "create_task", "a_b"]))
def test_the_order_in_which_a_server_lists_its_tools_makes_no_difference(names: list[str]) -> None:
    definitions = build_functions(map(make_tool, names)).definitions
    assert definitions == build_functions(map(make_tool, sorted(names))).definitions
    assert [function.name for function in definitions] == sorted(function.name for function in definitions)


def test_a_long_description_is_shortened_to_what_endpoints_take() -> None:
    long = Tool("get_task", "Get task", "x" * 2000, {"type": "object"})
    (function,) = build_functions([long]).definitions
    assert len(function.description) == 1024
    assert function.description.endswith("…")


def test_a_tool_without_a_description_is_described_by_its_title() -> None:
    (function,) = build_functions([Tool("get_task", "Get task", "", {"type": "object"})]).definitions
    assert function.description == "Get task"


# References


@pytest.mark.parametrize("place", ["$defs", "definitions"])
def test_a_reference_is_replaced_by_what_it_points_to(place: str) -> None:
    schema: JsonObject = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"who": {"$ref": f"#/{place}/Person"}},
        place: {"Person": {"type": "object", "properties": {"age": {"$ref": f"#/{place}/Age"}}}, "Age": {}},
    }
    assert inline_references(schema) == {
        "type": "object",
        "properties": {"who": {"type": "object", "properties": {"age": {}}}},
    }


def test_properties_that_are_named_like_keywords_stay() -> None:
    properties: JsonObject = {
        "definitions": {"type": "string"},
        "$defs": {"type": "string"},
        "default": {"$ref": "#/$defs/Text"},
        "properties": {"type": "object", "properties": {"enum": {"$ref": "#/$defs/Text"}}},
        "$ref": {"type": "string"},
    }
    inlined = inline_references(
        {"type": "object", "properties": properties, "$defs": {"Text": {"type": "string"}}}
    )
    assert inlined["properties"] == {
        "definitions": {"type": "string"},
        "$defs": {"type": "string"},
        "default": {"type": "string"},
        "properties": {"type": "object", "properties": {"enum": {"type": "string"}}},
        "$ref": {"type": "string"},
    }


def test_data_that_looks_like_a_reference_is_left_alone() -> None:
    data: JsonObject = {"$ref": "#/$defs/Text", "definitions": 1}
    schema: JsonObject = {
        "type": "object",
        "properties": {"x": {"const": data, "default": data, "enum": [data], "examples": [data]}},
    }
    assert inline_references(schema)["properties"] == schema["properties"]


@pytest.mark.parametrize(
    "reference", ["#/properties/a/anyOf/0", "#/$defs/Two%20words", "#/$defs/a~1b", "#/$defs/a~0b"]
)
def test_every_way_of_pointing_inside_the_schema_is_followed(reference: str) -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "integer"}]}, "b": {"$ref": reference}},
        "$defs": {
            "Two words": {"type": "integer"},
            "a/b": {"type": "integer"},
            "a~b": {"type": "integer"},
        },
    }
    assert inline_references(schema)["properties"] == {
        "a": {"anyOf": [{"type": "integer"}]},
        "b": {"type": "integer"},
    }


@pytest.mark.parametrize(
    "reference", ["#/$defs/Missing", "#/properties/a/anyOf/7", "#anchor", "https://example.com/schema"]
)
def test_a_reference_that_leads_nowhere_accepts_anything(reference: str) -> None:
    schema: JsonObject = {"type": "object", "properties": {"x": {"$ref": reference, "description": "An x"}}}
    assert inline_references(schema)["properties"] == {"x": {"description": "An x"}}


def test_a_description_beside_a_reference_is_stronger_than_the_one_it_points_to() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"who": {"$ref": "#/$defs/Id", "description": "The owner"}},
        "$defs": {"Id": {"type": "integer", "description": "An id"}},
    }
    assert inline_references(schema)["properties"] == {"who": {"type": "integer", "description": "The owner"}}


def test_a_constraint_beside_a_reference_holds_together_with_what_it_points_to() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"n": {"$ref": "#/$defs/Big", "minimum": 5}},
        "$defs": {"Big": {"type": "integer", "minimum": 100}},
    }
    inlined = inline_references(schema)
    assert fits(inlined, {"n": 100})
    assert not fits(inlined, {"n": 50})


def test_a_reference_into_itself_ends_in_a_schema_that_accepts_anything() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"tree": {"$ref": "#/$defs/Node"}},
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {"child": {"$ref": "#/$defs/Node", "description": "Below"}},
            }
        },
    }
    assert inline_references(schema)["properties"] == {
        "tree": {"type": "object", "properties": {"child": {"description": "Below"}}}
    }


def test_references_that_multiply_make_no_huge_schema() -> None:
    def ten_of(name: str) -> JsonValue:
        return {"type": "array", "prefixItems": [{"$ref": f"#/$defs/{name}"} for _ in range(10)]}

    levels: JsonObject = {f"L{n}": ten_of(f"L{n + 1}") for n in range(20)}
    schema: JsonObject = {"type": "object", "properties": {"x": {"$ref": "#/$defs/L0"}}, "$defs": levels}
    assert len(dump(inline_references(schema))) < 1_000_000


def test_references_that_form_a_long_chain_are_followed_only_so_far() -> None:
    chain: JsonObject = {f"L{n}": {"items": {"$ref": f"#/$defs/L{n + 1}"}} for n in range(2000)}
    schema: JsonObject = {"type": "object", "properties": {"x": {"$ref": "#/$defs/L0"}}, "$defs": chain}
    assert dump(inline_references(schema)).count("items") < 100


def test_the_root_is_always_an_object_with_properties() -> None:
    assert inline_references({}) == {"type": "object", "properties": {}}
    root: JsonObject = {"$ref": "#/$defs/Args", "$defs": {"Args": {"properties": {"a": {}}}}}
    assert inline_references(root) == {"type": "object", "properties": {"a": {}}}


def test_the_listed_schema_is_not_changed() -> None:
    schema: JsonObject = {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "required": ["x"]}}}
    before = dump(schema)
    inline_references(schema)
    assert dump(schema) == before


Schemas: TypeAlias = st.SearchStrategy[JsonValue]

_names = st.sampled_from(["a", "definitions", "default", "properties"])
_scalars: Schemas = st.sampled_from([0, 5, -1, "", "abc", True, None])


def _lists_and_objects(inner: Schemas) -> Schemas:
    return st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=3)


_values: Schemas = st.recursive(_scalars, _lists_and_objects, max_leaves=5)


def _keyword(name: str, value: JsonValue) -> JsonValue:
    return {name: value}


_plain: Schemas = st.one_of(
    st.booleans(),
    st.builds(_keyword, st.just("type"), st.sampled_from(["integer", "string", "object", "array"])),
    st.builds(_keyword, st.just("enum"), st.lists(_scalars, min_size=1, max_size=3)),
    st.builds(_keyword, st.just("minimum"), st.integers(-2, 6)),
)


def _referring(reference: str, beside: JsonValue) -> JsonValue:
    return {**(beside if isinstance(beside, dict) else {}), "description": "Beside", "$ref": reference}


def _with_properties(properties: dict[str, JsonValue], rest: JsonValue, needed: list[str]) -> JsonValue:
    required: list[JsonValue] = [*needed]
    return {"properties": properties, "additionalProperties": rest, "required": required}


def _schemas(references: st.SearchStrategy[str]) -> Schemas:
    def wider(inner: Schemas) -> Schemas:
        return st.one_of(
            st.builds(_referring, references, inner),
            st.builds(
                _with_properties,
                st.dictionaries(_names, inner, max_size=3),
                inner,
                st.lists(_names, unique=True, max_size=1),
            ),
            st.builds(_keyword, st.just("items"), inner),
            st.builds(_keyword, st.sampled_from(["anyOf", "allOf"]), st.lists(inner, min_size=1, max_size=3)),
        )

    return st.recursive(_plain | st.builds(_referring, references, _plain), wider, max_leaves=6)


@st.composite
def _tool_schemas(draw: st.DrawFn, *, recursive: bool) -> JsonObject:
    names = ["D0", "D1", "D2"]
    definitions: JsonObject = {}
    for position, name in enumerate(names):
        # Without recursion a definition refers only to those that come later.
        targets = [f"#/$defs/{each}" for each in (names if recursive else names[position + 1 :])]
        definitions[name] = draw(_schemas(st.sampled_from(targets)) if targets else _plain)
    anywhere = st.sampled_from([f"#/$defs/{each}" for each in names])
    properties = draw(st.dictionaries(_names, _schemas(anywhere), min_size=1, max_size=3))
    return {"type": "object", "properties": properties, "$defs": definitions}


@given(_tool_schemas(recursive=False), st.dictionaries(_names, _values, max_size=3))
def test_without_recursion_exactly_what_fits_a_schema_fits_the_inlined_one(
    schema: JsonObject, arguments: JsonObject
) -> None:
    inlined = inline_references(schema)
    assert "#/$defs" not in dump(inlined)
    assert fits(inlined, arguments) == fits(schema, arguments)


@given(_tool_schemas(recursive=True), st.dictionaries(_names, _values, max_size=3))
def test_with_recursion_whatever_fits_a_schema_fits_the_inlined_one(
    schema: JsonObject, arguments: JsonObject
) -> None:
    inlined = inline_references(schema)
    assert "#/$defs" not in dump(inlined)
    try:
        fitted = fits(schema, arguments)
    except RecursionError:
        return  # a definition that is nothing but itself has no meaning
    assert not fitted or fits(inlined, arguments)


# Arguments


def test_arguments_are_a_json_object_and_none_at_all_are_an_empty_one() -> None:
    assert parse_arguments('{"a": [1, "é"]}') == {"a": [1, "é"]}
    assert parse_arguments("") == {}
    assert parse_arguments(" \n") == {}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", '"x"', "{'a': 1}", '{"a": NaN}', '{"a": -Infinity}', "[" * 100_000, "{}{}"],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_arguments(text)


def test_half_of_a_character_is_refused_since_nothing_can_send_it() -> None:
    with pytest.raises(ValueError, match="half of a character"):
        parse_arguments('{"title": "\\ud83d"}')


SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "priority": {"enum": ["low", "high"]},
        "dates": {"type": "object", "properties": {"due": {"type": ["string", "null"]}}},
        "owners": {"type": "array", "items": {"$ref": "#/$defs/Id"}},
    },
    "required": ["title"],
    "additionalProperties": False,
    "$defs": {"Id": {"type": "integer"}},
}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "'title' is a required property"),
        ({"title": 5}, "title: 5 is not of type 'string'"),
        ({"title": "x", "priority": "urgent"}, "priority: 'urgent' is not one of ['low', 'high']"),
        ({"title": "x", "dates": {"due": 3}}, "dates.due: 3 is not of type 'string', 'null'"),
        ({"title": "x", "owners": [1, "Ana"]}, "owners.1: 'Ana' is not of type 'integer'"),
        (
            {"title": "x", "titel": "y"},
            "Additional properties are not allowed ('titel' was unexpected)",
        ),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_field(arguments: JsonObject, sentence: str) -> None:
    assert validate_arguments(taking(SCHEMA), arguments) == sentence


def test_arguments_that_fit_have_no_fault() -> None:
    arguments: JsonObject = {"title": "x", "priority": "low", "dates": {"due": None}, "owners": [1]}
    assert validate_arguments(taking(SCHEMA), arguments) is None


def test_a_fault_never_repeats_a_whole_long_value() -> None:
    fault = validate_arguments(taking(SCHEMA), {"title": ["x" * 10_000]})
    assert fault is not None
    assert fault.startswith("title: ['xxx")
    assert len(fault) <= 300


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "banana"},
        {"type": "object", "properties": {"a": {"pattern": r"\p{Lu}"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/Missing"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/never-fetched"}}},
        {"$schema": ["not", "a", "text"], "type": "object"},
    ],
)
def test_a_schema_that_is_itself_at_fault_leaves_the_judgement_to_the_server(schema: JsonObject) -> None:
    assert validate_arguments(taking(schema), {"a": "x"}) is None


def test_a_schema_of_draft_7_is_read_as_one() -> None:
    schema: JsonObject = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"range": {"items": [{"type": "integer"}, {"type": "string"}]}},
    }
    assert validate_arguments(taking(schema), {"range": [1, "x"]}) is None
    assert validate_arguments(taking(schema), {"range": ["x"]}) == "range.0: 'x' is not of type 'integer'"
