"""`astravue login`, `logout` and `auth refresh`."""

import argparse
import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from agent.commands.common import prepare, warn
from agent.commands.hidden import unechoed
from agent.commands.passphrase import choose_key, unlock
from agent.commands.progress import wrap_for
from agent.errors import ExitCode
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.system.folders import Folders
from agent.tools.policy import Policy

if TYPE_CHECKING:
    from agent.auth.sealed import Key


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    key = unlock(folders)
    if arguments.command == "login" and arguments.vault is not None:
        key = _reseal(arguments.vault, folders, key)
    session = Session(settings, folders, SessionOptions(policy=Policy(), say=warn, vault_key=key))
    sentence = asyncio.run(_run(session, arguments))
    sys.stdout.write(sentence + "\n")
    return ExitCode.DONE


def _reseal(wanted: str, folders: Folders, key: "Key | None") -> "Key | None":
    """Seal the vault as wanted before anything new is stored in it; give the key from now on."""
    from agent.auth.sealed import PLAINTEXT
    from agent.auth.vault import Vault

    vault = Vault(folders, os.environ, key=key)
    match wanted:
        case "passphrase":
            new = choose_key(folders)
        case "plaintext":
            new = PLAINTEXT
            warn(f"the vault is unencrypted from now on: whoever reads {vault.path} can use its sign-ins")
        case _:
            new = None
    vault.reseal(new)
    return new


async def _run(session: Session, arguments: argparse.Namespace) -> str:
    try:
        match arguments.command:
            case "login":
                opener = None if arguments.no_browser else webbrowser.open
                reader = _reader()
                # What is pasted holds a code, which a terminal's history would keep.
                with nullcontext() if reader is None else unechoed(sys.stdin):
                    return await session.signing_in.login(_show, reader, open_browser=opener)
            case "logout":
                return await session.signing_in.logout()
            case _:
                return await session.signing_in.refresh()
    finally:
        await session.aclose()


def _show(text: str) -> None:
    sys.stderr.write(wrap_for(sys.stderr, text) + "\n")
    sys.stderr.flush()


def _reader() -> Callable[[], Awaitable[str]] | None:
    """Reads what is pasted, and says so once; nobody can paste where standard input is no terminal."""
    if not sys.stdin.isatty():
        return None
    told = False

    async def read() -> str:
        nonlocal told
        if not told:
            told = True
            _show("Paste the address that the browser ends at (it is not shown); Ctrl-C gives up.")
        return await _read_line()

    return read


async def _read_line() -> str:
    """Read a line in a daemon thread, which holds nobody up when the browser was quicker."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def settle(text: str) -> None:
        if line.cancelled():
            return
        if text:
            line.set_result(text)
        else:
            line.set_exception(EOFError())

    def read() -> None:
        text = sys.stdin.readline()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, text)

    threading.Thread(target=read, daemon=True).start()
    return await line
