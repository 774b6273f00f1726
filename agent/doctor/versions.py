"""The versions of what runs here, and whether they are those that this program was made for."""

import importlib.metadata
import platform
from collections.abc import Sequence
from pathlib import Path

import agent
from agent.doctor.finding import Finding, Outcome

VERSIONS = "versions"
_DISTRIBUTION = "astravue-agent"
_TOLD = ("openai", "mcp", "httpx2", "prompt_toolkit")


def read_requirements(
    project_file: Path = Path(agent.__file__).parents[1] / "pyproject.toml",
) -> Sequence[str]:
    """What this program needs, one requirement a line (PEP 508).

    Args:
        project_file: Says so in a checkout, where nothing is installed under the program's own name.
    """
    try:
        return importlib.metadata.requires(_DISTRIBUTION) or ()
    except importlib.metadata.PackageNotFoundError:
        import tomllib

        return tomllib.loads(project_file.read_text(encoding="utf-8"))["project"]["dependencies"]


def check_versions(requirements: Sequence[str]) -> Finding:
    """Compare what is needed with what is installed, without importing any of it.

    Args:
        requirements: What is needed.
    """
    from packaging.requirements import Requirement

    unfit: list[str] = []
    for needed in map(Requirement, requirements):
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        version = installed_version(needed.name)
        if version is None:
            unfit.append(f"{needed.name} is missing")
        elif not needed.specifier.contains(version, prereleases=True):
            unfit.append(f"{needed.name} is {version}, not {needed.specifier}")
    here = f"astravue-agent {agent.__version__}, Python {platform.python_version()}"
    if unfit:
        return Finding(
            VERSIONS,
            Outcome.PROBLEM,
            f"{here}; {'; '.join(unfit)}",
            "Install it anew: pip install --upgrade --force-reinstall astravue-agent",
        )
    told = [f"{name} {version}" for name in _TOLD if (version := installed_version(name))]
    return Finding(VERSIONS, Outcome.OK, ", ".join((here, *told)))


def installed_version(name: str) -> str | None:
    """The version of a package that is installed here; none if it is not."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
