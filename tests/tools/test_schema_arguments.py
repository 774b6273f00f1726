"""The arguments that a model wrote: parsed, made to fit, and checked before they leave."""

import pytest

from agent.conversation import ToolCall
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.arguments import fit_arguments, parse_arguments
from agent.tools.runner import PreparedCall, prepare
from agent.tools.schema import build_functions
from agent.tools.tool import Tool


def taking(schema: JsonObject) -> Tool:
    return Tool("do_it", "Do it", "Does it.", schema)


def test_arguments_are_a_json_object_and_none_at_all_are_an_empty_one() -> None:
    assert parse_arguments('{"a": [1, "é"]}') == {"a": [1, "é"]}
    assert parse_arguments("") == {}
    assert parse_arguments(" \n") == {}


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", "null", '"x"', "{'a': 1}", '{"a": NaN}', '{"a": -Infinity}', "[" * 100_000, "{}{}"),
        *('{"a": 1e999}', '{"a": ' + "[" * 100 + "]" * 100 + "}"),
    ],
)
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_arguments(text)


def test_arguments_may_be_nested_as_deeply_as_servers_read_them() -> None:
    assert parse_arguments('{"a": ' + "[" * 99 + "]" * 99 + "}")


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
    assert fit_arguments(taking(SCHEMA), arguments) == (arguments, sentence)


def test_arguments_that_fit_have_no_fault() -> None:
    arguments: JsonObject = {"title": "x", "priority": "low", "dates": {"due": None}, "owners": [1]}
    assert fit_arguments(taking(SCHEMA), arguments) == (arguments, None)


def test_a_fault_never_repeats_a_whole_long_value() -> None:
    _, fault = fit_arguments(taking(SCHEMA), {"title": ["x" * 10_000]})
    assert fault is not None
    assert fault.startswith("title: ['xxx")
    assert len(fault) <= 300


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "banana"},
        {"type": "object", "properties": {"a": {"pattern": "("}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/Missing"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
        {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/properties/a"}] * 2}}},
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/never-fetched"}}},
        {"$schema": ["not", "a", "text"], "type": "object"},
    ],
)
def test_a_schema_that_is_itself_at_fault_leaves_the_judgement_to_the_server(schema: JsonObject) -> None:
    assert fit_arguments(taking(schema), {"a": "x"}) == ({"a": "x"}, None)


def test_of_a_schema_that_is_itself_at_fault_the_rest_is_checked() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"name": {"pattern": "("}, "age": {"type": "integer"}},
        "required": ["name"],
    }
    assert fit_arguments(taking(schema), {}) == ({}, "'name' is a required property")
    assert fit_arguments(taking(schema), {"name": "x", "age": None}) == ({"name": "x"}, None)


def test_a_schema_nested_without_end_is_checked_as_far_as_it_can_be_read() -> None:
    schema: JsonValue = {"type": "string"}
    for _ in range(3000):
        schema = {"type": "array", "items": schema}
    tool = taking({"type": "object", "properties": {"a": schema}})
    assert fit_arguments(tool, {"a": [[]]}) == ({"a": [[]]}, None)
    assert fit_arguments(tool, {"a": [[5]]}) == ({"a": [[5]]}, "a.0.0: 5 is not of type 'array'")


def test_a_schema_is_read_no_deeper_than_it_can_be_checked() -> None:
    schema: JsonValue = {"type": "string"}
    value: JsonValue = 5
    for _ in range(60):
        schema, value = {"type": "array", "items": schema}, [value]
    tool = taking({"type": "object", "properties": {"a": schema}})
    assert fit_arguments(tool, {"a": value}) == ({"a": value}, None)


def test_arguments_that_follow_a_schema_into_itself_are_checked_at_every_level() -> None:
    node: JsonObject = {
        "type": "object",
        "properties": {"b": {"$ref": "#"}},
        "additionalProperties": False,
    }
    fine: JsonObject = {}
    wrong: JsonObject = {"size": 1}
    for _ in range(40):
        fine, wrong = {"b": fine}, {"b": wrong}
    assert fit_arguments(taking(node), fine) == (fine, None)
    _, fault = fit_arguments(taking(node), wrong)
    assert fault is not None
    assert "'size' was unexpected" in fault


def test_arguments_that_follow_a_schema_into_itself_too_far_are_left_to_the_server() -> None:
    arguments: JsonObject = {"size": 1}
    for _ in range(99):
        arguments = {"b": arguments}
    node: JsonObject = {
        "type": "object",
        "properties": {"b": {"$ref": "#"}},
        "additionalProperties": False,
    }
    assert fit_arguments(taking(node), arguments) == (arguments, None)


def test_a_number_that_is_too_large_to_be_checked_is_a_fault() -> None:
    tool = taking({"type": "object", "properties": {"hours": {"multipleOf": 0.25}}})
    assert fit_arguments(tool, {"hours": 10**400}) == ({"hours": 10**400}, "a number is too large")


