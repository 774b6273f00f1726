"""How long the sandbox takes to hand out a snapshot of its database and to restore one, over real HTTP.

    python -m evals.bench.snapshots [RUNS] [SEED]

Prints medians and maxima in milliseconds, the transfer on this machine included.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager

import httpx2


@contextmanager
def controlled_sandbox(folder: str, seed: str) -> Generator[httpx2.Client]:
    """Start a sandbox with its control API, and hand out a client of it."""
    command = [sys.executable, "-P", "-m", "agent.sandbox", "--exit-with-parent", "--control-port", "0"]
    command += ["--data", folder, "--seed", seed]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        control = json.loads(process.stdout.readline())["control"]
        headers = {"Authorization": f"Bearer {control['token']}"}
        with httpx2.Client(base_url=control["url"], headers=headers, timeout=60) as client:
            yield client
        process.stdin.close()


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = sys.argv[2] if len(sys.argv) > 2 else "demo"
    taken: list[float] = []
    restored: list[float] = []
    size = 0
    with tempfile.TemporaryDirectory() as folder, controlled_sandbox(folder, seed) as control:
        for _ in range(runs):
            begun = time.perf_counter()
            snapshot = control.get("/snapshot").raise_for_status().content
            between = time.perf_counter()
            control.put("/snapshot", content=snapshot).raise_for_status()
            taken.append(between - begun)
            restored.append(time.perf_counter() - between)
            size = len(snapshot)
    print(f"{seed}: {size / 1024:.0f} KiB, {runs} runs")
    for name, seconds in (("snapshot", taken), ("restore", restored)):
        print(
            f"{name:<10}median {statistics.median(seconds) * 1000:6.1f} ms, max {max(seconds) * 1000:6.1f} ms"
        )


if __name__ == "__main__":
    main()
