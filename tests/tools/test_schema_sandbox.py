"""The 81 tools of Astravue: what endpoints are told of them, and what is let through to the sandbox."""

import pytest
from drawn_schemas import arguments_for
from endpoint_rules import faults_of_parameters, faults_of_strict_parameters
from hypothesis import event, given
from hypothesis import strategies as st
from said_strictly import fits, with_nulls

from agent.jsontypes import JsonObject, JsonValue
from agent.sandbox.errors import InvalidInput
from agent.sandbox.tools.catalogue import ToolDefinition, load_catalogue
from agent.tools.arguments import fit_arguments
from agent.tools.schema import build_functions
from agent.tools.tool import Tool

LISTED = {definition.name: definition for definition in load_catalogue().definitions}
TOOLS = [Tool(each.name, each.title, each.description, each.input_schema) for each in LISTED.values()]
PLAIN = {function.name: function for function in build_functions(TOOLS).definitions}
STRICT = {function.name: function for function in build_functions(TOOLS, strict=True).definitions}
tools = st.sampled_from(TOOLS)


def sandbox_accepts(definition: ToolDefinition, arguments: JsonObject) -> bool:
    """Whether the sandbox's own check lets some arguments pass."""
    try:
        definition.validator.check(arguments)
    except InvalidInput:
        return False
    return True


def test_each_tool_is_told_as_it_is_listed() -> None:
    assert len(PLAIN) == 81
    assert all(str(PLAIN[tool.name].parameters) == str(tool.input_schema) for tool in TOOLS)
    assert [fault for function in PLAIN.values() for fault in faults_of_parameters(function.parameters)] == []


def test_all_but_the_tools_whose_criteria_have_any_name_have_a_strict_function() -> None:
    held = {name: function for name, function in STRICT.items() if function.strict}
    assert sorted(STRICT.keys() - held.keys()) == ["astravue_create_filter", "astravue_update_filter"]
    assert [fault for each in held.values() for fault in faults_of_strict_parameters(each.parameters)] == []


@given(st.data())
def test_what_is_let_through_is_what_the_sandbox_accepts(data: st.DataObject) -> None:
    tool = data.draw(tools)
    arguments = data.draw(arguments_for(tool.input_schema))
    sent, fault = fit_arguments(tool, arguments)
    accepted = sandbox_accepts(LISTED[tool.name], sent)
    event(f"let through: {fault is None}, accepted: {accepted}, nulls left out: {sent != arguments}")
    assert (fault is None) == fits(tool.input_schema, sent)
    # The sandbox asks for more than a schema can say, for example one of two arguments.
    assert fault is None or not accepted


@given(st.data())
def test_no_call_that_the_sandbox_accepts_is_lost_or_changed(data: st.DataObject) -> None:
    tool = data.draw(tools)
    arguments = data.draw(arguments_for(tool.input_schema, nulls=False))
    accepted = sandbox_accepts(LISTED[tool.name], arguments)
    event(f"accepted: {accepted}")
    if accepted:
        assert fit_arguments(tool, arguments) == (arguments, None)
        assert fits(PLAIN[tool.name].parameters, arguments)


@given(st.data())
def test_whatever_the_sandbox_accepts_can_be_said_strictly_and_arrives_as_it_was_meant(
    data: st.DataObject,
) -> None:
    tool = data.draw(st.sampled_from([tool for tool in TOOLS if STRICT[tool.name].strict]))
    arguments = named_only(data.draw(arguments_for(tool.input_schema, nulls=False)), tool.input_schema)
    if sandbox_accepts(LISTED[tool.name], arguments):
        said = with_nulls(arguments, STRICT[tool.name].parameters)
        event(f"nulls: {said != arguments}")
        assert fits(STRICT[tool.name].parameters, said)
        assert fit_arguments(tool, said, strict=True) == (arguments, None)


def named_only(arguments: JsonObject, schema: JsonObject) -> JsonObject:
    """Arguments without the properties that objects in lists take though they do not name them."""
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return {name: _named_only(value, properties.get(name)) for name, value in arguments.items()}


def _named_only(value: JsonValue, schema: JsonValue) -> JsonValue:
    items = schema.get("items") if isinstance(schema, dict) else None
    if isinstance(value, list):
        return [_named_only(each, items) for each in value]
    if isinstance(value, dict) and isinstance(schema, dict) and "properties" in schema:
        properties = schema["properties"]
        return {
            name: each for name, each in value.items() if isinstance(properties, dict) and name in properties
        }
    return value


@pytest.mark.parametrize("strict", [False, True])
def test_functions_are_the_same_however_often_they_are_built(strict: bool) -> None:
    assert repr(build_functions(TOOLS, strict=strict)) == repr(build_functions(TOOLS[::-1], strict=strict))
