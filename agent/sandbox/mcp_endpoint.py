"""The MCP side: lists the tools in pages and runs them for the signed-in user."""

import base64
import binascii
import logging
import sqlite3
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from agent import __version__
from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.domain.context import Json
from agent.sandbox.errors import Failure, Refusal
from agent.sandbox.mcp_caller import caller_of
from agent.sandbox.mcp_texts import McpTexts
from agent.sandbox.tools.catalogue import Catalogue, ToolDefinition, run_tool

TOOLS_A_PAGE = 25

# The extension of SEP-1865: tools with a view that a client may show.
_APPS_EXTENSION = "io.modelcontextprotocol/ui"

_LOG = logging.getLogger(__name__)

_INSTRUCTIONS = (
    "Astravue holds spaces, projects in spaces, tasks in projects, and subtasks. IDs are integers: find a "
    "space with astravue_list_spaces, its projects with astravue_list_projects, their tasks with "
    "astravue_list_project_tasks, and people with astravue_get_workspace_members. Status and priority are "
    "given by name. Dates are ISO 8601 in UTC; durations are in milliseconds."
)


class McpEndpoint:
    """Handlers of the requests about tools, joined with those about prompts and resources.

    Args:
        database: Holds the workspace.
        clock: Tells the time.
        catalogue: The tools.
        texts: Handles requests about prompts, resources and completions.
    """

    def __init__(self, database: Database, clock: Clock, catalogue: Catalogue, texts: McpTexts) -> None:
        self._database = database
        self._clock = clock
        self._catalogue = catalogue
        self._texts = texts

    def server(self) -> Server:
        """Returns an MCP server with these handlers."""
        server = Server(
            "astravue-mcp",
            title="Astravue",
            version=__version__,
            instructions=_INSTRUCTIONS,
            on_list_tools=self.list_tools,
            on_call_tool=self.call_tool,
            get_tool_input_schema=self._input_schema,
            on_list_prompts=self._texts.list_prompts,
            on_get_prompt=self._texts.get_prompt,
            on_list_resources=self._texts.list_resources,
            on_list_resource_templates=self._texts.list_templates,
            on_read_resource=self._texts.read_resource,
            on_completion=self._texts.complete,
        )
        server.extensions[_APPS_EXTENSION] = {}
        return server

    async def list_tools(
        self, _context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """Answers `tools/list` with one page."""
        start = _read_cursor(params.cursor if params else None)
        definitions = self._catalogue.definitions
        if start >= len(definitions):
            raise MCPError(types.INVALID_PARAMS, "The cursor is not one of this server's.")
        end = start + TOOLS_A_PAGE
        return types.ListToolsResult(
            tools=[_show(definition) for definition in definitions[start:end]],
            next_cursor=_write_cursor(end) if end < len(definitions) else None,
        )

    async def call_tool(
        self, context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Answers `tools/call`: a refusal is a result with `isError`, an unknown tool a protocol error.

        A failure of the sandbox itself is one of the former, and its traceback is for the log alone.
        """
        tool = self._catalogue.find(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name[:100]}.")
        try:
            caller = caller_of(self._database, context)
            result = run_tool(self._database, self._clock, caller, tool, params.arguments or {})
        except MCPError:
            raise
        except Refusal as refusal:
            return _refused(refusal)
        except sqlite3.OperationalError as error:
            return _refused(Refusal(f"The workspace cannot be used now ({error}); nothing was changed."))
        except Exception:
            _LOG.exception("The tool %s failed", tool.name)
            return _refused(Failure("The sandbox failed at this call; nothing was changed."))
        return types.CallToolResult(content=[_text(result.text)], structured_content=result.structured)

    def _input_schema(self, name: str) -> Json | None:
        tool = self._catalogue.find(name)
        return None if tool is None else tool.input_schema


def _show(definition: ToolDefinition) -> types.Tool:
    return types.Tool(
        name=definition.name,
        title=definition.title,
        description=definition.description,
        input_schema=definition.input_schema,
        annotations=types.ToolAnnotations.model_validate(definition.annotations),
        _meta={"ui": {"resourceUri": definition.view_uri}} if definition.view_uri else None,
    )


def _refused(refusal: Refusal) -> types.CallToolResult:
    error: Json = {"code": refusal.code, "message": refusal.message}
    if refusal.field:
        error["field"] = refusal.field
    structured = {"error": error | dict(refusal.details)}
    return types.CallToolResult(
        content=[_text(refusal.message)], structured_content=structured, is_error=True
    )


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _write_cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"tools:{start}".encode()).decode("ascii")


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        kind, _, start = base64.urlsafe_b64decode(cursor).decode("ascii").partition(":")
        if kind == "tools" and start.isdecimal():
            return int(start)
    except (binascii.Error, ValueError):
        pass
    raise MCPError(types.INVALID_PARAMS, "The cursor is not one of this server's.")
