"""Which versions are here, and whether they fit."""

from pathlib import Path

import agent
from agent.doctor.finding import Outcome
from agent.doctor.versions import check_versions, installed_version, read_requirements


def test_what_is_installed_for_the_tests_fits() -> None:
    finding = check_versions(read_requirements())
    assert finding.outcome is Outcome.OK
    assert finding.text.startswith(f"astravue-agent {agent.__version__}, Python 3.")
    assert f"mcp {installed_version('mcp')}" in finding.text


def test_a_version_outside_its_range_and_a_missing_package_are_a_problem() -> None:
    finding = check_versions(["mcp>=1,<2", "openai>=3", "no-such-package-anywhere>=1"])
    assert finding.outcome is Outcome.PROBLEM
    assert f"mcp is {installed_version('mcp')}, not <2,>=1" in finding.text
    assert "no-such-package-anywhere is missing" in finding.text
    assert "openai is" not in finding.text
    assert "pip install" in finding.advice


def test_what_another_system_or_an_extra_needs_is_not_missed_here() -> None:
    requirements = ['no-such-package-anywhere; sys_platform == "none"', 'another-one; extra == "local"']
    assert check_versions(requirements).outcome is Outcome.OK


def test_a_checkout_is_asked_for_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["mcp>=2"]\n')
    assert installed_version("astravue-agent") is not None or read_requirements(
        tmp_path / "pyproject.toml"
    ) == ["mcp>=2"]
