"""The wheel in an empty environment, without the checkout."""

import re
from pathlib import Path

import pytest

import agent
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint, last_result
from tests.packaging.conftest import Installation
from tests.terminal_window import TerminalWindow


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


def test_it_runs_from_where_it_is_installed(installation: Installation, program: Program) -> None:
    where = "import agent, evals; print(agent.__file__, evals.__file__, sep='\\n')"
    found = installation.run(program, installation.python, "-c", where)
    assert all(Path(line).is_relative_to(installation.folder) for line in found.stdout.splitlines())
    told = installation.run(program, installation.astravue, "--version")
    assert (told.returncode, told.stdout) == (0, f"astravue-agent {agent.__version__}\n")


def test_the_demo_company_answers(installation: Installation, program: Program) -> None:
    with ScriptedEndpoint([[("astravue_list_overdue_tasks", {})], "Six tasks are overdue."]) as endpoint:
        asked = installation.run(
            program,
            *(installation.astravue, "try", "--ask", "Which of my tasks are overdue?"),
            OPENAI_BASE_URL=endpoint.base_url,
        )
    assert (asked.returncode, asked.stdout.strip()) == (0, "Six tasks are overdue."), asked.stderr
    assert len(last_result(endpoint.requests[-1])["tasks"]) == 6


def test_its_cases_come_with_it(installation: Installation, program: Program) -> None:
    checked = installation.run(program, installation.astravue, "eval", "check", "refusal/a-new-password")
    assert checked.returncode == 0, checked.stderr


def test_the_manual_page_lies_where_man_looks(installation: Installation) -> None:
    page = installation.share / "man" / "man1" / "astravue.1"
    assert re.match(r"\.TH ASTRAVUE 1 ", page.read_text())


@pytest.mark.parametrize(
    ("command", "load"),
    [
        (["bash", "--norc", "--noprofile", "-i"], ". {}/bash-completion/completions/astravue"),
        (["zsh", "-f", "-i"], "fpath=({}/zsh/site-functions $fpath); autoload -U compinit; compinit -u"),
        (["fish", "-i"], "true"),
    ],
    ids=["bash", "zsh", "fish"],
)
def test_shells_find_its_completion(
    installation: Installation, program: Program, command: list[str], load: str
) -> None:
    environ = {
        **program.environ,
        "PATH": f"{installation.astravue.parent}:{program.environ['PATH']}",
        "XDG_DATA_DIRS": f"{installation.share}:/usr/share",
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "PS1": "> ",
    }
    window = TerminalWindow(command, environ, program.home, columns=120)
    try:
        window.press(f"{load.format(installation.share)}; printf 'ready-%s\\n' now\r")
        window.wait_for("ready-now")
        window.press("astravue conf\t")
        window.wait_for("astravue config")
    finally:
        window.child.close(force=True)
