"""`astravue eval report`: a run for people, for scripts and for CI."""

import argparse
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.commands.common import start_logging
from agent.commands.json_lines import write_json
from agent.errors import AgentError, ExitCode, UsageError
from agent.system.folders import Folders, find_folders
from evals.reports.html import write_html
from evals.reports.inspect_log import check_inspect, write_inspect_log
from evals.reports.json_report import report
from evals.reports.junit import write_junit
from evals.reports.summary import summarise
from evals.reports.terminal import find_columns, find_palette
from evals.runs.finding import find_run
from evals.runs.joining import join_runs
from evals.runs.reading import read_run
from evals.runs.run import Run

_PRIVATE = 0o600
"""The mode of all of these files, as they tell what was said; CI reads them as the user who wrote them."""


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    folders = find_folders(os.environ)
    start_logging(arguments, folders)
    check_files(arguments)
    path = _find(folders, arguments)
    found = read_run(path)
    wrote = write_files(arguments, path, found)
    if arguments.json:
        write_json(report(found), indent=1)
    elif not wrote:
        sys.stdout.write(summarise(found, columns=find_columns(), palette=find_palette(), folder=str(path)))
    return ExitCode.DONE


def _find(folders: Folders, arguments: argparse.Namespace) -> Path:
    """The folder of the run, put together first if it came in parts.

    Raises:
        AgentError: There is none, or the parts do not belong together.
    """
    paths = [find_run(folders.runs, wanted) for wanted in arguments.runs]
    if arguments.into is None:
        if len(paths) > 1:
            raise UsageError(
                "Several runs are reported as one only when they are put together.",
                "Name a folder for that: --into DIR",
            )
        return paths[0]
    into = Path(arguments.into)
    join_runs(paths, into)
    return into


def check_files(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be written before anything is run.

    Raises:
        UsageError: A name is no name of such a file, or of none that can be written.
        AgentError: An extra is missing.
    """
    if arguments.inspect is not None:
        check_inspect(Path(arguments.inspect))
    for name in ("junit", "html", "inspect"):
        if (file := getattr(arguments, name)) is not None and (problem := _why_unwritable(Path(file))):
            raise UsageError(
                f"--{name}: {file} cannot be written: {problem}.", "Name a file in a folder that is there."
            )


def _why_unwritable(path: Path) -> str:
    """Why a file cannot be written, as far as that can be told without writing it; empty if it can."""
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    # What is no file, such as standard output by its path, is not replaced but written to.
    is_replaced = not path.exists() or path.is_file()
    return "" if os.access(path.parent if is_replaced else path, os.W_OK) else "that is not permitted"


def write_files(arguments: argparse.Namespace, path: Path, found: Run) -> bool:
    """Write the files that are asked for, and say whether there were any.

    Args:
        arguments: `junit`, `html` and `inspect` name them.
        path: The folder of the run.
        found: The run.

    Raises:
        AgentError: One cannot be written.
    """
    wrote = False
    if arguments.junit is not None:
        wrote = _write_file(Path(arguments.junit), [write_junit(found)])
    if arguments.html is not None:
        pieces = write_html(found, read_run(path, events=True).results)
        wrote = _write_file(Path(arguments.html), pieces)
    if arguments.inspect is not None:
        wrote = _write_log(Path(arguments.inspect), path)
    return wrote


def _write_file(path: Path, pieces: Iterable[bytes]) -> bool:
    with _replacing(path) as unfinished, unfinished.open("wb") as file:
        file.writelines(pieces)
    return True


def _write_log(path: Path, run: Path) -> bool:
    with _replacing(path) as unfinished:
        write_inspect_log(read_run(run, events=True), unfinished)
    return True


@contextmanager
def _replacing(path: Path) -> Generator[Path]:
    """Make a new file, and put it in place of what is there once it is whole."""
    try:
        if path.exists() and not path.is_file():
            # Such as standard output by its path.
            yield path
        else:
            with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
                unfinished = Path(folder) / path.name
                unfinished.touch(_PRIVATE)
                yield unfinished
                unfinished.replace(path)
    except OSError as error:
        raise AgentError(f"{path} cannot be written ({error.strerror}); the run is as it was.") from error
    sys.stderr.write(f"Wrote {path}.\n")
