"""`astravue eval record`: a saved conversation as a case, or the transcripts of cases anew."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from agent.commands.common import prepare, settings_for
from agent.errors import ExitCode, UsageError
from agent.transcripts.finding import find_transcript

if TYPE_CHECKING:
    from evals.recording.of_cases import Recorded
    from evals.runs.replays import Replayed

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
    from evals.definitions.problems import shown_path
    from evals.definitions.reading import read_cases
    from evals.definitions.selection import shipped_cases
    from evals.recording.of_cases import Written, record_cases
    from evals.replaying.targets import TRANSCRIPT, find_targets

    prepare(arguments)
    if arguments.name is not None:
        raise UsageError("--name is for one conversation; cases keep their names.")
    root = Path(arguments.into) if arguments.into else shipped_cases()
    bare = [name for name in arguments.names if Path(name).suffix == TRANSCRIPT]
    names = [name for name in arguments.names if name not in bare]
    cases, problems = read_cases(root, names) if names or not bare else ([], [])
    for target in find_targets(bare, root):
        if target.error is not None:
            raise target.error
        cases += [target.case] if target.case else []
    sys.stderr.writelines(f"{problem}\n" for problem in problems)

    async def record() -> "list[Recorded]":
        return [recorded async for recorded in record_cases(cases)]

    counts = dict.fromkeys(Written, 0)
    for recorded in sorted(asyncio.run(record()), key=lambda each: each.case.transcript):
        counts[recorded.written] += 1
        if recorded.written is Written.FAILED:
            sys.stderr.write(f"{_named(recorded)}\n")
        elif recorded.written is not Written.UNCHANGED:
            sys.stdout.write(f"{recorded.written} {shown_path(recorded.case.transcript)}\n")
    sys.stdout.write(", ".join(f"{count} {written}" for written, count in counts.items() if count) + ".\n")
    if counts[Written.FAILED]:
        return ExitCode.FAILED
    return ExitCode.USAGE if problems else ExitCode.DONE


def _named(recorded: "Recorded") -> str:
    path = str(recorded.case.transcript)
    return recorded.problem if path in recorded.problem else f"{recorded.case.id}: {recorded.problem}"


def _record_session(arguments: argparse.Namespace) -> int:
    from agent.commands.sessions_export import own_secrets
    from evals.recording.checking import find_faults
    from evals.recording.listing import ask_for_tools
    from evals.recording.of_session import beginnings_of, check_name, make_session_case
    from evals.recording.snapshots import find_snapshot
    from evals.recording.trying import find_fitting
    from evals.replaying.reading import check_lines

    if arguments.name is not None:
        check_name(arguments.name)
    settings, folders = prepare(arguments)
    transcript = find_transcript(folders.sessions, arguments.names[0])
    check_lines(transcript.path)
    tools = None
    if not transcript.header.workspace:
        tools = asyncio.run(ask_for_tools(settings_for(arguments, settings, transcript), folders))
    name, secrets = arguments.name or "", [*own_secrets(settings, folders)]
    snapshot = find_snapshot(transcript, folders)
    cases = (
        make_session_case(transcript, name, secrets, tools, beginning, snapshot)
        for beginning in beginnings_of(transcript, snapshot)
    )
    case, replayed = asyncio.run(find_fitting(cases))
    root = Path(arguments.into) if arguments.into else _USUAL_FOLDER
    written = case.write(root)
    sys.stdout.writelines(f"Wrote {path}\n" for path in written)
    sys.stdout.write(_describe_masked(case.masked))
    sys.stdout.writelines(f"{note}\n" for note in case.notes)
    sys.stdout.write(_describe_replay(replayed))
    faults = asyncio.run(find_faults(written[-1], root))
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return ExitCode.FAILED if replayed.error or replayed.difference or faults else ExitCode.DONE


def _describe_masked(masked: Mapping[str, int]) -> str:
    counted = ", ".join(f"{kind}: {count}" for kind, count in sorted(masked.items()))
    return (
        f"Masked: {counted or 'nothing'}.\n"
        "Look through the files before you commit them: a name that no result tells to be a person's, and a "
        "secret that looks like any other word, are not found.\n"
    )


def _describe_replay(replayed: "Replayed") -> str:
    if replayed.error is not None:
        return f"The case cannot be replayed: {replayed.error}\n"
    if replayed.difference:
        return (
            f"Replayed, it DIFFERS: {replayed.difference}\n"
            "Where the prompt or the functions have changed since, record what is sent now: "
            "astravue eval record --cases PATTERN\n"
        )
    from evals.reports.words import count

    same = f"{count(replayed.turns, 'turn')}, {count(replayed.calls, 'tool call')}"
    return f"Replayed, it is the SAME: {same}.\n"
