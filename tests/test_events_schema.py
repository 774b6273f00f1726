"""The JSON Schema that ships with the program says all of what scripts are given, and nothing else."""

from enum import Enum

import pytest
from jsonschema import Draft202012Validator, ValidationError

from agent.errors import ExitCode
from agent.event_json import OUTPUT_VERSION, encode_event
from agent.events import (
    CallOutcome,
    Decision,
    ElicitationAction,
    Event,
    ListKind,
    LogLevel,
    TurnFailed,
    TurnFinished,
)
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, FunctionDefinition
from agent.tools.tool import Effect
from tests.output_schema import DEFINITIONS, LINE, SCHEMA, checker
from tests.test_event_json import EXAMPLES

OPTIONAL = {"turn_started": {"typed"}}
END = {"exit_code": 7, "exit_reason": "limit_reached"}


def streamed(event: Event) -> JsonObject:
    return {**encode_event(event), **(END if isinstance(event, TurnFinished | TurnFailed) else {})}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("event", [event for event, _ in EXAMPLES], ids=lambda event: type(event).__name__)
def test_every_event_is_in_it_with_every_field(event: Event) -> None:
    line = streamed(event)
    LINE.validate(line)
    definition = DEFINITIONS[str(line["type"])]
    assert [*line] == definition["required"]
    assert definition["properties"].keys() - line.keys() == OPTIONAL.get(str(line["type"]), set())


@pytest.mark.parametrize("event", [event for event, _ in EXAMPLES], ids=lambda event: type(event).__name__)
def test_a_field_that_is_missing_or_new_is_noticed(event: Event) -> None:
    line = streamed(event)
    for name in line:
        with pytest.raises(ValidationError):
            LINE.validate({key: value for key, value in line.items() if key != name})
    with pytest.raises(ValidationError):
        LINE.validate({**line, "another": 1})


def test_it_names_no_event_that_there_is_not() -> None:
    types = {reference["$ref"].rpartition("/")[2] for reference in SCHEMA["oneOf"]}
    assert types == {str(encoded["type"]) for _, encoded in EXAMPLES} | {"stream", "turn_interrupted"}
    assert all(DEFINITIONS[name]["properties"]["type"] == {"const": name} for name in types)


def test_a_function_may_be_held_to_its_schema() -> None:
    checker("function").validate({"name": "f", "description": "Does f.", "parameters": {}, "strict": True})
    assert {"name", "description", "parameters", "strict"} == DEFINITIONS["function"]["properties"].keys()
    assert FunctionDefinition("f", "Does f.", {}).strict is False


@pytest.mark.parametrize(
    ("place", "field", "values"),
    [
        ("step_finished", "finish_reason", FinishReason),
        ("tool_call_started", "effect", Effect),
        ("approval_requested", "decision", Decision),
        ("list_changed", "kind", ListKind),
        ("server_log", "level", LogLevel),
        ("elicitation_requested", "action", ElicitationAction),
    ],
)
def test_it_names_every_value_that_a_field_can_have(place: str, field: str, values: type[Enum]) -> None:
    assert DEFINITIONS[place]["properties"][field]["enum"] == [each.value for each in values]


def test_it_names_how_calls_end_and_what_was_decided_about_them() -> None:
    assert DEFINITIONS["outcome"]["enum"] == [each.value for each in CallOutcome]
    decisions = DEFINITIONS["tool_call_finished"]["properties"]["decision"]["enum"]
    assert decisions == [*(each.value for each in Decision), None]


@pytest.mark.parametrize("place", ["answer", "turn_finished", "turn_failed", "turn_interrupted"])
def test_it_names_every_exit_code(place: str) -> None:
    fields = DEFINITIONS[place]["properties"]
    assert fields["exit_code"]["enum"] == [code.value for code in ExitCode]
    assert fields["exit_reason"]["enum"] == [code.reason for code in ExitCode]


def test_it_is_of_the_version_that_is_written() -> None:
    for place in ("stream", "answer"):
        assert DEFINITIONS[place]["properties"]["version"]["const"] == OUTPUT_VERSION


def test_every_field_says_what_it_holds() -> None:
    for name, definition in DEFINITIONS.items():
        assert definition["description"].endswith("."), name
        for field, schema in definition.get("properties", {}).items():
            assert "description" in schema or "$ref" in schema or field in ("type", "error"), (name, field)
