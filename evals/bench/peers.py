"""The same one-shot turn through other programs, against the same server and the same model.

    python -m evals.bench.peers [--json FILE] [--write PAGE]

Installs them once, with pinned versions, into the platform's cache folder or `$ASTRAVUE_BENCH_CACHE`. Then
each program asks one question, by turns with the others; the model has one tool called, and answers.
Programs that cannot be installed or do not get there are listed with the reason.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2

from agent import __version__
from evals.bench.endpoint import Body, Endpoint
from evals.bench.install import install_base
from evals.bench.installing import count_packages, find_pythons, size_of
from evals.bench.keeping import Measured, keep
from evals.bench.machine import describe_machine
from evals.bench.peer_figures import PeerFigures
from evals.bench.peer_installing import Installed, install, node_environ
from evals.bench.peer_list import PEERS, Peer, Place
from evals.bench.processes import Run, run
from evals.bench.program import ASK, Program, signed_in
from evals.bench.request import measure_request
from evals.bench.sandboxes import fetch_token
from evals.bench.tables import draw_peers

_RUNS = 5
_BOUND_SECONDS = 60.0
_OURS = "astravue ask"
# Keys and addresses of the user's own must not reach a program that is measured.
_PASSED_ON = ("LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")


@dataclass(slots=True)
class Contestant:
    """A program that can be started, and what its runs took.

    Args:
        name: Its command.
        version: Its version.
        installed: Its installation.
        command: What is run.
        environ: In which environment.
        folder: In which folder.
        problem: Why its figures would mean nothing.
        runs: Its runs, without the first.
        request: The first request of the last of them.
    """

    name: str
    version: str
    installed: Installed
    command: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    problem: str = ""
    runs: list[Run] = field(default_factory=list[Run])
    request: Body = field(default_factory=dict[str, object])

    def figures(self) -> PeerFigures:
        """What was measured."""
        if self.problem:
            return PeerFigures(self.name, self.version, self.problem)
        seconds = [done.wall for done in self.runs]
        length = measure_request(self.request)
        return PeerFigures(
            self.name,
            self.version,
            seconds=statistics.median(seconds),
            least=min(seconds),
            most=max(seconds),
            memory=statistics.median(done.memory for done in self.runs),
            functions=length.functions,
            tool_bytes=length.tool_bytes,
            tokens=length.tokens,
            packages=self.installed.packages,
            size=self.installed.size,
        )


def measure() -> list[PeerFigures]:
    """Install, run and measure; this program first."""
    missing: list[PeerFigures] = []
    with signed_in() as program, ExitStack() as stack:
        contestants = [_ours(program)]
        for peer in PEERS:
            try:
                installed = install(peer)
            except (RuntimeError, OSError) as error:
                missing.append(PeerFigures(peer.command, peer.version, f"not installed, {error}"))
                continue
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="peer-"))
            contestants.append(_theirs(peer, installed, program, Path(home)))
        # The first round lets each write what it keeps, and warms the file cache.
        for number in range(_RUNS + 1):
            for contestant in contestants:
                _run_once(contestant, program.endpoint, counts=number > 0)
    found = [contestant.figures() for contestant in contestants]
    ours = found[0].seconds
    return [replace(each, ratio=each.seconds / ours if ours else 0.0) for each in found] + missing


def _ours(program: Program) -> Contestant:
    version, python = next(iter(find_pythons().items()))
    packages = install_base(version, python)
    installed = Installed(Path(sys.executable), count_packages(packages), size_of(packages))
    return Contestant(_OURS, __version__, installed, ASK, program.environ, program.folder)


def _theirs(peer: Peer, installed: Installed, program: Program, home: Path) -> Contestant:
    project = home / "project"
    project.mkdir()
    with httpx2.Client() as http:
        token = fetch_token(http, program.sandbox, program.sandbox.users[0])
    place = Place(home, project, program.sandbox.url, token, program.endpoint.base_url)
    start = peer.configure(place)
    environ = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environ |= {"PATH": node_environ()["PATH"], "HOME": str(home), "PWD": str(project), **start.environ}
    command = [str(installed.program), *start.arguments]
    return Contestant(peer.command, peer.version, installed, command, environ, project)


def _run_once(contestant: Contestant, endpoint: Endpoint, *, counts: bool) -> None:
    if contestant.problem:
        return
    endpoint.begin()
    try:
        done = run(contestant.command, contestant.environ, folder=contestant.folder, bound=_BOUND_SECONDS)
    except OSError as error:
        contestant.problem = f"it cannot be started, {error}"
        return
    if done.status or not endpoint.results:
        said = " ".join(done.output.split())[-200:]
        what = f"it ended with {done.status}" if done.status else "it called no tool"
        contestant.problem = f"{what}, {said}"
    elif counts:
        contestant.runs.append(done)
        contestant.request = endpoint.first


def main() -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.peers", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="replace the table of a page")
    arguments = parser.parse_args()
    machine = describe_machine()
    found = measure()
    print(f"{machine}\n{draw_peers(found)}")
    keep(Measured(machine, peers=found), arguments.json, arguments.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
