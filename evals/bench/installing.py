"""Virtual environments in a cache outside the project, and how large an installation is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import platformdirs

_CACHE = "ASTRAVUE_BENCH_CACHE"
_BOUND_SECONDS = 600.0
_NEWEST_LAST = ("python3.11", "python3.12", "python3.13", "python3.14")
_SITE_PACKAGES = "import sysconfig; print(sysconfig.get_path('purelib'))"


def cache() -> Path:
    """Where benchmarks install what they need."""
    named = os.environ.get(_CACHE)
    return Path(named) if named else platformdirs.user_cache_path("astravue-bench")


def run_installer(command: Sequence[str | Path], environ: Mapping[str, str] = os.environ) -> str:
    """Run a step of an installation and return what it printed.

    Raises:
        RuntimeError: It failed; the last line that it wrote is the reason.
    """
    done = subprocess.run(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_BOUND_SECONDS,
        check=False,
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(lines[-1] if lines else f"{command[0]} ended with {done.returncode}")
    return done.stdout


def find_pythons() -> Mapping[str, Path]:
    """The Pythons of this machine from 3.11 on, by version, the oldest first."""
    found: dict[str, Path] = {}
    for candidate in (Path(sys.executable), *_candidates()):
        version = _version(candidate)
        if version:
            found.setdefault(version, candidate)
    return dict(sorted(found.items(), key=lambda item: tuple(map(int, item[0].split(".")))))


def _candidates() -> Iterator[Path]:
    for name in _NEWEST_LAST:
        if found := shutil.which(name):
            yield Path(found)
    # pyenv shows only those on the PATH that were chosen for this folder.
    yield from sorted(Path.home().glob(".pyenv/versions/3.1[1-9].*/bin/python"))


def _version(python: Path) -> str:
    """Its version, as “3.13”; empty where there is none that could be used."""
    say = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", say], capture_output=True, text=True, check=False)
    version = done.stdout.strip()
    return version if done.returncode == 0 and version >= "3.11" else ""


def make_environment(python: Path, folder: Path) -> Path:
    """Make a virtual environment without anything in it; its Python."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    run_installer([python, "-m", "venv", "--without-pip", folder])
    return folder / "bin" / "python"


def pip_install(python: Path, *what: str) -> None:
    """Install into an environment, with the pip of this one."""
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    run_installer([*pip, "install", "--quiet", "--disable-pip-version-check", *what])


def site_packages(python: Path) -> Path:
    """Where an environment has its packages."""
    return Path(run_installer([python, "-c", _SITE_PACKAGES]).strip())


def count_packages(folder: Path) -> int:
    """How many packages Python's installers put into a folder."""
    return sum(1 for _ in folder.glob("*.dist-info"))


def size_of(folder: Path) -> float:
    """The megabytes of all files in a folder; one with several names counts once."""
    found = (path.lstat() for path in folder.rglob("*") if path.is_file())
    return sum({each.st_ino: each.st_size for each in found}.values()) / 1e6
