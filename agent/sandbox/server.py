"""Starts the sandbox: arguments, data folder, socket, and the one line that says it is ready."""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from agent.sandbox.clock import Clock, MovableTime
from agent.sandbox.errors import SandboxError
from agent.sandbox.oauth.clients import is_loopback
from agent.sandbox.seeds.reader import SEED_NAMES, Seed, read_seed
from agent.sandbox.storage import default_folder, locked_folder, open_workspace

if TYPE_CHECKING:
    from agent.sandbox.app import AppSettings
    from agent.sandbox.control.app import ControlSettings

_BACKLOG = 2048
_SHUTDOWN_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Options:
    """The command line."""

    host: str
    port: int
    data: Path | None
    seed: str | None
    reset: bool
    access_ttl: int
    refresh_ttl: int
    rate_limit: int
    start_time: datetime | None
    control_port: int | None
    users: bool
    exit_with_parent: bool


def main(argv: Sequence[str]) -> int:
    """Runs the sandbox until it is told to stop.

    Args:
        argv: The arguments, without the program's name.

    Returns:
        0 after SIGTERM, SIGINT or the end of the parent; 1 when the sandbox cannot start. An option that
        cannot be used ends the process with 2.
    """
    options = _parse(argv)
    if options.users:
        sys.stdout.write(_user_table(read_seed(options.seed or SEED_NAMES[0])))
        return 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    if options.exit_with_parent:
        threading.Thread(target=_wait_for_end_of_input, daemon=True).start()
    try:
        with ExitStack() as stack:
            _serve(options, stack)
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    return 0


def _serve(options: Options, stack: ExitStack) -> None:
    folder = default_folder() if options.data is None else options.data.expanduser()
    listeners = [stack.enter_context(_listen(options.host, options.port, "--port"))]
    if options.control_port is not None:
        listeners.append(stack.enter_context(_listen(options.host, options.control_port, "--control-port")))
    ports: list[int] = [listener.getsockname()[1] for listener in listeners]
    stack.enter_context(locked_folder(folder))
    time = MovableTime(options.start_time)
    database, seed = open_workspace(folder, Clock(time), options.seed, options.reset)
    stack.callback(database.close)

    import uvicorn

    from agent.sandbox.app import AppSettings, create_app
    from agent.sandbox.control.app import ControlSettings, create_controlled_app
    from agent.sandbox.control.unreliable import CuttableProtocol
    from agent.sandbox.oauth.secrets import new_token
    from agent.sandbox.oauth.tokens import TokenLifetimes

    settings = AppSettings(
        options.host, ports[0], TokenLifetimes(options.access_ttl, options.refresh_ttl), options.rate_limit
    )
    control = None
    if options.control_port is None:
        app = create_app(database, Clock(time), settings)
    else:
        control = ControlSettings(options.host, ports[1], new_token())
        app = create_controlled_app(database, time, settings, control)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            _announce(settings, control, seed)

    config = uvicorn.Config(
        app,
        http="auto" if control is None else CuttableProtocol,
        log_config=None,
        access_log=False,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        timeout_keep_alive=60,
    )
    server = Server(config)
    # Streams that a stop cuts off are no news.
    logging.getLogger("uvicorn.error").addFilter(lambda _record: not server.should_exit)
    asyncio.run(server.serve(sockets=listeners))


def _announce(settings: "AppSettings", control: "ControlSettings | None", seed: Seed) -> None:
    line: dict[str, object] = {
        "event": "ready",
        "url": f"{settings.issuer}/mcp",
        "issuer": settings.issuer,
        "pid": os.getpid(),
        "seed": seed.name,
        "users": [user.announcement() for user in seed.users],
    }
    if control is not None:
        line["control"] = control.announcement()
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    if sys.stderr.isatty():
        user = seed.users[0]
        sys.stderr.write(
            f"Astravue on this machine: {settings.issuer}/mcp\n"
            f"Sign in as {user.email} with the password {user.password}. Ctrl-C stops it.\n"
        )


def _listen(host: str, port: int, option: str) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SandboxError(f"The address {host} cannot be used: {error.strerror}.") from error
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SandboxError(
            f"Port {port} on {host} cannot be used ({error.strerror}); choose another with {option}, "
            "or 0 for a free one."
        ) from error
    return listener


def _leave(_number: int, _frame: FrameType | None) -> None:
    # While uvicorn serves it has handlers of its own, and raises the signal again when it is done.
    raise SystemExit(0)


def _wait_for_end_of_input() -> None:
    try:
        while os.read(0, 65536):
            pass
    except OSError:
        pass
    signal.raise_signal(signal.SIGTERM)


def _user_table(seed: Seed) -> str:
    rows = [("E-MAIL", "NAME", "ROLE", "PASSWORD")]
    rows += [tuple(user.announcement().values()) for user in seed.users]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _parse(argv: Sequence[str]) -> Options:
    parser = _Parser(
        prog="astravue sandbox",
        description="Astravue on this machine: sign-in and MCP server over SQLite.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", type=_loopback, help="loopback address to serve (127.0.0.1)")
    add("--port", default=0, type=_port, help="port to serve; 0 picks a free one (0)")
    add("--data", type=Path, metavar="DIR", help="data folder (below ASTRAVUE_HOME, else the platform's own)")
    add("--seed", type=_seed, metavar="NAME", help="what a new workspace holds (demo)")
    add("--reset", action="store_true", help="delete the workspace in the folder and make a new one")
    add("--access-ttl", default=1800, type=_positive, metavar="SECONDS", help="life of access tokens (1800)")
    add(
        "--refresh-ttl",
        default=86400,
        type=_positive,
        metavar="SECONDS",
        help="life of refresh tokens (86400)",
    )
    add(
        "--rate-limit",
        default=100,
        type=_natural,
        metavar="N",
        help="requests a user a minute; 0 for no limit (100)",
    )
    add(
        "--start-time",
        type=_moment,
        metavar="TIME",
        help="where the clock starts, such as 2026-11-23T09:00:00+00:00 (now)",
    )
    add(
        "--control-port",
        type=_port,
        metavar="N",
        help="port to serve the control API for tests; 0 picks a free one (off)",
    )
    add("--users", action="store_true", help="list the users of the seed with their passwords, and leave")
    add("--exit-with-parent", action="store_true", help="stop when standard input ends")
    return Options(**vars(parser.parse_args(argv)))


class _Parser(argparse.ArgumentParser):
    """Says in one sentence which option cannot be used, and how to use it is left to `--help`."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"astravue: {message.removeprefix('argument ')}.\n")


def _seed(text: str) -> str:
    if text not in SEED_NAMES:
        raise argparse.ArgumentTypeError(f"there is no “{text}”, only {', '.join(SEED_NAMES)}")
    return text


def _loopback(text: str) -> str:
    if not is_loopback(text):
        raise argparse.ArgumentTypeError(
            "the sandbox serves this machine only, so it has to be a loopback address"
        )
    return text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"is no moment: {error}") from error
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("needs an offset from UTC, such as +00:00")
    return moment


def _port(text: str) -> int:
    return _between(text, 0, 65535)


def _positive(text: str) -> int:
    return _between(text, 1, 10**9)


def _natural(text: str) -> int:
    return _between(text, 0, 10**9)


def _between(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}")
    return int(text)
