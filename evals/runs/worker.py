"""The program of a process that runs trials for another one: `python -m evals.runs.worker`.

Reads from standard input what it needs, then plans, and writes records to standard output; see
`evals.runs.processes`. It leaves when it is told to, and when whoever started it is gone, which the system
tells by closing the pipe.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from agent.errors import AgentError
from evals.definitions.trial import TrialPlan
from evals.runs.engine import RunTrial, run_safely
from evals.runs.messages import Assignment, Ready, pack, read_message

_LEAVE_SECONDS = 3.0


def main() -> None:
    """Run trials until there are no more."""
    orders = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # What a library prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    assignment = read_message(orders)
    assert isinstance(assignment, Assignment)
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(assignment, orders, lambda message: _write(answers, pack(message))))


async def _serve(assignment: Assignment, orders: BinaryIO, tell: Callable[[object], None]) -> None:
    try:
        async with assignment.setup.open(assignment.places) as run, asyncio.TaskGroup() as trials:
            plans: asyncio.Queue[TrialPlan | None] = asyncio.Queue()
            serving = asyncio.current_task()
            assert serving is not None
            threading.Thread(target=_listen, args=(orders, serving, plans), daemon=True).start()
            tell(Ready())
            while (plan := await plans.get()) is not None:
                trials.create_task(_run(run, plan, tell))
    except AgentError as error:
        tell(Ready(error.message, error.hint))


async def _run(run: RunTrial, plan: TrialPlan, tell: Callable[[object], None]) -> None:
    tell(await run_safely(run, plan))


def _listen(
    orders: BinaryIO, serving: "asyncio.Task[None]", plans: "asyncio.Queue[TrialPlan | None]"
) -> None:
    """Pass orders on, in a thread, so that a trial that blocks keeps nobody from leaving."""
    loop = serving.get_loop()
    try:
        while True:
            order = read_message(orders)
            assert order is None or isinstance(order, TrialPlan)
            loop.call_soon_threadsafe(plans.put_nowait, order)
            if order is None:
                return
    except EOFError:
        # The parent is gone. What is open is closed if that is quickly done; nobody waits for the rest.
        loop.call_soon_threadsafe(serving.cancel)
        time.sleep(_LEAVE_SECONDS)
        os._exit(1)


def _write(answers: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[answers.write(view) :]
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
