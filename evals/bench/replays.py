"""How many trials are replayed in a second, what one costs, and whether that depends on how many there are.

    python -m evals.bench.replays [TRIALS...]

Runs the shipped cases by their recordings, and keeps and scores each trial as `astravue eval run` does. As
a benchmark: a hundred trials three times, in one process and in two. As a program of its own: as many as
told, 100 and 1,000 if not told, and it prints trials a second, processor milliseconds a trial, the memory
of the process and the mean of its workers at the end, and the bytes that a trial takes on the disk; then
the cost of a trial of the longest run in proportion to the shortest. Before what is counted, each case is
tried, so that caches are filled. On a busy machine processor time still tells what a trial costs, while
trials a second tell how busy it is. Linux only: /proc tells the memory and the time of workers.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice, pairwise
from pathlib import Path

from agent.settings.settings import Settings
from agent.system.child_process import python_command
from evals.bench.figures import Figure, Target, summarise
from evals.bench.processes import resident, run_well
from evals.bench.program import PASS
from evals.definitions.reading import read_cases
from evals.definitions.selection import shipped_cases
from evals.definitions.trial import Kind
from evals.runs.engine import InProcess, SandboxSetup
from evals.runs.folder import RunFolder
from evals.runs.manifest import Models, make_manifest
from evals.runs.processes import Processes
from evals.runs.running import plan_trials, run_plans
from evals.runs.scorer import Scorer
from evals.runs.tally import Tally
from evals.workspaces.starting import goal_changes

_MEASURE = "--measure"
_SIDE_BY_SIDE = 8
_WARM_UP = 2
_JOBS = (1, 2)
_USUAL = (100, 1000)
_TRIALS = 100
_TIMES = 3
_LEAST = 20
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Moment:
    """What was used until now."""

    wall: float
    processor: float
    own_memory: float
    worker_memory: float
    disk: int


def look(folder: Path) -> Moment:
    """Look at this process, its workers and the folder of the run."""
    workers = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    memory = [resident(int(pid)) for pid in workers]
    return Moment(
        time.perf_counter(),
        sum(_processor(pid) for pid in ["self", *workers]),
        resident(os.getpid()),
        sum(memory) / len(memory) if memory else 0.0,
        sum(path.stat().st_size for path in folder.iterdir()),
    )


def _processor(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True)
class Span:
    """What so many trials took.

    Args:
        rate: Trials a second.
        cost: Processor milliseconds of a trial.
        own_memory: MiB of the process at the end.
        worker_memory: The mean of its workers, or 0 without any.
        disk: Bytes that a trial takes on the disk.
    """

    rate: float
    cost: float
    own_memory: float
    worker_memory: float
    disk: float


def between(begun: Moment, ended: Moment, trials: int) -> Span:
    """What so many trials took between two moments."""
    return Span(
        trials / (ended.wall - begun.wall),
        (ended.processor - begun.processor) / trials * 1000,
        ended.own_memory,
        ended.worker_memory,
        (ended.disk - begun.disk) / trials,
    )


async def replay(jobs: int, trials: int, times: int, warm_up: int) -> list[Span]:
    """Run so many trials several times over, in this process or in so many, and say what they took.

    Args:
        jobs: How many processes.
        trials: How many trials.
        times: How often.
        warm_up: How often each case is tried before.
    """
    cases, _ = read_cases(shipped_cases())
    before = warm_up * len(cases)
    counted = range(before, before + times * trials + 1, trials)
    setup = SandboxSetup()
    engine = InProcess(setup, _SIDE_BY_SIDE) if jobs == 1 else Processes(setup, jobs, _SIDE_BY_SIDE)
    moments: list[Moment] = []

    def note(tally: Tally) -> None:
        if tally.ended in counted:
            moments.append(look(path))

    with tempfile.TemporaryDirectory(prefix="replays-") as home:
        path = Path(home, "run")
        manifest = make_manifest(cases, Kind.REPLAY, trials, Models(Settings()), now=time.time())
        with RunFolder.create(path, manifest) as folder:
            # Some more, so that all workers are at work until the end.
            planned = counted[-1] + 2 * _SIDE_BY_SIDE * jobs
            plans = islice(plan_trials(cases, Kind.REPLAY, planned), planned)
            await run_plans(folder, engine, plans, Scorer(cases, goal_changes).score, on_progress=note)
            if folder.tally.passed != folder.tally.ended:
                raise RuntimeError(f"{folder.tally.ended - folder.tally.passed} trials did not pass")
    return [between(begun, ended, trials) for begun, ended in pairwise(moments)]


def replay_afresh(jobs: int, trials: int, times: int = 1, warm_up: int = _WARM_UP) -> list[Span]:
    """The same in a process that has done nothing yet."""
    numbers = map(str, (jobs, trials, times, warm_up))
    command = python_command("evals.bench.replays", _MEASURE, *numbers)
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [Span(**each) for each in json.loads(output)]


def measure() -> list[Figure]:
    """Replay in one process and in two."""
    empty = summarise("python -c pass, processor", "ms", [run_well(PASS).processor * 1000 for _ in range(9)])
    one, two = (replay_afresh(jobs, _TRIALS, _TIMES, 1) for jobs in _JOBS)
    base = summarise("replayed trials, one process", "a second", _rates(one))
    return [
        base,
        summarise(
            "replayed trials, two processes",
            "a second",
            _rates(two),
            base=base,
            target=Target(_LEAST, at_least=True),
        ),
        empty,
        summarise("processor time of a trial", "ms", [span.cost for span in two], base=empty),
    ]


def _rates(spans: Sequence[Span]) -> list[float]:
    return [span.rate for span in spans]


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == [_MEASURE]:
        jobs, trials, times, warm_up = map(int, sys.argv[2:])
        spans = asyncio.run(replay(jobs, trials, times, warm_up))
        print(json.dumps([asdict(span) for span in spans]))
        return
    counts = sorted(map(int, sys.argv[1:])) or list(_USUAL)
    print("processes  trials  a second  CPU ms each    MiB  MiB a worker   bytes")
    for jobs in _JOBS:
        costs: list[float] = []
        for trials in counts:
            (found,) = replay_afresh(jobs, trials)
            costs.append(found.cost)
            worker = f"{found.worker_memory:.0f}" if jobs > 1 else "-"
            print(
                f"{jobs:>9}{trials:>8}{found.rate:>10.1f}{found.cost:>13.1f}{found.own_memory:>7.0f}"
                f"{worker:>14}{found.disk:>8.0f}",
                flush=True,
            )
        if len(counts) > 1:
            print(f"{'':>9}cost of a trial, {counts[-1]:,} to {counts[0]:,}: {costs[-1] / costs[0]:.2f}")


if __name__ == "__main__":
    main()