@pytest.mark.parametrize(
    "dialect", ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema"]
)
def test_a_schema_of_an_older_dialect_is_read_as_one(dialect: str) -> None:
    schema: JsonObject = {
        "$schema": dialect,
        "type": "object",
        "properties": {"range": {"items": [{"type": "integer"}, {"type": "string"}]}},
    }
    assert fit_arguments(taking(schema), {"range": [1, "x"]}) == ({"range": [1, "x"]}, None)
    assert fit_arguments(taking(schema), {"range": ["x"]}) == (
        {"range": ["x"]},
        "range.0: 'x' is not of type 'integer'",
    )


def test_in_draft_7_what_stands_beside_a_reference_does_not_count() -> None:
    schema: JsonObject = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"n": {"$ref": "#/definitions/Id", "maximum": 3}},
        "definitions": {"Id": {"type": "integer"}},
    }
    assert fit_arguments(taking(schema), {"n": 5}) == ({"n": 5}, None)


@pytest.mark.parametrize(
    ("draft", "fault"), [("04", "n: 5 is less than or equal to the minimum of 5"), ("06", None)]
)
def test_each_dialect_is_checked_by_its_own_rules(draft: str, fault: str | None) -> None:
    bound: JsonObject = {"minimum": 5, "exclusiveMinimum": True if draft == "04" else 4}
    schema: JsonObject = {
        "$schema": f"http://json-schema.org/draft-{draft}/schema#",
        "properties": {"n": bound},
    }
    assert fit_arguments(taking(schema), {"n": 5}) == ({"n": 5}, fault)


# Nulls


def nulls_left_out(schema: JsonObject, arguments: JsonObject) -> JsonObject:
    before = str(arguments)
    fitting, fault = fit_arguments(taking(schema), arguments)
    assert str(arguments) == before
    assert fault is None
    return fitting


def test_a_null_that_the_server_refuses_is_left_out() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "due": {"type": "string"}, "kind": {"enum": ["a"]}},
        "required": ["title"],
    }
    assert nulls_left_out(schema, {"title": "x", "due": None, "kind": None}) == {"title": "x"}


def test_a_null_that_the_server_takes_stays() -> None:
    clearable: JsonObject = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schema: JsonObject = {
        "type": "object",
        "properties": {"value": {"type": ["string", "null"]}, "due": clearable, "any": {}},
        "required": ["value"],
    }
    arguments: JsonObject = {"value": None, "due": None, "any": None, "unknown": None}
    assert nulls_left_out(schema, arguments) == arguments


def test_a_null_that_must_be_given_is_missing() -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert fit_arguments(taking(schema), {"a": None}) == ({}, "'a' is a required property")


def test_nulls_are_left_out_at_every_level() -> None:
    item: JsonObject = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"$ref": "#/$defs/Id"}},
    }
    schema: JsonObject = {
        "type": "object",
        "properties": {"one": item, "many": {"type": "array", "items": item}},
        "additionalProperties": {"type": "integer"},
        "$defs": {"Id": {"type": "integer"}},
    }
    arguments: JsonObject = {
        "one": {"a": None, "b": 1},
        "many": [{"a": "x", "b": None}, {"a": None, "b": None}],
        "more": None,
    }
    assert nulls_left_out(schema, arguments) == {"one": {"b": 1}, "many": [{"a": "x"}, {}]}


def test_a_null_in_a_list_stands_for_nothing_that_was_left_out() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"type": "string"}}},
    }
    arguments: JsonObject = {"a": ["x", None]}
    assert fit_arguments(taking(schema), arguments) == (arguments, "a.1: None is not of type 'string'")


def test_among_alternatives_the_one_that_fits_without_nulls_decides() -> None:
    def kind(name: str, rest: JsonObject) -> JsonObject:
        return {"properties": {"kind": {"const": name}, **rest}, "required": ["kind"]}

    text: JsonObject = {"type": "string"}
    target: JsonObject = {"oneOf": [kind("a", {"x": text}), kind("b", {"y": text}), {"type": "null"}]}
    schema: JsonObject = {"type": "object", "properties": {"target": target}}
    arguments: JsonObject = {"target": {"kind": "b", "x": None, "y": None}}
    assert nulls_left_out(schema, arguments) == {"target": {"kind": "b", "x": None}}


def test_a_null_that_only_counts_once_another_is_gone_is_left_out_too() -> None:
    text: JsonObject = {"type": "string"}
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": text},
        "anyOf": [{"required": ["a"]}, {"properties": {"b": text}}],
    }
    assert nulls_left_out(schema, {"a": None, "b": None}) == {}


def test_what_else_is_wrong_is_told_without_the_nulls() -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    assert fit_arguments(taking(schema), {"a": None, "b": 5}) == ({"b": 5}, "b: 5 is not of type 'string'")


