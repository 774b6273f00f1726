"""How many trials are replayed in a second, what one costs, and whether that depends on how many there are.

    python -m evals.bench.replays [TRIALS...]

Runs the shipped cases by their recordings, and keeps and scores each trial as `astravue eval run` does, in
one process and in two; 100 and 1,000 trials unless told. Prints trials a second, processor milliseconds a
trial, the memory of the process and the mean of its workers at the end, and the bytes that a trial takes on
the disk; then the cost of a trial of the longest run in proportion to the shortest. Before what is counted,
each case is tried twice, so that caches are filled. On a busy machine processor time still tells what a trial
costs, while trials a second tell how busy it is. Linux only: /proc tells the memory and the time of workers.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from agent.settings.settings import Settings
from evals.definitions.reading import read_cases
from evals.definitions.selection import shipped_cases
from evals.runs.engine import InProcess, SandboxSetup
from evals.runs.folder import RunFolder
from evals.runs.manifest import Models, make_manifest
from evals.runs.processes import Processes
from evals.runs.running import plan_trials, run_plans
from evals.runs.scorer import Scorer
from evals.runs.tally import Tally
from evals.trials.trial import Kind
from evals.workspaces.starting import goal_changes

_MEASURE = "--measure"
_SIDE_BY_SIDE = 8
_WARM_UP = 2
_JOBS = (1, 2)
_USUAL = (100, 1000)
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


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
    memory = [_memory(pid) for pid in workers]
    return Moment(
        time.perf_counter(),
        sum(_processor(pid) for pid in ["self", *workers]),
        _memory("self"),
        sum(memory) / len(memory) if memory else 0.0,
        sum(path.stat().st_size for path in folder.iterdir()),
    )


def _processor(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: str) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20


async def measure(jobs: int, trials: int) -> dict[str, float]:
    """Run so many trials in this process, or in so many, and say what they took."""
    cases, _ = read_cases(shipped_cases())
    warm_up = _WARM_UP * len(cases)
    setup = SandboxSetup()
    engine = InProcess(setup, _SIDE_BY_SIDE) if jobs == 1 else Processes(setup, jobs, _SIDE_BY_SIDE)
    moments: list[Moment] = []

    def note(tally: Tally) -> None:
        if tally.ended in (warm_up, warm_up + trials):
            moments.append(look(path))

    with tempfile.TemporaryDirectory(prefix="replays-") as home:
        path = Path(home, "run")
        manifest = make_manifest(cases, Kind.REPLAY, trials, Models(Settings()), now=time.time())
        with RunFolder.create(path, manifest) as folder:
            # Some more, so that all workers are at work until the end.
            planned = warm_up + trials + 2 * _SIDE_BY_SIDE * jobs
            plans = islice(plan_trials(cases, Kind.REPLAY, planned), planned)
            await run_plans(folder, engine, plans, Scorer(cases, goal_changes).score, on_progress=note)
            if folder.tally.passed != folder.tally.ended:
                raise RuntimeError(f"{folder.tally.ended - folder.tally.passed} trials did not pass")
    begun, ended = moments
    return {
        "rate": trials / (ended.wall - begun.wall),
        "cost": (ended.processor - begun.processor) / trials * 1000,
        "own": ended.own_memory,
        "worker": ended.worker_memory,
        "disk": (ended.disk - begun.disk) / trials,
    }


def measure_afresh(jobs: int, trials: int) -> dict[str, float]:
    """The same in a process that has done nothing yet."""
    command = [sys.executable, "-P", "-m", "evals.bench.replays", _MEASURE, str(jobs), str(trials)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    figures: dict[str, float] = json.loads(output)
    return figures


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == [_MEASURE]:
        jobs, trials = map(int, sys.argv[2:])
        print(json.dumps(asyncio.run(measure(jobs, trials))))
        return
    counts = sorted(map(int, sys.argv[1:])) or list(_USUAL)
    print("processes  trials  a second  CPU ms each    MiB  MiB a worker   bytes")
    for jobs in _JOBS:
        costs: list[float] = []
        for trials in counts:
            found = measure_afresh(jobs, trials)
            costs.append(found["cost"])
            worker = f"{found['worker']:.0f}" if jobs > 1 else "-"
            print(
                f"{jobs:>9}{trials:>8}{found['rate']:>10.1f}{found['cost']:>13.1f}{found['own']:>7.0f}"
                f"{worker:>14}{found['disk']:>8.0f}",
                flush=True,
            )
        if len(counts) > 1:
            print(f"{'':>9}cost of a trial, {counts[-1]:,} to {counts[0]:,}: {costs[-1] / costs[0]:.2f}")


if __name__ == "__main__":
    main()
