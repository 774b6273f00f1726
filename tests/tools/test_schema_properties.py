"""Whatever schema a server lists: what endpoints are told of it, and what is let through to the server."""

import copy

from drawn_schemas import DRAFT_7, Kind, arguments_for, input_schemas, json_objects, values
from endpoint_rules import faults_of_parameters, faults_of_strict_parameters
from hypothesis import assume, event, given
from hypothesis import strategies as st
from said_strictly import fits, with_nulls

from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.arguments import fit_arguments
from agent.tools.schema import build_functions
from agent.tools.tool import Tool

PLAIN = Kind(plain=True)
ANY = (Kind(), Kind(recursive=True), Kind(DRAFT_7), Kind(DRAFT_7, recursive=True), Kind(typed=True))
schemas = st.sampled_from(ANY).flatmap(input_schemas)
sayable_schemas = st.sampled_from((Kind(typed=True), Kind(DRAFT_7, typed=True))).flatmap(input_schemas)


def taking(schema: JsonObject) -> Tool:
    return Tool("do_it", "Do it", "Does it.", schema)


def parameters_of(schema: JsonObject, *, strict: bool = False) -> JsonObject:
    (function,) = build_functions([taking(schema)], strict=strict).definitions
    assume(function.strict is strict)
    return function.parameters


@given(schemas)
def test_endpoints_accept_the_function_of_any_schema(schema: JsonObject) -> None:
    assert faults_of_parameters(parameters_of(schema)) == []


@given(
    json_objects
    | st.dictionaries(st.sampled_from(["type", "properties", "items", "anyOf", "not", "$ref"]), values)
)
def test_endpoints_accept_the_function_of_what_is_no_schema_at_all(schema: JsonObject) -> None:
    assert faults_of_parameters(parameters_of(schema)) == []


@given(st.data())
def test_whatever_fits_a_schema_fits_its_function(data: st.DataObject) -> None:
    schema = data.draw(schemas)
    arguments = data.draw(arguments_for(schema, nulls=False))
    fitting = fits(schema, arguments)
    event(f"fits: {fitting}")
    assert not fitting or fits(parameters_of(schema), arguments)


@given(st.data())
def test_exactly_what_fits_a_schema_fits_its_function_where_all_of_it_can_be_said(
    data: st.DataObject,
) -> None:
    schema = data.draw(input_schemas(PLAIN))
    arguments = data.draw(arguments_for(schema))
    event(f"fits: {fits(schema, arguments)}")
    assert fits(parameters_of(schema), arguments) == fits(schema, arguments)


@given(st.data())
def test_what_is_let_through_is_what_the_server_accepts(data: st.DataObject) -> None:
    schema = data.draw(schemas | sayable_schemas)
    arguments = data.draw(arguments_for(schema))
    fitting = fits(schema, arguments)
    sent, fault = fit_arguments(taking(schema), arguments)
    event(f"fits: {fitting}, is let through: {fault is None}")
    assert (fault is None) == fits(schema, sent)
    if fitting:
        assert (sent, fault) == (arguments, None)


@given(st.data())
def test_only_null_properties_are_left_out_and_never_at_a_second_look(data: st.DataObject) -> None:
    schema = data.draw(schemas)
    arguments = data.draw(arguments_for(schema))
    before = copy.deepcopy(arguments)
    sent, fault = fit_arguments(taking(schema), arguments)
    assert arguments == before
    assert differs_only_by_nulls(arguments, sent)
    assert fit_arguments(taking(schema), sent) == (sent, fault)


def differs_only_by_nulls(before: JsonValue, after: JsonValue) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        left_out = [before[key] for key in before if key not in after]
        return (
            all(value is None for value in left_out)
            and list(after) == [key for key in before if key in after]
            and all(differs_only_by_nulls(before[key], after[key]) for key in after)
        )
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(differs_only_by_nulls, before, after))
    return type(before) is type(after) and before == after


@given(sayable_schemas)
def test_openai_accepts_the_strict_function_of_any_schema_that_has_one(schema: JsonObject) -> None:
    parameters = parameters_of(schema, strict=True)
    properties = parameters["properties"]
    assert is_object(properties)
    event(f"properties: {len(properties)}")
    assert faults_of_strict_parameters(parameters) == []


@given(st.data())
def test_whatever_fits_a_schema_can_be_said_strictly_and_arrives_as_it_was_meant(data: st.DataObject) -> None:
    schema = data.draw(input_schemas(Kind(closed=True, typed=True)))
    strict = parameters_of(schema, strict=True)
    drawn = data.draw(arguments_for(schema, nulls=False))
    # Where null is the default it is the same as nothing, and so is not meant.
    arguments = drawn if '"default":null' not in dump(schema) else without_nulls(drawn)
    assume(fits(schema, arguments))
    said = with_nulls(arguments, strict)
    event(f"nulls: {said != arguments}")
    assert fits(strict, said)
    assert fit_arguments(taking(schema), said, strict=True) == (arguments, None)


def without_nulls(arguments: JsonObject) -> JsonObject:
    return {name: _without_nulls(value) for name, value in arguments.items() if value is not None}


def _without_nulls(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return without_nulls(value) if isinstance(value, dict) else value


@given(schemas, st.booleans())
def test_the_same_schema_makes_the_same_function_and_stays_as_it_is(schema: JsonObject, strict: bool) -> None:
    before = repr(schema)
    first = build_functions([taking(schema)], strict=strict).definitions
    second = build_functions([taking(copy.deepcopy(schema))], strict=strict).definitions
    assert repr(first) == repr(second)
    assert repr(schema) == before


@given(schemas)
def test_a_schema_without_a_strict_function_has_the_same_one_as_ever(schema: JsonObject) -> None:
    (strict,) = build_functions([taking(schema)], strict=True).definitions
    (plain,) = build_functions([taking(schema)]).definitions
    assert strict.strict or strict == plain
    assert not plain.strict
