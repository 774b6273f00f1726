"""The record of a conversation: JSON Lines, one event a line, written as it happens.

The first line says what the file is; every further line is an event (`agent.event_json`) with the
`time` it was written. Lines are only ever appended, each in one write, so that after a crash all but
the last partial line is there. A damaged file is kept aside and never overwritten.
"""

import errno
import json
import os
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from agent.context import is_too_large
from agent.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    Summary,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from agent.errors import AgentError
from agent.event_json import FORMAT_VERSION, encode_event
from agent.events import (
    ApprovalRequested,
    CallOutcome,
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
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.protocol import ReasoningDelta, TextDelta
from agent.tools.runner import interrupted_message, text_for_model

_TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a transcript.

    Args:
        id: Names the conversation; sorts by the time it began.
        created: Unix seconds.
        server: The MCP server's address.
        model: The model's name.
        workspace: How to build the same workspace again: the sandbox's seed and clock; empty elsewhere.
    """

    id: str
    created: float
    server: str
    model: str = ""
    workspace: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> JsonObject:
        """Write it as a JSON object."""
        return {
            "type": "session",
            "version": FORMAT_VERSION,
            "id": self.id,
            "created": self.created,
            "server": self.server,
            "model": self.model,
            "workspace": dict(self.workspace),
        }


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript as read from its file.

    Args:
        header: The first line.
        events: The further lines, oldest first.
        path: The file.
        complete: The file ends with a whole line.
    """

    header: Header
    events: tuple[JsonObject, ...]
    path: Path
    complete: bool = True

    @property
    def title(self) -> str:
        """What the user said first, shortened."""
        for event in self.events:
            text = event.get("text")
            if event.get("type") == "turn_started" and isinstance(text, str):
                line = " ".join(text.split())
                return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1] + "…"
        return "(empty)"

    @property
    def offered(self) -> tuple[str, ...]:
        """The functions that its last request offered, by name."""
        for event in reversed(self.events):
            functions = event.get("functions")
            if event.get("type") == "request_prefix" and isinstance(functions, list):
                return tuple(str(each["name"]) for each in functions if is_object(each) and "name" in each)
        return ()

    def conversation(self) -> Conversation:
        """The conversation as it stood, sound even if the program was killed in the middle of a turn."""
        return Conversation(_messages(self.events), _summaries(self.events))


def new_session_id(now: float) -> str:
    """An id that sorts by time and that two windows do not share."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class Recorder:
    """Writes one conversation's transcript.

    The file is made with the first event, so that a chat that says nothing leaves nothing. A disk
    that cannot be written to is reported once, and the conversation goes on.

    Args:
        folder: Where transcripts lie; made when needed, readable by the user alone.
        header: The first line.
        resumed: The transcript to go on with, if this is no new conversation.
        on_problem: Told once, in one sentence, when writing fails.
        clock: Unix seconds.
    """

    def __init__(
        self,
        folder: Path,
        header: Header,
        *,
        resumed: Transcript | None = None,
        on_problem: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = resumed.path if resumed else folder / f"{header.id}.jsonl"
        self._header = header
        self._resumed = resumed
        self._on_problem = on_problem
        self._clock = clock
        self._descriptor: int | None = None
        self._failed = False
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
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, event: Event) -> None:
        if isinstance(event, TextDelta):
            self._partial.append(event.text)
            return
        if isinstance(event, ReasoningDelta | ToolCallProgress):
            return
        if isinstance(event, StepStarted | StepFinished):
            self._partial.clear()
        elif isinstance(event, TurnFailed):
            self._write_partial()
        line = encode_event(event)
        if isinstance(event, ToolCallFinished) and is_too_large(event.structured):
            line |= {"structured": None, "left_out": "The structured result was too large to keep."}
        self._write(line)

    def _write_partial(self) -> None:
        text = "".join(self._partial)
        self._partial.clear()
        if text:
            self._write({"type": "step_interrupted", "text": text})

    def _write(self, line: JsonObject) -> None:
        if self._failed:
            return
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            self._append({**line, "time": round(self._clock(), 3)})
        except OSError as error:
            self._failed = True
            self._on_problem(f"The conversation can no longer be saved to {self._path} ({error.strerror}).")

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._resumed is not None and not self._resumed.complete:
            _set_aside_damaged(self._resumed)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if self._resumed is None:
            self._descriptor = descriptor
            self._append(self._header.to_json())
        return descriptor

    def _append(self, line: JsonObject) -> None:
        assert self._descriptor is not None
        data = _line(line)
        written = os.write(self._descriptor, data)
        if written < len(data):
            raise OSError(errno.ENOSPC, "the disk is full")


def _has_ended(event: Event, ended: bool) -> bool:
    if isinstance(event, TurnFinished | TurnFailed):
        return True
    return ended and not isinstance(event, TurnStarted)


def _line(value: JsonObject) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair cannot be encoded; as `\uXXXX` it is JSON again.
    return text.encode(errors="backslashreplace") + b"\n"


def _set_aside_damaged(transcript: Transcript) -> None:
    aside = transcript.path.with_suffix(f".damaged-{int(time.time())}.jsonl")
    transcript.path.rename(aside)
    lines = [transcript.header.to_json(), *transcript.events]
    descriptor = os.open(transcript.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(map(_line, lines))


def read_transcript(path: Path) -> Transcript:
    """Read a transcript; a last line that was cut off by a crash is left out.

    Raises:
        AgentError: There is no such file, it cannot be read, it is of a newer version, or it is damaged
            in the middle; it is left as it is.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError as error:
        raise AgentError(
            f"There is no transcript {path}.", "See those there are: astravue sessions"
        ) from error
    except OSError as error:
        raise AgentError(f"The transcript {path} cannot be read: {error.strerror}.") from error
    complete = lines[-1] == b""
    objects: list[JsonObject] = []
    for number, line in enumerate(lines[:-1] if complete else lines, start=1):
        parsed = _parse(line)
        if parsed is not None:
            objects.append(parsed)
        elif number == len(lines):
            break
        else:
            raise AgentError(
                f"The transcript {path} is damaged at line {number}; it was left as it is.",
                "Start a new conversation, or mend that line.",
            )
    if not objects:
        raise AgentError(f"The transcript {path} holds nothing that can be read; it was left as it is.")
    return Transcript(_header(objects[0], path), tuple(objects[1:]), path, complete)


