"""Runs the drills and prints their figures.

    python -m evals.drills [NAME ...] [--short]

Ends with status 1 when a promise was broken, 2 when a name is unknown.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.drills import cancelling, clock_jumps, full_disk, hanging_keychain, killing, sharing, steps
from evals.drills.figures import Figures, table


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill and how often it is done.

    Args:
        run: Does it in a folder, so many times.
        times: In earnest.
        short: In the test suite.
    """

    run: Callable[[Path, int], Awaitable[Figures]]
    times: int
    short: int


DRILLS: Mapping[str, Drill] = {
    "expiry": Drill(steps.expiry, 300, 8),
    "restart": Drill(steps.restart, 45, 4),
    "sharing": Drill(sharing.sharing, 1000, 6),
    "killed-after-write": Drill(killing.killed_after_write, 20, 2),
    "killed-before-write": Drill(killing.killed_before_write, 20, 2),
    "cancelling": Drill(cancelling.cancelling, 5, 2),
    "full-disk": Drill(full_disk.full_disk, 10, 1),
    "hanging-keychain": Drill(hanging_keychain.hanging_keychain, 10, 1),
    "clock-jumps": Drill(clock_jumps.clock_jumps, 200, 10),
}


def run_drill(name: str, *, short: bool) -> Figures:
    """Run a drill in a folder of its own, which is removed."""
    drill = DRILLS[name]
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        times = drill.short if short else drill.times
        return asyncio.run(_run(drill, Path(folder), times))


async def _run(drill: Drill, folder: Path, times: int) -> Figures:
    return await drill.run(folder, times)


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.drills",
        description="Runs the drills and prints their figures; ends with status 1 when a promise was broken.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"run these alone; there are: {', '.join(DRILLS)}"
    )
    parser.add_argument("--short", action="store_true", help="as few times as in the test suite")
    return parser


def main(given: Sequence[str] | None = None) -> int:
    """Run the drills that are named, or all.

    Args:
        given: The arguments; those of the process when None.

    Returns:
        The exit status.
    """
    arguments = make_parser().parse_args(given)
    names: list[str] = arguments.names or list(DRILLS)
    if unknown := [name for name in names if name not in DRILLS]:
        sys.stderr.write(f"There is no drill {unknown[0]}; there are: {', '.join(DRILLS)}.\n")
        return 2
    # Failures are what drills are about; those that matter are in the figures.
    logging.disable()
    rows: list[tuple[str, Figures, float]] = []
    for name in names:
        begun = time.monotonic()
        figures = run_drill(name, short=arguments.short)
        rows.append((name, figures, time.monotonic() - begun))
        sys.stdout.write(f"{name}: {figures.line()}\n")
        sys.stdout.writelines(f"  {remark}\n" for remark in figures.remarks)
        sys.stdout.writelines(f"  BROKEN: {sentence}\n" for sentence in figures.broken)
        sys.stdout.flush()
    sys.stdout.write(f"\n{table(rows)}\n")
    return 1 if any(figures.broken for _, figures, _ in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
