"""The command line: arguments, subcommands, exit codes.

Nothing slow is imported here; each subcommand lives in `agent.commands` and is imported when it runs.
"""

import argparse
import importlib
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from agent import __version__
from agent.commands.argument_types import positive
from agent.commands.eval_arguments import add_eval
from agent.errors import AgentError, ExitCode, UsageError
from agent.system.standard_streams import output_problem, prepare_streams

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
GLOBAL_OPTIONS_TITLE = "global options"
"""What every command takes, in its help."""

_GLOBAL_OPTIONS = {
    "--server": ("URL", "the MCP server (ASTRAVUE_SERVER)"),
    "--profile": ("NAME", "one of several sign-ins side by side (ASTRAVUE_PROFILE)"),
    "--model": ("NAME", "the language model, or “embedded” (ASTRAVUE_MODEL)"),
    "--base-url": ("URL", "the model endpoint (OPENAI_BASE_URL)"),
    "--config": ("FILE", "a settings file in place of the user's own"),
}


class _Parser(argparse.ArgumentParser):
    def __init__(self, **details: Any) -> None:
        super().__init__(**details)
        # Of a subcommand's parser this is stronger than that of the whole.
        self.set_defaults(parser=self.prog)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}.", f"See {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    shared = _global_options()
    parser = _Parser(
        prog="astravue",
        description="Manage Astravue projects and tasks by chatting. Without a command, the chat opens.",
        parents=[shared],
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[shared])

    chat = add("chat", "open the chat (the default)")
    _add_resume(chat)
    _add_resume(parser)
    _add_ask(add("ask", "ask once and print the answer"))
    _add_try(add("try", "try it: a demo company on this machine, a model, and the chat"))
    login = add("login", "sign in to the server in the browser")
    login.add_argument("--no-browser", action="store_true", help="only print the address")
    _add_vault_choice(login)
    add("logout", "revoke the sign-in and forget it")
    auth = add("auth", "keep a sign-in alive from scripts")
    auth.add_argument("action", choices=["refresh"], help="refresh: renew the tokens now")
    status = add("status", "show sign-in, server, model and where things are kept")
    status.add_argument("--json", action="store_true", help="as one JSON object")
    tools = add("tools", "list the server's tools, or show one")
    tools.add_argument("name", nargs="?", metavar="NAME", help="show this tool with its parameters")
    tools.add_argument("--json", action="store_true", help="as JSON")
    _add_prompts(add("prompts", "list the server's prompts, show one, or fill it in"))
    resources = add("resources", "list the server's resources, or read one")
    resources.add_argument("uri", nargs="?", metavar="URI", help="read this resource")
    resources.add_argument("--json", action="store_true", help="as JSON")
    _add_call(add("call", "call one tool by hand"))
    _add_model(add("model", "list, choose, test and fetch language models; keep their keys"), shared)
    _add_sandbox(add("sandbox", "run Astravue on this machine"))
    _add_sessions(add("sessions", "saved conversations: list, show, export, fork, delete"), shared)
    _add_log(add("log", "what was done at servers: OAuth operations and tool calls"))
    _add_config(add("config", "show the settings and where they came from; print schemas"), shared)
    doctor = add("doctor", "find out what is wrong, and what helps; nothing is changed")
    doctor.add_argument("--json", action="store_true", help="as one JSON object")
    completion = add("completion", "print what a shell reads to complete commands, options and names")
    completion.add_argument("shell", choices=["bash", "zsh", "fish"], help="for which shell")
    add("man", "print this manual as a page for man")
    add_eval(add("eval", "try cases with a model, and tell what broke"), shared)
    return parser


def _global_options() -> _Parser:
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    options = shared.add_argument_group(GLOBAL_OPTIONS_TITLE)
    for option, (metavar, text) in _GLOBAL_OPTIONS.items():
        options.add_argument(option, metavar=metavar, help=text)
    options.add_argument("--verbose", action="store_true", help="more detail in the log file")
    version = f"astravue-agent {__version__}"
    options.add_argument("--version", action="version", version=version, help="show the version and leave")
    return shared


def _add_resume(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--resume",
        metavar="ID",
        default=argparse.SUPPRESS,
        help="go on with a saved conversation (“last” for the newest)",
    )


def _add_vault_choice(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    for option, text in (
        ("passphrase", "seal stored sign-ins with a passphrase, asked for at every start"),
        ("keychain", "seal them with a key from the usual places again, the OS keychain above all"),
        ("plaintext", "store them unencrypted"),
    ):
        choice.add_argument(f"--{option}", dest="vault", action="store_const", const=option, help=text)


def _add_approvals(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="allow every write without asking")
    parser.add_argument("--read-only", action="store_true", help="refuse every write")
    parser.add_argument(
        "--allow",
        metavar="GLOB",
        action="append",
        default=[],
        help="allow writes of these tools (repeatable)",
    )


def _add_show_request(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--show-request",
        action="store_true",
        help="show each request to the model's endpoint, as it leaves, on standard error",
    )


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="-", metavar="TEXT", help="“-” reads standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="the answer, calls, usage and cost as one JSON object"
    )
    form.add_argument(
        "--stream-json",
        action="store_true",
        help="the events as JSON Lines; “astravue config events” prints their JSON Schema",
    )
    parser.add_argument("--quiet", action="store_true", help="nothing but the answer and errors")
    parser.add_argument("--session", metavar="ID", default=None, help="go on with a saved conversation")
    _add_show_request(parser)
    _add_approvals(parser)


def _add_try(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ask", metavar="TEXT", default=None, help="answer once and leave")
    parser.add_argument("--browser", action="store_true", help="sign in yourself, in the browser")
    parser.add_argument("--seed", metavar="NAME", default="demo", help="the data to start with")
    parser.add_argument(
        "--access-ttl", metavar="S", type=positive, default=None, help="life of access tokens"
    )
    parser.add_argument("--json", action="store_true", help="with --ask: as one JSON object")
    _add_show_request(parser)
    _add_approvals(parser)


def _add_prompts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this prompt with its arguments")
    parser.add_argument("--args", metavar="JSON", help="fill it in with these texts, a JSON object")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _add_call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="TOOL", help="the tool's name")
    parser.add_argument("--args", metavar="JSON", default="{}", help="its arguments as a JSON object")
    parser.add_argument("--json", action="store_true", help="the structured result as JSON")
    _add_approvals(parser)


def _add_model(parser: argparse.ArgumentParser, shared: _Parser) -> None:
    as_json = _Parser(add_help=False)
    as_json.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as one JSON object")
    # Without an action it lists.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as one JSON object")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", parser_class=_Parser)

    def add(name: str, text: str, *parents: _Parser) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[*parents, shared])

    add("list", "the models that can be used, and the one in use (the default)", as_json)
    use = add("use", "write the model to use from now on into the settings file")
    use.add_argument("name", metavar="NAME", help="the model, or “embedded”; --base-url names its endpoint")
    _add_show_request(add("test", "ask the model in use something small, and say whether it works", as_json))
    add("fetch", "fetch the embedded model, or go on where that stopped, and check it", as_json)
    key = add("key", "keep the endpoint's key in the vault; it is asked for, or read from standard input")
    key.add_argument("--delete", action="store_true", help="forget it")
    # Taken in, so that it can be refused without being shown.
    key.add_argument("given", nargs="*", help=argparse.SUPPRESS)


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="ADDRESS", default=None, help="address to listen on")
    parser.add_argument("--port", metavar="N", type=int, default=None, help="port to listen on (0: any)")
    parser.add_argument("--data", metavar="DIR", default=None, help="where its database lies")
    parser.add_argument("--seed", metavar="NAME", default=None, help="the data to start with")
    parser.add_argument("--reset", action="store_true", help="start afresh from the seed")
    parser.add_argument(
        "--access-ttl", metavar="S", type=positive, default=None, help="life of access tokens"
    )
    parser.add_argument(
        "--refresh-ttl", metavar="S", type=positive, default=None, help="life of refresh tokens"
    )
    parser.add_argument("--rate-limit", metavar="N", type=int, default=None, help="requests a minute")
    parser.add_argument("--start-time", metavar="TIME", default=None, help="where its clock starts")
    parser.add_argument(
        "--control-port", metavar="N", type=int, default=None, help="serve its control API for tests (0: any)"
    )
    parser.add_argument("--users", action="store_true", help="list who can sign in, and leave")


