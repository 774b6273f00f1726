"""Runs what a command line asks for: its arguments, the subcommand, and what is said of an error.

Nothing slow is imported here; each subcommand is imported when it runs.
"""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from agent.commands.command_line import build_parser
from agent.errors import AgentError, ExitCode, UsageError

if TYPE_CHECKING:
    from types import FrameType

_COMMANDS = {
    "chat": "agent.commands.chat",
    "ask": "agent.commands.ask",
    "try": "agent.commands.try_out",
    "login": "agent.commands.sign_in",
    "logout": "agent.commands.sign_in",
    "auth": "agent.commands.sign_in",
    "status": "agent.commands.status",
    "tools": "agent.commands.tools",
    "prompts": "agent.commands.prompts",
    "resources": "agent.commands.resources",
    "call": "agent.commands.call",
    "model": "agent.commands.model",
    "sandbox": "agent.commands.sandbox",
    "sessions": "agent.commands.sessions",
    "log": "agent.commands.log",
    "config": "agent.commands.config",
    "doctor": "agent.commands.doctor",
    "completion": "agent.commands.completion",
    "man": "agent.commands.man",
    "eval": "agent.commands.evaluate",
}


def run(words: Sequence[str]) -> int:
    """Run a command line.

    Args:
        words: The arguments without the program's name.

    Returns:
        The exit code.
    """
    with suppress(ValueError):  # in a thread other than the main one
        signal.signal(signal.SIGTERM, _leave)
    arguments = argparse.Namespace()
    try:
        if "_ARGCOMPLETE" in os.environ:
            importlib.import_module("agent.commands.completing").complete(build_parser())
        try:
            arguments, unknown = build_parser(words).parse_known_args(words)
        except SystemExit:
            # A page of help, or the version, is all there was to do.
            return int(ExitCode.DONE)
        if unknown:
            raise UsageError(
                f"unrecognized arguments: {' '.join(unknown)}.", f"See {arguments.parser} --help"
            )
        module = importlib.import_module(_COMMANDS[arguments.command or "chat"])
        return int(module.run(arguments))
    except AgentError as error:
        from agent.wording.hints import for_command_line

        error.hint = for_command_line(error.hint, arguments)
        complain(str(error))
        return int(error.exit_code)
    except KeyboardInterrupt:
        complain("Interrupted.")
        return int(ExitCode.INTERRUPTED)


def complain(text: str) -> None:
    """Say on standard error what went wrong."""
    from agent.commands.progress import wrap_for

    sys.stderr.write(wrap_for(sys.stderr, f"astravue: {text}") + "\n")


def _leave(_: int, frame: "FrameType | None") -> None:
    """Take a signal to leave as Ctrl-C, so that what is open is closed and what was said is kept."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        # Ctrl-C is not for a program in the background, but this is.
        raise KeyboardInterrupt
    interrupt(signal.SIGINT, frame)
