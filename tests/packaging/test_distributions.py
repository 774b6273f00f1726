"""The sdist and the wheel: what is in them, and that whoever builds them gets the same bytes."""

import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import agent
from tests.packaging.conftest import Built, built_in, run_with_date
from tests.packaging.licences import ROOT

_LEFT_BEHIND = {"__pycache__", ".hypothesis"}
_SHARED = "astravue_agent-{}.data/data/share"


def files_of(folder: str) -> set[str]:
    """The files of a folder of the checkout, but for what is made by running it."""
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not _LEFT_BEHIND & set(path.parts)
    }


@pytest.fixture(scope="module")
def in_wheel(built: Built) -> set[str]:
    with zipfile.ZipFile(built.wheel) as wheel:
        return set(wheel.namelist())


@pytest.fixture(scope="module")
def in_sdist(built: Built) -> set[str]:
    with tarfile.open(built.sdist) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


@pytest.fixture(scope="module")
def metadata(built: Built) -> Message:
    with zipfile.ZipFile(built.wheel) as wheel:
        (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
        return Parser().parsestr(wheel.read(name).decode())


def test_the_sdist_builds_both_again_to_the_byte_in_another_folder(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as sdist:
        sdist.extractall(tmp_path / "elsewhere", filter="data")
    (source,) = (tmp_path / "elsewhere").iterdir()
    # Without the frontend, so that both come from the same folder.
    run_with_date(["hatchling", "build", "-d", tmp_path / "again"], source)
    again = built_in(tmp_path / "again")
    assert again.sdist.read_bytes() == built.sdist.read_bytes()
    assert again.wheel.read_bytes() == built.wheel.read_bytes()


def test_the_index_would_take_both(built: Built) -> None:
    check = [sys.executable, "-m", "twine", "check", "--strict", built.sdist, built.wheel]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("PASSED") == 2


def test_the_wheel_holds_the_program_its_evals_its_prompts_and_what_shells_and_man_read(
    in_wheel: set[str],
) -> None:
    shared = _SHARED.format(agent.__version__)
    wanted = {
        *files_of("agent"),
        *files_of("evals"),
        *(f"agent/{each}" for each in files_of("prompts")),
        *(each.replace("share", shared, 1) for each in files_of("share")),
    }
    assert {f"{shared}/man/man1/astravue.1", "agent/prompts/system.md"} <= wanted
    assert {each for each in in_wheel if ".dist-info/" not in each} == wanted


def test_the_sdist_holds_what_its_tests_need(in_sdist: set[str]) -> None:
    folders = ("agent", "evals", "prompts", "share", "docs", "locks", "tests", ".ci")
    wanted = {each for folder in folders for each in files_of(folder)}
    files = {each for each in in_sdist if each.partition("/")[0] in folders}
    assert files == wanted
    assert in_sdist - files == {
        ".dockerignore",
        ".gitignore",
        "Dockerfile",
        "LICENSE",
        "NOTICE",
        "PKG-INFO",
        "pyproject.toml",
        "run",
        *(path.name for path in ROOT.glob("*.md")),
    }


def test_the_metadata_tells_what_it_is_and_under_which_licence(metadata: Message) -> None:
    assert metadata["Name"] == "astravue-agent"
    assert metadata["Version"] == agent.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE", "NOTICE"]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_all("Provides-Extra") == ["distributed", "inspect", "local", "otel"]
