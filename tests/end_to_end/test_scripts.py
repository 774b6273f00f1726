"""What scripts rely on when they ask: one object or one stream however it ends, exit codes, no waiting."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from starlette.responses import Response

from agent.errors import ExitCode
from tests.end_to_end.program import ASTRAVUE, Program
from tests.end_to_end.scripted_endpoint import Held, Script, ScriptedEndpoint
from tests.output_schema import ANSWER, LINE

OVERDUE: tuple[str, dict[str, Any]] = ("astravue_list_overdue_tasks", {})
CREATE = ("astravue_create_personal_task", {"taskTitle": "Water the plants"})
_BOUND = 60
Line: TypeAlias = dict[str, Any]


@dataclass
class Case:
    """A question, and the code it ends with.

    Args:
        code: The exit code.
        script: What the model says.
        arguments: Further arguments.
        text: The question.
        settings: The settings file.
        signed_in: There is a sign-in.
        answer: What stands on standard output.
        next_step: What standard error names.
    """

    code: int
    script: Script
    arguments: Sequence[str] = ()
    text: str = "Hello"
    settings: str = ""
    signed_in: bool = True
    answer: str = ""
    next_step: str = ""


CASES = {
    "done": Case(0, ["Hello."], answer="Hello.\n"),
    "failed": Case(1, [], ["--session", "newer"], next_step="Update astravue-agent"),
    "usage": Case(2, [], text=" ", next_step="astravue ask"),
    "sign_in_needed": Case(3, [], signed_in=False, next_step="astravue login"),
    "approval_needed": Case(4, [[CREATE], "I may not."], answer="I may not.\n", next_step="--allow"),
    "server_unreachable": Case(5, [], ["--server", "http://127.0.0.1:9/mcp"], next_step="--server"),
    "model_unreachable": Case(
        6, [], ["--base-url", "http://127.0.0.1:9/v1"], next_step="astravue model list"
    ),
    "limit_reached": Case(7, [[OVERDUE]], settings="[limits]\nsteps = 1\n", next_step="limit"),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def ask(
    case: Case,
    signed_in: Program,
    *options: str,
    standard_input: str = "empty",
) -> subprocess.CompletedProcess[str]:
    """Ask without a terminal, standard input being what a script may have there."""
    state = signed_in.state if case.signed_in else signed_in.home / "another"
    state.mkdir(exist_ok=True)
    (state / "settings.toml").write_text(case.settings)
    sessions = state / "data" / "sessions"
    sessions.mkdir(exist_ok=True, parents=True)
    (sessions / "newer.jsonl").write_text('{"type": "session", "version": 999}\n')
    reading, writing = os.pipe()
    try:
        with ScriptedEndpoint(case.script) as endpoint:
            return subprocess.run(
                [*ASTRAVUE, "ask", case.text, "--model", "scripted", "--quiet", *case.arguments, *options],
                stdin=reading if standard_input == "pipe that stays open" else subprocess.DEVNULL,
                preexec_fn=(lambda: os.close(0)) if standard_input == "closed" else None,
                capture_output=True,
                text=True,
                timeout=_BOUND,
                cwd=signed_in.home,
                env={
                    **signed_in.environ,
                    "OPENAI_BASE_URL": endpoint.base_url,
                    "ASTRAVUE_HOME": str(state),
                },
                check=False,
            )
    finally:
        os.close(reading)
        os.close(writing)


def lines_of(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


def test_there_is_a_case_for_every_exit_code() -> None:
    assert {case.code for case in CASES.values()} | {130} == {code.value for code in ExitCode}
    assert [ExitCode(case.code).reason for case in CASES.values()] == list(CASES)


@each_case
def test_the_answer_or_nothing_on_standard_output_and_a_line_that_names_the_next_step(
    case: Case, signed_in: Program
) -> None:
    # One kind of standard input for each case; `test_asking.py` has all of them for each write.
    kinds = ("empty", "closed", "pipe that stays open")
    asked = ask(case, signed_in, standard_input=kinds[case.code % len(kinds)])
    assert asked.returncode == case.code, asked.stderr
    assert asked.stdout.replace(" \n", "\n") == case.answer
    assert len(asked.stderr.splitlines()) == (1 if case.code else 0), asked.stderr
    assert case.next_step in asked.stderr


@each_case
def test_one_object_however_it_ends(case: Case, signed_in: Program) -> None:
    asked = ask(case, signed_in, "--json")
    assert asked.returncode == case.code, asked.stderr
    (told,) = lines_of(asked.stdout)
    ANSWER.validate(told)
    assert (told["exit_code"], told["exit_reason"]) == (case.code, ExitCode(case.code).reason)
    assert told["answer"].strip() == case.answer.strip()
    assert (told["error"] is None) == (case.code == 0)
    assert told["cost"] == told["usage"]["cost"]


@each_case
def test_one_stream_however_it_ends(case: Case, signed_in: Program) -> None:
    asked = ask(case, signed_in, "--stream-json")
    assert asked.returncode == case.code, asked.stderr
    lines = lines_of(asked.stdout)
    for line in lines:
        LINE.validate(line)
    assert lines[0]["type"] == "stream"
    ends = [line for line in lines if line["type"] in ("turn_finished", "turn_failed", "turn_interrupted")]
    assert ends == lines[-1:]
    assert (lines[-1]["exit_code"], lines[-1]["exit_reason"]) == (case.code, ExitCode(case.code).reason)


@pytest.mark.parametrize("name", ["done", "sign_in_needed", "server_unreachable", "limit_reached"])
def test_a_conversation_is_named_only_where_something_was_kept_of_it(name: str, signed_in: Program) -> None:
    (told,) = lines_of(ask(CASES[name], signed_in, "--json").stdout)
    (first, *_) = lines_of(ask(CASES[name], signed_in, "--stream-json").stdout)
    was_kept = name in ("done", "limit_reached")
    assert (told["session"] is not None, first["session"] is not None) == (was_kept, was_kept)


def test_one_form_of_json_at_a_time(program: Program) -> None:
    refused = program.run("ask", "Hello", "--json", "--stream-json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith("See astravue ask --help\n")


def test_an_answer_of_blanks_is_none(signed_in: Program) -> None:
    asked = ask(Case(6, ["  "]), signed_in)
    assert (asked.returncode, asked.stdout) == (6, "")
    assert "answered with nothing" in asked.stderr


def test_what_was_said_before_a_limit_is_printed(signed_in: Program) -> None:
    choice = {"index": 0, "delta": {"content": "I begin to say"}, "finish_reason": "length"}
    cut = f"data: {json.dumps({'choices': [choice]})}\n\ndata: [DONE]\n\n"
    asked = ask(Case(7, [Response(cut, media_type="text/event-stream")]), signed_in)
    assert (asked.returncode, asked.stdout) == (7, "I begin to say\n")


def test_the_stream_names_the_conversation_to_go_on_with(signed_in: Program) -> None:
    (first, *_) = lines_of(ask(CASES["done"], signed_in, "--stream-json").stdout)
    again = ask(CASES["done"], signed_in, "--json", "--session", first["session"])
    assert json.loads(again.stdout)["session"] == first["session"]


def test_a_write_stands_in_the_stream_as_it_was_decided(signed_in: Program) -> None:
    def decided(*options: str) -> list[tuple[str, str]]:
        asked = ask(CASES["approval_needed"], signed_in, "--stream-json", *options)
        lines = lines_of(asked.stdout)
        for line in lines:
            LINE.validate(line)
        return [(line["type"], line["decision"]) for line in lines if "decision" in line]

    assert decided() == [("approval_requested", "declined"), ("tool_call_finished", "declined")]
    assert decided("--yes") == [("tool_call_finished", "allowed_by_rule")]


def test_trying_out_tells_scripts_why_it_could_not_begin(program: Program) -> None:
    tried = program.run("try", "--ask", "Hello", "--json", "--seed", "no-such")
    (told,) = lines_of(tried.stdout)
    ANSWER.validate(told)
    assert tried.returncode == told["exit_code"] == 2
    assert "no-such" in told["error"]["message"]


def test_text_that_standard_output_cannot_write_is_json_all_the_same(signed_in: Program) -> None:
    signed_in.environ |= {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    case = Case(0, ["Größe “🙂”"])
    assert json.loads(ask(case, signed_in, "--json").stdout)["answer"].strip() == "Größe “🙂”"


class TestInterruption:
    """Ctrl-C and a signal to leave end a question with 130, and what was said so far is told and kept."""

    @contextmanager
    def asking(
        self, program: Program, *options: str, in_background: bool = False
    ) -> Generator[tuple[subprocess.Popen[str], Held]]:
        held = Held("The first half", " and the second")
        with ScriptedEndpoint([held, "Gone on."]) as endpoint:
            program.environ["OPENAI_BASE_URL"] = endpoint.base_url
            with subprocess.Popen(
                [*ASTRAVUE, "ask", "Tell me", "--model", "scripted", *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # As shells do for a program that is started with “&”.
                preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if in_background else None,
                text=True,
                cwd=program.home,
                env=program.environ,
            ) as process:
                try:
                    yield process, held
                finally:
                    process.kill()
                    held.release()

    def stop_in_the_middle(
        self, process: subprocess.Popen[str], held: Held, number: int
    ) -> tuple[list[Line], str]:
        assert process.stdout is not None
        lines = list[Line]()
        while "half" not in lines[-1].get("text", "") if lines else True:
            lines.append(json.loads(process.stdout.readline()))
        process.send_signal(number)
        rest, complaint = process.communicate(timeout=_BOUND)
        assert held.was_left.wait(_BOUND)
        return [*lines, *lines_of(rest)], complaint

    @pytest.mark.parametrize(
        ("number", "in_background"), [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)]
    )
    def test_in_the_middle_of_an_answer(self, signed_in: Program, number: int, in_background: bool) -> None:
        options = ("--stream-json", "--quiet")
        with self.asking(signed_in, *options, in_background=in_background) as (process, held):
            lines, complaint = self.stop_in_the_middle(process, held, number)
        assert process.returncode == 130
        for line in lines:
            LINE.validate(line)
        assert lines[-1] == {"type": "turn_interrupted", "exit_code": 130, "exit_reason": "interrupted"}
        assert len(complaint.splitlines()) == 1
        session = lines[0]["session"]
        assert f"astravue ask --session {session}" in complaint
        kept = signed_in.run("sessions", "show", session)
        assert "The first half" in kept.stdout

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_before_anything_was_said(self, signed_in: Program, number: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}/mcp"
            with self.asking(signed_in, "--json", "--server", address) as (process, _):
                connection, _ = silent.accept()
                process.send_signal(number)
                out, complaint = process.communicate(timeout=_BOUND)
                connection.close()
        assert process.returncode == 130
        (told,) = lines_of(out)
        ANSWER.validate(told)
        assert told["session"] is None
        assert (told["answer"], told["exit_reason"]) == ("", "interrupted")
        assert complaint.splitlines()[-1].startswith("astravue: Interrupted")
        assert "Traceback" not in complaint

    def test_of_what_is_no_question_is_one_line(self, signed_in: Program) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}/mcp"
            with subprocess.Popen(
                [*ASTRAVUE, "tools", "--server", address],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=signed_in.environ,
            ) as process:
                connection, _ = silent.accept()
                process.send_signal(signal.SIGTERM)
                out, complaint = process.communicate(timeout=_BOUND)
                connection.close()
        assert (process.returncode, out) == (130, "")
        assert complaint == "astravue: Interrupted.\n"


class TestTerminal:
    """A person at the terminal approves writes while the answer goes to a file."""

    @contextmanager
    def asking(self, program: Program, *options: str) -> Generator[tuple[subprocess.Popen[str], int]]:
        here, there = os.openpty()
        with (
            ScriptedEndpoint([[CREATE], "Created."]) as endpoint,
            subprocess.Popen(
                [*ASTRAVUE, "ask", "Create it", "--model", "scripted", *options],
                stdin=there,
                stdout=subprocess.PIPE,
                stderr=there,
                text=True,
                cwd=program.home,
                env={**program.environ, "OPENAI_BASE_URL": endpoint.base_url},
                start_new_session=True,
            ) as process,
        ):
            os.close(there)
            try:
                yield process, here
            finally:
                os.close(here)

    def read_to(self, terminal: int, text: str) -> str:
        shown = b""
        while text.encode() not in shown:
            shown += os.read(terminal, 1_000)
        return shown.decode()

    @pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 4), ("\x04", 4)])
    def test_a_write_is_asked_about_at_the_terminal(self, signed_in: Program, typed: str, code: int) -> None:
        with self.asking(signed_in) as (process, terminal):
            shown = self.read_to(terminal, "[y/N]")
            assert "Water the plants" in shown
            os.write(terminal, typed.encode())
            answer, _ = process.communicate(timeout=_BOUND)
        assert process.returncode == code
        assert answer.strip() == "Created."

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_at_the_question_leaves_nothing_done(self, signed_in: Program, number: int) -> None:
        with self.asking(signed_in, "--json") as (process, terminal):
            self.read_to(terminal, "[y/N]")
            process.send_signal(number)
            told, _ = process.communicate(timeout=_BOUND)
            left = self.read_to(terminal, "--session")
        assert process.returncode == 130
        assert json.loads(told)["exit_reason"] == "interrupted"
        assert "Traceback" not in left
        assert "Fatal" not in left
