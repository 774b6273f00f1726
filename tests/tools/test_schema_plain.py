"""Input schemas in words that every endpoint reads."""

import pytest
from endpoint_rules import faults_of_parameters

from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.plain import plain_schema

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"


def plain(x: JsonValue, **definitions: JsonValue) -> JsonValue:
    """What becomes of the schema of one property."""
    schema: JsonObject = {"type": "object", "properties": {"x": x}, "$defs": definitions}
    return property_of(plain_schema(schema))


def property_of(parameters: JsonObject) -> JsonValue:
    assert faults_of_parameters(parameters) == []
    properties = parameters["properties"]
    assert isinstance(properties, dict)
    return properties["x"]


# The root


def test_the_root_is_always_an_object_with_properties() -> None:
    assert plain_schema({}) == {"type": "object", "properties": {}}
    root: JsonObject = {"$ref": "#/$defs/Args", "$defs": {"Args": {"properties": {"a": {}}}}}
    assert plain_schema(root) == {"type": "object", "properties": {"a": {}}}


def test_an_everyday_schema_stays_as_it_is_to_the_byte() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 1, "description": "Title"},
            "owners": {"type": "array", "items": {"type": "integer"}, "maxItems": 5},
            "value": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        },
        "required": ["title"],
        "additionalProperties": False,
    }
    assert str(plain_schema(schema)) == str(schema)


def test_what_names_a_schema_or_comments_on_it_is_left_out() -> None:
    schema: JsonObject = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/tool",
        "$comment": "By hand",
        "x-vendor": {"$ref": "#/nowhere"},
        "type": "object",
    }
    assert plain_schema(schema) == {"type": "object", "properties": {}}


def test_properties_that_stand_only_in_combinators_of_the_root_are_told() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "allOf": [{"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
        "not": {"required": ["c"]},
    }
    assert plain_schema(schema) == {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    }


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_of_alternatives_at_the_root_only_what_all_need_is_required(keyword: str) -> None:
    by_id: JsonObject = {
        "properties": {"kind": {"const": "id"}, "id": {"type": "integer"}},
        "required": ["kind", "id"],
    }
    by_name: JsonObject = {
        "properties": {"kind": {"const": "name"}},
        "required": ["kind"],
        "additionalProperties": False,
    }
    assert plain_schema({"type": "object", keyword: [by_id, by_name, {"type": "null"}]}) == {
        "type": "object",
        "properties": {"kind": {"anyOf": [{"const": "id"}, {"const": "name"}]}, "id": {"type": "integer"}},
        "required": ["kind"],
    }


def test_a_property_that_one_open_alternative_does_not_know_may_be_anything_there() -> None:
    schema: JsonObject = {
        "type": "object",
        "anyOf": [{"properties": {"x": {"type": "integer"}}}, {"required": ["y"]}],
    }
    assert property_of(plain_schema(schema)) == {"anyOf": [{"type": "integer"}, {}]}


def test_a_property_that_one_alternative_does_not_know_by_name_may_be_what_it_allows_there() -> None:
    rest: JsonObject = {"additionalProperties": {"type": "string"}}
    schema: JsonObject = {"type": "object", "anyOf": [rest, {"properties": {"x": {"type": "integer"}}}]}
    assert property_of(plain_schema(schema)) == {"anyOf": [{"type": "string"}, {"type": "integer"}]}


def test_a_property_that_the_root_knows_is_not_loosened_by_alternatives_that_do_not() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"x": {"type": "integer"}, "y": {}},
        "anyOf": [{"required": ["x"]}, {"properties": {"x": {"minimum": 1}}, "required": ["y"]}],
    }
    assert plain_schema(schema) == {"type": "object", "properties": schema["properties"]}


def test_what_a_condition_at_the_root_speaks_of_is_told() -> None:
    schema: JsonObject = {
        "type": "object",
        "if": {"properties": {"x": {"const": 1}}},
        "then": {"properties": {"x": {"type": "integer"}}, "required": ["x"]},
        "dependentSchemas": {"x": {"properties": {"y": {"type": "string"}}}},
    }
    assert plain_schema(schema) == {
        "type": "object",
        "properties": {"x": {"anyOf": [{"type": "integer"}, {}]}, "y": {"anyOf": [{"type": "string"}, {}]}},
    }


def test_a_root_that_takes_only_what_it_names_is_told_of_nothing_else() -> None:
    schema: JsonObject = {
        "type": "object",
        "additionalProperties": False,
        "allOf": [{"properties": {"x": {}}}],
    }
    assert plain_schema(schema) == {"type": "object", "properties": {}, "additionalProperties": False}


# References


