"""The arguments of the commands that have actions below them, but for `astravue eval`."""

import argparse
from typing import Any

from agent.commands.argument_types import age, positive
from agent.commands.arguments import add_show_request
from agent.commands.command_tree import Branches, Parser


def add_model(parser: Parser, commands: Branches) -> None:
    """Arguments and actions of `astravue model`.

    Args:
        parser: Its parser.
        commands: Those that it is one of.
    """
    as_json = Parser(add_help=False)
    _add_as_json(as_json)
    # Without an action it lists.
    _add_as_json(parser)
    actions = commands.below(parser)
    actions.add("list", "the models that can be used, and the one in use (the default)", None, as_json)
    actions.add("use", "write the model to use from now on into the settings file", _add_model_use)
    actions.add(
        "test",
        "ask the model in use something small, and say whether it works",
        add_show_request,
        as_json,
    )
    actions.add("fetch", "fetch the embedded model, or go on where that stopped, and check it", None, as_json)
    actions.add(
        "key",
        "keep the endpoint's key in the vault; it is asked for, or read from standard input",
        _add_model_key,
    )


def _add_model_use(parser: Parser) -> None:
    parser.add_argument(
        "name", metavar="NAME", help="the model, or “embedded”; --base-url names its endpoint"
    )


def _add_model_key(parser: Parser) -> None:
    parser.add_argument("--delete", action="store_true", help="forget it")
    # Taken in, so that it can be refused without being shown.
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)


def add_sessions(parser: Parser, commands: Branches) -> None:
    """Arguments and actions of `astravue sessions`.

    Args:
        parser: Its parser.
        commands: Those that it is one of.
    """
    # Without an action it lists.
    _add_listing(parser)
    actions = commands.below(parser)
    one = Parser(add_help=False)
    one.add_argument("id", metavar="ID", help="the conversation, the beginning of its id, or “last”")
    actions.add("list", "the saved conversations, the last used first (the default)", _add_listing)
    actions.add("show", "show what was said and done", _add_sessions_show, one)
    actions.add(
        "export", "write a conversation as Markdown or HTML, without secrets", _add_sessions_export, one
    )
    actions.add("fork", "begin a new conversation with the history of another one", _add_sessions_fork, one)
    actions.add("delete", "delete conversations and what was kept for them", _add_sessions_delete)


def _add_listing(parser: Parser) -> None:
    def add(option: str, **details: Any) -> None:
        parser.add_argument(option, default=argparse.SUPPRESS, **details)

    add("--json", action="store_true", help="as JSON")
    add("--search", metavar="TEXT", help="only those that hold all these words, with the line that does")
    add("--last", metavar="N", type=positive, help="only the N used last")


def _add_sessions_show(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="the transcript as a JSON list")


def _add_sessions_export(parser: Parser) -> None:
    parser.add_argument("--format", choices=["md", "html"], default="md", help="the form (md)")
    parser.add_argument(
        "--output", metavar="PATH", default="-", help="the file; “-”: standard output (the default)"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def _add_sessions_fork(parser: Parser) -> None:
    parser.add_argument("--turn", metavar="N", type=positive, default=None, help="only up to this turn")


def _add_sessions_delete(parser: Parser) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help="the conversations")
    parser.add_argument(
        "--older-than",
        metavar="AGE",
        type=age,
        default=None,
        help="all not used for so long, such as 30d or 6w",
    )
    parser.add_argument("--all", action="store_true", help="all")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def add_config(parser: Parser, commands: Branches) -> None:
    """Arguments and actions of `astravue config`.

    Args:
        parser: Its parser.
        commands: Those that it is one of.
    """
    as_json = Parser(add_help=False)
    _add_as_json(as_json)
    # Without an action it shows.
    _add_as_json(parser)
    actions = commands.below(parser)
    actions.add("show", "each setting, its value and where it came from (the default)", None, as_json)
    actions.add("path", "the settings file")
    actions.add("schema", "the JSON Schema of the settings file")
    actions.add("events", "the JSON Schema of what “ask” prints with --json and --stream-json")


def _add_as_json(parser: Parser) -> None:
    # A command and its actions both take it; what neither was given is left out.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as one JSON object")
