"""The locks: an installation brings no more than was promised, and each file is known by its hash."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.licences import ENVIRONMENTS, ROOT

_MOST_PACKAGES = 60
_LOCKS = ("base", "build", "fastmcp", "local", "test")


@cache
def pins(lock: str) -> Mapping[str, Requirement]:
    """What a lock names, by the name of the package."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^([^\s#].*?) *\\?$", text, re.MULTILINE)
    return {str(canonicalize_name(each.name)): each for each in map(Requirement, lines)}


def version(requirement: Requirement) -> str:
    return str(requirement.specifier).removeprefix("==")


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: " ".join(sorted(set(each.values()))))
def test_the_base_is_sixty_packages_at_most(environment: dict[str, str]) -> None:
    installed = [
        name
        for name, pin in pins("base").items()
        if pin.marker is None or pin.marker.evaluate(dict(environment))
    ]
    assert len(installed) <= _MOST_PACKAGES


def test_there_is_a_test_for_every_lock() -> None:
    assert {path.stem for path in (ROOT / "locks").glob("*.txt")} == set(_LOCKS)


@pytest.mark.parametrize("lock", _LOCKS)
def test_every_package_is_pinned_and_known_by_its_hashes(lock: str) -> None:
    assert pins(lock)
    assert [
        name for name, pin in pins(lock).items() if not re.fullmatch(r"==[^,*]+", str(pin.specifier))
    ] == []
    text = (ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    bare = re.findall(r"^\S+==.*\n(?! +--hash=sha256:[0-9a-f]{64})", text, re.MULTILINE)
    assert bare == []


@pytest.mark.parametrize(("smaller", "larger"), [("base", "local"), ("local", "test"), ("build", "test")])
def test_a_larger_lock_holds_all_of_a_smaller_one_in_the_same_versions(smaller: str, larger: str) -> None:
    ours = {name: version(pin) for name, pin in pins(smaller).items()}
    theirs = {name: version(pin) for name, pin in pins(larger).items()}
    assert {name: theirs.get(name) for name in ours} == ours


def test_the_locks_are_of_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras: dict[str, list[str]] = project["project"]["optional-dependencies"]
    groups: dict[str, list[Any]] = project["dependency-groups"]
    wanted = {
        "base": project["project"]["dependencies"],
        "local": extras["local"],
        "build": groups["build"],
        "test": [each for extra in extras.values() for each in extra]
        + [each for each in groups["test"] if isinstance(each, str)],
    }
    unmet = [
        f"{lock}: {requirement}"
        for lock, requirements in wanted.items()
        for requirement in map(Requirement, requirements)
        if version(pins(lock)[canonicalize_name(requirement.name)]) not in requirement.specifier
    ]
    assert unmet == []