@pytest.mark.parametrize("place", ["$defs", "definitions"])
def test_a_reference_is_replaced_by_what_it_points_to(place: str) -> None:
    schema: JsonObject = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"who": {"$ref": f"#/{place}/Person"}},
        place: {"Person": {"type": "object", "properties": {"age": {"$ref": f"#/{place}/Age"}}}, "Age": {}},
    }
    assert plain_schema(schema) == {
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
    written = plain_schema(
        {"type": "object", "properties": properties, "$defs": {"Text": {"type": "string"}}}
    )
    assert written["properties"] == {
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
    assert plain_schema(schema)["properties"] == schema["properties"]


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
    assert plain_schema(schema)["properties"] == {
        "a": {"anyOf": [{"type": "integer"}]},
        "b": {"type": "integer"},
    }


@pytest.mark.parametrize(
    "reference", ["#/$defs/Missing", "#/properties/a/anyOf/7", "#anchor", "https://example.com/schema"]
)
def test_a_reference_that_leads_nowhere_accepts_anything(reference: str) -> None:
    schema: JsonObject = {"type": "object", "properties": {"x": {"$ref": reference, "description": "An x"}}}
    assert plain_schema(schema)["properties"] == {"x": {"description": "An x"}}


def test_a_description_beside_a_reference_is_stronger_than_the_one_it_points_to() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"who": {"$ref": "#/$defs/Id", "description": "The owner"}},
        "$defs": {"Id": {"type": "integer", "description": "An id"}},
    }
    assert plain_schema(schema)["properties"] == {"who": {"type": "integer", "description": "The owner"}}


def test_a_constraint_beside_a_reference_holds_together_with_what_it_points_to() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"n": {"$ref": "#/$defs/Big", "minimum": 5}},
        "$defs": {"Big": {"type": "integer", "minimum": 100}},
    }
    assert plain_schema(schema)["properties"] == {
        "n": {"minimum": 5, "allOf": [{"type": "integer", "minimum": 100}]}
    }


@pytest.mark.parametrize(
    ("target", "beside"),
    [
        ({"const": 1}, {"const": True}),
        ({"additionalProperties": False, "properties": {"a": {}}}, {"additionalProperties": False}),
        ({"contains": {"type": "null"}, "minContains": 0}, {"minContains": 0}),
    ],
)
def test_what_only_looks_the_same_beside_a_reference_is_not_taken_for_it(
    target: JsonObject, beside: JsonObject
) -> None:
    assert plain({"$ref": "#/$defs/X", **beside}, X=target) == {**beside, "allOf": [target]}


def test_beside_a_reference_that_may_be_anything_the_rest_counts() -> None:
    assert plain({"$ref": "#/$defs/Missing", "minimum": 5}) == {"minimum": 5}


def test_what_says_the_same_beside_a_reference_is_said_once() -> None:
    target: JsonObject = {"type": "object", "properties": {"a": {}}}
    assert plain({"$ref": "#/$defs/X", "type": "object"}, X=target) == target


def test_in_draft_7_only_annotations_count_beside_a_reference() -> None:
    schema: JsonObject = {
        "$schema": DRAFT_7,
        "properties": {"x": {"$ref": "#/definitions/Id", "maximum": 5, "description": "The owner"}},
        "definitions": {"Id": {"type": "integer"}},
    }
    assert property_of(plain_schema(schema)) == {"type": "integer", "description": "The owner"}


def test_a_reference_inside_a_schema_with_an_id_of_its_own_starts_from_there_and_so_may_be_anything() -> None:
    own: JsonObject = {"$id": "https://example.com/own", "items": {"$ref": "#/$defs/Id"}}
    assert plain(own, Id={"type": "integer"}) == {"items": {}}
    assert plain({"$ref": "#/$defs/Own/items"}, Own=own, Id={"type": "integer"}) == {}
    assert plain({"$ref": "#/$defs/Own"}, Own=own) == {"items": {}}


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
    assert plain_schema(schema)["properties"] == {
        "tree": {"type": "object", "properties": {"child": {"description": "Below"}}}
    }


def test_references_that_multiply_make_no_huge_schema() -> None:
    def ten_of(name: str) -> JsonValue:
        return {"type": "array", "prefixItems": [{"$ref": f"#/$defs/{name}"} for _ in range(10)]}

    levels: JsonObject = {f"L{n}": ten_of(f"L{n + 1}") for n in range(20)}
    schema: JsonObject = {"type": "object", "properties": {"x": {"$ref": "#/$defs/L0"}}, "$defs": levels}
    assert len(dump(plain_schema(schema))) < 1_000_000


def test_references_that_form_a_long_chain_are_followed_only_so_far() -> None:
    chain: JsonObject = {f"L{n}": {"items": {"$ref": f"#/$defs/L{n + 1}"}} for n in range(2000)}
    schema: JsonObject = {"type": "object", "properties": {"x": {"$ref": "#/$defs/L0"}}, "$defs": chain}
    assert dump(plain_schema(schema)).count("items") < 100


def test_the_listed_schema_is_not_changed() -> None:
    schema: JsonObject = {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "required": ["x"]}}}
    before = dump(schema)
    plain_schema(schema)
    assert dump(schema) == before


# Other words


