"""The MCP side of prompts, resources and completions."""

import json
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from agent.sandbox import app_views
from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.domain.context import Context
from agent.sandbox.errors import Refusal
from agent.sandbox.mcp_caller import caller_of
from agent.sandbox.prompt_catalogue import PromptCatalogue, PromptDefinition
from agent.sandbox.resource_catalogue import RESOURCES, complete_id, find_template, read_resource

_MIME_TYPE = "application/json"
_COMPLETIONS = 100


class McpTexts:
    """Handlers of the requests about prompts, resources and completions.

    Neither list is long enough for a second page, so a cursor is never one of this server's.

    Args:
        database: Holds the workspace.
        clock: Tells the time.
        prompts: The prompts.
    """

    def __init__(self, database: Database, clock: Clock, prompts: PromptCatalogue) -> None:
        self._database = database
        self._clock = clock
        self._prompts = prompts

    async def list_prompts(
        self, _context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        """Answers `prompts/list`."""
        _refuse_cursor(params)
        return types.ListPromptsResult(prompts=[_show(each) for each in self._prompts.definitions])

    async def get_prompt(
        self, _context: ServerRequestContext[Any], params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """Answers `prompts/get` with one message of the user."""
        prompt = self._find_prompt(params.name)
        try:
            text = prompt.render(params.arguments or {}, self._clock)
        except Refusal as refusal:
            raise MCPError(types.INVALID_PARAMS, refusal.message) from refusal
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompt.description, messages=[message])

    async def list_resources(
        self, _context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """Answers `resources/list`."""
        _refuse_cursor(params)
        return types.ListResourcesResult(
            resources=[
                types.Resource(
                    uri=each.uri, name=each.name, description=each.description, mime_type=_MIME_TYPE
                )
                for each in RESOURCES
                if not each.parameters
            ]
        )

    async def list_templates(
        self, _context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """Answers `resources/templates/list`."""
        _refuse_cursor(params)
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=each.uri, name=each.name, description=each.description, mime_type=_MIME_TYPE
                )
                for each in RESOURCES
                if each.parameters
            ]
        )

    async def read_resource(
        self, context: ServerRequestContext[Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """Answers `resources/read` with what the caller may see.

        The pages of views are there to be read, but not listed: tools name them (SEP-1865).
        """
        page = app_views.find_page(params.uri)
        if page is not None:
            contents = types.TextResourceContents(
                uri=params.uri,
                mime_type=app_views.MIME_TYPE,
                text=page,
                _meta={"ui": {"prefersBorder": True}},
            )
            return types.ReadResourceResult(contents=[contents])
        try:
            content = read_resource(self._context(context), params.uri)
        except Refusal as refusal:
            raise MCPError(types.INVALID_PARAMS, refusal.message, {"uri": params.uri[:200]}) from refusal
        text = json.dumps(content, ensure_ascii=False, indent=2)
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=_MIME_TYPE, text=text)]
        )

    async def complete(
        self, context: ServerRequestContext[Any], params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        """Answers `completion/complete`; an id is found by its beginning and by the name of its thing."""
        name, typed = params.argument.name, params.argument.value.strip().lower()
        if isinstance(params.ref, types.PromptReference):
            argument = self._find_prompt(params.ref.name).argument(name)
            if argument is None:
                raise _no_argument(name)
            values = [value for value in argument.values if value.startswith(typed)]
        else:
            template = find_template(params.ref.uri)
            if template is None or name not in template.parameters:
                raise _no_argument(name)
            given = params.context.arguments if params.context is not None else None
            found = complete_id(self._context(context), name, given or {})
            values = [
                str(each) for each, label in found if str(each).startswith(typed) or typed in label.lower()
            ]
        return types.CompleteResult(
            completion=types.Completion(
                values=values[:_COMPLETIONS], total=len(values), has_more=len(values) > _COMPLETIONS
            )
        )

    def _find_prompt(self, name: str) -> PromptDefinition:
        prompt = self._prompts.find(name)
        if prompt is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no prompt {name[:100]}.")
        return prompt

    def _context(self, context: ServerRequestContext[Any]) -> Context:
        return Context(self._database, self._clock, caller_of(self._database, context))


def _show(prompt: PromptDefinition) -> types.Prompt:
    return types.Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            types.PromptArgument(
                name=each.name, title=each.title, description=each.description, required=each.required
            )
            for each in prompt.arguments
        ],
    )


def _refuse_cursor(params: types.PaginatedRequestParams | None) -> None:
    if params is not None and params.cursor is not None:
        raise MCPError(types.INVALID_PARAMS, "The cursor is not one of this server's.")


def _no_argument(name: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, f"There is no argument {name[:100]} to complete there.")
