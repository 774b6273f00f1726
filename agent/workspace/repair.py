"""Repairs of a server's results before the SDK's strict validation sees them.

The SDK validates a whole result at once: one malformed tool fails `tools/list`, one malformed block
loses the result of a call that was executed. Here each part is looked at alone; what can be mended
is mended, what cannot is left out, and both are remembered.

Source: MCP 2025-11-25 and 2026-07-28, schema; the fields are the ones that both revisions require.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from mcp_types import Prompt, Resource, ResourceTemplate, TextContent
from mcp_types.methods import validate_server_result
from pydantic import BaseModel, ValidationError

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.workspace.failure import one_line
from agent.workspace.schemas import OutputSchema, why_unusable

REPAIRS_KEY = "agent.workspace/repairs"
_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_LISTS: dict[str, tuple[str, type[BaseModel]]] = {
    "prompts/list": ("prompts", Prompt),
    "resources/list": ("resources", Resource),
    "resources/templates/list": ("resourceTemplates", ResourceTemplate),
}
_STRICTEST = "2025-11-25"


@dataclass(slots=True)
class Findings:
    """What was found out about the tools of one connection while they were listed.

    Args:
        output_schemas: Tool name to what its structured results promise; kept from the SDK, which
            would throw away results that break the promise.
        skipped: Tool name, or its place in the list, to the reason why it was left out.
        repaired: Tool name to what was mended.
        kept: The names of the tools that were handed on.
    """

    output_schemas: dict[str, OutputSchema] = field(default_factory=dict[str, OutputSchema])
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    repaired: dict[str, str] = field(default_factory=dict[str, str])
    kept: set[str] = field(default_factory=set[str])

    def start_listing(self) -> None:
        """Forget what the last listing found."""
        self.skipped.clear()
        self.repaired.clear()
        self.kept.clear()

    def compare(self, listed: Collection[str]) -> None:
        """Note the tools that the SDK dropped from what it was handed."""
        for name in self.kept.difference(listed):
            self.skipped[one_line(name)] = "its x-mcp-header annotations are not valid"


def repair_result(method: str, result: JsonObject, findings: Findings, *, stateless: bool) -> JsonObject:
    """Give the result of a request in a form that passes the SDK's validation, as far as possible.

    Args:
        method: The method of the request, such as `tools/list`.
        result: The result as the server sent it; left as it is.
        findings: Where to note what was learned about tools.
        stateless: The request went out under 2026-07-28 or later.
    """
    if method == "tools/call":
        return _repair_call(result, stateless=stateless)
    if method != "tools/list" and method not in _LISTS:
        return result
    repaired = dict(result)
    if not isinstance(repaired.get("nextCursor"), str) or not repaired["nextCursor"]:
        repaired.pop("nextCursor", None)
    if stateless:
        _repair_cache_hints(repaired)
    if method == "tools/list":
        repaired["tools"] = _repair_tools(repaired.get("tools"), findings)
    else:
        key, model = _LISTS[method]
        items = repaired.get(key)
        repaired[key] = [item for item in items if _fits(model, item)] if isinstance(items, list) else []
    return repaired


def _repair_cache_hints(result: JsonObject) -> None:
    ttl = result.get("ttlMs")
    if not isinstance(ttl, int) or isinstance(ttl, bool) or ttl < 0:
        result["ttlMs"] = 0
    if result.get("cacheScope") not in ("private", "public"):
        result["cacheScope"] = "private"
    if not isinstance(result.get("resultType"), str):
        result["resultType"] = "complete"


def _fits(model: type[BaseModel], item: JsonValue) -> bool:
    try:
        model.model_validate(item, by_name=False)
    except ValidationError:
        return False
    return True


def _repair_tools(listed: JsonValue, findings: Findings) -> list[JsonValue]:
    tools: list[JsonValue] = []
    for place, item in enumerate(listed if isinstance(listed, list) else [], 1):
        name = item.get("name") if is_object(item) else None
        if not is_object(item) or not isinstance(name, str) or not name:
            findings.skipped[f"tool {place} of the list"] = "it has no name"
            continue
        if name in findings.kept:
            findings.skipped[f"{one_line(name)} (again)"] = "an earlier tool has the same name"
            continue
        if _runs_as_task_only(item):
            findings.skipped[one_line(name)] = "it runs as a task only, which this program cannot follow"
            continue
        schema = item.get("inputSchema", {"type": "object"})
        reason = why_unusable(schema)
        if reason or not is_object(schema):
            findings.skipped[one_line(name)] = f"its input schema is {reason}"
            continue
        findings.kept.add(name)
        tools.append(_rebuild_tool(name, item, schema, findings))
    return tools


def _runs_as_task_only(item: JsonObject) -> bool:
    """Say whether any plain call of a tool is refused.

    Source: MCP 2025-11-25, Basic, Utilities, Tasks, "Tool-Level Negotiation".
    """
    execution = item.get("execution")
    return is_object(execution) and execution.get("taskSupport") == "required"


def _rebuild_tool(name: str, item: JsonObject, schema: JsonObject, findings: Findings) -> JsonObject:
    """Keep of a tool what this project uses, each field only if it is well formed."""
    mended: list[str] = []
    tool: JsonObject = {"name": name, "inputSchema": {**schema, "type": "object"}}
    if not is_object(item.get("inputSchema")) or "type" not in schema:
        mended.append("inputSchema")
    for key in ("title", "description"):
        value = item.get(key)
        if isinstance(value, str):
            tool[key] = value
        elif value is not None:
            mended.append(key)
    for key in ("annotations", "_meta"):
        value = item.get(key)
        if is_object(value):
            tool[key] = _repair_annotations(value) if key == "annotations" else value
        elif value is not None:
            mended.append(key)
    output_schema = item.get("outputSchema")
    findings.output_schemas.pop(name, None)
    if is_object(output_schema):
        findings.output_schemas[name] = OutputSchema(output_schema)
    if mended:
        findings.repaired[one_line(name)] = ", ".join(mended)
    return tool


def _repair_annotations(annotations: JsonObject) -> JsonObject:
    kept: JsonObject = {key: annotations[key] for key in _HINTS if isinstance(annotations.get(key), bool)}
    if isinstance(title := annotations.get("title"), str):
        kept["title"] = title
    return kept


def _repair_call(result: JsonObject, *, stateless: bool) -> JsonObject:
    """Make the content of a call's result readable; its other result types pass as they are."""
    if result.get("resultType", "complete") != "complete":
        return result
    repaired = dict(result)
    if stateless:
        repaired["resultType"] = "complete"
    notes: list[str] = []
    blocks = repaired.get("content")
    if not isinstance(blocks, list):
        if blocks is not None or "structuredContent" not in repaired:
            notes.append("The result had no list of content.")
        blocks = [] if blocks is None else [blocks]
    repaired["content"] = [_repair_block(block, notes) for block in blocks]
    structured = repaired.get("structuredContent")
    if not stateless and "structuredContent" in repaired and not is_object(structured):
        # Revisions before 2026-07-28 allow nothing but an object here.
        repaired.pop("structuredContent")
        if structured is not None:
            repaired["structuredContent"] = {"result": structured}
    if not isinstance(repaired.get("isError", False), bool):
        repaired["isError"] = repaired["isError"] in ("true", "True", 1)
        notes.append("The result's isError was no boolean.")
    meta = repaired.pop("_meta", None)
    if is_object(meta) or notes:
        repaired["_meta"] = {
            **(meta if is_object(meta) else {}),
            **({REPAIRS_KEY: "\n".join(notes)} if notes else {}),
        }
    return repaired


def _repair_block(block: JsonValue, notes: list[str]) -> JsonValue:
    if is_object(block):
        if block.get("type") == "text" and isinstance(text := block.get("text"), str):
            return {"type": "text", "text": text}
        if _passes("tools/call", {"content": [block]}):
            return block
    kind = one_line(str(block.get("type", "")), 30) if is_object(block) else ""
    notes.append(f"A block of content of type {kind or 'unknown'} was malformed.")
    text = block if isinstance(block, str) else f"[unreadable {kind or 'block'}]"
    return TextContent(type="text", text=text).model_dump(by_alias=True, exclude_none=True)


def _passes(method: str, result: JsonObject) -> bool:
    try:
        validate_server_result(method, _STRICTEST, result)
    except ValidationError:
        return False
    return True
