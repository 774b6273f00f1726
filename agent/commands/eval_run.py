"""`astravue eval run`: cases tried with a model, by recordings or by their oracles, and what came of it."""

import argparse
import asyncio
import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from agent.commands.common import prepare
from agent.commands.eval_models import check_parts, choose_players, settings_to_go_on
from agent.commands.eval_progress import RunProgress
from agent.commands.eval_report import check_files, write_files
from agent.commands.json_lines import write_json
from agent.drawing.sanitize import strip_line
from agent.errors import ExitCode, LimitError, StoppedError, UsageError
from agent.settings.settings import COMMAND_LINE, Settings
from agent.system.folders import Folders
from agent.transcripts.lines import object_of
from agent.wording.addresses import shown_address
from evals.definitions.case import Case
from evals.definitions.problems import Problem
from evals.definitions.reading import read_cases
from evals.definitions.selection import ALL, id_of, shipped_cases
from evals.definitions.trial import Kind
from evals.reports.json_report import report
from evals.reports.summary import summarise
from evals.reports.terminal import find_columns, find_palette
from evals.reports.words import count
from evals.runs.commands import resume_command
from evals.runs.distributed import Distributed, check_address
from evals.runs.engine import Engine, InProcess, SandboxSetup
from evals.runs.finding import find_run
from evals.runs.folder import RunFolder, read_manifest
from evals.runs.manifest import ASKS_A_MODEL, Models, differences, go_on, make_manifest
from evals.runs.processes import Processes
from evals.runs.reading import read_run
from evals.runs.run import Manifest
from evals.runs.running import Bounds, Ending, plan_trials, run_plans
from evals.runs.scorer import Scorer
from evals.runs.tally import Tally
from evals.trials.choosing import is_embedded
from evals.trials.players import Players
from evals.workspaces.starting import goal_changes

_ALL = (1, 1)
_SIDE_BY_SIDE = 8
"""Trials at once in a process in which no model is asked; more only wait for each other."""
_REQUESTS = 4
"""Trials at once at an endpoint."""
_TRIALS_OF_A_PROCESS = 24
_STOPPED = {
    Ending.COST: "The run was stopped before it costs more than --max-cost allows",
    Ending.UNPRICED: "The price of the model is not known, so --max-cost cannot be kept",
}


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    check_files(arguments)
    _check_scheduler(arguments)
    if arguments.retry and not arguments.resume:
        raise UsageError("--retry tries the broken trials of a run again.", "Say of which: --resume RUN")
    resumed = find_run(folders.runs, arguments.resume) if arguments.resume else None
    before = read_manifest(resumed) if resumed else None
    kind = before.kind if before else Kind(arguments.kind or Kind.LIVE)
    check_parts(arguments, kind)
    cases, problems = _read_cases(arguments, before)
    sys.stderr.writelines(f"{strip_line(str(problem))}\n" for problem in problems)
    if kind is Kind.SIMULATED:
        cases = _with_somebody_to_play(cases, is_whole=arguments.shard == _ALL and not problems)
    if not cases:
        sys.stderr.write("There is no case to run.\n")
        return ExitCode.USAGE if problems else ExitCode.DONE
    if before is not None and resumed is not None:
        settings = settings_to_go_on(settings, before, folders, resumed)
    players = asyncio.run(choose_players(arguments, settings, folders, kind, before))
    _say_who_plays(kind, players)
    with _open_folder(arguments, folders, cases, kind, players, resumed) as folder:
        ending = asyncio.run(_run(arguments, folder, cases, players))
        path, tally = folder.path, folder.tally
    kept = count(tally.ended, "trial is", "trials are")
    if ending is Ending.INTERRUPTED:
        raise StoppedError(f"Interrupted; {kept} kept in {path}.", _resume(path, settings))
    code = _find_code(kind, tally, path)
    _report(arguments, path)
    if ending in _STOPPED:
        more = f" --max-cost {2 * arguments.max_cost:.12g}" if ending is Ending.COST else ""
        raise LimitError(f"{_STOPPED[ending]}; {kept} kept in {path}.", _resume(path, settings) + more)
    return ExitCode.USAGE if problems else code


def _check_scheduler(arguments: argparse.Namespace) -> None:
    if not arguments.scheduler:
        return
    for name, value in (("--jobs", arguments.jobs), ("--concurrency", arguments.concurrency)):
        if value:
            raise UsageError(
                f"{name} and --scheduler cannot be given together: each worker runs as many trials at once "
                "as it has threads.",
                "Say how many when a worker starts: dask worker ADDRESS --nthreads N",
            )
    check_address(arguments.scheduler)


def _with_somebody_to_play(cases: Sequence[Case], *, is_whole: bool) -> list[Case]:
    """The cases that say who their user is.

    Args:
        cases: All that are wanted.
        is_whole: These are all there are, so that nothing is left to be run elsewhere.

    Raises:
        UsageError: None of them does.
    """
    able = [case for case in cases if case.simulated is not None]
    if cases and not able and is_whole:
        raise UsageError(
            "None of these cases says who its user is, so nobody can play it.",
            "Write “simulated” into a case, or say what the cases say: --kind live",
        )
    if left := len(cases) - len(able):
        are = count(left, "case does not say who its user is", "cases do not say who their user is")
        sys.stderr.write(f"{are}; nobody can play them, so they are left out.\n")
    return able


