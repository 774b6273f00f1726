"""`astravue eval check`: whether each case can be solved, and notices when it is not."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Self

from agent.commands.common import start_logging
from agent.commands.json_lines import write_json
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import wrap
from agent.errors import ExitCode
from agent.jsontypes import JsonObject, JsonValue
from agent.system.folders import find_folders
from evals.definitions.case import Case
from evals.definitions.problems import Problem, shown_path
from evals.definitions.reading import read_cases
from evals.definitions.selection import shipped_cases
from evals.reports.cleaning import clean
from evals.reports.terminal import find_columns
from evals.reports.words import count
from evals.runs.checking import Checked, check_cases
from evals.runs.engine import Engine, InProcess, SandboxSetup
from evals.runs.processes import Processes

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SIDE_BY_SIDE = 4
_CASES_OF_A_PROCESS = 12
_LONGEST = 600
_MOST_LINES = 12
_INDENT = "  "


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    if arguments.schema:
        schema = resources.files("evals.definitions").joinpath("case.schema.json")
        sys.stdout.write(schema.read_text(encoding="utf-8"))
        return ExitCode.DONE
    start_logging(arguments, find_folders(os.environ))
    root = Path(arguments.cases) if arguments.cases else shipped_cases()
    begun = time.monotonic()
    cases, problems = read_cases(root, arguments.patterns, arguments.suite, arguments.shard)
    if not arguments.json:
        sys.stdout.writelines(_fit(str(problem)) for problem in problems)
        sys.stdout.flush()
    checked = asyncio.run(_check(cases, _engine(len(cases), arguments.jobs), as_json=arguments.json))
    if arguments.json:
        write_json(_encode(checked, problems, time.monotonic() - begun))
    else:
        sys.stdout.write(_fit(_summarise(checked, problems, time.monotonic() - begun)))
    if problems:
        return ExitCode.USAGE
    return ExitCode.FAILED if any(each.faults for each in checked) else ExitCode.DONE


def _engine(cases: int, jobs: int | None) -> Engine:
    # A process takes a second or two to start, in which this one has tried a few cases.
    jobs = jobs or min(os.cpu_count() or 1, cases // _CASES_OF_A_PROCESS)
    if jobs > 1:
        return Processes(SandboxSetup(), jobs, _SIDE_BY_SIDE)
    return InProcess(SandboxSetup(), _SIDE_BY_SIDE)


async def _check(cases: Sequence[Case], engine: Engine, *, as_json: bool) -> list[Checked]:
    found: list[Checked] = []
    with _Bar(len(cases)) as bar:
        async for checked in check_cases(cases, engine):
            found.append(checked)
            bar.advance()
            if checked.faults and not as_json:
                bar.write("".join(map(_fit, _describe(checked))))
    return sorted(found, key=lambda each: each.case.id)


class _Bar:
    """How many cases are done, on standard error where that is a terminal.

    Args:
        total: How many cases there are.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

            self._progress = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=self._total)
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def advance(self) -> None:
        """One case more is done."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)

    def write(self, text: str) -> None:
        """Write lines to standard output, above the bar."""
        if self._progress is not None:
            self._progress.stop()
        sys.stdout.write(text)
        sys.stdout.flush()
        if self._progress is not None:
            self._progress.start()


def _describe(checked: Checked) -> Iterator[str]:
    """A line for each fault of a case, and one for each of its details."""
    path = checked.case.path
    for fault in checked.faults:
        # An error names the file and the line already.
        separator = ":" if fault.startswith(f"{path}:") else ": "
        first, *details = fault.removeprefix(f"{path}:").splitlines()
        if first.endswith(":") and details:
            first = f"{first} {details.pop(0)}"
        yield f"{shown_path(path)}{separator}{first}"
        yield from (f"{_INDENT}{line}" for line in details[:_MOST_LINES])
        if len(details) > _MOST_LINES:
            yield f"{_INDENT}and {count(len(details) - _MOST_LINES, 'more line', 'more lines')}"


def _fit(line: str) -> str:
    """A line without what does not belong in it, in as many rows of the terminal as it needs."""
    indent = _INDENT if line.startswith(_INDENT) else ""
    told = strip_line(clean(line))
    told = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
    rows = wrap(told, find_columns() - 1 - len(indent), indent=_INDENT, whole=True)
    return "".join(f"{indent}{row}\n" for row in rows)


def _summarise(checked: Sequence[Checked], problems: Sequence[Problem], seconds: float) -> str:
    wrong = sum(bool(each.faults) for each in checked)
    trials = sum(each.trials for each in checked)
    said = [f"{count(len(checked) - wrong, 'case holds', 'cases hold')}"]
    if wrong:
        said.append(f"{count(wrong, 'does', 'do')} not")
    if problems:
        files = len({problem.path for problem in problems})
        said.append(f"{count(files, 'file')} cannot be used")
    return f"{', '.join(said)}; {count(trials, 'trial')} in {seconds:.0f} s."


def _encode(checked: Sequence[Checked], problems: Sequence[Problem], seconds: float) -> JsonObject:
    cases: list[JsonValue] = [
        {
            "case": each.case.id,
            "file": str(each.case.path),
            "holds": not each.faults,
            "trials": each.trials,
            "faults": list[JsonValue](each.faults),
        }
        for each in checked
    ]
    faults: list[JsonValue] = [
        {"file": str(each.path), "line": each.line, "problem": each.text} for each in problems
    ]
    return {"cases": cases, "problems": faults, "seconds": round(seconds, 3)}