def _add_sessions(parser: argparse.ArgumentParser, shared: _Parser) -> None:
    # Without an action it lists.
    _add_listing(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", parser_class=_Parser)

    def add(name: str, text: str, *parents: _Parser) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[*parents, shared])

    one = _Parser(add_help=False)
    one.add_argument("id", metavar="ID", help="the conversation, the beginning of its id, or “last”")
    _add_listing(add("list", "the saved conversations, the last used first (the default)"))
    show = add("show", "show what was said and done", one)
    show.add_argument("--json", action="store_true", help="the transcript as a JSON list")
    export = add("export", "write a conversation as Markdown or HTML, without secrets", one)
    export.add_argument("--format", choices=["md", "html"], default="md", help="the form (md)")
    export.add_argument(
        "--output", metavar="PATH", default="-", help="the file; “-”: standard output (the default)"
    )
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    fork = add("fork", "begin a new conversation with the history of another one", one)
    fork.add_argument("--turn", metavar="N", type=positive, default=None, help="only up to this turn")
    delete = add("delete", "delete conversations and what was kept for them")
    delete.add_argument("ids", nargs="*", metavar="ID", help="the conversations")
    delete.add_argument(
        "--older-than",
        metavar="AGE",
        type=_days,
        default=None,
        help="all not used for so long, such as 30d or 6w",
    )
    delete.add_argument("--all", action="store_true", help="all")
    delete.add_argument("--yes", action="store_true", help="do not ask")


