"""The tools of a server together with the functions of this program, as one toolbox."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agent.jsontypes import JsonObject
from agent.model.protocol import FunctionDefinition
from agent.tools.catalogue import Catalogue
from agent.tools.schema import FunctionTable
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbox import Progress, Toolbox

_OF_SERVER = "server_"


@dataclass(frozen=True, slots=True)
class LocalFunction:
    """A function of this program that the model may call like any tool.

    Args:
        describe: Makes the tool from those of the server; none where they leave it nothing to do.
        run: Answers a call; what it raises is an `AgentError`.
        is_wanted: Says whether it is worth offering now.
    """

    describe: Callable[[Sequence[Tool]], Tool | None]
    run: Callable[[JsonObject], Awaitable[ToolResult]]
    is_wanted: Callable[[], bool] = lambda: True


class Toolbelt:
    """A toolbox with functions of this program beside the server's tools.

    A tool of the server that has the name of one of these functions gets another name here.

    Args:
        toolbox: Of the server.
        catalogue: Which functions are offered.
        functions: Of this program.
    """

    def __init__(self, toolbox: Toolbox, catalogue: Catalogue, functions: Sequence[LocalFunction]) -> None:
        self._toolbox = toolbox
        self._catalogue = catalogue
        self._functions = tuple(functions)
        self._local: dict[str, LocalFunction] = {}
        self._renamed: dict[str, str] = {}
        self._of_server: tuple[Tool, ...] = ()
        self._listed: tuple[Tool, ...] = ()

    async def tools(self) -> Sequence[Tool]:
        """List the tools of both."""
        of_server = tuple(await self._toolbox.tools())
        if not self._listed or of_server != self._of_server:
            self._of_server, self._listed = of_server, self._put_together(of_server)
        return self._listed

    def _put_together(self, of_server: Sequence[Tool]) -> tuple[Tool, ...]:
        described = [(function.describe(of_server), function) for function in self._functions]
        own = [tool for tool, _ in described if tool is not None]
        self._local = {tool.name: function for tool, function in described if tool is not None}
        listed = [_rename(tool) if tool.name in self._local else tool for tool in of_server]
        self._renamed = {
            tool.name: listing.name
            for tool, listing in zip(listed, of_server, strict=True)
            if tool is not listing
        }
        return (*listed, *own)

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call one, of either kind; see `Toolbox.call_tool`."""
        if (function := self._local.get(name)) is not None:
            return await function.run(arguments)
        return await self._toolbox.call_tool(self._renamed.get(name, name), arguments, on_progress)

    def wish_for(self, globs: Sequence[str]) -> None:
        """Offer tools from the next request on; see `Catalogue.wish_for`."""
        self._catalogue.wish_for(globs)

    def offer(self, table: FunctionTable) -> tuple[FunctionDefinition, ...]:
        """The functions to offer with the next request."""
        wanted = [name for name, function in self._local.items() if function.is_wanted()]
        return self._catalogue.offer(table, wanted)

    def offer_all(self, table: FunctionTable) -> tuple[FunctionDefinition, ...]:
        """All of the server's, for a model that selects for itself."""
        return tuple(each for each in table.definitions if not table.tools[each.name].is_local)


def _rename(tool: Tool) -> Tool:
    return replace(tool, name=f"{_OF_SERVER}{tool.name}")
