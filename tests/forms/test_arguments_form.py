"""Forms of tools' arguments: every tool becomes one, and what it takes is what the tool takes."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.forms.arguments import ArgumentForm, argument_form, needs_more
from agent.forms.form import Field, FieldKind, FormValue
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.arguments import fit_arguments
from agent.tools.tool import Tool
from tests.tools.drawn_schemas import arguments_for
from tests.tools.sandbox_tools import sandbox_tools

TOOLS = sandbox_tools()


def tool(properties: JsonObject, *required: str, **rest: JsonValue) -> Tool:
    schema: JsonObject = {"type": "object", "properties": properties, "required": [*required], **rest}
    return Tool("t", "T", "", schema)


def only_field(schema: JsonObject, *, required: bool = False) -> Field:
    (field,) = argument_form(tool({"x": schema}, *(["x"] if required else []))).form.fields
    return field


def retyped(form: ArgumentForm, filled: ArgumentForm) -> dict[str, FormValue]:
    """What comes of typing into an empty form what a filled one shows."""
    fields = {field.name: field for field in form.form.fields}
    typed = {name: fields[name].show(value) for name, value in filled.values.items()}
    values = {name: fields[name].read(text) for name, text in typed.items()}
    return {name: value for name, value in values.items() if value is not None}


# The sandbox's tools


@pytest.mark.parametrize("listed", TOOLS, ids=lambda each: each.name)
def test_every_tool_of_the_sandbox_has_a_field_for_each_of_its_arguments(listed: Tool) -> None:
    properties = listed.input_schema["properties"]
    assert isinstance(properties, dict)
    assert {field.name for field in argument_form(listed).form.fields} == properties.keys()


def kinds_of(form: ArgumentForm) -> dict[str, FieldKind]:
    return {field.name: field.kind for field in form.form.fields}


def draw_fitting(data: st.DataObject, listed: Tool) -> JsonObject:
    arguments, fault = fit_arguments(listed, data.draw(arguments_for(listed.input_schema, nulls=False)))
    assume(fault is None)
    return arguments


@given(st.data())
def test_arguments_that_nobody_touches_stay_what_they_are(data: st.DataObject) -> None:
    listed = data.draw(st.sampled_from(TOOLS))
    arguments = draw_fitting(data, listed)
    form = argument_form(listed, arguments)
    assert form.arguments(form.values) == (arguments, None)


@given(st.data())
def test_what_is_typed_into_an_empty_form_fits_the_tool(data: st.DataObject) -> None:
    listed = data.draw(st.sampled_from(TOOLS))
    arguments = draw_fitting(data, listed)
    form, filled = argument_form(listed), argument_form(listed, arguments)
    # Nothing typed leaves a field out, so neither null nor an empty text can be typed, nor what is of another
    # format.
    assume("" not in filled.values.values())
    assume(None not in arguments.values())
    assume(kinds_of(filled) == kinds_of(form))
    assert form.arguments(retyped(form, filled)) == (arguments, None)


# Kinds of fields


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, FieldKind.TEXT),
        ({"type": "integer"}, FieldKind.INTEGER),
        ({"type": "number"}, FieldKind.NUMBER),
        ({"type": "boolean"}, FieldKind.YES_NO),
        ({"enum": ["a", "b"]}, FieldKind.CHOICE),
        ({"const": "a"}, FieldKind.CHOICE),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, FieldKind.CHOICES),
        ({"type": "array", "items": {"type": "integer"}}, FieldKind.LIST),
        ({"type": "array", "items": {"type": "string"}}, FieldKind.LIST),
        ({"type": "array", "items": {"type": "object"}}, FieldKind.JSON),
        ({"type": "array"}, FieldKind.JSON),
        ({"type": "object"}, FieldKind.JSON),
        ({}, FieldKind.JSON),
        ({"type": ["integer", "null"]}, FieldKind.INTEGER),
        ({"type": ["integer", "string"]}, FieldKind.JSON),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, FieldKind.TEXT),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, FieldKind.JSON),
    ],
)
def test_a_schema_says_what_its_field_takes(schema: JsonObject, kind: FieldKind) -> None:
    assert only_field(schema).kind is kind


def test_references_are_followed() -> None:
    levels: JsonObject = {"Level": {"enum": ["low", "high"]}}
    listed = tool({"x": {"$ref": "#/$defs/Level"}}, **{"$defs": levels})
    (field,) = argument_form(listed).form.fields
    assert [choice.value for choice in field.choices] == ["low", "high"]


def test_choices_that_are_no_text_are_sent_as_they_are() -> None:
    listed = tool({"x": {"enum": [1, 2, "many", None]}})
    form = argument_form(listed)
    assert [choice.label for choice in form.form.fields[0].choices] == ["1", "2", "many"]
    values = [form.form.fields[0].read(text) for text in ("2", "many")]
    assert [form.arguments({"x": value})[0] for value in values if value is not None] == [
        {"x": 2},
        {"x": "many"},
    ]


def test_choices_may_have_titles() -> None:
    schema: JsonObject = {"oneOf": [{"const": "lo", "title": "Low"}, {"const": "hi", "title": "High"}]}
    field = only_field(schema)
    assert [(each.value, each.label) for each in field.choices] == [("lo", "Low"), ("hi", "High")]


def test_bounds_and_formats_are_the_fields_own() -> None:
    assert only_field({"type": "integer", "minimum": 1, "maximum": 5}).hint == "a whole number, 1 to 5"
    assert only_field({"type": "string", "maxLength": 9}).hint == "text, at most 9 characters"
    with pytest.raises(ValueError, match="a date such as"):
        only_field({"type": "string", "format": "date"}).read("tomorrow")


def test_a_list_is_typed_with_commas_and_as_json_where_its_items_hold_some() -> None:
    numbers = argument_form(tool({"x": {"type": "array", "items": {"type": "integer"}}}))
    field = numbers.form.fields[0]
    value = field.read("3, 4,5")
    assert value is not None
    assert numbers.arguments({"x": value}) == ({"x": [3, 4, 5]}, None)
    with pytest.raises(ValueError, match="whole numbers with commas between"):
        field.read("3, x")
    texts = only_field({"type": "array", "items": {"type": "string"}})
    assert texts.read('["a, b", "c"]') == ["a, b", "c"]
    assert texts.show(["a, b", "c"]) == '["a, b", "c"]'
    assert texts.show(["a", "b"]) == "a, b"


def test_json_is_checked_where_it_is_typed_and_against_the_schema_in_the_end() -> None:
    form = argument_form(tool({"x": {"type": "object", "required": ["a"]}}))
    with pytest.raises(ValueError, match="JSON"):
        form.form.fields[0].read("{a: 1}")
    _, fault = form.arguments({"x": '{"b": 1}'})
    assert fault is not None
    assert form.field_of(fault) == "x"
    assert form.arguments({"x": '{"a": 1}'}) == ({"x": {"a": 1}}, None)


# What is required, and what there is without typing


def test_what_is_required_comes_first_and_then_what_is_given() -> None:
    properties: JsonObject = {name: {"type": "string"} for name in ("a", "b", "c")}
    form = argument_form(tool(properties, "c"), {"b": "x"})
    assert [(field.name, field.required) for field in form.form.fields] == [
        ("c", True),
        ("b", False),
        ("a", False),
    ]


def test_a_default_is_told_and_left_to_the_server() -> None:
    form = argument_form(tool({"limit": {"type": "integer", "default": 20, "description": "How many."}}))
    assert form.form.fields[0].description == "How many. (20 if left out)"
    assert form.arguments({}) == ({}, None)


def test_a_default_of_what_is_required_is_sent() -> None:
    assert only_field({"type": "integer", "default": 20}, required=True).read("") == 20


def test_a_null_stays_unless_something_is_typed() -> None:
    listed = tool({"due": {"type": ["string", "null"]}, "title": {"type": "string"}})
    form = argument_form(listed, {"due": None, "title": "Old"})
    assert "now null" in form.form.fields[0].description
    assert form.arguments({"title": "New"}) == ({"due": None, "title": "New"}, None)
    assert form.arguments({"title": "New", "due": "today"}) == ({"due": "today", "title": "New"}, None)


def test_a_field_that_is_emptied_is_left_out() -> None:
    form = argument_form(tool({"a": {"type": "string"}}), {"a": "x"})
    assert form.arguments({}) == ({}, None)


def test_what_the_schema_does_not_know_is_shown_as_json() -> None:
    form = argument_form(tool({}), {"extra": {"b": [1]}})
    (field,) = form.form.fields
    assert (field.name, field.kind) == ("extra", FieldKind.JSON)
    assert json.loads(str(form.values["extra"])) == {"b": [1]}


def test_a_value_that_its_field_cannot_hold_is_shown_as_json() -> None:
    form = argument_form(tool({"x": {"type": "string", "maxLength": 2}}), {"x": "too long"})
    assert (form.form.fields[0].kind, form.values["x"]) == (FieldKind.JSON, '"too long"')


def test_it_is_known_whether_more_is_needed() -> None:
    listed = tool({"a": {"type": "string"}, "b": {"type": "string"}}, "a")
    assert needs_more(listed, {"b": "x"})
    assert not needs_more(listed, {"a": "x"})
