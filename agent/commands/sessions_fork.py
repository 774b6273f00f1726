"""`astravue sessions fork`: a conversation that begins as another one did."""

import argparse
import sys
import time

from agent.commands.common import prepare
from agent.commands.progress import STANDARD_ERROR
from agent.errors import ExitCode
from agent.transcripts.finding import find_transcript
from agent.transcripts.forking import fork


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    _, folders = prepare(arguments)
    source = find_transcript(folders.sessions, arguments.id)
    forked = fork(folders, source, arguments.turn, time.time())
    origin = forked.header.forked_from
    assert origin is not None
    sys.stdout.write(f"{forked.header.id}\n")
    STANDARD_ERROR.write_line(
        f"Up to turn {origin.turn} it is the same as {origin.id}, which stays as it is. "
        f"Go on with it: astravue --resume {forked.header.id}"
    )
    return ExitCode.DONE
