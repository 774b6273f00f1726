"""What a turn without a chat leaves behind: an answer, one JSON object, or its events as they come.

Standard output takes the answer, or the JSON, and nothing else; all other lines go to standard error.
The form of the JSON is described in docs/scripting.md and in `agent/data/events.schema.json`.
"""

import argparse
import asyncio
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from agent.commands.common import has_terminal, warn
from agent.commands.json_lines import write_json
from agent.commands.progress import STANDARD_ERROR
from agent.drawing.sanitize import strip
from agent.errors import AgentError, ExitCode
from agent.event_json import OUTPUT_VERSION, encode_error, encode_event, encode_usage
from agent.events import (
    ApprovalRequested,
    Compacted,
    Decision,
    ElicitationRequested,
    Event,
    ListChanged,
    Notice,
    ServerLog,
    StepStarted,
    ToolCallFinished,
    TurnFailed,
    TurnFinished,
    WaitStarted,
)
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import TextDelta, Usage
from agent.repl.compacting import describe_compaction
from agent.repl.lines import describe_outcome
from agent.session.notices import describe
from agent.usage.words import describe_usage
from agent.wording.hints import for_command_line

_LONGEST_LINE = 1_000


@dataclass(slots=True)
class Output:
    """Writes a turn down for a script or for somebody who watches one.

    Args:
        as_json: One JSON object at the end.
        as_events: Each event as it comes, one a line.
        quiet: No lines about tool calls.
        may_ask: A person is there to approve writes.
        session_id: The conversation's id; empty until there is one.
        price_date: The day of the list that costs are taken from, if they are.
        error: Why there is no answer, or why the answer is not all that was asked for.
        arguments: Of the command line, for what helps against the error.
    """

    as_json: bool = False
    as_events: bool = False
    quiet: bool = False
    may_ask: bool = False
    session_id: str = ""
    price_date: date | None = None
    error: AgentError | None = None
    arguments: argparse.Namespace = field(default_factory=argparse.Namespace)
    _calls: list[ToolCallFinished] = field(default_factory=list[ToolCallFinished])
    _text: str = ""
    _usage: Usage = field(default_factory=Usage)
    _begun: bool = False
    _end: TurnFinished | TurnFailed | None = None
    _finished: bool = False

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> "Output":
        """Read the options that `ask` and `try --ask` share."""
        return cls(
            as_json=bool(arguments.json),
            as_events=bool(getattr(arguments, "stream_json", False)),
            quiet=bool(getattr(arguments, "quiet", False)),
            may_ask=has_terminal(),
            arguments=arguments,
        )

    @property
    def code(self) -> ExitCode:
        """How the program ends as far as it has come."""
        return self.error.exit_code if self.error else ExitCode.DONE

    async def take(self, event: Event) -> None:
        """Write one event down; an approval is asked for first, so that it is written as decided."""
        if isinstance(event, ApprovalRequested) and self.may_ask:
            await _approve(event)
        self._note(event)
        # The last line says how the program ends, which is known when nothing can happen any more.
        if not isinstance(event, TurnFinished | TurnFailed):
            self._stream(encode_event(event))

    def _note(self, event: Event) -> None:
        match event:
            case Notice() | WaitStarted() | ListChanged() | ServerLog():
                self._aside(describe(event))
            case Compacted():
                self._aside(describe_compaction(event))
            case ElicitationRequested():
                self._aside(
                    f"{event.server} asked: {' '.join(event.message.split())} "
                    "Only the chat can answer, so it was told that this is cancelled."
                )
            case StepStarted():
                self._text = ""
            case TextDelta(text):
                self._text += text
            case ToolCallFinished():
                self._calls.append(event)
                self.error = event.error or self.error
                self._aside(describe_outcome(event))
            case TurnFinished(text):
                self._text = text
                self._take_end(event)
            case TurnFailed(error):
                self.error = error
                self._take_end(event)
            case _:
                pass

    def _take_end(self, event: TurnFinished | TurnFailed) -> None:
        self._end = event
        self._usage = event.usage
        if event.usage.total_tokens:
            self._aside(describe_usage(event.usage, self.price_date))

    def _aside(self, text: str) -> None:
        if not self.quiet:
            STANDARD_ERROR.write_line(strip(text))

    def _stream(self, line: JsonObject) -> None:
        if not self.as_events:
            return
        if not self._begun:
            self._begun = True
            session: JsonValue = self.session_id or None
            write_json({"type": "stream", "version": OUTPUT_VERSION, "session": session})
        write_json(line)

    def finish(self) -> ExitCode:
        """Write the answer, once, and say how the program ends."""
        if not self._finished:
            self._finished = True
            if self.error:
                self.error.hint = for_command_line(self.error.hint, self.arguments, self.session_id)
            self._stream(self._last_line())
            if self.as_json:
                write_json(self._summary())
            elif self._text.strip() and not self.as_events:
                sys.stdout.write(strip(self._text) + "\n")
            if self.error:
                warn(str(self.error))
        return self.code

    def _last_line(self) -> JsonObject:
        code: JsonObject = {"exit_code": int(self.code), "exit_reason": self.code.reason}
        if self._end is not None:
            return {**encode_event(self._end), **code}
        if self.code is ExitCode.INTERRUPTED:
            return {"type": "turn_interrupted", **code}
        error = self.error or AgentError("The turn has not come to its end.")
        return {**encode_event(TurnFailed(error, self._usage, 0)), **code}

    def _summary(self) -> JsonObject:
        calls: list[JsonValue] = [
            {
                "name": call.call.name,
                "arguments": call.call.arguments,
                "outcome": call.outcome.value,
                "result": call.structured if call.structured is not None else call.text,
            }
            for call in self._calls
        ]
        return {
            "version": OUTPUT_VERSION,
            "answer": self._text,
            "tool_calls": calls,
            "usage": encode_usage(self._usage),
            "cost": self._usage.cost,
            "session": self.session_id or None,
            "exit_code": int(self.code),
            "exit_reason": self.code.reason,
            "error": encode_error(self.error) if self.error else None,
        }


async def _approve(request: ApprovalRequested) -> None:
    lines = [f"{request.summary}  [{request.effect.value}]", *(f"  {line}" for line in request.details)]
    lines += filter(None, (request.because, request.undo))
    STANDARD_ERROR.write_line("\n".join(strip(line) for line in lines))
    sys.stderr.write("Allow this? [y/N] ")
    sys.stderr.flush()
    if (await _read_line()).strip().lower() in ("y", "yes"):
        request.decision = Decision.ALLOWED


async def _read_line() -> str:
    """Read a line of the terminal in a thread, so that Ctrl-C and the connection do not wait for it.

    Past Python's own buffer, whose lock would be held by the thread when the program ends.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def settle(text: str) -> None:
        if not line.cancelled():
            line.set_result(text)

    def read() -> None:
        try:
            text = os.read(sys.stdin.fileno(), _LONGEST_LINE).decode(errors="replace")
        except OSError:
            # Whoever hangs up has not said yes.
            text = ""
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, text)

    threading.Thread(target=read, daemon=True).start()
    return await line
