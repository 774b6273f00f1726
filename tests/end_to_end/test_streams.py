"""Standard streams that are full, closed, too long or of another encoding: one line, never a traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint, said

FULL = "/dev/full"
_BOUND = 60
_MOST = 4_000_000


def run(
    program: Program,
    *arguments: str,
    stdin: bytes = b"",
    stdout: IO[bytes] | int = subprocess.PIPE,
    stderr: IO[bytes] | int = subprocess.PIPE,
    before: Callable[[], None] | None = None,
    **environ: str,
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*ASTRAVUE, *arguments],
        input=stdin,
        stdout=stdout,
        stderr=stderr,
        preexec_fn=before,
        timeout=_BOUND,
        cwd=program.home,
        env={**program.environ, **environ},
        check=False,
    )


COMMANDS = (
    ["--help"],
    ["--version"],
    ["man"],
    ["completion", "bash"],
    ["status"],
    ["ask", "Hello", "--json"],
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda each: each[0])
def test_output_that_a_full_disk_loses_is_told_in_one_line(program: Program, arguments: list[str]) -> None:
    with Path(FULL).open("wb") as full:
        ended = run(program, *arguments, "--server", "http://127.0.0.1:9/mcp", stdout=full)
    assert ended.returncode == 1
    assert ended.stderr == b"astravue: The output could not be written (No space left on device).\n"


def test_output_that_is_closed_is_told_in_one_line(program: Program) -> None:
    ended = run(program, "man", stdout=subprocess.DEVNULL, before=lambda: os.close(1))
    assert ended.returncode == 1
    assert ended.stderr == b"astravue: The output could not be written (Bad file descriptor).\n"


def test_a_command_that_says_nothing_needs_no_output(program: Program) -> None:
    ended = run(program, "log", stdout=subprocess.DEVNULL, before=lambda: os.close(1))
    assert (ended.returncode, ended.stderr) == (0, b"Nothing has been recorded yet.\n")


def test_a_reader_that_leaves_is_no_failure(program: Program) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ended = run(program, "man", stdout=nobody)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_standard_error_loses_costs_no_answer(signed_in: Program, is_closed: bool) -> None:
    with ScriptedEndpoint(["Hello."]) as endpoint, Path(FULL).open("wb") as full:
        asked = run(
            signed_in,
            *("ask", "Hello"),
            stderr=full,
            before=(lambda: os.close(2)) if is_closed else None,
            OPENAI_BASE_URL=endpoint.base_url,
        )
    assert (asked.returncode, asked.stdout.strip()) == (0, b"Hello.")


@pytest.mark.parametrize("text", ["Größe?\r\n", "\ufeffGröße?"])
def test_a_question_is_read_as_utf_8_whatever_the_locale(signed_in: Program, text: str) -> None:
    with ScriptedEndpoint(["Large."]) as endpoint:
        asked = run(
            signed_in,
            *("ask", "-"),
            stdin=text.encode(),
            OPENAI_BASE_URL=endpoint.base_url,
            PYTHONIOENCODING="ascii",
        )
    assert asked.returncode == 0, asked.stderr
    assert said(endpoint.requests[0], "user")[0].endswith("\nGröße?")


def test_no_more_than_a_model_could_read_is_taken_in(program: Program) -> None:
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb") as there,
        os.fdopen(writing, "wb", buffering=0) as here,
        subprocess.Popen(
            [*ASTRAVUE, "ask", "-"],
            stdin=there,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=program.environ,
        ) as process,
    ):
        there.close()
        # It ends while the pipe is still open.
        for _ in range(_MOST // 4_000):
            here.write(b"x" * 4_000)
        here.write(b"x")
        out, complaint = process.communicate(timeout=_BOUND)
    assert (process.returncode, out) == (2, "")
    assert complaint.startswith("astravue: Standard input holds more than 4 MB; nothing was asked.")


def test_a_key_is_not_read_from_an_input_that_is_closed(program: Program) -> None:
    ended = run(program, "model", "key", before=lambda: os.close(0))
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"astravue: No key was given; nothing was stored.")


def test_a_folder_of_conversations_that_cannot_be_read_is_told(program: Program) -> None:
    folder = program.state / "data" / "sessions"
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    ended = run(program, "sessions")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode() == (
        f"astravue: The folder of conversations {folder} cannot be read: Not a directory. "
        "See why: astravue doctor\n"
    )


def test_an_option_that_a_subcommand_does_not_know_names_the_help_of_that(program: Program) -> None:
    assert run(program, "ask", "Hello", "--nope").stderr.endswith(b"See astravue ask --help\n")
    assert run(program, "model", "list", "--nope").stderr.endswith(b"See astravue model list --help\n")
    assert run(program, "--nope").stderr.endswith(b"See astravue --help\n")


def test_ctrl_c_while_it_is_being_loaded_is_one_line(program: Program) -> None:
    interrupted = (
        "import os, runpy, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'argparse':\n"
        f"            os.kill(os.getpid(), {int(signal.SIGINT)})\n"
        "sys.meta_path.insert(0, Finder())\n"
        "runpy.run_module('agent', run_name='__main__', alter_sys=True)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", interrupted],
        capture_output=True,
        text=True,
        timeout=_BOUND,
        env=program.environ,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (130, "astravue: Interrupted.\n")
