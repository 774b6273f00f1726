"""Blocking work beside the event loop that never holds up the program's end."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def run_in_daemon_thread(work: Callable[[], _T], name: str) -> _T:
    """Run blocking work in a thread of its own and wait for it.

    Unlike the threads of `asyncio.to_thread` this one is daemonic: when the wait is cancelled and the
    program leaves, a connection that says nothing does not keep the process.

    Args:
        work: What to do; what it returns is returned, what it raises is raised.
        name: The thread's name.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(outcome: Callable[[], None]) -> None:
        if not done.done():
            outcome()

    def run() -> None:
        try:
            result = work()
        except Exception as error:
            problem = error
            report(lambda: done.set_exception(problem))
        else:
            report(lambda: done.set_result(result))

    def report(outcome: Callable[[], None]) -> None:
        # The loop may be closed by now, and then nobody waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done
