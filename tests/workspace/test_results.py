"""From the protocol's results to plain data."""

import mcp_types
import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.tool import ToolResult
from agent.workspace.results import to_contents, to_tool, to_tool_result
from agent.workspace.schemas import OutputSchema

SCHEMA: JsonObject = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}},
}


def convert(result: JsonObject, output_schema: "JsonObject | None" = None) -> ToolResult:
    promise = None if output_schema is None else OutputSchema(output_schema)
    return to_tool_result("make", mcp_types.CallToolResult.model_validate(result), promise)


def text_block(text: str) -> JsonObject:
    return {"type": "text", "text": text}


def test_blocks_are_joined_and_what_is_no_text_is_named() -> None:
    blocks: list[JsonValue] = [
        text_block("one"),
        {"type": "image", "mimeType": "image/png", "data": "AAAA" * 1024},
        {"type": "audio", "mimeType": "audio/wav", "data": "AAAA"},
        {"type": "resource_link", "uri": "note://1", "name": "first", "title": "First note"},
        {"type": "resource", "resource": {"uri": "note://2", "text": "inside"}},
        {"type": "resource", "resource": {"uri": "note://3", "mimeType": "application/pdf", "blob": "AAAA"}},
    ]
    assert convert({"content": blocks}).text.splitlines() == [
        "one",
        "[image, image/png, 3 KB]",
        "[audio, audio/wav, 3 bytes]",
        "[resource note://1 First note]",
        "[resource note://2]",
        "inside",
        "[resource note://3, application/pdf, 3 bytes]",
    ]


@pytest.mark.parametrize(
    ("text", "structured"),
    [
        ('{"a": 1}', {"a": 1}),
        (" [1, 2]", [1, 2]),
        ("17", None),
        ("{broken", None),
        ("[" * 100_000, None),
    ],
)
def test_text_that_is_json_is_the_structured_result_where_there_is_no_other(
    text: str, structured: JsonValue
) -> None:
    assert convert({"content": [text_block(text)]}).structured == structured


def test_a_structured_result_without_text_is_its_own_text() -> None:
    assert convert({"content": [], "structuredContent": {"b": 1, "a": 2}}).text == '{"a":2,"b":1}'


def test_a_result_that_fits_its_output_schema_has_no_warning() -> None:
    assert convert({"content": [], "structuredContent": {"id": 7}}, SCHEMA).warnings == ()


def test_a_result_without_the_promised_structure_has_a_warning() -> None:
    result = convert({"content": [text_block("7")]}, SCHEMA)
    assert result.warnings == ("make promises a structured result and gave none.",)
    assert result.text == "7"


@pytest.mark.parametrize("schema", [{"type": 7}, {"$ref": "https://example.com/elsewhere"}, {"$schema": {}}])
def test_an_output_schema_that_cannot_be_used_is_told(schema: JsonObject) -> None:
    result = convert({"content": [], "structuredContent": {"id": 7}}, schema)
    assert result.warnings == ("The output schema of make is malformed, so its result was not checked.",)
    assert result.structured == {"id": 7}


def test_the_promise_does_not_hold_for_a_tool_that_failed() -> None:
    result = convert({"content": [text_block("no ink")], "isError": True}, SCHEMA)
    assert result.is_error
    assert result.warnings == ()


def test_the_title_of_a_tool_is_the_best_that_the_server_gives() -> None:
    schema: JsonObject = {"type": "object"}
    plain = mcp_types.Tool(name="make", input_schema=schema)
    hinted = mcp_types.Tool(
        name="make", input_schema=schema, annotations=mcp_types.ToolAnnotations(title="Hinted")
    )
    titled = mcp_types.Tool(name="make", title="Titled", input_schema=schema, annotations=hinted.annotations)
    assert [to_tool(tool).title for tool in (plain, hinted, titled)] == ["make", "Hinted", "Titled"]


def test_data_of_a_resource_is_decoded() -> None:
    blob = mcp_types.BlobResourceContents(uri="note://1", blob="aGk=", mime_type="image/png")
    assert to_contents(blob).data == b"hi"
    assert to_contents(blob.model_copy(update={"blob": "a"})).data == b""
