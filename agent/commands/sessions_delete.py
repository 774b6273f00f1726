"""`astravue sessions delete`: conversations and all that was kept for them, for good."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from agent.commands.common import has_terminal, prepare, warn
from agent.drawing.sanitize import strip_line
from agent.errors import AgentError, ApprovalError, ExitCode, UsageError
from agent.system.folders import Folders
from agent.transcripts.deleting import delete_conversation, unused_for
from agent.transcripts.finding import find_path
from agent.transcripts.saved import look_at, transcript_paths

_MOST_NAMED = 10


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    _, folders = prepare(arguments)
    paths = _wanted(arguments, folders)
    if not paths:
        sys.stderr.write("There is nothing to delete.\n")
        return ExitCode.DONE
    if not arguments.yes:
        _ask(paths)
    code = ExitCode.DONE
    for path in paths:
        try:
            delete_conversation(folders, path)
        except AgentError as error:
            if len(paths) == 1:
                raise
            code = error.exit_code
            warn(str(error))
        else:
            sys.stdout.write(f"Deleted {path.stem}.\n")
    return code


def _wanted(arguments: argparse.Namespace, folders: Folders) -> tuple[Path, ...]:
    ways = sum((bool(arguments.ids), arguments.older_than is not None, arguments.all))
    if ways != 1:
        raise UsageError(
            "Which conversations? Nothing was deleted.",
            "Name them by their ids, or give one of --older-than 30d and --all.",
        )
    if arguments.all:
        return tuple(transcript_paths(folders.sessions))
    if arguments.older_than is not None:
        return tuple(unused_for(folders.sessions, arguments.older_than, time.time()))
    return tuple(dict.fromkeys(find_path(folders.sessions, wanted) for wanted in arguments.ids))


def _ask(paths: Sequence[Path]) -> None:
    """Have the user confirm.

    Raises:
        ApprovalError: They do not, or nobody is there.
    """
    what = "this conversation" if len(paths) == 1 else f"these {len(paths)} conversations"
    if not has_terminal():
        raise ApprovalError(f"Nothing was deleted: nobody is there to confirm it for {what}.", "Add --yes.")
    for path in paths[:_MOST_NAMED]:
        sys.stderr.write(f"  {path.stem}  {_title(path)}\n")
    if len(paths) > _MOST_NAMED:
        sys.stderr.write(f"  and {len(paths) - _MOST_NAMED} more\n")
    sys.stderr.write(f"Delete {what} for good? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ApprovalError("Nothing was deleted.")


def _title(path: Path) -> str:
    try:
        return strip_line(look_at(path, 0).title)
    except AgentError:
        return "(cannot be read)"