def _say_who_plays(kind: Kind, players: Players) -> None:
    asked, playing = players.settings, players.user_settings or players.settings
    if kind is Kind.SIMULATED and (playing.model, playing.base_url) == (asked.model, asked.base_url):
        told = (
            f"The model that is tried, {asked.model}, plays its user as well; --user-model names another one."
        )
        sys.stderr.write(f"{strip_line(told)}\n")


def _resume(path: Path, settings: Settings) -> str:
    # Where only an option says that the key may go to an endpoint, the next command has to say so again.
    address = settings.base_url if settings.origins.get("base_url") == COMMAND_LINE else ""
    again = f" --base-url {shlex.quote(address)}" if address and shown_address(address) == address else ""
    return f"Go on with it: {resume_command(path)}{again}"


def _read_cases(arguments: argparse.Namespace, before: Manifest | None) -> tuple[list[Case], list[Problem]]:
    root = Path(arguments.cases or (before.root if before else "") or shipped_cases())
    if before is None:
        return read_cases(root, arguments.patterns, arguments.suite, arguments.shard)
    given = (
        ("PATTERN", arguments.patterns),
        ("--suite", arguments.suite != ALL),
        ("--shard", arguments.shard != _ALL),
        ("--kind", arguments.kind),
        ("--trials", arguments.trials),
        ("--output", arguments.output),
    )
    for name, value in given:
        if value:
            raise UsageError(f"{name} and --resume cannot be given together: the run says it already.")
    cases, problems = read_cases(root)
    return (
        [case for case in cases if case.id in before.cases],
        [problem for problem in problems if id_of(problem.path) in before.cases],
    )


def _open_folder(
    arguments: argparse.Namespace,
    folders: Folders,
    cases: Sequence[Case],
    kind: Kind,
    players: Players,
    resumed: Path | None,
) -> RunFolder:
    models = Models(
        players.settings,
        (players.user_settings or players.settings).model,
        players.judge_settings.model if players.judge_settings else "",
        (players.user_settings or players.judge_settings or Settings()).base_url,
    )
    if resumed is None:
        trials = arguments.trials or 1
        manifest = make_manifest(
            cases, kind, trials, models, now=time.time(), shard=arguments.shard, root=_root_of(cases)
        )
        path = Path(arguments.output) if arguments.output else folders.runs / manifest.id
        return RunFolder.create(path, manifest)
    folder = RunFolder.reopen(resumed)
    found = differences(folder.manifest, go_on(folder.manifest, cases, models))
    if found:
        folder.close()
        raise UsageError(
            f"The run in {resumed} was begun with something else, so its trials would not be alike "
            f"({'; '.join(found)}); it was left as it is.",
            "Put that back as it was, or begin another run.",
        )
    if arguments.retry:
        folder.try_broken_again()
    return folder


def _root_of(cases: Sequence[Case]) -> str:
    """The folder that cases are in; empty for the one that is shipped, and for several."""
    roots = {case.path.resolve().parent.parent for case in cases}
    return "" if len(roots) > 1 or roots == {shipped_cases().resolve()} else str(roots.pop())


async def _run(
    arguments: argparse.Namespace, folder: RunFolder, cases: Sequence[Case], players: Players
) -> Ending:
    manifest = folder.manifest
    total = len(cases) * manifest.trials
    engine = _engine(arguments, folder, total - folder.tally.ended, players)
    with RunProgress(total, folder.tally) as progress:
        showing = asyncio.create_task(progress.keep_showing(folder.tally))
        try:
            return await run_plans(
                folder,
                engine,
                plan_trials(cases, manifest.kind, manifest.trials),
                Scorer(cases, goal_changes).score,
                bounds=Bounds(cost=arguments.max_cost or 0.0),
                on_progress=progress.show,
            )
        finally:
            showing.cancel()


def _engine(arguments: argparse.Namespace, folder: RunFolder, trials: int, players: Players) -> Engine:
    setup = SandboxSetup(players)
    if arguments.scheduler:
        return Distributed(setup, arguments.scheduler, resume=resume_command(folder.path))
    if folder.manifest.kind in ASKS_A_MODEL:
        concurrency = 1 if is_embedded(players.settings) else _REQUESTS
        jobs = 1
    else:
        concurrency = _SIDE_BY_SIDE
        # A process takes a second or two to start, in which this one has run many trials.
        jobs = min(os.cpu_count() or 1, trials // _TRIALS_OF_A_PROCESS)
    concurrency = arguments.concurrency or concurrency
    jobs = arguments.jobs or jobs
    return Processes(setup, jobs, concurrency) if jobs > 1 else InProcess(setup, concurrency)


def _report(arguments: argparse.Namespace, path: Path) -> None:
    found = read_run(path)
    write_files(arguments, path, found)
    if arguments.json:
        write_json(report(found), indent=1)
    else:
        sys.stdout.write(summarise(found, columns=find_columns(), palette=find_palette(), folder=str(path)))


def _find_code(kind: Kind, tally: Tally, path: Path) -> ExitCode:
    if tally.passed == tally.ended:
        return ExitCode.DONE
    if kind in ASKS_A_MODEL and tally.broken == tally.ended and _broke_at_the_model(path):
        return ExitCode.MODEL
    return ExitCode.FAILED


def _broke_at_the_model(path: Path) -> bool:
    """Whether the first trial broke because of the model rather than of the server or the sign-in."""
    for event in read_run(path, events=True).results[0].record.events:
        if event.get("type") == "turn_failed":
            return object_of(event, "error").get("exit_code") not in (ExitCode.SERVER, ExitCode.SIGN_IN)
    return True
