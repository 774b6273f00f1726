"""Parsers of commands and of their actions, made in full only where a command line names them.

The parser of everything takes several times as long to make as that of one command.
"""

import argparse
import re
from collections.abc import Callable, Collection
from typing import Any, NoReturn, TypeAlias

from agent.errors import UsageError
from agent.wording.suggesting import did_you_mean

# Pythons differ in whether the choices stand between quotation marks.
_WRONG_CHOICE = re.compile(r"invalid choice: '(?P<given>.+?)'.* \(choose from (?P<choices>.+)\)")
_CHOICE = re.compile(r"[\w.-]+")


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of this program, and name the help page to read."""

    def __init__(self, **details: Any) -> None:
        super().__init__(**details)
        # Of a subcommand's parser this is stronger than that of the whole.
        self.set_defaults(parser=self.prog)

    def error(self, message: str) -> NoReturn:
        """Complain.

        Raises:
            UsageError: Always.
        """
        hint = f"See {self.prog} --help"
        if wrong := _WRONG_CHOICE.search(message):
            hint = did_you_mean(wrong["given"], _CHOICE.findall(wrong["choices"]), hint)
        raise UsageError(f"{message}.", hint)


AddArguments: TypeAlias = Callable[[Parser], object]
"""Adds the arguments of one command to its parser."""


class Branches:
    """What may follow a command.

    Args:
        parser: The parser of the command.
        dest: Where the name that was chosen is kept.
        shared: The options that each of them takes.
        named: The words of the command line; without them, everything is made in full.
        required: One of them has to follow.
    """

    def __init__(
        self,
        parser: Parser,
        dest: str,
        shared: Parser,
        named: Collection[str] | None = None,
        *,
        required: bool = False,
    ) -> None:
        self._make: Callable[..., Parser] = parser.add_subparsers(
            dest=dest, metavar=dest.upper(), required=required, parser_class=Parser
        ).add_parser
        self._shared = shared
        self._named = named

    def below(self, parser: Parser, *, required: bool = False) -> "Branches":
        """The actions of one of these commands.

        Args:
            parser: The parser of the command.
            required: One of them has to follow.
        """
        return Branches(parser, "action", self._shared, self._named, required=required)

    def add(self, name: str, text: str, add_arguments: AddArguments | None = None, *parents: Parser) -> None:
        """Add one.

        Args:
            name: Its name.
            text: What it does, for the help.
            add_arguments: Adds its arguments, if it has any of its own.
            parents: Parsers whose arguments it has too.
        """
        if self._named is not None and name not in self._named:
            # Nothing can lead there, for names are never abbreviated; the help page above shows this much.
            self._make(name, help=text, add_help=False)
            return
        parser = self._make(name, help=text, description=text, parents=[*parents, self._shared])
        if add_arguments is not None:
            add_arguments(parser)
