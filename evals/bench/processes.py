"""Commands that are run to their end, with the time they take and the memory of all their processes.

Linux only: /proc tells who belongs to a command and what it holds.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread, Timer

PAGE = os.sysconf("SC_PAGE_SIZE")
_BETWEEN_LOOKS = 0.01
_BOUND_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command.

    Args:
        begun: When it began, by `time.perf_counter`.
        wall: Seconds until it ended.
        processor: Seconds of processor time, of its children too.
        memory: MiB that its processes held together at the peak.
        status: Its exit status.
        output: What it wrote, both streams.
    """

    begun: float
    wall: float
    processor: float
    memory: float
    status: int
    output: str


def run(
    command: Sequence[str],
    environ: Mapping[str, str] = os.environ,
    *,
    folder: Path | None = None,
    bound: float = _BOUND_SECONDS,
) -> Run:
    """Run a command to its end, quietly.

    Args:
        command: The command.
        environ: Its environment.
        folder: Its working folder.
        bound: After so many seconds all of its processes are killed.
    """
    with tempfile.TemporaryFile() as written:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        peak, ended = [0.0], Event()
        watcher = Thread(target=_watch, args=(process.pid, peak, ended))
        watcher.start()
        killer = Timer(bound, _kill, [process.pid])
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        killer.cancel()
        ended.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        written.seek(0)
        output = written.read().decode(errors="replace")
    # What the system says of an ended process counts what its parent held when it was forked.
    return Run(begun, wall, usage.ru_utime + usage.ru_stime, peak[0], process.returncode, output)


def run_well(command: Sequence[str], environ: Mapping[str, str] = os.environ) -> Run:
    """Run a command that has to end with status 0.

    Raises:
        RuntimeError: It ended otherwise.
    """
    done = run(command, environ)
    if done.status:
        raise RuntimeError(f"{' '.join(command)} ended with {done.status}: {done.output[-500:]}")
    return done


def _watch(pid: int, peak: list[float], ended: Event) -> None:
    known: set[int] = set()
    while not ended.wait(_BETWEEN_LOOKS):
        there = set(family(pid))
        # A child that has just been forked shows all that its parent holds, once more.
        peak[0] = max(peak[0], sum(map(resident, there & known)))
        known = there


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def family(pid: int) -> Iterator[int]:
    """A process, its children and theirs, as far as they still run."""
    yield pid
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def resident(pid: int) -> float:
    """The resident memory of a process in MiB; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
    except OSError:
        return 0.0
