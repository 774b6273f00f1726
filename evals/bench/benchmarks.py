"""The benchmarks, in the order in which they run."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from evals.bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark.

    Args:
        name: Its module in this folder, which has `measure`.
        title: What it measures.
        apart: It takes long or fetches much, and runs only when it is named.
    """

    name: str
    title: str
    apart: bool = False

    def measure(self) -> Sequence[Figure]:
        """Run it."""
        figures: Sequence[Figure] = import_module(f"evals.bench.{self.name}").measure()
        return figures


BENCHMARKS = (
    Benchmark("startup", "Start-up"),
    Benchmark("one_shot", "One question, one tool call"),
    Benchmark("request", "The first request to the model"),
    Benchmark("session", "A tool call, and four at once"),
    Benchmark("first_token", "Until the first token of an answer"),
    Benchmark("model", "An answer's stream put together"),
    Benchmark("soak", "Refreshes under load"),
    Benchmark("replays", "Replayed trials"),
    Benchmark("memory", "Memory of a conversation"),
    Benchmark("install", "Base installation"),
    Benchmark("sandbox", "The sandbox"),
    Benchmark("sandbox_large", "The sandbox with much to bear", apart=True),
    Benchmark("embedded", "The embedded model", apart=True),
)


def find_benchmarks(names: Sequence[str]) -> list[Benchmark]:
    """Those of some names, or without any name all that do not stand apart.

    Raises:
        ValueError: There is none of a name.
    """
    known = {each.name: each for each in BENCHMARKS}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"There is no benchmark {unknown[0]}; there are {', '.join(known)}.")
    return [each for each in BENCHMARKS if (each.name in names if names else not each.apart)]
