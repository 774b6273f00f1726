"""Forms: every schema that MCP allows can be filled in, and only with what fits it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validate

from agent.forms.form import Field, FieldKind, FormValue, parse_form
from agent.jsontypes import JsonObject, JsonValue, is_object

Schemas = st.SearchStrategy[JsonObject]

WORDS = st.text("abcdefghij", min_size=1, max_size=6)
VALUES = st.lists(WORDS, min_size=1, max_size=5, unique_by=str.casefold)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def bounds(least: str, most: str, lowest: int, highest: int) -> Schemas:
    """Neither bound, one of them, or both in their order."""

    def put(pair: tuple[int, int], kept: set[str]) -> JsonObject:
        both: JsonObject = {least: min(pair), most: max(pair)}
        return {key: value for key, value in both.items() if key in kept}

    numbers = st.integers(lowest, highest)
    return st.builds(put, st.tuples(numbers, numbers), st.sets(st.sampled_from([least, most])))


def joined(*parts: Schemas) -> Schemas:
    """One schema of several."""
    return st.tuples(*parts).map(lambda held: {key: value for part in held for key, value in part.items()})


def plain(kind: str) -> Schemas:
    return st.just({"type": kind})


def listed(values: list[str]) -> JsonObject:
    return {"enum": list[JsonValue](values)}


def titled(key: str) -> Callable[[list[str]], JsonObject]:
    def put(values: list[str]) -> JsonObject:
        return {key: [{"const": value, "title": value.upper() + "!"} for value in values]}

    return put


def several(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


TEXT = joined(plain("string"), bounds("minLength", "maxLength", 0, 6))
NUMBER = joined(plain("number") | plain("integer"), bounds("minimum", "maximum", -20, 20))
CHOICE = joined(plain("string"), VALUES.map(listed) | VALUES.map(titled("oneOf")))
CHOICES = joined(
    VALUES.map(lambda values: several({"type": "string", **listed(values)}))
    | VALUES.map(titled("anyOf")).map(several),
    bounds("minItems", "maxItems", 0, 4),
)
FIELDS = TEXT | NUMBER | plain("boolean") | CHOICE | CHOICES
# What people type, right or wrong: words, numbers, answers, lists of them, and anything at all.
TYPED = (
    WORDS
    | st.integers(-30, 30).map(str)
    | st.floats(-30, 30).map(str)
    | st.sampled_from(["yes", "No", "true", "0", "1", "1_0", "٣", "nan", "inf", "1e3", "1e999", "-", "A!"])
    | st.lists(WORDS | st.integers(0, 6).map(str), max_size=4).map(", ".join)
    | st.text(max_size=8)
)


def field_of(schema: JsonObject, *, required: bool = False) -> Field:
    """The one field of a form."""
    names: list[JsonValue] = ["it"] if required else []
    [field] = parse_form({"type": "object", "properties": {"it": schema}, "required": names}).fields
    return field


def fits(value: JsonValue | FormValue, schema: JsonObject) -> bool:
    """Say what JSON Schema says, with as much of the formats as its library knows."""
    try:
        validate(value, schema, Draft202012Validator, format_checker=FormatChecker(["date", "email"]))
    except ValidationError:
        return False
    return True


def read(field: Field, text: str) -> tuple[FormValue | None, str]:
    """The value that a text gives, or the reason why it gives none."""
    try:
        return field.read(text), ""
    except ValueError as error:
        return None, str(error)


def choices_of(schema: JsonObject) -> list[JsonValue]:
    """The values that a schema lists, by its own words."""
    place = schema.get("items", schema)
    assert is_object(place)
    if isinstance(values := place.get("enum"), list):
        return values
    constants = place.get("oneOf", place.get("anyOf"))
    assert isinstance(constants, list)
    return [item["const"] for item in constants if is_object(item)]


@given(FIELDS, TYPED, st.booleans())
def test_whatever_is_accepted_fits_the_schema(schema: JsonObject, text: str, required: bool) -> None:
    value, complaint = read(field_of(schema, required=required), text)
    if value is not None:
        assert fits(value, schema)
        assert json.loads(json.dumps(value)) == value
    else:
        assert complaint.endswith(".") or (not text.strip() and not required)


@given(TEXT, st.text(max_size=8))
def test_text_that_is_refused_does_not_fit(schema: JsonObject, text: str) -> None:
    assume(text.strip())
    value, complaint = read(field_of(schema), text)
    assert (value == text.strip()) if fits(text.strip(), schema) else complaint.startswith("It takes ")


@given(NUMBER, st.integers(-30, 30) | st.floats(-30, 30) | st.integers(-(10**30), 10**30))
def test_a_number_that_is_refused_does_not_fit(schema: JsonObject, number: float) -> None:
    value, complaint = read(field_of(schema), json.dumps(number))
    assert (value == number) if fits(number, schema) else complaint.startswith("It takes a")


@given(st.sampled_from(["y", "Yes", "TRUE", "on", "1", "n", "NO", "false", "off", "0"]))
def test_yes_and_no_may_be_said_in_several_words(text: str) -> None:
    expected = text.lower() in {"y", "yes", "true", "on", "1"}
    assert field_of({"type": "boolean"}).read(text) is expected


@given(CHOICE, WORDS)
def test_a_choice_is_made_by_value_label_or_number(schema: JsonObject, other: str) -> None:
    field = field_of(schema)
    values = choices_of(schema)
    for place, value in enumerate(values, 1):
        typed = (str(value), str(value).upper(), str(place), field.choices[place - 1].label)
        assert [field.read(text) for text in typed] == [value] * 4
    if other not in values:
        assert read(field, other) == (None, f"“{other}” is none of the choices.")
    assert read(field, str(len(values) + 1))[0] is None


@given(CHOICES, st.data())
def test_several_choices_are_refused_only_if_they_do_not_fit(schema: JsonObject, data: st.DataObject) -> None:
    field = field_of(schema)
    chosen = data.draw(st.lists(st.sampled_from(choices_of(schema)), min_size=1, unique=True))
    value, complaint = read(field, ", ".join(map(str, chosen)))
    assert (value == chosen) if fits(chosen, schema) else complaint.startswith("It takes some of those above")


@given(FIELDS, JSON)
def test_nothing_typed_means_the_default_if_it_fits(schema: JsonObject, default: JsonValue) -> None:
    value, _ = read(field_of({**schema, "default": default}), "")
    usable = default is not None and fits(default, schema)
    assert value == (default if usable else None)


@given(FIELDS, st.data())
def test_a_default_that_fits_is_what_an_empty_answer_sends(schema: JsonObject, data: st.DataObject) -> None:
    kind = field_of(schema).kind
    defaults: dict[FieldKind, st.SearchStrategy[JsonValue]] = {
        FieldKind.TEXT: st.text(max_size=6),
        FieldKind.NUMBER: st.integers(-20, 20) | st.floats(-20, 20),
        FieldKind.INTEGER: st.integers(-20, 20) | st.integers(-20, 20).map(float),
        FieldKind.YES_NO: st.booleans(),
    }
    if kind in defaults:
        drawn = defaults[kind]
    else:
        one = st.sampled_from(choices_of(schema))
        drawn = one if kind is FieldKind.CHOICE else st.lists(one, max_size=4, unique=True)
    default = data.draw(drawn)
    assume(fits(default, schema))
    field = field_of({**schema, "default": default}, required=True)
    assert field.read("") == default
    assert field.default is not None
    assert field.show(field.default) or default in ("", [])


@given(FIELDS)
def test_a_required_field_without_a_default_cannot_be_left_out(schema: JsonObject) -> None:
    assert read(field_of(schema, required=True), " ") == (None, "This field cannot be left out.")
    assert read(field_of(schema), " ") == (None, "")


@given(st.dates(), st.text(max_size=3))
def test_a_date_is_one_of_the_calendar(day: date, rest: str) -> None:
    schema: JsonObject = {"type": "string", "format": "date"}
    text = day.isoformat() + rest.strip()
    assert (read(field_of(schema), text)[0] == text) == fits(text, schema)


@given(
    st.datetimes(timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))))
)
def test_a_moment_has_a_time_zone(moment: datetime) -> None:
    field = field_of({"type": "string", "format": "date-time"})
    assert field.read(moment.isoformat()) == moment.isoformat()
    zulu = moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    assert field.read(zulu) == zulu
    assert read(field, moment.replace(tzinfo=None).isoformat())[0] is None


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("email", "a.b+c@example.org", "a.example.org"),
        ("email", "ö@example.org", "a b@example.org"),
        ("uri", "https://example.org/a?b=c#d", "example.org"),
        ("uri", "mailto:a@example.org", "https://"),
        ("uri", "http://[::1]/", "http://[::1/"),
        ("date", "2028-02-29", "2026-02-29"),
        ("date", "2026-01-31", "20260131"),
        ("date", "0001-01-01", "31.1.2026"),
        ("date-time", "2026-01-31T09:30:00Z", "2026-01-31T09:30Z"),
        ("date-time", "2026-01-31t09:30:00.123456789+02:00", "2026-01-31T25:00:00Z"),
        ("date-time", "2026-12-31T23:59:59-00:30", "2026-01-31 09:30:00"),
    ],
)
def test_a_format_takes_what_looks_like_it(form: str, good: str, bad: str) -> None:
    field = field_of({"type": "string", "format": form})
    assert field.read(good) == good
    assert read(field, bad)[1].startswith("It takes a")


def test_the_fields_come_in_the_order_of_the_server_with_their_titles() -> None:
    form = parse_form(
        {
            "type": "object",
            "properties": {
                "b": {"type": "string", "title": "Second letter", "description": "After a."},
                "a": {"type": "string", "enum": ["x", "y"], "enumNames": ["Ex", "Why"]},
            },
            "required": ["a"],
        }
    )
    first, second = form.fields
    assert (first.name, first.title, first.description, first.required) == (
        "b",
        "Second letter",
        "After a.",
        False,
    )
    assert (second.title, second.required) == ("a", True)
    assert [(choice.value, choice.label) for choice in second.choices] == [("x", "Ex"), ("y", "Why")]
    assert second.show("y") == "Why"


@pytest.mark.parametrize(
    ("schema", "hint"),
    [
        ({"type": "boolean"}, "yes or no"),
        ({"type": "integer", "minimum": 1, "maximum": 1234567}, "a whole number, 1 to 1234567"),
        ({"type": "number", "minimum": 0.5}, "a number, at least 0.5"),
        ({"type": "string", "maxLength": 2000000}, "text, at most 2000000 characters"),
        ({"type": "string", "format": "email"}, "an e-mail address"),
        ({"type": "string", "enum": ["x"]}, "one of those above, or its number"),
    ],
)
def test_a_hint_says_what_a_field_takes(schema: JsonObject, hint: str) -> None:
    assert field_of(schema).hint == hint


NEITHER = "the field it is neither text nor number, boolean or choice"


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {}},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {"type": "object", "properties": {}}},
        {"type": "array"},
        {"type": "null"},
        {"type": ["string", "null"]},
        {"type": "string", "enum": []},
        {"type": "string", "enum": [1, 2]},
        {"type": "string", "oneOf": [{"type": "string"}]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"$ref": "#/$defs/Somewhere"},
    ],
)
def test_any_other_field_is_refused_by_its_name(schema: JsonObject) -> None:
    with pytest.raises(ValueError, match=NEITHER):
        field_of(schema)


@given(JSON)
def test_no_schema_of_a_field_brings_anything_but_a_field_or_a_refusal(schema: JsonValue) -> None:
    complaint = ""
    try:
        parse_form({"type": "object", "properties": {"it": schema}})
    except ValueError as error:
        complaint = str(error)
    assert complaint in ("", NEITHER, "the field it has no schema")


@pytest.mark.parametrize("schema", [{"type": "array"}, {"type": "object", "properties": []}])
def test_what_is_no_object_with_properties_is_no_form(schema: JsonObject) -> None:
    with pytest.raises(ValueError, match="the form is no object with properties"):
        parse_form(schema)