def test_booleans_become_schemas_except_for_additional_properties() -> None:
    written: JsonObject = {
        "type": "object",
        "properties": {"any": True, "never": False},
        "additionalProperties": False,
        "propertyNames": True,
    }
    assert plain(written) == {
        "type": "object",
        "properties": {"any": {}, "never": {"not": {}}},
        "additionalProperties": False,
        "propertyNames": {},
    }


@pytest.mark.parametrize(
    ("written", "told"), [({}, True), ({"not": {}}, False), ({"type": "null"}, {"type": "null"})]
)
def test_additional_properties_of_any_kind_are_told_as_a_boolean(written: JsonValue, told: JsonValue) -> None:
    assert plain({"additionalProperties": written}) == {"additionalProperties": told}


def test_an_alternative_that_nothing_fits_is_left_out() -> None:
    assert plain({"anyOf": [{"not": {}}, {"type": "string"}]}) == {"anyOf": [{"type": "string"}]}
    assert plain({"anyOf": [False]}) == {"anyOf": [{"not": {}}]}


@pytest.mark.parametrize("type_", ["array", ["array", "null"]])
def test_a_list_says_what_it_holds(type_: JsonValue) -> None:
    assert plain({"type": type_}) == {"type": type_, "items": {}}
    assert plain({"type": type_, "prefixItems": [{}]}) == {"type": type_, "prefixItems": [{}], "items": {}}


def test_a_regular_expression_is_told_in_words() -> None:
    assert plain({"type": "string", "pattern": "^a$"}) == {"type": "string", "description": "pattern: ^a$"}
    assert plain({"pattern": "^a$", "description": "Key"}) == {"description": "Key (pattern: ^a$)"}


def test_properties_by_regular_expression_are_told_as_properties_of_any_name() -> None:
    by_pattern: JsonObject = {"patternProperties": {"^x-": {"type": "string"}}}
    assert plain({**by_pattern, "additionalProperties": False}) == {
        "additionalProperties": {"anyOf": [{"type": "string"}]}
    }
    assert plain({**by_pattern, "additionalProperties": {"type": "null"}}) == {
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]}
    }
    assert plain(by_pattern) == {"additionalProperties": True}
    assert plain({"patternProperties": {}, "additionalProperties": False}) == {"additionalProperties": False}


def test_properties_that_nothing_evaluates_are_additional_ones() -> None:
    assert plain({"properties": {}, "unevaluatedProperties": False}) == {
        "properties": {},
        "additionalProperties": False,
    }
    assert plain({"allOf": [{}], "unevaluatedProperties": False}) == {"allOf": [{}]}


OLDER: list[tuple[str, JsonObject, JsonObject]] = [
    (DRAFT_4, {"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    (DRAFT_4, {"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
    (DRAFT_4, {"const": 1, "if": {}}, {}),
    (DRAFT_6, {"const": 1, "if": {}}, {"const": 1}),
    (DRAFT_7, {"items": [{}], "additionalItems": False}, {"prefixItems": [{}], "items": {"not": {}}}),
    (DRAFT_7, {"items": {}, "additionalItems": False}, {"items": {}}),
    (DRAFT_7, {"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
    (
        DRAFT_7,
        {"dependencies": {"a": {"minProperties": 2}}},
        {"dependentSchemas": {"a": {"minProperties": 2}}},
    ),
    (DRAFT_7, {"prefixItems": [{}], "dependentRequired": {"a": ["b"]}}, {}),
    (
        DRAFT_2019,
        {"items": [{}], "dependentRequired": {}},
        {"prefixItems": [{}], "dependentRequired": {}},
    ),
]


@pytest.mark.parametrize(
    ("dialect", "written", "told"),
    OLDER,
)
def test_older_dialects_are_told_in_the_words_of_today(
    dialect: str, written: JsonValue, told: JsonValue
) -> None:
    schema: JsonObject = {"$schema": dialect, "type": "object", "properties": {"x": written}}
    assert property_of(plain_schema(schema)) == told


@pytest.mark.parametrize(
    "written",
    [
        *(
            {"type": "banana"},
            {"type": []},
            {"type": ["string", "banana"]},
            {"type": ["string", "string"]},
            {"enum": []},
            {"enum": "abc"},
        ),
        *(
            {"required": "a"},
            {"required": ["a", "a"]},
            {"minimum": "1"},
            {"minimum": True},
            {"minLength": -1},
        ),
        *(
            {"minItems": 0.5},
            {"multipleOf": 0},
            {"uniqueItems": 1},
            {"anyOf": []},
            {"anyOf": {}},
            {"properties": []},
        ),
        *(
            {"description": 5},
            {"examples": 5},
            {"dependentRequired": {"a": "b"}},
            {"pattern": 5},
            {"$ref": 5},
        ),
        *("string", 5, None, []),
    ],
)
def test_what_is_malformed_says_nothing(written: JsonValue) -> None:
    assert plain(written) == {}


def test_a_schema_nested_without_end_is_told_only_so_far() -> None:
    schema: JsonValue = {"type": "string"}
    for _ in range(3000):
        schema = {"items": schema}
    assert dump(plain(schema)).count("items") == 49