def _parse(line: bytes) -> JsonObject | None:
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if is_object(value) else None


def _header(line: JsonObject, path: Path) -> Header:
    version = line.get("version")
    if line.get("type") != "session" or not isinstance(version, int):
        raise AgentError(f"{path} is no transcript; it was left as it is.")
    if version > FORMAT_VERSION:
        raise AgentError(
            f"{path} has format version {version}, and this program reads up to {FORMAT_VERSION}.",
            "Update astravue-agent.",
        )
    created, workspace = line.get("created"), line.get("workspace")
    return Header(
        id=_text(line, "id"),
        created=float(created) if isinstance(created, int | float) else 0.0,
        server=_text(line, "server"),
        model=_text(line, "model"),
        workspace={key: str(value) for key, value in workspace.items()} if is_object(workspace) else {},
    )


def list_transcripts(folder: Path) -> tuple[tuple[Transcript, ...], tuple[str, ...]]:
    """Read every transcript of a folder, newest first.

    Returns:
        The transcripts, and one sentence for each file that could not be read.
    """
    transcripts: list[Transcript] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        if ".damaged-" in path.name:
            continue
        try:
            transcripts.append(read_transcript(path))
        except AgentError as error:
            problems.append(str(error))
    return tuple(transcripts), tuple(problems)


def _messages(events: Sequence[JsonObject]) -> Iterator[Message]:
    calls: tuple[ToolCall, ...] = ()
    results: dict[str, ToolMessage] = {}

    def answers() -> Iterator[ToolMessage]:
        for call in calls:
            yield results.get(call.id) or interrupted_message(call)

    for event in events:
        kind = event.get("type")
        if kind == "tool_call_finished":
            message = _tool_message(event)
            results[message.call_id] = message
        elif kind in ("turn_started", "step_finished", "step_interrupted"):
            yield from answers()
            calls = _calls(event.get("tool_calls"))
            results.clear()
            yield from _message(event, calls)
    yield from answers()


def _summaries(events: Sequence[JsonObject]) -> list[Summary]:
    summaries: list[Summary] = []
    for event in events:
        covers = event.get("covers")
        if event.get("type") == "compacted" and isinstance(covers, int):
            summaries.append(Summary(_text(event, "text"), covers))
        elif event.get("type") == "compaction_undone" and summaries:
            summaries.pop()
    return summaries


def _message(event: JsonObject, calls: tuple[ToolCall, ...]) -> Iterator[Message]:
    text, items = _text(event, "text"), event.get("provider_items")
    if event.get("type") == "turn_started":
        yield UserMessage(text, _text(event, "context"))
    elif text or calls:
        interrupted = event.get("type") == "step_interrupted"
        opaque = tuple(items) if isinstance(items, list) else ()
        yield AssistantMessage(text, calls, interrupted, opaque)


def _tool_message(event: JsonObject) -> ToolMessage:
    calls = _calls([event.get("call")])
    call = calls[0] if calls else ToolCall("", "", "")
    known = {each.value: each for each in CallOutcome}
    outcome = known.get(_text(event, "outcome"), CallOutcome.FAILED)
    text = text_for_model(call, outcome, _text(event, "text"))
    failed = outcome is not CallOutcome.SUCCEEDED
    declined = outcome is CallOutcome.DECLINED
    return ToolMessage(call.id, call.name, text, failed, event.get("structured"), declined)


def _calls(value: JsonValue) -> tuple[ToolCall, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        ToolCall(_text(item, "id"), _text(item, "name"), _text(item, "arguments"))
        for item in listed
        if is_object(item)
    )


def _text(line: JsonObject, key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""
