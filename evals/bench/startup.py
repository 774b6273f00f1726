"""How soon the program is there: `--version`, `--help`, and the first prompt on a real pseudo-terminal.

The prompt is there when it is drawn; it takes keys when a key that was sent at that moment is drawn too. The
slowest key is that of all that were sent one after the other in the two seconds in which the libraries load
behind it.
"""

import os
import pty
import re
import select
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence

from evals.bench.figures import Figure, Target, summarise
from evals.bench.processes import run_well
from evals.bench.program import ASTRAVUE, PASS

_RUNS = 9
# Each of these takes as long as the libraries take to load.
_SLOW_RUNS = 3
_PROMPT = "❯".encode()
_KEY = b"q"
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")
_BOUND_SECONDS = 30.0
_LOADING_SECONDS = 2.0
_BETWEEN_KEYS = 0.03


def measure() -> list[Figure]:
    """Start it again and again, each way by turns."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        environ = {
            "TERM": "xterm-256color",
            **os.environ,
            "ASTRAVUE_HOME": home,
            "ASTRAVUE_SERVER": "http://127.0.0.1:9/mcp",
        }
        ways: Mapping[str, Callable[[], float]] = {
            "python -c pass": lambda: run_well(PASS, environ).wall,
            "astravue --version": lambda: run_well([*ASTRAVUE, "--version"], environ).wall,
            "astravue --help": lambda: run_well([*ASTRAVUE, "--help"], environ).wall,
            "first prompt": lambda: run_to_prompt(ASTRAVUE, environ),
            "first prompt, and a key drawn": lambda: run_to_prompt(ASTRAVUE, environ, key=True),
        }
        samples: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(_RUNS + 1):
            for name, way in ways.items():
                seconds = way()
                # The first round warms the file cache.
                if number:
                    samples[name].append(seconds * 1000)
        slowest = [run_to_prompt(ASTRAVUE, environ, slowest=True) * 1000 for _ in range(_SLOW_RUNS)]
    return _figures({**samples, "slowest key while libraries load": slowest})


def _figures(samples: Mapping[str, Sequence[float]]) -> list[Figure]:
    targets = {"astravue --version": Target(3, of="ratio"), "first prompt": Target(300)}
    base: Figure | None = None
    figures: list[Figure] = []
    for name, values in samples.items():
        figures.append(summarise(name, "ms", values, base=base, target=targets.get(name)))
        base = base or figures[0]
    return figures


def run_to_prompt(
    command: Sequence[str], environ: Mapping[str, str], *, key: bool = False, slowest: bool = False
) -> float:
    """Run a command on a pseudo-terminal until its prompt is drawn, then end it.

    Args:
        command: The command.
        environ: Its environment.
        key: Wait, too, until a key is drawn.
        slowest: Time the slowest key while the libraries load, in place of all.

    Returns:
        Seconds.
    """
    begun = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], list(command), environ)
    try:
        _read_until(terminal, _PROMPT, begun)
        seconds = (_press(terminal) if key else time.perf_counter()) - begun
        return _slowest_key(terminal) if slowest else seconds
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


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
