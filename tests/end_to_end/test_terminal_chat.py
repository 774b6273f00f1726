"""The chat and `astravue try` on a real pseudo-terminal, with a scripted model endpoint."""

import json
import os
import select
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from agent.tools.fence import unfence
from tests.end_to_end.chatting import Terminal, chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Script, ScriptedEndpoint, last_result

_BOUND = 60


def task_of(body: dict[str, Any]) -> int:
    for message in reversed(body["messages"]):
        if message["role"] == "tool" and "taskId" in message["content"]:
            return json.loads(unfence(message["content"]))["taskId"]
    raise AssertionError("no task was created")


CREATE = [("astravue_create_personal_task", {"taskTitle": "Check the release notes", "priority": "High"})]


def one_task_from_start_to_end() -> Script:
    """Create, start a timer, show, mark done, delete: eleven requests, five tools."""
    return [
        CREATE,
        "Created.",
        lambda body: [("astravue_start_timer", {"taskId": task_of(body)})],
        "Started.",
        lambda body: [("astravue_get_task", {"taskId": task_of(body)})],
        lambda body: f"It is {last_result(body)['status']['statusName']}.",
        lambda body: [("astravue_update_task", {"taskId": task_of(body), "status": "completed"})],
        lambda body: f"It is {last_result(body)['status']['statusName']}.",
        lambda body: [("astravue_delete_task", {"taskId": task_of(body)})],
        "Deleted.",
    ]


def live_with_one_task(terminal: Terminal) -> None:
    terminal.wait_for("❯")
    terminal.say("create a high-priority task")
    terminal.wait_for("Create Personal Task: “Check the release notes”")
    terminal.approve()
    terminal.wait_for("Created.")
    terminal.say("start a timer on it")
    terminal.approve()
    terminal.wait_for("Started.")
    terminal.say("show it")
    terminal.wait_for("It is OPEN.")
    terminal.say("mark it done")
    terminal.approve()
    terminal.wait_for("It is COMPLETED.")
    terminal.say("delete it")
    # The question names what is lost, not only its number.
    terminal.wait_for("Delete Task: “Check the release notes”")
    terminal.approve()
    terminal.wait_for("Deleted.")


def test_a_task_lives_from_creation_to_deletion_in_one_chat(program: Program) -> None:
    with chat(program, "try", script=one_task_from_start_to_end()) as (terminal, _):
        terminal.wait_for("signed in as Alex Morgan")
        terminal.wait_for("Which of my tasks are overdue?")
        live_with_one_task(terminal)
        assert terminal.leave() == 0


def test_the_conversation_never_notices_that_its_tokens_live_for_a_second(program: Program) -> None:
    with chat(program, "try", "--access-ttl", "1", script=one_task_from_start_to_end()) as (terminal, _):
        live_with_one_task(terminal)
        assert terminal.leave() == 0
    operations = [line["operation"] for line in program.audit()]
    assert operations.count("refresh") >= 1
    assert operations.count("sign-in") == 1


def test_a_declined_write_changes_nothing_and_the_chat_goes_on(program: Program) -> None:
    find: Script = [[("astravue_find_tasks", {"keyword": "release notes"})], last_total]
    with chat(program, "try", script=[CREATE, "As you wish.", *find]) as (terminal, endpoint):
        terminal.wait_for("❯")
        terminal.say("create it")
        terminal.wait_for("[n] no")
        terminal.press("n")
        terminal.wait_for("As you wish.")
        terminal.say("is it there?")
        terminal.wait_for("There are 0.")
        assert terminal.leave() == 0
    declined = next(message for message in endpoint.requests[1]["messages"] if message["role"] == "tool")
    assert "declined" in declined["content"]


def last_total(body: dict[str, Any]) -> str:
    return f"There are {last_result(body)['total']}."


def test_a_chat_can_be_left_and_gone_on_with(signed_in: Program) -> None:
    with chat(signed_in, script=["I will remember."]) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("remember 42")
        terminal.wait_for("I will remember.")
        assert terminal.leave() == 0
    with chat(signed_in, "--resume", "last", script=["It was 42."]) as (terminal, endpoint):
        terminal.wait_for("remember 42")
        terminal.say("which number?")
        terminal.wait_for("It was 42.")
        assert terminal.leave() == 0
    assert endpoint.requests[0]["messages"][1]["content"].endswith("remember 42")


def test_slash_commands_work_while_no_model_does(signed_in: Program) -> None:
    with chat(signed_in, "--base-url", "http://127.0.0.1:9/v1", "--model", "m", script=[]) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("/call astravue_get_current_user {}")
        terminal.wait_for("Alex")
        terminal.say("/status")
        terminal.wait_for("Sign-in")
        terminal.say("hello")
        terminal.wait_for("127.0.0.1:9")
        assert terminal.leave() == 0


def test_try_answers_once_and_leaves(program: Program) -> None:
    def answer(body: dict[str, Any]) -> str:
        return " | ".join(task["taskTitle"] for task in last_result(body)["tasks"])

    with ScriptedEndpoint([[("astravue_list_overdue_tasks", {})], answer]) as endpoint:
        asked = program.run("try", "--ask", "Which are overdue?", OPENAI_BASE_URL=endpoint.base_url)
    assert asked.returncode == 0
    assert "Sign the lease for the new office" in asked.stdout
    assert len(asked.stdout.split(" | ")) == 6
    assert "consent was confirmed for you" in asked.stderr
    assert processes_in(program.home) == []
    assert "profile try" not in program.run("status").stdout


def test_all_that_a_try_makes_is_its_owners_alone_whatever_the_umask(program: Program) -> None:
    usual = os.umask(0)
    try:
        with ScriptedEndpoint(["You are Alex."]) as endpoint:
            asked = program.run("try", "--ask", "Who am I?", OPENAI_BASE_URL=endpoint.base_url)
    finally:
        os.umask(usual)
    assert asked.returncode == 0
    made = [program.state, *program.state.rglob("*")]
    assert {"vault.bin", "sandbox", "sessions", "audit.jsonl", "astravue.db"} <= {path.name for path in made}
    assert [path for path in made if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_a_try_its_sandbox_ends_too(program: Program, number: signal.Signals) -> None:
    with chat(program, "try", script=[]) as (terminal, _):
        terminal.wait_for("❯")
        started = processes_in(program.home)
        assert len(started) == 2
        assert terminal.child.pid is not None
        os.kill(terminal.child.pid, number)
        wait_until_gone(started)
        if number == signal.SIGTERM:
            assert "profile try" not in program.run("status").stdout


def processes_in(home: Path) -> list[int]:
    """The processes that run with a home, found by their environment."""
    mark = f"ASTRAVUE_HOME={home / 'state'}".encode()
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_until_gone(processes: list[int]) -> None:
    """Wait for each process to end, by the kernel's word."""
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], _BOUND)[0], f"process {process} lives on"
        finally:
            os.close(descriptor)
