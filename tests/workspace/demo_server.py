"""A demo server with a few tools, and a sleep that ends at once."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
    ToolAnnotations,
)

from tests.workspace.mcp_servers import Gate, only_initialize


@dataclass
class Demo:
    """An MCP server with a few tools, and what they did."""

    gate: Gate
    legacy: bool
    executed: list[str] = field(default_factory=list[str])
    inside: threading.Barrier = field(default_factory=lambda: threading.Barrier(4))
    started: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def build(self) -> None:
        """Make a server without any memory of the sessions of the last one."""
        server = MCPServer("demo", version="3", instructions="Be kind.", log_level="CRITICAL")
        demo = self

        @server.tool(annotations=ToolAnnotations(read_only_hint=True))
        def look(what: str) -> str:
            demo.executed.append(what)
            return f"saw {what}"

        @server.tool(title="Write a note", annotations=ToolAnnotations(read_only_hint=False))
        def write(note: str) -> dict[str, str]:
            demo.executed.append(note)
            return {"written": note}

        @server.tool(annotations=ToolAnnotations(read_only_hint=True))
        def meet() -> str:
            demo.inside.wait(timeout=30)
            return "met"

        @server.tool()
        async def hang() -> str:
            demo.started.set()
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                demo.cancelled.set()
                raise
            return "never"

        @server.tool()
        def fail() -> str:
            raise ToolError("out of ink")

        @server.tool(meta={"ui": {"visibility": ["app"]}})
        def widget() -> str:
            return "for the app"

        @server.tool()
        async def grow(context: Context) -> str:
            server.add_tool(look, name="grown")
            await context.notify_tools_changed()
            await context.session.send_tool_list_changed()
            return "grown"

        @server.prompt(description="Greets")
        def greet(name: str) -> str:
            return f"Say hello to {name}"

        @server.completion()
        async def suggest(
            ref: PromptReference | ResourceTemplateReference,
            argument: CompletionArgument,
            context: CompletionContext | None,
        ) -> Completion | None:
            if not isinstance(ref, PromptReference) or argument.name != "name":
                return None
            known = (context.arguments if context else None) or {}
            return Completion(values=["Ada", *known.values()])

        @server.resource("note://today", mime_type="text/plain")
        def today() -> str:
            return "sunny"

        @server.resource("note://{day}")
        def any_day(day: str) -> str:
            return day

        self.gate.app = server.streamable_http_app()
        self.gate.fault = only_initialize if self.legacy else None


@dataclass
class Naps:
    """A sleep that ends at once, and how long each was meant to be."""

    taken: list[float] = field(default_factory=list[float])
    during: Callable[[], None] | None = None

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        if self.during:
            self.during()
        await asyncio.sleep(0)
