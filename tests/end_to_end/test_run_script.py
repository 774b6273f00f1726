"""`./run`: silent when there is nothing to do, one sentence when it cannot go on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The script and the locks, with no virtual environment."""
    shutil.copy(ROOT / "run", tmp_path / "run")
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    return tmp_path


def run(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": path, "HOME": str(folder), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(
        [str(folder / "run"), *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def tools_alone(folder: Path) -> str:
    """A PATH with what a POSIX shell script may use, and no Python."""
    programs = folder / "programs"
    programs.mkdir()
    for name in ("sh", "dirname", "rm", "touch"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    return str(programs)


def test_without_python_it_says_so_in_one_sentence(checkout: Path) -> None:
    ended = run(checkout, "--version", path=tools_alone(checkout))
    assert ended.returncode == 1
    assert "Python 3.11 or newer" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_without_a_network_it_says_so_in_one_sentence_and_tries_again_next_time(checkout: Path) -> None:
    programs = tools_alone(checkout)
    (Path(programs) / "python3").symlink_to(os.path.realpath("/proc/self/exe"))
    for _ in range(2):
        ended = run(checkout, "--version", path=programs)
        assert ended.returncode == 1
        said = [line for line in ended.stderr.splitlines() if not line.endswith("...")]
        assert len(said) == 1
        assert "check the network" in said[0]


def test_with_everything_installed_it_is_silent_and_passes_arguments_on(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    python.chmod(0o755)
    (checkout / ".venv" / ".installed-test").touch()
    ended = run(checkout, "ask", "two words", path=tools_alone(checkout))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "-P|-m|agent|ask|two words|"
