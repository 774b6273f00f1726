"""All benchmarks, one after the other.

    python -m evals.bench [--only NAME ...] [--without-peers] [--json FILE] [--write PAGE]

Prints a table for each as soon as it is measured, and other programs on the same turn in the end. `--only`
runs those that are named and no other programs. Ends with status 1 when something could not be measured; a
target that was missed is shown as such and is no failure.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from evals.bench.benchmarks import BENCHMARKS, Benchmark, find_benchmarks
from evals.bench.figures import Figure
from evals.bench.keeping import Measured, keep
from evals.bench.machine import describe_machine
from evals.bench.peer_figures import PeerFigures
from evals.bench.tables import draw_figures, draw_peers


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    listed = "\n".join(
        f"  {each.name:<14} {each.title}{' (only when named)' if each.apart else ''}" for each in BENCHMARKS
    )
    parser = argparse.ArgumentParser(
        prog="python -m evals.bench",
        description=f"Runs the benchmarks:\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="run these alone")
    parser.add_argument("--without-peers", action="store_true", help="leave out other programs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="replace the tables of a page")
    return parser


def run(benchmarks: Sequence[Benchmark], *, with_peers: bool) -> Measured:
    """Run benchmarks and print what they find."""
    machine = describe_machine()
    print(machine, flush=True)
    figures: dict[str, Sequence[Figure]] = {}
    failures: dict[str, str] = {}
    for benchmark in benchmarks:
        begun = time.perf_counter()
        try:
            figures[benchmark.name] = benchmark.measure()
            table = draw_figures(figures[benchmark.name])
        # One that fails, whatever the reason, must not cost the figures of the others.
        except Exception as error:
            failures[benchmark.name] = table = f"not measured: {type(error).__name__}: {error}"
        took = time.perf_counter() - begun
        print(f"\n{benchmark.title} ({benchmark.name}, {took:.0f} s)\n{table}", flush=True)
    return Measured(machine, figures, failures, _run_peers() if with_peers else ())


def _run_peers() -> Sequence[PeerFigures]:
    from evals.bench.peers import measure

    found = measure()
    print(f"\nOther programs on the same turn\n{draw_peers(found)}", flush=True)
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Run what the command line names."""
    parser = make_parser()
    arguments = parser.parse_args(given)
    try:
        benchmarks = find_benchmarks(arguments.only)
    except ValueError as error:
        parser.error(str(error))
    if arguments.only and arguments.write:
        parser.error("A page holds all figures: --write cannot go with --only.")
    measured = run(benchmarks, with_peers=not (arguments.without_peers or arguments.only))
    if measured.failures and arguments.write:
        print(f"\n{arguments.write} is left as it is, since {', '.join(measured.failures)} failed.")
    keep(measured, arguments.json, None if measured.failures else arguments.write)
    return 1 if measured.failures else 0


if __name__ == "__main__":
    sys.exit(main())
