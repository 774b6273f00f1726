"""The licences of everything that an installation brings with it, as the packages themselves name them.

pip-licenses reads the metadata of what is installed. Where that does not name a licence by its SPDX
identifier, a table here does, by what the package's licence file says.

Source: SPDX licence list; PEP 639, "License-Expression".
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "ISC",
        "MIT",
        "MIT-0",
        "PSF-2.0",
        "Zlib",
    }
)
"""Licences that ask for no more than their notice."""

NOTED = {"MPL-2.0": "changed files of theirs stay under it; used as they are, nothing follows"}
"""Licences that ask for more, and what follows."""

# Their metadata has a family's name alone, or nothing; this is what their licence file is.
_READ = {
    "agent-client-protocol": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "jsonlines": "BSD-3-Clause",
    "nest-asyncio2": "BSD-2-Clause",
    "partd": "BSD-3-Clause",
    "prompt-toolkit": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "s3fs": "BSD-3-Clause",
    "tiktoken": "MIT",
    "zict": "BSD-3-Clause",
}
# What other platforms or older Pythons alone install, by the metadata on PyPI.
_ELSEWHERE = {
    "backports-tarfile": "MIT",
    "httpx2-jsfetch": "BSD-3-Clause",
    "importlib-metadata": "Apache-2.0",
    "lazy-importer": "Apache-2.0",
    "pywin32": "PSF-2.0",
    "pywin32-ctypes": "BSD-3-Clause",
    "zipfile-zstd": "MIT",
}
_INTRODUCTION = """\
# Licences

Astravue agent is under the Apache License 2.0. What it ships of others is an encoding and scripts for
completion; [NOTICE](../NOTICE) names them. All else comes in packages of its own when it is installed. These
are their licences, as SPDX expressions. They ask for no more than that their notices are kept, but:

"""
# Classifiers that name one licence; "BSD License" names several.
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
ENVIRONMENTS = [
    {"sys_platform": platform, "os_name": name, "platform_system": system, "python_version": python}
    | {"python_full_version": f"{python}.0"}
    for platform, name, system in [
        ("linux", "posix", "Linux"),
        ("darwin", "posix", "Darwin"),
        ("win32", "nt", "Windows"),
    ]
    for python in ("3.11", "3.12", "3.13", "3.14")
]
"""The platforms and Pythons that the program is for, as markers know them."""


def locked(name: str) -> list[str]:
    """The packages that a lock names, for every platform and Python."""
    lines = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    return re.findall(r"^([\w.-]+)==", lines, re.MULTILINE)


def groups() -> dict[str, list[str]]:
    """The packages of the base installation, and what each extra adds to it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = locked("base")
    extras: dict[str, list[str]] = project["optional-dependencies"]
    known = set(locked("test"))
    return {"": base} | {
        extra: sorted((_needed(map(Requirement, wanted)) & known).difference(base))
        for extra, wanted in extras.items()
    }


def _needed(requirements: Iterable[Requirement]) -> set[str]:
    """All that requirements lead to, on whatever platform and Python."""
    found: set[tuple[str, str]] = set()
    left: list[tuple[str, str]] = [
        (canonicalize_name(each.name), extra) for each in requirements for extra in ("", *each.extras)
    ]
    while left:
        if (node := left.pop()) not in found:
            found.add(node)
            left.extend(_requirements_of(*node))
    return {name for name, _ in found}


def _requirements_of(name: str, extra: str) -> Iterator[tuple[str, str]]:
    with suppress(PackageNotFoundError):
        for requirement in map(Requirement, requires(name) or []):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({**each, "extra": extra}) for each in ENVIRONMENTS):
                yield from ((canonicalize_name(requirement.name), each) for each in ("", *requirement.extras))


@cache
def named() -> dict[str, str]:
    """The licence of each package that is installed, and of those that other platforms install.

    The value is an SPDX expression; if none can be told, what the package says.
    """
    program = Path(sys.executable).with_name("pip-licenses")
    asked = subprocess.run(
        [program, "--from=all", "--format=json", "--with-system"], capture_output=True, text=True, check=True
    )
    packages: list[dict[str, str]] = json.loads(asked.stdout)
    return _ELSEWHERE | {canonicalize_name(each["Name"]): _licence(each) for each in packages}


def _licence(package: Mapping[str, str]) -> str:
    if read := _READ.get(canonicalize_name(package["Name"])):
        return read
    for field in ("License-Expression", "License-Metadata"):
        with suppress(InvalidLicenseExpression):
            return canonicalize_license_expression(package[field])
    return _CLASSIFIERS.get(package["License-Classifier"], package["License-Classifier"])


def is_allowed(expression: str) -> bool:
    """Whether all that an expression asks for, or one of what it leaves to choose from, is allowed.

    Args:
        expression: Of SPDX identifiers, `AND` and `OR`, without parentheses.
    """
    return any(
        {each.strip() for each in choice.split(" AND ")} <= ALLOWED | NOTED.keys()
        for choice in expression.split(" OR ")
    )


def page() -> str:
    """The whole of `docs/licences.md`."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield from _INTRODUCTION.splitlines()
    yield from (f"- {licence}: {meaning}." for licence, meaning in NOTED.items())
    for extra, packages in groups().items():
        yield ""
        yield f"## What the extra `{extra}` adds" if extra else "## Without extras"
        yield ""
        yield "| package | licence |"
        yield "| --- | --- |"
        yield from (f"| {package} | {named()[package]} |" for package in packages)
