"""What this project adds to a tool call, and whether reads of one turn run side by side.

A call through `Workspace` and the same call through the SDK's bare client, taken by turns on one local
server; then turns whose model asks for one tool of a second, and for four of them.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from agent.conversation import Conversation, ToolCall
from agent.events import CallOutcome, ToolCallFinished
from agent.loop import Loop
from agent.model.scripted import ScriptedModel, say
from agent.tools.policy import Policy
from agent.workspace.workspace import Workspace
from evals.bench.figures import Figure, summarise
from evals.bench.serving import SERVE, serve, served

_CALLS = 400
_WARM_UP = 20
_PARALLEL = 4
_TURNS = 5


def serve_tools() -> None:
    """Serve a tool that answers at once and one that takes a second."""
    from mcp.server import MCPServer
    from mcp_types import ToolAnnotations

    server = MCPServer("bench", log_level="CRITICAL")
    reads = ToolAnnotations(read_only_hint=True)

    @server.tool(annotations=reads)
    def echo(number: int) -> dict[str, int]:
        return {"number": number}

    @server.tool(annotations=reads)
    async def rest(number: int) -> dict[str, int]:
        await asyncio.sleep(1.0)
        return {"number": number}

    serve(server.streamable_http_app())


@asynccontextmanager
async def both(url: str) -> AsyncGenerator[dict[str, Callable[[int], Awaitable[object]]]]:
    """Connect in both ways and yield what makes a call in each."""
    from mcp import Client

    async with Client(url, cache=None) as client, Workspace(url) as workspace:
        await client.list_tools()
        await workspace.tools()
        yield {
            "a call with the bare SDK": lambda number: client.call_tool("echo", {"number": number}),
            "a call through the session": lambda number: workspace.call_tool("echo", {"number": number}),
        }


async def measure_calls(url: str) -> dict[str, list[float]]:
    """Call by turns in both ways; the milliseconds of each call."""
    samples: dict[str, list[float]] = {}
    async with both(url) as ways:
        for number in range(_CALLS + _WARM_UP):
            for name, call in ways.items():
                begun = time.perf_counter()
                await call(number)
                if number >= _WARM_UP:
                    samples.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
    return samples


async def measure_turn(url: str, tools: int) -> float:
    """Run one turn whose model asks for so many tools of a second each; the seconds it takes."""
    calls = [ToolCall(f"call_{number}", "rest", f'{{"number": {number}}}') for number in range(tools)]
    # Of a server that is not trusted, every call of a tool with such a name would ask first.
    async with Workspace(url, trusted=True) as workspace:
        await workspace.tools()
        loop = Loop(
            model=ScriptedModel([say("", *calls), say("Rested.")]),
            toolbox=workspace,
            policy=Policy(),
            conversation=Conversation(),
            system="",
        )
        begun = time.perf_counter()
        events = [event async for event in loop.turn("Rest.")]
        seconds = time.perf_counter() - begun
    ended = [event.outcome for event in events if isinstance(event, ToolCallFinished)]
    if ended != [CallOutcome.SUCCEEDED] * tools:
        raise RuntimeError(f"the calls ended as {ended}")
    return seconds


def measure() -> list[Figure]:
    """Measure calls, then turns."""
    with served("evals.bench.session") as address:
        url = f"{address}/mcp"
        calls = asyncio.run(measure_calls(url))
        one = [asyncio.run(measure_turn(url, 1)) for _ in range(_TURNS)]
        four = [asyncio.run(measure_turn(url, _PARALLEL)) for _ in range(_TURNS)]
    (bare_name, bare), (our_name, ours) = calls.items()
    base = summarise(bare_name, "ms", bare)
    turn = summarise("a turn with one call of a second", "s", one)
    return [
        base,
        summarise(our_name, "ms", ours, base=base),
        turn,
        summarise("a turn with four of them", "s", four, base=turn),
    ]


if __name__ == "__main__" and sys.argv[1:] == [SERVE]:
    serve_tools()
