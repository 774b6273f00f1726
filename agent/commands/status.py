"""`astravue status`: sign-in, server, vault, and where things are kept."""

import argparse
import asyncio
import json
import sys
from contextlib import suppress

from agent.commands.common import prepare
from agent.commands.passphrase import unlock
from agent.errors import AgentError, ExitCode
from agent.session import Session, SessionOptions
from agent.tools.policy import Policy

_CONNECT_SECONDS = 10.0


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    session = Session(settings, folders, SessionOptions(policy=Policy(), vault_key=unlock(folders)))
    rows = asyncio.run(_status(session))
    places = (
        ("Settings", folders.settings_file),
        ("Conversations", folders.sessions),
        ("Log", folders.log_file),
    )
    rows = (*rows, *((label, str(path)) for label, path in places))
    if arguments.json:
        sys.stdout.write(json.dumps(dict(rows), ensure_ascii=False, indent=1) + "\n")
    else:
        width = max(len(label) for label, _ in rows)
        for label, value in rows:
            sys.stdout.write(f"{label:<{width}}  {value}\n")
    return ExitCode.DONE


async def _status(session: Session) -> tuple[tuple[str, str], ...]:
    try:
        # What cannot be reached is part of the status, not a failure of it.
        with suppress(AgentError, TimeoutError):
            await asyncio.wait_for(session.tools(), _CONNECT_SECONDS)
        return await session.status()
    finally:
        await session.aclose()
