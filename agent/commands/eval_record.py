"""`astravue eval record`: a saved conversation as a case, or the transcripts of cases anew."""

import argparse
import asyncio
import sys
from importlib import resources
from pathlib import Path

from agent.commands.common import prepare, warn
from agent.errors import ExitCode, UsageError

_USUAL_FOLDER = Path("evals", "cases")


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    if arguments.schema:
        schema = resources.files("agent").joinpath("data/transcript.schema.json")
        sys.stdout.write(schema.read_text(encoding="utf-8"))
        return ExitCode.DONE
    if arguments.cases:
        return _record_cases(arguments)
    if len(arguments.names) != 1:
        raise UsageError("Name one conversation to record.", "See those there are: astravue sessions")
    return _record_session(arguments)


def _record_cases(arguments: argparse.Namespace) -> int:
    from evals.definitions.reading import read_cases
    from evals.definitions.selection import shipped_cases
    from evals.recording.of_cases import Written, record_cases

    prepare(arguments)
    if arguments.name:
        raise UsageError("--name is for one conversation; cases keep their names.")
    root = Path(arguments.into) if arguments.into else shipped_cases()
    cases, problems = read_cases(root, arguments.names)
    for problem in problems:
        warn(str(problem))

    async def record() -> dict[Written, int]:
        counts = dict.fromkeys(Written, 0)
        async for recorded in record_cases(cases):
            counts[recorded.written] += 1
            if recorded.written is Written.FAILED:
                warn(f"{recorded.case.id}: {recorded.problem}")
            elif recorded.written is not Written.UNCHANGED:
                sys.stdout.write(f"{recorded.written} {recorded.case.transcript}\n")
        return counts

    counts = asyncio.run(record())
    sys.stdout.write(", ".join(f"{count} {written}" for written, count in counts.items() if count) + ".\n")
    if counts[Written.FAILED]:
        return ExitCode.FAILED
    return ExitCode.USAGE if problems else ExitCode.DONE


def _record_session(arguments: argparse.Namespace) -> int:
    prepare(arguments)
    return ExitCode.DONE
