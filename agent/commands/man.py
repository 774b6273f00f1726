"""`astravue man`: the manual page, made from the parser that reads the command line and prints `--help`.

The libraries that make pages from a parser repeat the global options with every subcommand and know of no
environment and no exit codes, so the few macros of man(7) are written here.

Source: man(7); groff_char(7) for what is no letter.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from textwrap import wrap
from typing import cast

from agent import __version__
from agent.commands.command_line import GLOBAL_OPTIONS_TITLE, build_parser
from agent.errors import ExitCode
from agent.settings.table import SETTINGS

ENVIRONMENT = (
    ("ASTRAVUE_HOME", "one folder for all state, settings, cache and logs; else the platform's own folders"),
    *((each.variable, each.meaning) for each in SETTINGS if each.variable),
    ("ASTRAVUE_VAULT_KEY", "the vault's key as 64 hexadecimal digits"),
    ("ASTRAVUE_VAULT_KEY_FILE", "a file that holds the vault's key"),
    ("NO_COLOR, BROWSER, EDITOR, SSL_CERT_FILE, OTEL_*", "as everywhere"),
)
_EXAMPLES = (
    ('astravue ask "Which of my tasks are overdue?"', "Ask once; the answer is on standard output."),
    ("echo TEXT | astravue ask - --json", "Read the question, and write one object for a script."),
    ("astravue auth refresh", "Keep a sign-in alive from cron."),
    ('eval "$(astravue completion bash)"', "Complete commands, options and names in this shell."),
)
# What roff would take for something else, and what a terminal without UTF-8 lacks.
_SPECIAL = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", "“": r"\(lq", "”": r"\(rq", "’": r"\(cq", "…": "..."}
)
_WIDTH = 78


@dataclass(frozen=True, slots=True)
class _Argument:
    """An argument as the help shows it.

    Args:
        section: The heading above it.
        action: The argument.
    """

    section: str
    action: argparse.Action


def run(_: argparse.Namespace) -> int:
    """Run the subcommand."""
    # Who builds a package says of when it is, so that it comes out the same again.
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    when = datetime.fromtimestamp(int(epoch) if epoch.isdecimal() else time.time(), UTC).date()
    sys.stdout.write(manual_page(build_parser(), when))
    return ExitCode.DONE


def manual_page(parser: argparse.ArgumentParser, when: date) -> str:
    """The page, in roff.

    Args:
        parser: The parser of the whole command line.
        when: The day it is made.
    """
    return "".join(f"{line}\n" for line in _lines(parser, when))


def _lines(parser: argparse.ArgumentParser, when: date) -> Iterator[str]:
    yield f'.TH ASTRAVUE 1 {when} "astravue\\-agent {__version__}" "User Commands"'
    yield ".SH NAME"
    yield r"astravue \- manage Astravue projects and tasks by chatting"
    yield ".SH SYNOPSIS"
    yield r"\fBastravue\fR [\fIOPTIONS\fR] [\fICOMMAND\fR] [\fIARGUMENTS\fR]"
    yield ".SH DESCRIPTION"
    yield from _text(parser.description or "")
    yield ".SH OPTIONS"
    yield from _text("Global options stand before or after a command.")
    yield from _options(_arguments(parser))
    yield ".SH COMMANDS"
    for command in _commands(parser):
        yield from _command(command)
    yield ".SH ENVIRONMENT"
    for name, meaning in ENVIRONMENT:
        yield from _tagged(_bold(name), meaning)
    yield ".SH EXIT STATUS"
    for code in ExitCode:
        yield from _tagged(_bold(str(code.value)), code.meaning)
    yield ".SH EXAMPLES"
    for command, meaning in _EXAMPLES:
        yield from _tagged(_bold(command), meaning)


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A command with its own arguments, and those below it."""
    yield f".SS {parser.prog}"
    yield from _text(_sentence(parser.description))
    yield from _options(_own_arguments(parser))
    for action in _commands(parser):
        arguments = _own_arguments(action)
        values = (_value(each) for each in arguments if not each.action.option_strings)
        yield from _tagged(" ".join([_bold(action.prog), *values]), _sentence(action.description))
        if arguments:
            yield ".RS"
            yield from _options(arguments)
            yield ".RE"


def _options(arguments: Iterable[_Argument]) -> Iterator[str]:
    for each in arguments:
        named = ", ".join(_bold(option) for option in each.action.option_strings)
        yield from _tagged(" ".join(filter(None, (named, _value(each)))), each.action.help or "")


def _value(argument: _Argument) -> str:
    """What stands for an argument's value; empty for an option that takes none."""
    action = argument.action
    if action.nargs == 0:
        return ""
    choices = [str(choice) for choice in action.choices or ()]
    name = action.metavar if isinstance(action.metavar, str) else "|".join(choices) or action.dest
    value = rf"\fI{_escape(name)}\fR"
    match action.nargs:
        case "?":
            return f"[{value}]"
        case "*":
            return f"[{value} ...]"
        case "+":
            return f"{value} ..."
        case _:
            return value


def _own_arguments(parser: argparse.ArgumentParser) -> list[_Argument]:
    """The arguments of a command but for those that every command has."""
    return [
        each
        for each in _arguments(parser)
        if each.section != GLOBAL_OPTIONS_TITLE and "--help" not in each.action.option_strings
    ]


def _arguments(parser: argparse.ArgumentParser) -> list[_Argument]:
    return [each for each in _read_help(parser) if each.action.nargs != argparse.PARSER]


def _commands(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [each.action.choices for each in _read_help(parser) if each.action.nargs == argparse.PARSER]
    named = cast("list[dict[str, argparse.ArgumentParser]]", found)
    return [each for commands in named for each in commands.values()]


class _Reader(argparse.HelpFormatter):
    """Takes what a parser puts into its help, in the same order, and formats nothing."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self.found: list[_Argument] = []
        self._section = ""

    def start_section(self, heading: str | None) -> None:
        self._section = heading or ""

    def end_section(self) -> None:
        self._section = ""

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        self.found += (_Argument(self._section, each) for each in actions if each.help != argparse.SUPPRESS)

    def format_help(self) -> str:
        return ""


def _read_help(parser: argparse.ArgumentParser) -> list[_Argument]:
    reader = _Reader(parser.prog)

    def make(**_: object) -> _Reader:
        return reader

    usual, parser.formatter_class = parser.formatter_class, make
    try:
        parser.format_help()
    finally:
        parser.formatter_class = usual
    return reader.found


def _tagged(tag: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield tag
    yield from _text(text)


def _text(text: str) -> Iterator[str]:
    for line in wrap(_escape(text), _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield rf"\&{line}" if line.startswith(".") else line


def _bold(text: str) -> str:
    return rf"\fB{_escape(text)}\fR"


def _escape(text: str) -> str:
    return text.translate(_SPECIAL)


def _sentence(text: str | None) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
