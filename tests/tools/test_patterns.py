"""Patterns of a server's schemas, which must not hold the program up.

Without a limit the slow one here takes seconds, and twice as long with each letter and a half.
"""

import pytest

from agent.jsontypes import JsonObject
from agent.tools.arguments import fit_arguments
from agent.tools.patterns import is_found
from agent.tools.tool import Tool
from agent.workspace.schemas import OutputSchema, why_unusable

SLOW = "^(a|aa)+$"
LONG = "a" * 36 + "!"
CURRENT = "https://json-schema.org/draft/2020-12/schema"
WITHOUT_END: list[JsonObject] = [
    {"properties": {"a": {"pattern": SLOW}}},
    {"properties": {"a": {"$schema": CURRENT, "pattern": SLOW}}},
    {"$schema": CURRENT, "properties": {"a": {"pattern": SLOW}, "b": {"$ref": "#"}}},
    {"patternProperties": {SLOW: {"type": "integer"}}},
    {"patternProperties": {SLOW: {}}, "additionalProperties": False},
    {"patternProperties": {SLOW: {}}, "unevaluatedProperties": False},
    {"allOf": [{"patternProperties": {SLOW: {}}}], "unevaluatedProperties": False},
    {"propertyNames": {"pattern": SLOW}},
]


def fault_of(schema: JsonObject, arguments: JsonObject) -> str | None:
    return fit_arguments(Tool("do_it", "Do it", "Does it.", schema), arguments)[1]


def test_a_pattern_is_searched_anywhere_in_the_text() -> None:
    assert is_found("b+", "abbc") is True
    assert is_found("^b", "abbc") is False
    assert is_found(r"^\p{Lu}", "Éa") is True


@pytest.mark.parametrize(
    "pattern", ["(", r"\cA", "a{1000000000}", "((a{1000}){1000}){1000}", "(" * 900 + ")" * 900, "a" * 10_000]
)
def test_what_is_no_pattern_or_takes_long_to_prepare_is_not_decided(pattern: str) -> None:
    assert is_found(pattern, "a") is None


def test_what_took_too_long_once_is_not_tried_again() -> None:
    slow = "^(aa|a)+$"
    assert is_found(slow, "aa") is True
    assert is_found(slow, LONG) is None
    assert is_found(slow, "aa") is None


@pytest.mark.parametrize("schema", WITHOUT_END)
@pytest.mark.parametrize("dialect", ["draft-04", "draft-07", "2019-09", ""])
def test_a_pattern_without_end_leaves_the_judgement_to_the_server(schema: JsonObject, dialect: str) -> None:
    schema = {"$schema": dialect, **schema} if dialect else schema
    arguments: JsonObject = {"a": LONG, LONG: "x", "b": {"a": LONG}}
    assert fault_of(schema, arguments) is None
    assert OutputSchema(schema).complaint("get_it", arguments) == ""


def test_patterns_that_end_are_checked() -> None:
    assert fault_of({"properties": {"a": {"pattern": "^x"}}}, {"a": "y"}) == "a: 'y' does not match '^x'"
    by_name: JsonObject = {"patternProperties": {"^x-": {"type": "integer"}}}
    assert fault_of(by_name, {"x-a": "y", "b": "y"}) == "x-a: 'y' is not of type 'integer'"
    closed: JsonObject = {**by_name, "properties": {"c": {}}, "additionalProperties": False}
    assert fault_of(closed, {"x-a": 1, "c": 1}) is None
    assert "'b' was unexpected" in (fault_of(closed, {"x-a": 1, "b": 1}) or "")
    typed: JsonObject = {**by_name, "additionalProperties": {"type": "string"}}
    assert fault_of(typed, {"x-a": 1, "b": 1}) == "b: 1 is not of type 'string'"


def test_a_tool_whose_pattern_cannot_be_read_here_can_be_used() -> None:
    assert why_unusable({"properties": {"a": {"type": "string", "pattern": r"\cA"}}}) == ""
