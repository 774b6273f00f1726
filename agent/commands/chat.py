"""`astravue` and `astravue chat`: the chat in the terminal."""

import argparse
import asyncio
import sys
from functools import partial

from agent.commands.common import (
    find_transcript,
    has_terminal,
    keep_theme,
    make_policy,
    prepare,
    settings_for,
)
from agent.commands.passphrase import unlock
from agent.commands.questions import load_workflows
from agent.errors import ExitCode, UsageError
from agent.repl.opening import ChatOptions, run_chat
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.wording.addresses import shown_address


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    need_terminal()
    settings, folders = prepare(arguments)
    resumed = find_transcript(folders, getattr(arguments, "resume", None))
    settings = settings_for(arguments, settings, resumed)
    begun = f"Going on with “{resumed.title}”." if resumed else shown_address(settings.server)
    greeting = f"{begun}\n/help tells what there is; Ctrl-D leaves."
    policy, key = make_policy(arguments, settings), unlock(folders)
    options = SessionOptions(policy=policy, resumed=resumed, vault_key=key, goes_on=True)
    session = Session(settings, folders, options)
    workflows = load_workflows(folders)
    code = asyncio.run(
        run_chat(
            session,
            ChatOptions(
                folders.history_file,
                greeting=greeting,
                workflows=workflows,
                theme=settings.theme,
                keep_theme=partial(keep_theme, arguments, settings),
            ),
        )
    )
    tell_how_to_resume(session)
    return code


def need_terminal() -> None:
    """Refuse to open a chat where nobody can type.

    Raises:
        UsageError: Standard input or output is no terminal.
    """
    if not (has_terminal() and sys.stdout.isatty()):
        raise UsageError("The chat needs a terminal.", 'In a script, use: astravue ask "TEXT"')


def tell_how_to_resume(session: Session) -> ExitCode:
    """Name the command that goes on with a conversation, if anything was said in it."""
    if session.transcript_path.exists():
        sys.stdout.write(f"Go on with this conversation: astravue --resume {session.id}\n")
    return ExitCode.DONE
