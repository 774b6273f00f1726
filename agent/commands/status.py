"""`astravue status`: sign-in, server, vault, and where things are kept."""

import argparse
import asyncio
import sys
from contextlib import suppress

from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.commands.passphrase import unlock
from agent.drawing.sanitize import strip_line
from agent.errors import AgentError, ExitCode
from agent.jsontypes import JsonObject
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.system.folders import Folders
from agent.tools.policy import Policy

_CONNECT_SECONDS = 10.0


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    session = Session(settings, folders, SessionOptions(policy=Policy(), vault_key=unlock(folders)))
    shown = asyncio.run(_status(session, folders, as_json=arguments.json))
    if isinstance(shown, str):
        sys.stdout.write(shown)
    else:
        write_json(shown, indent=1)
    return ExitCode.DONE


async def _status(session: Session, folders: Folders, *, as_json: bool) -> str | JsonObject:
    places = {
        "Settings": str(folders.settings_file),
        "Conversations": str(folders.sessions),
        "Log": str(folders.log_file),
    }
    try:
        # What cannot be reached is part of the status, not a failure of it.
        with suppress(AgentError, TimeoutError):
            await asyncio.wait_for(session.tools(), _CONNECT_SECONDS)
        if as_json:
            report = await session.report()
            return report | {label.lower(): path for label, path in places.items()}
        rows = (*await session.status(), *places.items())
    finally:
        await session.aclose()
    width = max(len(label) for label, _ in rows)
    return "".join(f"{label:<{width}}  {strip_line(value)}\n" for label, value in rows)
