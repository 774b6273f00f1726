"""The parser of the whole command line."""

import argparse
from collections.abc import Collection

from agent import PROGRAM_VERSION
from agent.commands.action_arguments import add_config, add_model, add_sessions
from agent.commands.arguments import (
    add_as_json,
    add_ask,
    add_auth,
    add_call,
    add_completion,
    add_log,
    add_login,
    add_prompts,
    add_resources,
    add_resume,
    add_sandbox,
    add_tools,
    add_try,
)
from agent.commands.command_tree import Branches, Parser
from agent.commands.eval_arguments import add_eval

GLOBAL_OPTIONS_TITLE = "global options"
"""What every command takes, in its help."""

_GLOBAL_OPTIONS = {
    "--server": ("URL", "the MCP server (ASTRAVUE_SERVER)"),
    "--profile": ("NAME", "one of several sign-ins side by side (ASTRAVUE_PROFILE)"),
    "--model": ("NAME", "the language model, or “embedded” (ASTRAVUE_MODEL)"),
    "--base-url": ("URL", "the model endpoint (OPENAI_BASE_URL)"),
    "--config": ("FILE", "a settings file in place of the user's own"),
}


def build_parser(named: Collection[str] | None = None) -> Parser:
    """The parser of the command line.

    Args:
        named: The words of the command line; of commands that are not among them only the names are known.
            Without it all of them are made in full.
    """
    shared = _global_options()
    parser = Parser(
        prog="astravue",
        description="Manage Astravue projects and tasks by chatting. Without a command, the chat opens.",
        parents=[shared],
        allow_abbrev=False,
    )
    commands = Branches(parser, "command", shared, named)
    commands.add("chat", "open the chat (the default)", add_resume)
    add_resume(parser)
    commands.add("ask", "ask once and print the answer", add_ask)
    commands.add("try", "try it: a demo company on this machine, a model, and the chat", add_try)
    commands.add("login", "sign in to the server in the browser", add_login)
    commands.add("logout", "revoke the sign-in and forget it")
    commands.add("auth", "keep a sign-in alive from scripts", add_auth)
    commands.add("status", "show sign-in, server, model and where things are kept", add_as_json)
    commands.add("tools", "list the server's tools, or show one", add_tools)
    commands.add("prompts", "list the server's prompts, show one, or fill it in", add_prompts)
    commands.add("resources", "list the server's resources, or read one", add_resources)
    commands.add("call", "call one tool by hand", add_call)
    commands.add(
        "model",
        "list, choose, test and fetch language models; keep their keys",
        lambda model: add_model(model, commands),
    )
    commands.add("sandbox", "run Astravue on this machine", add_sandbox)
    commands.add(
        "sessions",
        "saved conversations: list, show, export, fork, delete",
        lambda sessions: add_sessions(sessions, commands),
    )
    commands.add("log", "what was done at servers: OAuth operations and tool calls", add_log)
    commands.add(
        "config",
        "show the settings and where they came from; print schemas",
        lambda config: add_config(config, commands),
    )
    commands.add("doctor", "find out what is wrong, and what helps; nothing is changed", add_as_json)
    commands.add(
        "completion", "print what a shell reads to complete commands, options and names", add_completion
    )
    commands.add("man", "print this manual as a page for man")
    commands.add("eval", "try cases with a model, and tell what broke", lambda each: add_eval(each, commands))
    return parser


def _global_options() -> Parser:
    shared = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    options = shared.add_argument_group(GLOBAL_OPTIONS_TITLE)
    for option, (metavar, text) in _GLOBAL_OPTIONS.items():
        options.add_argument(option, metavar=metavar, help=text)
    options.add_argument("--verbose", action="store_true", help="more detail in the log file")
    options.add_argument(
        "--version", action="version", version=PROGRAM_VERSION, help="show the version and leave"
    )
    return shared
