"""From the SDK's results to the plain data of this project."""

import base64
import binascii
import json

import mcp_types

from agent.context.opaque import describe_data
from agent.jsontypes import JsonValue, dump, is_object
from agent.server_features import (
    Prompt,
    PromptArgument,
    PromptMessage,
    PromptText,
    Resource,
    ResourceContents,
)
from agent.tools.fence import clean, clean_schema
from agent.tools.tool import Annotations, Tool, ToolResult
from agent.workspace.repair import REPAIRS_KEY
from agent.workspace.schemas import OutputSchema


def to_tool(listed: mcp_types.Tool, *, trusted: bool = False) -> Tool:
    """Describe a listed tool; what nobody would see of its texts is taken out.

    Args:
        listed: The tool as the SDK read it.
        trusted: The user trusts its server to say what its tools do.
    """
    hints = listed.annotations or mcp_types.ToolAnnotations()
    interface: object = (listed.meta or {}).get("ui")
    return Tool(
        name=listed.name,
        title=clean(listed.title or hints.title or listed.name),
        description=clean(listed.description or ""),
        input_schema=clean_schema(listed.input_schema),
        annotations=Annotations(hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint),
        hidden=is_object(interface) and interface.get("visibility") == ["app"],
        is_trusted=trusted,
    )


def to_tool_result(
    name: str, result: mcp_types.CallToolResult, output_schema: OutputSchema | None
) -> ToolResult:
    """Give what a tool answered, with a warning for each thing that is not as it should be.

    Args:
        name: The tool's name, for the warnings.
        result: The SDK's result.
        output_schema: What the tool promised for its structured result.
    """
    text = "\n".join(block_text(block) for block in result.content)
    structured: JsonValue = result.structured_content
    notes: object = (result.meta or {}).get(REPAIRS_KEY)
    warnings = notes.splitlines() if isinstance(notes, str) else []
    if output_schema is not None and not result.is_error:
        complaint = output_schema.complaint(name, structured)
        warnings += [complaint] if complaint else []
    if structured is None:
        structured = _parse_container(text)
    elif not text:
        text = dump(structured)
    return ToolResult(text, structured, result.is_error, tuple(warnings))


def _parse_container(text: str) -> JsonValue:
    """Parse text that is a JSON object or array; anything else is just text."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def block_text(block: mcp_types.ContentBlock) -> str:
    """Give a block of content as text; what is no text is named in brackets."""
    match block:
        case mcp_types.TextContent():
            return block.text
        case mcp_types.ImageContent() | mcp_types.AudioContent():
            return describe_data(block.type, block.mime_type, block.data)
        case mcp_types.ResourceLink():
            return f"[resource {block.uri} {block.title or block.name}]"
        case mcp_types.EmbeddedResource(resource=resource):
            if isinstance(resource, mcp_types.TextResourceContents):
                return f"[resource {resource.uri}]\n{resource.text}"
            return describe_data(f"resource {resource.uri}", resource.mime_type or "", resource.blob)


def to_prompt(listed: mcp_types.Prompt) -> Prompt:
    """Describe a listed prompt."""
    arguments = tuple(
        PromptArgument(argument.name, argument.description or "", bool(argument.required))
        for argument in listed.arguments or ()
    )
    return Prompt(listed.name, listed.title or listed.name, listed.description or "", arguments)


def to_prompt_text(result: mcp_types.GetPromptResult) -> PromptText:
    """Give the messages of a prompt."""
    messages = tuple(PromptMessage(message.role, block_text(message.content)) for message in result.messages)
    return PromptText(result.description or "", messages)


def to_resource(listed: mcp_types.Resource) -> Resource:
    """Describe a listed resource."""
    return Resource(
        str(listed.uri),
        listed.name,
        listed.title or listed.name,
        listed.description or "",
        listed.mime_type or "",
    )


def to_template(listed: mcp_types.ResourceTemplate) -> Resource:
    """Describe a listed resource template."""
    return Resource(
        listed.uri_template,
        listed.name,
        listed.title or listed.name,
        listed.description or "",
        listed.mime_type or "",
        is_template=True,
    )


def to_contents(
    contents: mcp_types.TextResourceContents | mcp_types.BlobResourceContents,
) -> ResourceContents:
    """Give what reading a resource brought; data that is not valid base64 is left empty."""
    uri, mime_type = str(contents.uri), contents.mime_type or ""
    if isinstance(contents, mcp_types.TextResourceContents):
        return ResourceContents(uri, mime_type, contents.text)
    try:
        return ResourceContents(uri, mime_type, data=base64.b64decode(contents.blob))
    except binascii.Error:
        return ResourceContents(uri, mime_type)
