"""Function definitions are counted as OpenAI's models read them."""

import pytest

from agent.jsontypes import JsonObject
from agent.model.protocol import FunctionDefinition
from agent.model.typescript import render_functions
from agent.usage.tokens import load_encoding


def body_of(*functions: FunctionDefinition) -> str:
    """The namespace alone, without what stands around it."""
    return render_functions(functions).partition("{\n\n")[2].removesuffix("\n\n} // namespace functions")


def arguments_of(properties: JsonObject, *required: str) -> list[str]:
    """The lines of one function's arguments."""
    parameters: JsonObject = {"type": "object", "properties": properties, "required": list(required)}
    lines = body_of(FunctionDefinition("f", "", parameters)).splitlines()
    assert (lines[0], lines[-1]) == ("type f = (_: {", "}) => any;")
    return lines[1:-1]


def test_functions_read_as_in_the_published_example() -> None:
    # https://github.com/openai/harmony/blob/main/docs/format.md, "Function calling"
    units: JsonObject = {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"}
    one: JsonObject = {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}
    several: JsonObject = {
        "type": "array",
        "items": {"type": "string"},
        "description": 'List of city and state, e.g. ["San Francisco, CA", "New York, NY"]',
    }
    rendered = render_functions(
        [
            FunctionDefinition("get_location", "Gets the location of the user.", {"type": "object"}),
            FunctionDefinition(
                "get_current_weather",
                "Gets the current weather in the provided location.",
                {
                    "type": "object",
                    "properties": {"location": one, "format": units},
                    "required": ["location"],
                },
            ),
            FunctionDefinition(
                "get_multiple_weathers",
                "Gets the current weather in the provided list of locations.",
                {
                    "type": "object",
                    "properties": {"locations": several, "format": units},
                    "required": ["locations"],
                },
            ),
        ]
    )
    assert rendered == (
        "# Tools\n\n## functions\n\nnamespace functions {\n\n"
        "// Gets the location of the user.\n"
        "type get_location = () => any;\n\n"
        "// Gets the current weather in the provided location.\n"
        "type get_current_weather = (_: {\n"
        "// The city and state, e.g. San Francisco, CA\n"
        "location: string,\n"
        'format?: "celsius" | "fahrenheit", // default: celsius\n'
        "}) => any;\n\n"
        "// Gets the current weather in the provided list of locations.\n"
        "type get_multiple_weathers = (_: {\n"
        '// List of city and state, e.g. ["San Francisco, CA", "New York, NY"]\n'
        "locations: string[],\n"
        'format?: "celsius" | "fahrenheit", // default: celsius\n'
        "}) => any;\n\n"
        "} // namespace functions"
    )


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": "number", "minimum": 1}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "array"}, "Array<any>"),
        ({"type": "array", "items": {"type": "integer"}}, "number[]"),
        ({"type": ["integer", "null"]}, "number | null"),
        ({"type": "string", "enum": ["a", "b"]}, '"a" | "b"'),
        ({"type": "string", "enum": []}, "string"),
        ({}, "any"),
        ({"type": "null"}, "any"),
    ],
)
def test_a_type_is_written(schema: JsonObject, written: str) -> None:
    assert arguments_of({"x": schema}, "x") == [f"x: {written},"]


def test_an_argument_that_may_be_left_out_has_a_question_mark() -> None:
    assert arguments_of({"a": {"type": "string"}, "b": {"type": "string"}}, "b") == [
        "a?: string,",
        "b: string,",
    ]


def test_a_default_stands_behind_its_argument() -> None:
    properties: JsonObject = {
        "a": {"type": "integer", "default": 20},
        "b": {"type": "string", "default": "x"},
    }
    assert arguments_of(properties) == ["a?: number, // default: 20", 'b?: string, // default: "x"']


def test_objects_stand_in_each_other() -> None:
    inner: JsonObject = {
        "type": "object",
        "properties": {"y": {"type": "string", "description": "Deep."}},
        "required": ["y"],
    }
    assert arguments_of({"x": inner}) == ["x?: {", "    // Deep.", "    y: string,", "    },"]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_choice_of_types_has_a_line_for_each(keyword: str) -> None:
    choice: JsonObject = {keyword: [{"type": "string", "description": "A name."}, {"type": "null"}]}
    assert arguments_of({"x": choice}) == ["x?: ", "     | string // A name.", "     | any,"]


def test_title_and_examples_stand_above() -> None:
    properties: JsonObject = {"x": {"type": "string", "title": "Mark", "examples": ["a", "b"]}}
    assert arguments_of(properties) == [
        "// Mark", "// ", "// Examples:", '// - "a"', '// - "b"', "x?: string,",
    ]  # fmt: skip


def test_a_schema_that_is_none_is_anything() -> None:
    assert arguments_of({"x": True, "y": {"type": "array", "items": True}}) == ["x?: any,", "y?: any[],"]


def test_no_functions_take_no_text() -> None:
    assert render_functions([]) == ""


CREATE_TASK = FunctionDefinition(
    "create_task",
    "Create a task in a project.\nAnswers with the task.",
    {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "What is to be done"},
            "priority": {
                "type": "string",
                "enum": ["LOW", "MEDIUM", "HIGH"],
                "default": "MEDIUM",
                "description": "How urgent it is",
            },
            "dueDate": {
                "type": "string",
                "format": "date",
                "description": "ISO 8601 date, e.g. 2026-11-25",
            },
            "estimate": {"type": ["number", "null"], "description": "Hours"},
            "owners": {"type": "array", "items": {"type": "integer"}, "description": "User ids"},
            "checklist": {
                "type": "array",
                "description": "Steps, in order",
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string"},
                        "done": {"type": "boolean", "default": False},
                    },
                    "required": ["text"],
                },
            },
            "notify": {
                "oneOf": [
                    {"type": "boolean", "description": "Everybody or nobody"},
                    {"type": "array", "items": {"type": "integer"}, "description": "Only these"},
                ]
            },
        },
        "required": ["title"],
        "additionalProperties": False,
    },
)
LIST_SPACES = FunctionDefinition(
    "list_spaces",
    "Every space of the organisation that the caller can see.",
    {"type": "object", "properties": {}},
)


def test_the_tokens_are_within_four_per_cent_of_openais_own_rendering() -> None:
    # openai-harmony 0.0.8 writes these two with 177 tokens.
    tokens = len(load_encoding().encode_ordinary(render_functions([CREATE_TASK, LIST_SPACES])))
    assert tokens == pytest.approx(177, rel=0.04)
