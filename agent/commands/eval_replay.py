"""`astravue eval replay`: recorded conversations again, compared request by request."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.commands.common import start_logging
from agent.errors import ExitCode
from agent.system.folders import find_folders
from evals.definitions.selection import shipped_cases
from evals.replaying.targets import Target, find_targets
from evals.reports.cleaning import clean
from evals.reports.words import count
from evals.runs.replays import Replayed, replay_all


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    start_logging(arguments, find_folders(os.environ))
    root = Path(arguments.cases) if arguments.cases else shipped_cases()
    return asyncio.run(_replay(find_targets(arguments.files, root)))


async def _replay(targets: Sequence[Target]) -> int:
    code = ExitCode.DONE
    results: list[Replayed] = []
    async for result in replay_all(targets):
        results.append(result)
        if result.error is not None:
            sys.stderr.write(f"{clean(_name_error(result.name, str(result.error)))}\n")
            code = max(code, result.error.exit_code if len(targets) == 1 else ExitCode.FAILED)
            continue
        if result.difference:
            sys.stdout.write(f"DIFFERS {result.name}: {clean(result.difference)}\n")
            code = max(code, ExitCode.FAILED)
        else:
            sys.stdout.write(f"SAME {result.name}: {_describe(result)}\n")
        sys.stdout.flush()
    if len(results) > 1:
        sys.stdout.write(_summarise(results))
    return code


def _name_error(name: str, error: str) -> str:
    # An error in a file names it already, with the line.
    return error if error.startswith(f"{name}:") else f"{name}: {error}"


def _describe(result: Replayed) -> str:
    return f"{count(result.turns, 'turn')}, {count(result.calls, 'tool call')}"


def _summarise(results: Sequence[Replayed]) -> str:
    failed = sum(result.error is not None for result in results)
    different = sum(bool(result.difference) for result in results)
    parts = [f"{len(results) - failed - different} of {len(results)} are the same"]
    if different:
        parts.append(count(different, "differs", "differ"))
    if failed:
        parts.append(f"{failed} could not be replayed")
    return f"{', '.join(parts)}.\n"
