"""What an examination looks at, and the tools that its checks share."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from agent.errors import AgentError
from agent.settings.settings import Settings
from agent.system.folders import Folders

if TYPE_CHECKING:
    from agent.auth.sealed import Key

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Case:
    """One installation, as it is set up for one run.

    Args:
        settings: What to use.
        folders: Where things are kept.
        environ: The process environment.
        vault_key: The key of a vault that takes a passphrase, if somebody was asked for it.
        settings_error: Why the settings cannot be used; `settings` are the defaults then.
        settings_file: What replaces the user's own settings file.
        working_folder: Where the project's settings file may lie.
        clock: Unix seconds.
        seconds: How long one check may take.
    """

    settings: Settings
    folders: Folders
    environ: Mapping[str, str] = field(repr=False)
    vault_key: "Key | None" = field(default=None, repr=False)
    settings_error: AgentError | None = None
    settings_file: Path | None = None
    working_folder: Path = field(default_factory=Path.cwd)
    clock: Callable[[], float] = time.time
    seconds: float = 12.0


class Once(Generic[_T]):
    """An answer that several checks wait for, and that is asked for once.

    Args:
        ask: Finds the answer.
    """

    def __init__(self, ask: Callable[[], Awaitable[_T]]) -> None:
        self._ask = ask
        self._asking: asyncio.Future[_T] | None = None

    async def __call__(self) -> _T:
        """The answer, or what went wrong in finding it."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask())
        # Whoever gives up waiting leaves the others their answer.
        return await asyncio.shield(self._asking)

    async def aclose(self) -> None:
        """Stop looking for it."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)


async def run_aside(work: Callable[[], _T]) -> _T:
    """Do blocking work in a thread that the program does not wait for when it ends.

    A name server, a disk or a keychain that never answers would hold up leaving otherwise.

    Args:
        work: What to do; it goes on by itself if nobody waits for it any more.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(outcome: Callable[[], None]) -> None:
        if not done.done():
            outcome()

    def run() -> None:
        try:
            outcome = partial(done.set_result, work())
        except Exception as error:
            outcome = partial(done.set_exception, error)
        # The loop may have ended meanwhile, and with it all interest.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, name="doctor", daemon=True).start()
    return await done
