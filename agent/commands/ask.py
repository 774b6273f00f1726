"""`astravue ask`: one turn, the answer on standard output, everything else on standard error."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date

from agent.commands.common import find_transcript, has_terminal, make_policy, prepare, settings_for, warn
from agent.commands.passphrase import unlock
from agent.commands.progress import STANDARD_ERROR
from agent.commands.questions import Question, make_question
from agent.errors import AgentError, ExitCode, UsageError
from agent.event_json import encode_error, encode_event, encode_usage
from agent.events import (
    ApprovalRequested,
    Compacted,
    Decision,
    ElicitationRequested,
    Event,
    ListChanged,
    Notice,
    ServerLog,
    ToolCallFinished,
    TurnFailed,
    TurnFinished,
    WaitStarted,
)
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import Usage
from agent.notices import describe
from agent.repl.compacting import describe_compaction
from agent.repl.lines import describe_outcome
from agent.repl.sanitize import strip
from agent.session import Session
from agent.session_options import SessionOptions
from agent.usage import describe_usage


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    question = make_question(read_text(arguments.text), folders, _ignore if arguments.quiet else warn)
    resumed = find_transcript(folders, arguments.session)
    settings = settings_for(settings, resumed)
    options = SessionOptions(
        policy=make_policy(arguments, settings),
        resumed=resumed,
        say=_ignore if arguments.quiet else warn,
        on_stage=None if arguments.quiet else STANDARD_ERROR.show_stage,
        vault_key=unlock(folders),
        show_request=STANDARD_ERROR.write_line if arguments.show_request else None,
    )
    session = Session(settings, folders, options)
    return asyncio.run(answer(session, question, Output.from_arguments(arguments)))


def _ignore(_: str) -> None:
    """Say nothing."""


def read_text(argument: str) -> str:
    """The question: the argument, or standard input when it is “-”.

    Raises:
        UsageError: There is no question, or a terminal where one was to be piped in.
    """
    if argument == "-":
        if sys.stdin.isatty():
            raise UsageError("There is no question.", 'Give one: astravue ask "TEXT", or pipe it in.')
        argument = sys.stdin.read()
    if not argument.strip():
        raise UsageError("The question is empty.", 'Give one: astravue ask "TEXT"')
    return argument.strip()


@dataclass(slots=True)
class Output:
    """Writes a turn down for a script or for somebody who watches one.

    Args:
        as_json: One JSON object at the end.
        as_events: Each event as it comes, one a line.
        quiet: No lines about tool calls.
        may_ask: A person is there to approve writes.
        price_date: The day of the list that costs are taken from, if they are.
    """

    as_json: bool = False
    as_events: bool = False
    quiet: bool = False
    may_ask: bool = False
    calls: list[ToolCallFinished] = field(default_factory=list[ToolCallFinished])
    error: AgentError | None = None
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    price_date: date | None = None

    @classmethod
    def from_arguments(cls, arguments: argparse.Namespace) -> "Output":
        """Read the options that `ask` and `try --ask` share."""
        return cls(
            as_json=bool(arguments.json),
            as_events=bool(getattr(arguments, "stream_json", False)),
            quiet=bool(getattr(arguments, "quiet", False)),
            may_ask=has_terminal(),
        )

    def take(self, event: Event) -> None:
        """Write one event down."""
        if self.as_events and not isinstance(event, ApprovalRequested):
            sys.stdout.write(json.dumps(encode_event(event), ensure_ascii=False) + "\n")
            sys.stdout.flush()
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
            case ApprovalRequested():
                self._approve(event)
            case ToolCallFinished():
                self.calls.append(event)
                self.error = event.error or self.error
                self._aside(describe_outcome(event))
            case TurnFinished(text, usage, _):
                self.text = text
                self._tell_usage(usage)
            case TurnFailed(error, usage, _):
                self.error = error
                self._tell_usage(usage)
            case _:
                pass

    def _tell_usage(self, usage: Usage) -> None:
        self.usage = usage
        if usage.total_tokens:
            self._aside(describe_usage(usage, self.price_date))

    def _aside(self, text: str) -> None:
        if not self.quiet:
            STANDARD_ERROR.write_line(strip(text))

    def _approve(self, request: ApprovalRequested) -> None:
        if not self.may_ask:
            return
        lines = [f"{request.summary}  [{request.effect.value}]", *(f"  {line}" for line in request.details)]
        lines += filter(None, (request.because, request.undo))
        sys.stderr.write("\n".join(strip(line) for line in lines) + "\n")
        sys.stderr.write("Allow this? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            request.decision = Decision.ALLOWED

    def finish(self, session_id: str) -> ExitCode:
        """Write the answer, and say how the program ends."""
        code = self.error.exit_code if self.error else ExitCode.DONE
        if self.as_json:
            sys.stdout.write(json.dumps(self._summary(session_id, code), ensure_ascii=False) + "\n")
        elif self.text and not self.as_events:
            sys.stdout.write(strip(self.text) + "\n")
        if self.error:
            warn(str(self.error))
        return code

    def _summary(self, session_id: str, code: ExitCode) -> JsonObject:
        calls: list[JsonValue] = [
            {
                "name": call.call.name,
                "arguments": call.call.arguments,
                "outcome": call.outcome.value,
                "result": call.structured if call.structured is not None else call.text,
            }
            for call in self.calls
        ]
        return {
            "answer": self.text,
            "tool_calls": calls,
            "usage": encode_usage(self.usage),
            "session": session_id,
            "exit_code": int(code),
            "error": encode_error(self.error) if self.error else None,
        }


async def answer(session: Session, question: Question, output: Output) -> ExitCode:
    """Ask one question and write the answer.

    Args:
        session: Closed in the end.
        question: The question.
        output: Takes the events.
    """
    try:
        await session.start()
        output.price_date = session.price_date
        await consume(session.turn(question.text, question.tools), output)
    except AgentError as error:
        output.error = error
    finally:
        await session.aclose()
    return output.finish(session.id)


async def consume(events: AsyncGenerator[Event, None], output: Output) -> None:
    """Read a turn to its end."""
    async with aclosing(events) as source:
        async for event in source:
            output.take(event)
