"""Writes a conversation down as it happens.

Lines are only ever appended, each in one write, so that after a crash all but the last partial line is
there. The text of an answer is written in pieces while it comes, as steps may take minutes. A damaged
file is kept aside and never overwritten.
"""

import errno
import os
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from agent.context.shown_results import is_too_large
from agent.event_json import encode_event
from agent.events import (
    ApprovalRequested,
    Event,
    Question,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallProgress,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject
from agent.model.protocol import ReasoningDelta, TextDelta
from agent.system.private_files import private_folder, replace_file
from agent.transcripts.header import Header
from agent.transcripts.lines import TURN_BOUNDS, TURN_STARTED, encode_line
from agent.transcripts.locking import ConversationLock
from agent.transcripts.steps import STEP_INTERRUPTED, STEP_TEXT
from agent.transcripts.transcript import Transcript

_SECONDS_BETWEEN_PIECES = 1.0


class Recorder:
    """Writes one conversation's transcript.

    The file is made with the first event, so that a chat that says nothing leaves nothing. A disk
    that cannot be written to is reported once, and the conversation goes on.

    Args:
        folder: Where transcripts lie; made when needed, readable by the user alone.
        header: The first line.
        resumed: The transcript to go on with, if this is no new conversation.
        lock: Held from the first line on, so that no other window goes on with it.
        on_problem: Told once, in one sentence, when writing fails.
        clock: Unix seconds.
    """

    def __init__(
        self,
        folder: Path,
        header: Header,
        *,
        resumed: Transcript | None = None,
        lock: ConversationLock | None = None,
        on_problem: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = resumed.path if resumed else folder / f"{header.id}.jsonl"
        self._header = header
        self._resumed = resumed
        self._lock = lock
        self._turns = len(resumed.turns) if resumed else 0
        self._on_problem = on_problem
        self._clock = clock
        self._descriptor: int | None = None
        self._failed = False
        # What has come of an answer: what was written as pieces, when the last one was, and the rest.
        self._kept = ""
        self._kept_at = 0.0
        self._partial: list[str] = []

    @property
    def path(self) -> Path:
        """The transcript's file."""
        return self._path

    def set_model(self, name: str) -> None:
        """Note the model before the first line is written."""
        self._header = replace(self._header, model=name)

    async def record(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """Pass the events of a turn on, and write each to the transcript.

        An approval is written once it is decided, a question once it is answered. When the reader
        leaves in the middle of an answer, what had been said is written as interrupted.
        """
        # What happens between two turns, such as a summary that the user asks for, has no end to miss.
        ended = True
        try:
            async with aclosing(events) as source:
                async for event in source:
                    if isinstance(event, ApprovalRequested | Question):
                        yield event
                        self._take(event)
                    else:
                        ended = _has_ended(event, ended)
                        self._take(event)
                        yield event
        finally:
            self._write_partial()
            if not ended:
                self._write({"type": "turn_interrupted"})

    def close(self) -> None:
        """Close the file, and let other windows have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._lock is not None:
            self._lock.release()

    def _take(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._partial.append(event.text)
            self._write_piece()
            return
        if isinstance(event, ReasoningDelta | ToolCallProgress):
            return
        if isinstance(event, StepStarted | StepFinished):
            self._begin_text()
        elif isinstance(event, TurnFailed):
            self._write_partial()
        line = encode_event(event)
        if isinstance(event, ToolCallFinished) and is_too_large(event.structured):
            line |= {"structured": None, "left_out": "The structured result was too large to keep."}
        self._write(line)

    def _begin_text(self) -> None:
        self._kept, self._kept_at = "", self._clock()
        self._partial.clear()

    def _write_piece(self) -> None:
        """Write the whole words that have come since the last piece, if that was long enough ago."""
        now = self._clock()
        # A clock that is set back must not keep an answer from being saved.
        if abs(now - self._kept_at) < _SECONDS_BETWEEN_PIECES:
            return
        come = "".join(self._partial)
        # A paragraph may take a minute, so it is not waited for the end of a line.
        piece = come[: max(come.rfind(" "), come.rfind("\n")) + 1] or come
        self._kept, self._kept_at = self._kept + piece, now
        self._partial[:] = [come.removeprefix(piece)]
        self._write({"type": STEP_TEXT, "text": piece})

    def _write_partial(self) -> None:
        text = self._kept + "".join(self._partial)
        self._begin_text()
        if text:
            self._write({"type": STEP_INTERRUPTED, "text": text})

    def _write(self, line: JsonObject) -> None:
        if self._failed:
            return
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            self._append({**line, **self._count(line), "time": round(self._clock(), 3)})
        except OSError as error:
            self._failed = True
            self._on_problem(f"The conversation can no longer be saved to {self._path} ({error.strerror}).")

    def _count(self, line: JsonObject) -> JsonObject:
        """Number the turns where they begin and end, so that nobody needs to read all of a file to count."""
        kind = line.get("type")
        self._turns += kind == TURN_STARTED
        return {"turn": self._turns} if kind in TURN_BOUNDS else {}

    def _open(self) -> int:
        if self._lock is not None:
            self._lock.acquire()
        private_folder(self._path.parent)
        if self._resumed is not None and not self._resumed.complete:
            _set_aside_damaged(self._resumed)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if self._resumed is None:
            self._descriptor = descriptor
            self._append(self._header.to_json())
        return descriptor

    def _append(self, line: JsonObject) -> None:
        assert self._descriptor is not None
        data = encode_line(line)
        written = os.write(self._descriptor, data)
        if written < len(data):
            raise OSError(errno.ENOSPC, "the disk is full")


def _has_ended(event: Event, ended: bool) -> bool:
    if isinstance(event, TurnFinished | TurnFailed):
        return True
    return ended and not isinstance(event, TurnStarted)


def _set_aside_damaged(transcript: Transcript) -> None:
    """Keep a damaged file aside, and put what of it could be read in its place; there is always one."""
    _keep_aside(transcript.path)
    lines = [transcript.header.to_json(), *transcript.events]
    replace_file(transcript.path, b"".join(map(encode_line, lines)))


def _keep_aside(path: Path) -> None:
    aside = path.with_suffix(f".damaged-{int(time.time())}-{secrets.token_hex(2)}.jsonl")
    try:
        os.link(path, aside)
    except OSError:
        # Not every file system has links.
        replace_file(aside, path.read_bytes())
