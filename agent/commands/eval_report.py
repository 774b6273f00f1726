"""`astravue eval report`: a run for people, for scripts and for CI."""

import argparse
import os
import sys
from pathlib import Path

from agent.commands.common import start_logging
from agent.commands.json_lines import write_json
from agent.errors import AgentError, ExitCode
from agent.folders import find_folders
from evals.reports.json_report import report
from evals.reports.junit import write_junit
from evals.reports.summary import summarise
from evals.reports.terminal import find_columns, find_palette
from evals.runs.finding import find_run
from evals.runs.reading import read_run
from evals.runs.run import Run


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    folders = find_folders(os.environ)
    start_logging(arguments, folders)
    path = find_run(folders.runs, arguments.run)
    found = read_run(path)
    wrote = write_files(arguments, found)
    if arguments.json:
        write_json(report(found), indent=1)
    elif not wrote:
        sys.stdout.write(summarise(found, columns=find_columns(), palette=find_palette(), folder=str(path)))
    return ExitCode.DONE


def write_files(arguments: argparse.Namespace, found: Run) -> bool:
    """Write the files that are asked for, and say whether there were any."""
    if arguments.junit is None:
        return False
    _write_file(Path(arguments.junit), write_junit(found))
    return True


def _write_file(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise AgentError(f"{path} cannot be written ({error.strerror}); the run is as it was.") from error
    sys.stderr.write(f"Wrote {path}.\n")