def test_a_null_for_what_must_not_be_given_is_left_out() -> None:
    either: list[JsonValue] = [{"properties": {"a": False, "b": False}}, {"required": ["c"]}]
    schema: JsonObject = {"type": "object", "properties": {"x": {"type": "object", "anyOf": either}}}
    assert nulls_left_out(schema, {"x": {"a": None, "b": None}}) == {"x": {}}
    assert (
        fit_arguments(taking({"properties": {"a": False}}), {"a": 5})[1] == "a: False schema does not allow 5"
    )


@pytest.mark.parametrize("never", [{"patternProperties": {"^n": False}}, {"items": False}])
def test_nothing_but_a_null_is_left_out_where_a_schema_refuses_everything(never: JsonObject) -> None:
    schema: JsonObject = {"type": "object", "properties": {"x": {**never}, "y": {**never}}}
    arguments: JsonObject = {"x": {"a": 1, "n": None}, "y": [None]}
    fitting, fault = fit_arguments(taking(schema), arguments)
    assert fitting == arguments
    assert fault is not None


def test_in_strict_mode_a_null_where_null_is_the_default_is_left_out() -> None:
    nullable: JsonObject = {"type": ["string", "null"]}
    schema: JsonObject = {
        "type": "object",
        "properties": {"value": nullable, "due": {**nullable, "default": None}, "title": {"type": "string"}},
        "required": ["value"],
    }
    arguments: JsonObject = {"value": None, "due": None, "title": None}
    assert fit_arguments(taking(schema), arguments, strict=True) == ({"value": None}, None)
    assert fit_arguments(taking(schema), arguments) == ({"value": None, "due": None}, None)


def test_in_strict_mode_a_null_that_can_only_be_the_default_is_left_out() -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {"type": "null", "default": None}}}
    assert fit_arguments(taking(schema), {"a": None}, strict=True) == ({}, None)


def test_nulls_are_left_out_even_where_an_endpoint_does_not_hold_the_model_to_the_rest() -> None:
    due: JsonObject = {"type": ["string", "null"], "default": None}
    task: JsonObject = {"type": "object", "properties": {"due": due, "title": {"type": "string"}}}
    schema: JsonObject = {
        "type": "object",
        "properties": {"task": {"anyOf": [task, {"type": "integer"}]}},
    }
    assert fit_arguments(taking(schema), {"task": {"due": None}}, strict=True) == ({"task": {}}, None)


def test_in_strict_mode_nothing_hangs_on_what_is_left_out() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"due": {"type": ["string", "null"], "default": None}, "why": {"type": "string"}},
        "dependentRequired": {"due": ["why"]},
    }
    assert fit_arguments(taking(schema), {"due": None, "why": None}, strict=True) == ({}, None)


def test_in_strict_mode_nulls_are_left_out_whatever_is_wrong_with_the_servers_schema() -> None:
    schema: JsonObject = {"properties": {"a": {"type": "string", "pattern": "("}}}
    assert fit_arguments(taking(schema), {"a": None}, strict=True) == ({}, None)


@pytest.mark.parametrize(("strict", "sent"), [(False, {"title": "x", "due": None}), (True, {"title": "x"})])
def test_a_call_is_prepared_as_its_function_was_told(strict: bool, sent: JsonObject) -> None:
    due: JsonObject = {"type": ["string", "null"], "default": None}
    properties: JsonObject = {"title": {"type": "string"}, "due": due, "owner": {"type": "integer"}}
    table = build_functions([taking({"type": "object", "properties": properties})], strict=strict)
    prepared = prepare(ToolCall("c1", "do_it", '{"title": "x", "due": null, "owner": null}'), table)
    assert isinstance(prepared, PreparedCall)
    assert prepared.arguments == sent


def test_a_property_that_may_not_be_given_is_named_among_others() -> None:
    schema: JsonObject = {"properties": {"a": {"type": "integer"}, "b": False, "c": True, "d": False}}
    for name in ("b", "d"):
        _, fault = fit_arguments(Tool("t", "", "", schema), {"a": 1, "c": 2, name: 3})
        assert fault is not None
        assert fault.startswith(f"{name}: ")
    _, fault = fit_arguments(Tool("t", "", "", schema), {"a": "x", "b": 3})
    assert fault is not None
    assert fault.startswith(("a: ", "b: "))


def test_a_fault_inside_a_list_is_no_null() -> None:
    item: JsonObject = {"type": "object", "properties": {"a": {"type": "integer"}}}
    schema: JsonObject = {"properties": {"items": {"type": "array", "items": item}}}
    given: JsonObject = {"items": [{"a": "x"}]}
    fitting, fault = fit_arguments(Tool("t", "", "", schema), given)
    assert fitting == given
    assert fault is not None
    assert fault.startswith("items.0.a: ")


def test_a_reference_to_elsewhere_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[object] = []
    monkeypatch.setattr("urllib.request.urlopen", fetched.append)
    schema: JsonObject = {"properties": {"a": {"$ref": "http://127.0.0.1:9/schema.json"}}}
    assert fit_arguments(Tool("t", "", "", schema), {"a": 1}) == ({"a": 1}, None)
    assert fetched == []
