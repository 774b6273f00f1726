"""Saves conversations as the program does, in folders of a test."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recorded import HEADER, record, spoken

from agent.events import Event
from agent.system.folders import Folders
from agent.transcripts.header import Header
from agent.transcripts.recorder import Recorder

NOW = 1_795_000_000.0
DAY = 24 * 60 * 60.0


def folders_in(home: Path) -> Folders:
    return Folders(config=home, data=home / "data", cache=home / "cache", logs=home / "logs")


def save(
    folder: Path,
    id: str,
    *turns: tuple[str, str] | Sequence[Event],
    days_ago: float = 0,
    header: Header = HEADER,
) -> Path:
    """Save a conversation: pairs of a message and its answer, or the events of a turn."""
    writer = Recorder(folder, replace(header, id=id), on_problem=_fail, clock=lambda: NOW)

    async def write() -> None:
        for turn in turns:
            if isinstance(turn, tuple) and len(turn) == 2 and isinstance(turn[0], str):
                await record(writer, *spoken(turn[0], str(turn[1])))
            else:
                await record(writer, *(event for event in turn if not isinstance(event, str)))

    asyncio.run(write())
    writer.close()
    used = NOW - days_ago * DAY
    os.utime(writer.path, (used, used))
    return writer.path


def _fail(problem: str) -> None:
    raise AssertionError(problem)
