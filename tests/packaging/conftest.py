"""What is handed on, built once for all tests and workers, and installed without the checkout."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from filelock import FileLock

from tests.end_to_end.program import Program
from tests.packaging.licences import ROOT, locked


@dataclass(frozen=True)
class Built:
    """The two files of one build."""

    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Installation:
    """An environment in which nothing is but the wheel and what it needs."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def astravue(self) -> Path:
        return self.folder / "bin" / "astravue"

    @property
    def share(self) -> Path:
        return self.folder / "share"

    def run(self, program: Program, *command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the home of a program, to its end."""
        return subprocess.run(
            command,
            cwd=program.home,
            env={**program.environ, **environ},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def run_with_date(command: Sequence[str | Path], folder: Path) -> None:
    """Run a builder, which dates what it makes by the environment."""
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    subprocess.run([sys.executable, "-m", *command], cwd=folder, env=environ, capture_output=True, check=True)


def built_in(folder: Path) -> Built:
    """What a builder left in a folder."""
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


def once(shared: Path, make: Callable[[Path], object]) -> Path:
    """A folder that the first of the workers fills for all of them."""
    with FileLock(shared.with_suffix(".lock")):
        if not shared.exists():
            new = shared.with_suffix(".new")
            new.mkdir()
            make(new)
            new.rename(shared)
    return shared


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def built(shared_folder: Path) -> Built:
    """What the checkout is built into."""
    return built_in(
        once(
            shared_folder / "built",
            lambda new: run_with_date(["build", "--no-isolation", "--outdir", new], ROOT),
        )
    )


@pytest.fixture(scope="session")
def installation(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment that has the packages of locks/base.txt and no others."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    installed = Installation(folder / "venv")
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    for name in locked("base"):
        _borrow(name, site)
    install = ["-m", "pip", "--python", installed.python, "install", "--no-deps", "--no-index", built.wheel]
    subprocess.run([sys.executable, *install], capture_output=True, check=True)
    return installed


def _borrow(name: str, site: Path) -> None:
    """Put a package of this environment into another, without a copy; one for other platforms is nowhere."""
    with suppress(PackageNotFoundError):
        package = distribution(name)
        for top in {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(str(package.locate_file(top)))
