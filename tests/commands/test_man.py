"""The manual page holds what `--help` holds, and what reads such pages has nothing to say about it."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from agent.commands.command_line import build_parser
from agent.commands.man import ENVIRONMENT, manual_page
from agent.errors import ExitCode
from agent.settings.table import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = manual_page(build_parser(), date(2026, 11, 25))


@pytest.fixture(scope="module")
def text() -> str:
    """The page as a person reads it, without the line ends that depend on the width."""
    shown = read_with(["groff", "-man", "-Tascii", "-P-cbou", "-rLL=500n", "-rHY=0"])
    return " ".join(shown.stdout.split())


def read_with(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=PAGE, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ["mandoc", "-Tlint", "-Wstyle"],
        ["groff", "-man", "-ww", "-z", "-Tascii"],
        ["groff", "-man", "-ww", "-z", "-Tutf8"],
    ],
)
def test_what_reads_manual_pages_complains_of_nothing(command: list[str]) -> None:
    read = read_with(command)
    assert (read.returncode, read.stdout, read.stderr) == (0, "", "")


def test_it_is_plain_ascii() -> None:
    assert PAGE.isascii()


def test_every_command_is_in_it_and_every_option(text: str) -> None:
    helped = build_parser().format_help()
    commands = re.findall(r"^    (\w+) ", helped, re.MULTILINE)
    assert len(commands) > 15
    for command in commands:
        assert f"astravue {command}" in text
    for option in ("--stream-json", "--args JSON", "--allow GLOB", "--older-than AGE", "--access-ttl S"):
        assert option in text
    assert "astravue model use NAME" in text
    assert "bash|zsh|fish" in text


def test_global_options_stand_in_it_once(text: str) -> None:
    assert text.count("--base-url URL") == 1
    assert text.count("--verbose") == 1


def test_what_the_help_does_not_show_it_does_not_show(text: str) -> None:
    assert "==SUPPRESS==" not in text
    assert "given" not in text


def test_every_exit_code_is_in_it(text: str) -> None:
    status = text[text.index("EXIT STATUS") : text.index("EXAMPLES")]
    for code in ExitCode:
        assert f" {code.value} {code.meaning}" in status


def test_the_documentation_has_the_same_exit_codes() -> None:
    page = (DOCS / "scripting.md").read_text()
    for code in ExitCode:
        assert f"| {code.value} | `{code.reason}` | {code.meaning} |" in page


def test_the_documentation_has_the_same_environment() -> None:
    page = (DOCS / "scripting.md").read_text()
    for names, _ in ENVIRONMENT:
        for name in names.split(", "):
            assert f"`{name}`" in page, name


def test_the_documentation_has_the_same_settings() -> None:
    page = (DOCS / "scripting.md").read_text()
    for setting in SETTINGS:
        for name in (setting.name, *(part.name for part in setting.parts)):
            if setting.in_file:
                assert f"`{name}`" in page or f"`[{name}]`" in page, name
