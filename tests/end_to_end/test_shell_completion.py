"""Completion as a person meets it: the key Tab in bash, zsh and fish."""

import json
import shutil
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from agent.commands.command_line import build_parser
from agent.commands.completing import SHELLS
from agent.mentions.seen_names import SeenNames
from agent.system.folders import find_folders
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint
from tests.terminal_window import TerminalWindow

SERVER = "http://127.0.0.1:9/mcp"
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "", 'eval "$(astravue completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u", 'eval "$(astravue completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "", "astravue completion fish | source"),
}


@pytest.fixture
def known(program: Program) -> Program:
    """A program that was connected once; the server is away now."""
    program.environ["ASTRAVUE_SERVER"] = SERVER
    seen = SeenNames(find_folders({"ASTRAVUE_HOME": str(program.state)}).names_file)
    seen.keep(SERVER, "tools", ["create_task", "create_tag", "delete_task"])
    seen.keep(SERVER, "resources", ["demo://user/me", "demo://user/others"])
    seen.keep(SERVER, "prompts", ["daily_standup"])
    (program.state / "settings.toml").write_text('[profiles.workshop]\nmodel = "m"\n')
    return program


@contextmanager
def shell(program: Program, name: str) -> Generator[TerminalWindow]:
    """A shell with completion; `astravue` is on its path."""
    programs = program.home / "bin"
    programs.mkdir()
    path = programs / "astravue"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m agent "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    command, prepare, load = START[name]
    environ = {
        **program.environ,
        "PATH": f"{programs}:{program.environ['PATH']}",
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "PS1": "> ",
    }
    window = TerminalWindow([str(shutil.which(command[0])), *command[1:]], environ, program.home, columns=120)
    try:
        for number, line in enumerate(filter(None, (prepare, load))):
            # What is typed is on the screen as well, and is not what `printf` makes of it.
            window.press(f"{line}; printf 'ready-%s\\n' {number}\r")
            window.wait_for(f"ready-{number}")
        yield window
    finally:
        window.child.close(force=True)


def test_there_is_a_test_for_each_shell() -> None:
    assert set(START) == set(SHELLS)
    assert all(build_parser().parse_args(["completion", name]).shell == name for name in SHELLS)


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("astravue conf", "astravue config"),
        ("astravue ask --stream", "astravue ask --stream-json"),
        ("astravue call delete", "astravue call delete_task"),
        ("astravue resources demo://user/o", "astravue resources demo://user/others"),
        ("astravue --profile wor", "astravue --profile workshop"),
        ("astravue completion f", "astravue completion fish"),
    ],
)
def test_tab_completes_words_and_names(known: Program, name: str, typed: str, completed: str) -> None:
    with shell(known, name) as window:
        window.press(f"{typed}\t")
        window.wait_for(completed)


@pytest.mark.parametrize("name", SHELLS)
def test_tab_lists_what_there_is(known: Program, name: str) -> None:
    with shell(known, name) as window:
        window.press("astravue call create_ta\t\t")
        window.wait_for("create_task")
        window.wait_for("create_tag")
        assert "delete_task" not in window.text


def tab(program: Program, typed: str, **environ: str) -> dict[str, str]:
    """What the program answers to a shell that asks, with the descriptions."""
    answer = program.home / "answer"
    asked = program.run(
        **environ,
        _ARGCOMPLETE="1",
        _ARGCOMPLETE_SHELL="fish",
        _ARGCOMPLETE_DFS="\t",
        _ARGCOMPLETE_IFS="\n",
        _ARGCOMPLETE_SUPPRESS_SPACE="1",
        _ARGCOMPLETE_STDOUT_FILENAME=str(answer),
        COMP_LINE=typed,
        COMP_POINT=str(len(typed)),
        COMP_TYPE="",
    )
    assert (asked.returncode, asked.stdout) == (0, "")
    return dict(line.split("\t") for line in answer.read_text().splitlines())


def test_commands_come_with_what_they_do(program: Program) -> None:
    commands = tab(program, "astravue ")
    assert {"ask", "prompts", "resources", "config", "completion", "man"} <= commands.keys()
    assert commands["ask"] == "ask once and print the answer"
    assert tab(program, "astravue model ").keys() >= {"list", "use", "test"}
    assert not program.state.exists()


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("astravue call ", {"create_task", "create_tag", "delete_task"}),
        ("astravue tools ", {"create_task", "create_tag", "delete_task"}),
        ("astravue ask --allow create_", {"create_task", "create_tag"}),
        ("astravue prompts ", {"daily_standup"}),
        ("astravue resources ", {"demo://user/me", "demo://user/others"}),
        ("astravue --profile ", {"default", "try", "workshop"}),
        ("astravue --model ", {"embedded"}),
        ("astravue --profile workshop model use ", {"embedded", "m"}),
        ("astravue --server http://127.0.0.1:1/mcp call ", set[str]()),
        ("astravue ask ", set[str]()),
    ],
)
def test_names_are_those_of_the_server_and_the_profile_that_are_typed(
    known: Program, typed: str, names: set[str]
) -> None:
    assert tab(known, typed).keys() == names


def test_files_are_completed_where_files_are_wanted(known: Program) -> None:
    (known.home / "other.toml").write_text("")
    assert tab(known, "astravue --config oth").keys() == {"other.toml"}


def test_conversations_are_completed_with_what_they_are_about(signed_in: Program) -> None:
    with ScriptedEndpoint(["Noted."]) as endpoint:
        asked = signed_in.run("ask", "Remember 42.", "--json", OPENAI_BASE_URL=endpoint.base_url)
    session: str = json.loads(asked.stdout)["session"]
    wanted = {"last": "the newest", session: "Remember 42"}
    assert tab(signed_in, "astravue --resume ") == tab(signed_in, "astravue sessions show ") == wanted
    assert tab(signed_in, "astravue --model ").keys() == {"embedded", "scripted"}


def test_tools_are_known_to_the_shell_once_the_program_was_connected(signed_in: Program) -> None:
    signed_in.run("tools")
    assert "astravue_create_task" in tab(signed_in, "astravue call ")


def test_settings_that_cannot_be_used_complete_no_names_and_say_nothing(known: Program) -> None:
    (known.state / "settings.toml").write_text("sever = 1\n")
    assert tab(known, "astravue call ") == {}
    assert "config" in tab(known, "astravue conf")
