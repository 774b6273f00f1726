"""The memory of a conversation of a thousand turns, each with a tool call, at several of them.

The program's own session, signed in, with transcript and summaries of old turns, in a process of its own; the
model is asked over HTTP. Long histories reach what the model can read, so that old turns are summarised.
"""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from agent.events import TurnFailed
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import load_settings
from agent.system.child_process import python_command
from agent.system.folders import find_folders
from agent.tools.policy import Policy
from evals.bench.endpoint import QUESTION
from evals.bench.figures import Figure, Target, summarise
from evals.bench.processes import resident
from evals.bench.program import signed_in

_TURNS = "--turns"
_MOMENTS = (1, 50, 100, 200, 400, 600, 800, 1000)
_SETTLED = 200
_MOST_GROWTH = 1.05
# Old turns are summarised from about the fiftieth on; with more, most of the time goes into long requests.
_CONTEXT = 32_000


async def talk() -> dict[int, float]:
    """Hold the conversation in this process; the memory at each moment."""
    folders = find_folders(os.environ)
    settings = load_settings({}, os.environ, folders, working_folder=Path.cwd())
    settings = replace(settings, limits={**settings.limits, "context": _CONTEXT})
    options = SessionOptions(policy=Policy(), goes_on=True)
    session = Session(settings, folders, options)
    found: dict[int, float] = {}
    try:
        for turn in range(1, _MOMENTS[-1] + 1):
            async with aclosing(session.turn(QUESTION)) as events:
                async for event in events:
                    if isinstance(event, TurnFailed):
                        raise event.error
            if turn in _MOMENTS:
                found[turn] = resident(os.getpid())
    finally:
        await session.aclose()
    return found


def measure() -> list[Figure]:
    """Hold the conversation in a process of its own."""
    with signed_in() as program:
        command = python_command("evals.bench.memory", _TURNS)
        done = subprocess.run(
            command, env=program.environ, cwd=program.folder, stdout=subprocess.PIPE, check=True
        )
        if program.endpoint.results < _MOMENTS[-1]:
            raise RuntimeError("not every turn called its tool")
    found: dict[str, float] = json.loads(done.stdout)
    settled = summarise(f"memory after turn {_SETTLED}", "MiB", [found[str(_SETTLED)]])
    target = Target(_MOST_GROWTH, of="ratio")
    return [
        summarise(
            f"memory after turn {turn}",
            "MiB",
            [found[str(turn)]],
            base=settled if turn != _SETTLED else None,
            target=target if turn == _MOMENTS[-1] else None,
        )
        for turn in _MOMENTS
    ]


if __name__ == "__main__" and sys.argv[1:] == [_TURNS]:
    print(json.dumps(asyncio.run(talk())))
