"""What this project adds to a tool call, and whether reads of one turn run side by side.

    python -m evals.bench.session [CALLS]

Prints the median of a call through `Workspace` and of the same call through the SDK's bare client, taken by
turns on one local server, their difference and ratio; then how long a turn takes whose model asks for four
tools of one second each.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

from mcp import Client

from agent.conversation import Conversation, ToolCall
from agent.events import CallOutcome, ToolCallFinished
from agent.loop import Loop
from agent.model.scripted import ScriptedModel, say
from agent.tools.policy import Policy
from agent.workspace.workspace import Workspace

_SERVE = "--serve"
_WARM_UP = 20
_PARALLEL = 4
_TURNS = 5
_QUIET = "warning"


def serve() -> None:
    """Serve a tool that answers at once and one that takes a second; print the port."""
    import socket

    import uvicorn
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

    # With its protocol named, asyncio turns Nagle's algorithm off.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(server.streamable_http_app(), log_level=_QUIET, ws="none")
    uvicorn.Server(config).run([listening])


@contextmanager
def served() -> Generator[str]:
    """Run the server in a process of its own and yield its address."""
    command = [sys.executable, "-P", "-m", "evals.bench.session", _SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
        finally:
            process.terminate()


@asynccontextmanager
async def both(url: str) -> AsyncGenerator[dict[str, Callable[[int], Awaitable[object]]]]:
    """Connect in both ways and yield what makes a call in each."""
    async with Client(url, cache=None) as client, Workspace(url) as workspace:
        await client.list_tools()
        await workspace.tools()
        yield {
            "bare SDK": lambda number: client.call_tool("echo", {"number": number}),
            "Workspace": lambda number: workspace.call_tool("echo", {"number": number}),
        }


async def measure_calls(url: str, calls: int) -> dict[str, list[float]]:
    """Call by turns in both ways; the seconds of each call."""
    samples: dict[str, list[float]] = {}
    async with both(url) as ways:
        for number in range(calls + _WARM_UP):
            for name, call in ways.items():
                begun = time.perf_counter()
                await call(number)
                if number >= _WARM_UP:
                    samples.setdefault(name, []).append(time.perf_counter() - begun)
    return samples


async def measure_turn(url: str) -> float:
    """Run one turn whose model asks for four tools of a second each; the seconds it takes."""
    calls = [ToolCall(f"call_{number}", "rest", f'{{"number": {number}}}') for number in range(_PARALLEL)]
    async with Workspace(url) as workspace:
        await workspace.tools()
        loop = Loop(
            model=ScriptedModel([say("", *calls), say("Rested.")]),
            toolbox=workspace,
            policy=Policy(),
            conversation=Conversation(),
            system="",
        )
        begun = time.perf_counter()
        events = [event async for event in loop.turn("Rest four times.")]
        seconds = time.perf_counter() - begun
    ended = [event.outcome for event in events if isinstance(event, ToolCallFinished)]
    if ended != [CallOutcome.SUCCEEDED] * _PARALLEL:
        raise RuntimeError(f"the calls ended as {ended}")
    return seconds


def main() -> None:
    """Measure and print."""
    if sys.argv[1:] == [_SERVE]:
        serve()
        return
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with served() as url:
        medians = {
            name: statistics.median(listed) for name, listed in asyncio.run(measure_calls(url, calls)).items()
        }
        turns = [asyncio.run(measure_turn(url)) for _ in range(_TURNS)]
    base = medians["bare SDK"]
    print(f"{f'median of {calls} calls':<26}{'ms':>8}{'added ms':>10}{'ratio':>8}")
    for name, median in medians.items():
        print(f"{name:<26}{median * 1000:>8.2f}{(median - base) * 1000:>10.2f}{median / base:>8.2f}")
    print(f"\n{_PARALLEL} tools of 1 s in one turn: {statistics.median(turns):.2f} s (median of {_TURNS})")


if __name__ == "__main__":
    main()
