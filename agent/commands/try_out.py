"""`astravue try`: a demo company on this machine, a model, and the chat or one answer."""

import argparse
import asyncio
import os
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.commands.ask import answer, read_text, tell
from agent.commands.chat import need_terminal
from agent.commands.common import keep_theme, make_policy, prepare, warn
from agent.commands.output import Output
from agent.commands.passphrase import unlock
from agent.commands.progress import STANDARD_ERROR
from agent.commands.questions import Question, load_workflows, make_question
from agent.demo.sandbox_process import DemoUser, SandboxProcess
from agent.errors import AgentError, ExitCode, UsageError, VaultError
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import TRY_PORT, TRY_PROFILE, Settings
from agent.system.folders import Folders
from agent.system.private_files import private_folder

if TYPE_CHECKING:
    from agent.auth.sealed import Key

SUGGESTIONS = (
    "Which of my tasks are overdue?",
    "Create a high-priority task “Check the release notes” in Website relaunch",
    "Start a timer on it",
)
_PLACES = 20


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    if arguments.ask is not None:
        output = Output.from_arguments(arguments)
        return tell(output, lambda: _start(arguments, output))
    need_terminal()
    if arguments.show_request:
        raise UsageError("Requests are shown with one question only.", 'Add: --ask "TEXT"')
    return _start(arguments, Output())


def _start(arguments: argparse.Namespace, output: Output) -> ExitCode:
    settings, folders = prepare(arguments)
    question = None if arguments.ask is None else make_question(read_text(arguments.ask), folders, warn)
    key = unlock(folders)
    with _place(folders) as (folder, port):
        start = datetime.now(UTC).isoformat(timespec="seconds")
        options = ["--data", str(folder), "--reset", "--seed", arguments.seed, "--start-time", start]
        if arguments.access_ttl is not None:
            options += ["--access-ttl", str(arguments.access_ttl)]
        starting = _sandbox(options, port)
        return asyncio.run(_try(arguments, question, output, settings, folders, starting, start, key))


@contextmanager
def _place(folders: Folders) -> Generator[tuple[Path, int]]:
    """A folder and a port that no other `try` is using; the first one gets the profile's own port."""
    from filelock import FileLock, Timeout

    private_folder(folders.sandbox)
    for number in range(_PLACES):
        lock = FileLock(folders.sandbox / f"try-{number}.lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            continue
        try:
            yield folders.sandbox / f"try-{number}", TRY_PORT + number
        finally:
            lock.release()
        return
    raise AgentError(f"{_PLACES} windows are trying astravue already.", "Close one of them.")


@asynccontextmanager
async def _sandbox(options: Sequence[str], port: int) -> AsyncGenerator[SandboxProcess]:
    """The sandbox at the wanted port, or at any when something else of this machine is there."""
    async with AsyncExitStack() as stack:
        try:
            sandbox = await stack.enter_async_context(SandboxProcess([*options, "--port", str(port)]))
        except UsageError:
            raise
        except AgentError:
            sandbox = await stack.enter_async_context(SandboxProcess([*options, "--port", "0"]))
        yield sandbox


async def _try(
    arguments: argparse.Namespace,
    question: Question | None,
    output: Output,
    settings: Settings,
    folders: Folders,
    starting: AbstractAsyncContextManager[SandboxProcess],
    start: str,
    key: "Key | None",
) -> ExitCode:
    async with starting as sandbox:
        user = sandbox.users[0]
        warn(f"a demo company runs at {sandbox.url} until you leave")
        session = Session(
            replace(settings, server=sandbox.url, profile=TRY_PROFILE, trust=True),
            folders,
            SessionOptions(
                policy=make_policy(arguments, settings),
                vault_key=key,
                workspace={"seed": arguments.seed, "start_time": start},
                say=warn if question else None,
                on_stage=STANDARD_ERROR.show_stage if question else None,
                goes_on=question is None,
                show_request=STANDARD_ERROR.write_line if arguments.show_request else None,
            ),
        )
        try:
            try:
                await _sign_in(session, user, by_hand=arguments.browser)
            except BaseException:
                await session.aclose()
                raise
            if question is not None:
                return await answer(session, question, output)
            return await _chat(arguments, settings, session, folders, user)
        finally:
            _forget_sign_in(sandbox.url, folders, key)


def _forget_sign_in(server: str, folders: Folders, key: "Key | None") -> None:
    """Leave nothing in the vault of a company that no longer exists."""
    from agent.auth.login import canonical_server
    from agent.auth.vault import Vault

    with suppress(VaultError):
        Vault(folders, os.environ, key=key).delete(canonical_server(server), TRY_PROFILE)


async def _sign_in(session: Session, user: DemoUser, *, by_hand: bool) -> None:
    from agent.demo.consent import sign_in_as

    if by_hand:
        warn(f"sign in as {user.email} with the password {user.password}")
        await session.signing_in.forget()
        warn(await session.signing_in.login(STANDARD_ERROR.write_line, None))
    else:
        await sign_in_as(user, session)
        warn(f"signed in as {user.name}; both ends are on this machine, so the consent was confirmed for you")


async def _chat(
    arguments: argparse.Namespace, settings: Settings, session: Session, folders: Folders, user: DemoUser
) -> ExitCode:
    from agent.repl.opening import ChatOptions, run_chat

    greeting = f"You are {user.name}, and this is a demo company on your own machine."
    options = ChatOptions(
        folders.history_file,
        SUGGESTIONS,
        greeting,
        load_workflows(folders),
        settings.theme,
        partial(keep_theme, arguments, settings),
    )
    return await run_chat(session, options)
