"""`astravue ask`: one turn, the answer on standard output, everything else on standard error."""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import BinaryIO, TextIO

from agent.commands.common import find_transcript, make_policy, prepare, settings_for, warn
from agent.commands.output import Output
from agent.commands.passphrase import unlock
from agent.commands.progress import STANDARD_ERROR
from agent.commands.questions import Question, make_question
from agent.errors import AgentError, ExitCode, StoppedError, UsageError
from agent.events import Event
from agent.session.options import SessionOptions
from agent.session.session import Session

# More than any model reads.
_MOST_BYTES = 4_000_000


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    output = Output.from_arguments(arguments)
    return tell(output, lambda: _ask(arguments, output))


def tell(output: Output, work: Callable[[], ExitCode]) -> ExitCode:
    """Do the work of a question and, however it ends, write what the output promises.

    Args:
        output: Finished in the end, if the work did not come so far.
        work: What there is to do.
    """
    try:
        return work()
    except AgentError as error:
        output.error = error
    except KeyboardInterrupt:
        output.error = StoppedError("Interrupted.", "Run the command again.")
    return output.finish()


def _ask(arguments: argparse.Namespace, output: Output) -> ExitCode:
    settings, folders = prepare(arguments)
    question = make_question(read_text(arguments.text), folders, _ignore if arguments.quiet else warn)
    resumed = find_transcript(folders, arguments.session)
    settings = settings_for(arguments, settings, resumed)
    options = SessionOptions(
        policy=make_policy(arguments, settings),
        resumed=resumed,
        say=_ignore if arguments.quiet else warn,
        on_stage=None if arguments.quiet else STANDARD_ERROR.show_stage,
        vault_key=unlock(folders),
        show_request=STANDARD_ERROR.write_line if arguments.show_request else None,
    )
    return asyncio.run(answer(Session(settings, folders, options), question, output))


def _ignore(_: str) -> None:
    """Say nothing."""


def read_text(argument: str) -> str:
    """The question: the argument, or standard input when it is “-”.

    Raises:
        UsageError: There is no question, a terminal where one was to be piped in, or more than is read.
    """
    if argument == "-":
        # A stream that was closed before the program began is none at all.
        stream: TextIO | None = sys.stdin
        if stream is None or stream.isatty():
            raise UsageError("There is no question.", 'Give one: astravue ask "TEXT", or pipe it in.')
        argument = _read_all(stream.buffer)
    if not argument.strip():
        raise UsageError("The question is empty.", 'Give one: astravue ask "TEXT"')
    return argument.strip()


def _read_all(stream: BinaryIO) -> str:
    """Read text as UTF-8, whatever the locale says: it comes from a program more often than from a keyboard.

    Raises:
        UsageError: There is more of it than is read.
    """
    read = stream.read(_MOST_BYTES + 1)
    if len(read) > _MOST_BYTES:
        raise UsageError(
            f"Standard input holds more than {_MOST_BYTES // 1_000_000} MB; nothing was asked.",
            "Give the part that the question is about.",
        )
    return read.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")


async def answer(session: Session, question: Question, output: Output) -> ExitCode:
    """Ask one question and write the answer.

    Args:
        session: Closed in the end.
        question: The question.
        output: Takes the events.
    """
    output.session_id = session.id
    try:
        await session.start()
        output.price_date = session.price_date
        await consume(session.turn(question.text, question.tools, typed=question.typed), output)
    except AgentError as error:
        output.error = error
    except (asyncio.CancelledError, KeyboardInterrupt):
        output.error = _stopped(session)
    finally:
        await session.aclose()
    if not session.transcript_path.exists():
        # Nobody can go on with what was not kept.
        output.session_id = ""
    return output.finish()


def _stopped(session: Session) -> StoppedError:
    if session.transcript_path.exists():
        return StoppedError(
            "Interrupted; what was said so far was kept.",
            f'Go on with: astravue ask --session {session.id} "TEXT"',
        )
    return StoppedError("Interrupted before anything was said.", "Run the command again.")


async def consume(events: AsyncGenerator[Event, None], output: Output) -> None:
    """Read a turn to its end."""
    async with aclosing(events) as source:
        async for event in source:
            await output.take(event)
