"""`astravue eval replay`: recorded conversations again, compared event by event."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from agent.commands.common import start_logging, warn
from agent.errors import AgentError, ExitCode
from agent.folders import find_folders
from agent.transcripts.reading import read_transcript
from evals.replay import replay


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    folders = find_folders(os.environ)
    start_logging(arguments, folders)
    code = ExitCode.DONE
    for name in arguments.files:
        try:
            result = asyncio.run(replay(read_transcript(Path(name)), folders))
        except AgentError as error:
            warn(f"{name}: {error}")
            code = ExitCode.FAILED
            continue
        counted = f"{result.turns} turns, {result.tool_calls} tool calls"
        if result.difference:
            sys.stdout.write(f"DIFFERS {name}: {result.where}\n{result.difference}\n")
            code = ExitCode.FAILED
        else:
            sys.stdout.write(f"SAME {name}: {counted}\n")
    return code
