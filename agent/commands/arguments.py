"""The arguments of each command that has no actions below it."""

import argparse

from agent.commands.argument_types import positive


def add_resume(parser: argparse.ArgumentParser) -> None:
    """The conversation to go on with."""
    parser.add_argument(
        "--resume",
        metavar="ID",
        default=argparse.SUPPRESS,
        help="go on with a saved conversation (“last” for the newest)",
    )


def add_ask(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue ask`."""
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
    add_show_request(parser)
    _add_approvals(parser)


def add_try(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue try`."""
    parser.add_argument("--ask", metavar="TEXT", default=None, help="answer once and leave")
    parser.add_argument("--browser", action="store_true", help="sign in yourself, in the browser")
    parser.add_argument("--seed", metavar="NAME", default="demo", help="the data to start with")
    parser.add_argument(
        "--access-ttl", metavar="S", type=positive, default=None, help="life of access tokens"
    )
    parser.add_argument("--json", action="store_true", help="with --ask: as one JSON object")
    add_show_request(parser)
    _add_approvals(parser)


def add_login(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue login`."""
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    _add_vault_choice(parser)


def add_auth(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue auth`."""
    parser.add_argument("action", choices=["refresh"], help="refresh: renew the tokens now")


def add_as_json(parser: argparse.ArgumentParser) -> None:
    """Arguments of a command that has no others."""
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def add_tools(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue tools`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this tool with its parameters")
    parser.add_argument("--json", action="store_true", help="as JSON")


def add_resources(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue resources`."""
    parser.add_argument("uri", nargs="?", metavar="URI", help="read this resource")
    parser.add_argument("--json", action="store_true", help="as JSON")


def add_completion(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue completion`."""
    parser.add_argument("shell", choices=["bash", "zsh", "fish"], help="for which shell")


def add_prompts(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue prompts`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this prompt with its arguments")
    parser.add_argument("--args", metavar="JSON", help="fill it in with these texts, a JSON object")
    parser.add_argument("--json", action="store_true", help="as JSON")


def add_call(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue call`."""
    parser.add_argument("name", metavar="TOOL", help="the tool's name")
    parser.add_argument("--args", metavar="JSON", default="{}", help="its arguments as a JSON object")
    parser.add_argument("--json", action="store_true", help="the structured result as JSON")
    _add_approvals(parser)


def add_sandbox(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue sandbox`."""
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


def add_log(parser: argparse.ArgumentParser) -> None:
    """Arguments of `astravue log`."""
    parser.add_argument(
        "--last", metavar="N", type=positive, default=50, help="how many entries (50 unless told)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON Lines")


def add_show_request(parser: argparse.ArgumentParser) -> None:
    """The option that shows requests."""
    parser.add_argument(
        "--show-request",
        action="store_true",
        help="show each request to the model's endpoint, as it leaves, on standard error",
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
