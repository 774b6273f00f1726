"""What is mended in a result, and what is left out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types.methods import validate_server_result

from agent.jsontypes import JsonObject, JsonValue
from agent.workspace.repair import REPAIRS_KEY, Findings, repair_result

json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def objects(*keys: str) -> st.SearchStrategy[JsonObject]:
    """Objects that have some of these keys, with anything in them."""
    return st.dictionaries(st.sampled_from(keys), json_values, max_size=len(keys))


tool_fields = (
    "name",
    "title",
    "description",
    "inputSchema",
    "outputSchema",
    "annotations",
    "execution",
    "_meta",
    "icons",
)
tools = objects(*tool_fields) | objects(*tool_fields).map(
    lambda tool: {**tool, "name": "named", "inputSchema": {"type": "object"}}
)
blocks = json_values | objects("type", "text", "data", "mimeType", "resource", "uri", "annotations", "_meta")


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
@given(listed=json_values | st.lists(tools | json_values, max_size=4), extra=objects("nextCursor", "ttlMs"))
def test_any_list_of_tools_passes_the_validation_once_repaired(
    version: str, listed: JsonValue, extra: JsonObject
) -> None:
    received: JsonObject = {**extra, "tools": listed}
    repaired = repair_result("tools/list", received, Findings(), stateless=version == "2026-07-28")
    validate_server_result("tools/list", version, repaired)


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
@given(
    result=objects("content", "structuredContent", "isError", "_meta", "unheard")
    | st.lists(blocks | json_values, max_size=4).map(lambda content: {"content": content})
)
def test_any_result_of_a_call_passes_the_validation_once_repaired(version: str, result: JsonObject) -> None:
    repaired = repair_result("tools/call", result, Findings(), stateless=version == "2026-07-28")
    validate_server_result("tools/call", version, repaired)


@pytest.mark.parametrize("method", ["prompts/list", "resources/list", "resources/templates/list"])
@given(listed=json_values | st.lists(objects("name", "uri", "uriTemplate", "arguments"), max_size=3))
def test_any_other_listing_passes_the_validation_once_repaired(method: str, listed: JsonValue) -> None:
    key = {"prompts/list": "prompts", "resources/list": "resources"}.get(method, "resourceTemplates")
    for version in ("2025-11-25", "2026-07-28"):
        repaired = repair_result(method, {key: listed}, Findings(), stateless=version == "2026-07-28")
        validate_server_result(method, version, repaired)


def listed(*entries: JsonValue) -> tuple[list[JsonValue], Findings]:
    findings = Findings()
    repaired = repair_result("tools/list", {"tools": list(entries)}, findings, stateless=False)
    kept = repaired["tools"]
    assert isinstance(kept, list)
    return kept, findings


def test_a_sound_tool_is_handed_on_and_its_output_schema_kept_back() -> None:
    tool: JsonObject = {
        "name": "make",
        "title": "Make",
        "description": "Makes things",
        "inputSchema": {"type": "object", "properties": {"a": {"type": "string"}}},
        "outputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True, "title": "Make it"},
        "_meta": {"ui": {"visibility": ["app"]}},
    }
    kept, findings = listed(tool)
    assert kept == [{key: value for key, value in tool.items() if key != "outputSchema"}]
    assert list(findings.output_schemas) == ["make"]
    assert (findings.skipped, findings.repaired) == ({}, {})


def test_what_can_be_mended_is_mended_and_told() -> None:
    kept, findings = listed(
        {"name": "bare"},
        {
            "name": "odd",
            "inputSchema": {"properties": {}},
            "title": 5,
            "annotations": {"readOnlyHint": "yes"},
        },
    )
    assert kept == [
        {"name": "bare", "inputSchema": {"type": "object"}},
        {"name": "odd", "inputSchema": {"properties": {}, "type": "object"}, "annotations": {}},
    ]
    assert findings.repaired == {"bare": "inputSchema", "odd": "inputSchema, title"}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("string", "no JSON object"),
        ({"type": "string"}, "not one of an object"),
        ({"type": "object", "properties": []}, "its properties are no JSON object"),
        ({"type": "object", "properties": {"a": {"type": "strnig"}}}, "malformed: 'strnig'"),
        ({"type": "object", "required": "a"}, "malformed: 'a'"),
        ({"type": "object", "$schema": {}}, "its $schema is no text"),
        (
            {"type": "object", "$schema": "http://json-schema.org/draft-03/schema#", "required": True},
            "malformed: True",
        ),
    ],
)
def test_a_tool_whose_schema_cannot_be_used_is_left_out_with_the_reason(
    schema: JsonValue, reason: str
) -> None:
    kept, findings = listed({"name": "bad", "inputSchema": schema}, {"name": "good"})
    assert [tool["name"] for tool in kept if isinstance(tool, dict)] == ["good"]
    assert reason in findings.skipped["bad"]


def test_a_tool_that_runs_as_a_task_only_is_left_out() -> None:
    kept, findings = listed(
        {"name": "slow", "inputSchema": {"type": "object"}, "execution": {"taskSupport": "required"}},
        {"name": "either", "inputSchema": {"type": "object"}, "execution": {"taskSupport": "optional"}},
    )
    assert [tool["name"] for tool in kept if isinstance(tool, dict)] == ["either"]
    assert findings.skipped == {"slow": "it runs as a task only, which this program cannot follow"}


def test_of_two_tools_with_one_name_the_first_is_kept() -> None:
    kept, findings = listed({"name": "twin", "title": "First"}, {"name": "twin", "title": "Second"})
    assert [tool["title"] for tool in kept if isinstance(tool, dict)] == ["First"]
    assert "twin (again)" in findings.skipped


def test_a_malformed_block_becomes_text_that_says_so() -> None:
    content: JsonValue = [{"type": "text", "text": "kept"}, {"type": "image"}, "loose words"]
    repaired = repair_result("tools/call", {"content": content}, Findings(), stateless=False)
    assert repaired["content"] == [
        {"type": "text", "text": "kept"},
        {"type": "text", "text": "[unreadable image]"},
        {"type": "text", "text": "loose words"},
    ]
    meta = repaired["_meta"]
    assert isinstance(meta, dict)
    assert "type image was malformed" in str(meta[REPAIRS_KEY])


def test_a_structured_result_that_is_no_object_survives_the_older_era() -> None:
    result: JsonObject = {"content": [], "structuredContent": [1, 2]}
    older = repair_result("tools/call", result, Findings(), stateless=False)
    newer = repair_result("tools/call", result, Findings(), stateless=True)
    assert older["structuredContent"] == {"result": [1, 2]}
    assert newer["structuredContent"] == [1, 2]


def test_results_of_other_requests_pass_as_they_are() -> None:
    result: JsonObject = {"contents": "anything"}
    assert repair_result("resources/read", result, Findings(), stateless=False) == result


def test_a_request_for_input_passes_as_it_is() -> None:
    result: JsonObject = {"resultType": "input_required", "requestState": "s"}
    assert repair_result("tools/call", result, Findings(), stateless=True) == result
