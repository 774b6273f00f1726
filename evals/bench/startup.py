"""How soon the program is there: `--version`, `--help`, and the first prompt on a real pseudo-terminal.

    python -m evals.bench.startup [RUNS]

Prints medians in milliseconds, and their ratio to `python -c pass` of the same run. The prompt is there
when it is drawn; it takes keys when a key that was sent at that moment is drawn too. The slowest key is
that of all that were sent one after the other in the two seconds in which the libraries load behind it.
"""

import os
import pty
import re
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

_PROMPT = "❯".encode()
_KEY = b"q"
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")
_BOUND_SECONDS = 30.0
_LOADING_SECONDS = 2.0
_BETWEEN_KEYS = 0.03


@dataclass(frozen=True, slots=True)
class Sample:
    """One run, in seconds of wall time and of CPU time."""

    wall: float
    cpu: float


def run_to_end(command: list[str]) -> Sample:
    """Run a command to its end."""
    begun = time.perf_counter()
    null = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    os.close(null)
    _, _, usage = os.wait4(child, 0)
    return Sample(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime)


def run_to_prompt(command: list[str], *, key: bool = False, slowest: bool = False) -> Sample:
    """Run a command on a pseudo-terminal until its prompt is drawn, then end it.

    Args:
        command: The command.
        key: Wait, too, until a key is drawn.
        slowest: Time the slowest key while the libraries load, in place of all.
    """
    begun = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    try:
        _read_until(terminal, _PROMPT, begun)
        wall = (_press(terminal) if key else time.perf_counter()) - begun
        if slowest:
            wall = _slowest_key(terminal)
    finally:
        os.kill(child, 9)
        _, _, usage = os.wait4(child, 0)
        os.close(terminal)
    return Sample(wall, usage.ru_utime + usage.ru_stime)


def _press(terminal: int) -> float:
    """Send a key and return when it is drawn."""
    os.write(terminal, _KEY)
    _read_until(terminal, _KEY, time.perf_counter())
    return time.perf_counter()


def _slowest_key(terminal: int) -> float:
    begun = time.perf_counter()
    slowest = 0.0
    while (sent := time.perf_counter()) - begun < _LOADING_SECONDS:
        slowest = max(slowest, _press(terminal) - sent)
        time.sleep(_BETWEEN_KEYS)
    return slowest


def _read_until(terminal: int, wanted: bytes, begun: float) -> None:
    seen = b""
    while wanted not in _ESCAPES.sub(b"", seen):
        if time.perf_counter() - begun > _BOUND_SECONDS:
            raise TimeoutError(f"{wanted!r} was not drawn within {_BOUND_SECONDS} s: {seen[-500:]!r}")
        if select.select([terminal], [], [], 1.0)[0]:
            seen += os.read(terminal, 65536)


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    astravue = [sys.executable, "-P", "-m", "agent"]
    with tempfile.TemporaryDirectory() as home:
        os.environ["ASTRAVUE_HOME"] = home
        os.environ["ASTRAVUE_SERVER"] = "http://127.0.0.1:9/mcp"
        os.environ.setdefault("TERM", "xterm-256color")
        measured: list[tuple[str, Callable[[], Sample]]] = [
            ("python -c pass", lambda: run_to_end([sys.executable, "-c", "pass"])),
            ("astravue --version", lambda: run_to_end([*astravue, "--version"])),
            ("astravue --help", lambda: run_to_end([*astravue, "--help"])),
            ("astravue, to the prompt", lambda: run_to_prompt(astravue)),
            ("  and a key drawn", lambda: run_to_prompt(astravue, key=True)),
            ("slowest key of loading", lambda: run_to_prompt(astravue, slowest=True)),
        ]
        samples: dict[str, list[Sample]] = {name: [] for name, _ in measured}
        for number in range(runs + 1):
            for name, measure in measured:
                sample = measure()
                # The first round warms the file cache.
                if number:
                    samples[name].append(sample)
    base = statistics.median(sample.wall for sample in samples["python -c pass"])
    print(f"{'median of ' + str(runs):<26}{'wall ms':>9}{'CPU ms':>9}{'ratio':>8}")
    for name, listed in samples.items():
        wall = statistics.median(sample.wall for sample in listed)
        cpu = statistics.median(sample.cpu for sample in listed)
        print(f"{name:<26}{wall * 1000:>9.0f}{cpu * 1000:>9.0f}{wall / base:>8.1f}")


if __name__ == "__main__":
    main()