def _add_listing(parser: argparse.ArgumentParser) -> None:
    def add(option: str, **details: Any) -> None:
        parser.add_argument(option, default=argparse.SUPPRESS, **details)

    add("--json", action="store_true", help="as JSON")
    add("--search", metavar="TEXT", help="only those that hold all these words, with the line that does")
    add("--last", metavar="N", type=positive, help="only the N used last")


def _days(text: str) -> float:
    match = re.fullmatch(r"(\d+)([hdwy])", text.strip().lower())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text} is no age, such as 12h, 30d, 6w or 1y")
    return int(match[1]) * {"h": 1 / 24, "d": 1, "w": 7, "y": 365}[match[2]]


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--last", metavar="N", type=positive, default=50, help="how many entries (50 unless told)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON Lines")


def _add_config(parser: argparse.ArgumentParser, shared: _Parser) -> None:
    as_json = _Parser(add_help=False)
    as_json.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as one JSON object")
    # Without an action it shows.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as one JSON object")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", parser_class=_Parser)

    def add(name: str, text: str, *parents: _Parser) -> None:
        actions.add_parser(name, help=text, description=text, parents=[*parents, shared])

    add("show", "each setting, its value and where it came from (the default)", as_json)
    add("path", "the settings file")
    add("schema", "the JSON Schema of the settings file")
    add("events", "the JSON Schema of what “ask” prints with --json and --stream-json")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: The arguments without the program's name; `None` takes the process's own.

    Returns:
        The exit code; see `agent.errors.ExitCode`.
    """
    with suppress(ValueError):  # in a thread other than the main one
        signal.signal(signal.SIGTERM, _leave)
    prepare_streams()
    code = int(ExitCode.DONE)
    try:
        code = _run(argv)
        sys.stdout.flush()
    except OSError:
        # Everything else that may fail is met where it happens.
        if output_problem() is None:
            raise
    problem = output_problem()
    # Where the reader of our output has left, there is nobody to tell.
    if problem is None or isinstance(problem, BrokenPipeError):
        return code
    _complain(f"The output could not be written ({problem.strerror}).")
    return int(ExitCode.FAILED)


def _run(argv: Sequence[str] | None) -> int:
    arguments = argparse.Namespace()
    try:
        parser = build_parser()
        if "_ARGCOMPLETE" in os.environ:
            importlib.import_module("agent.commands.completing").complete(parser)
        try:
            arguments, unknown = parser.parse_known_args(argv)
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
        _complain(str(error))
        return int(error.exit_code)
    except KeyboardInterrupt:
        _complain("Interrupted.")
        return int(ExitCode.INTERRUPTED)


def _complain(text: str) -> None:
    from agent.commands.progress import wrap_for

    sys.stderr.write(wrap_for(sys.stderr, f"astravue: {text}") + "\n")


def _leave(_: int, frame: "FrameType | None") -> None:
    """Take a signal to leave as Ctrl-C, so that what is open is closed and what was said is kept."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        # Ctrl-C is not for a program in the background, but this is.
        raise KeyboardInterrupt
    interrupt(signal.SIGINT, frame)
