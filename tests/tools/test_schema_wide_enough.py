"""Input schemas in other words never forbid what the server's own allow."""

import pytest

from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.plain import plain_schema
from tests.tools.test_schema_plain import DRAFT_4, plain, property_of


@pytest.mark.parametrize("cut", [{"$ref": "#/$defs/Missing"}, {"pattern": "^a"}, {"$dynamicRef": "#node"}])
def test_a_negation_of_something_that_cannot_be_told_is_left_out(cut: JsonObject) -> None:
    assert plain({"type": "string", "not": cut}) == {"type": "string"}
    assert plain({"type": "string", "not": {"not": cut}}) == {"type": "string"}


def test_of_alternatives_that_cannot_be_told_apart_more_than_one_may_hold() -> None:
    told = plain({"oneOf": [{"$ref": "#/$defs/Missing"}, {"type": "string"}]})
    assert told == {"allOf": [{"anyOf": [{}, {"type": "string"}]}]}


def test_a_condition_that_cannot_be_told_is_left_out_with_what_hangs_on_it() -> None:
    assert plain({"if": {"pattern": "^a"}, "then": {"minLength": 5}, "else": {}, "title": "X"}) == {
        "title": "X"
    }


def test_how_many_items_may_match_is_left_out_where_more_of_them_do() -> None:
    assert plain({"contains": {"$ref": "#/$defs/Missing"}, "minContains": 1, "maxContains": 2}) == {
        "contains": {},
        "minContains": 1,
    }


WIDER: list[JsonValue] = [
    {"pattern": "^a"},
    {"$ref": "#/nowhere"},
    {"unevaluatedItems": False, "prefixItems": [{}]},
    {"minLength": "three"},
    {"anyOf": "three"},
]


@pytest.mark.parametrize("inside", WIDER, ids=dump)
def test_a_negation_of_what_cannot_be_said_is_left_out_however_often(inside: JsonValue) -> None:
    denied: JsonObject = {"not": inside}
    parameters = plain_schema({"type": "object", "properties": {"a": denied, "b": denied, "c": denied}})
    properties = parameters["properties"]
    assert isinstance(properties, dict)
    assert all(isinstance(each, dict) and "not" not in each for each in properties.values())


def test_names_by_a_pattern_open_an_object_to_what_they_may_hold() -> None:
    schema: JsonObject = {"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": False}
    assert plain(schema) == {"additionalProperties": {"anyOf": [{"type": "string"}]}}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_an_alternative_that_nothing_fits_is_no_alternative(keyword: str) -> None:
    assert plain({keyword: [False, {"type": "string"}]}) == {keyword: [{"type": "string"}]}


def test_where_all_must_hold_what_nothing_fits_stays() -> None:
    assert plain({"allOf": [False, {"type": "string"}]}) == {"allOf": [{"not": {}}, {"type": "string"}]}


def test_conditions_and_counts_that_lean_on_a_wider_schema_go_with_it() -> None:
    wider: JsonObject = {"pattern": "^a"}
    assert plain({"type": "array", "contains": wider, "maxContains": 1}) == {
        "type": "array",
        "contains": {"description": "pattern: ^a"},
        "items": {},
    }
    assert "maxContains" not in dump(plain({"contains": wider}))
    assert plain({"if": wider, "then": {"minLength": 1}}) == {}


def test_alternatives_that_became_wider_may_both_hold() -> None:
    wider: list[JsonValue] = [{"pattern": "^a"}, {"maxLength": 3}]
    told: list[JsonValue] = [{"description": "pattern: ^a"}, {"maxLength": 3}]
    assert plain({"oneOf": wider}) == {"allOf": [{"anyOf": told}]}
    both = plain({"allOf": [{"type": "string"}], "oneOf": wider})
    assert both == {"allOf": [{"type": "string"}, {"anyOf": told}]}
    assert plain({"oneOf": "text"}) == {}
    assert plain({"oneOf": [{"maxLength": 3}]}) == {"oneOf": [{"maxLength": 3}]}


def test_an_upper_bound_of_draft_4_becomes_exclusive() -> None:
    schema: JsonObject = {
        "$schema": DRAFT_4,
        "properties": {"x": {"maximum": 3, "exclusiveMaximum": True}},
    }
    assert property_of(plain_schema(schema)) == {"exclusiveMaximum": 3}


def test_a_schema_may_hold_itself_once() -> None:
    parameters = plain_schema({"properties": {"x": {"$ref": "#"}, "name": {"type": "string"}}})
    assert property_of(parameters) == {"properties": {"x": {}, "name": {"type": "string"}}}
