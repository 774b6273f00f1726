"""The image is described as its linter wants it, and its build gets what it copies and no more."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.packaging.licences import ROOT, locked

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def sent() -> set[str]:
    """What .dockerignore lets through of a checkout."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in rules
    return {rule.removeprefix("!") for rule in rules if rule.startswith("!")}


def test_the_linter_has_nothing_to_say() -> None:
    lint = [Path(sys.executable).with_name("hadolint"), "--failure-threshold", "style", ROOT / "Dockerfile"]
    linted = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_its_build_gets_what_the_wheel_is_made_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        "pyproject.toml",
        "locks",
        project["project"]["readme"],
        *project["project"]["license-files"],
        *wheel["packages"],
        *wheel["force-include"],
        *wheel["shared-data"],
    }
    assert sent() == needed
    assert all((ROOT / name).exists() for name in needed)


def test_it_installs_from_locks_that_there_are_and_by_their_hashes() -> None:
    installs = re.findall(r"pip install (.*)", DOCKERFILE)
    from_locks = [line for line in installs if "-r " in line]
    assert all("--require-hashes" in line for line in from_locks)
    assert all("--no-index" in line for line in installs if line not in from_locks)
    assert re.findall(r"^ARG LOCK=(\w+)$", DOCKERFILE, re.MULTILINE) == ["base"]
    assert "-r locks/build.txt" in DOCKERFILE
    assert locked("base")
    assert locked("build")


def test_it_does_not_run_as_root() -> None:
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.rstrip().endswith('ENTRYPOINT ["astravue"]')
