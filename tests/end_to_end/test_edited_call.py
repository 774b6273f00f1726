"""A call whose arguments the user changes first: in the chat, in the record, resumed and undone."""

import json
from typing import Any

from tests.end_to_end.chatting import Terminal, chat
from tests.end_to_end.program import Program

CREATE = [("astravue_create_personal_task", {"taskTitle": "Check the release notes", "priority": "High"})]
ENTER, UP, KILL_LINE = "\r", "\x1b[A", "\x15"


def change_the_title(terminal: Terminal, title: str) -> None:
    terminal.wait_for("❯ [n] no")
    terminal.press("e")
    terminal.wait_for("❯ taskTitle    Check the release notes")
    terminal.press(KILL_LINE + title + UP)
    terminal.wait_for("❯ [Show what changes]")
    terminal.press(ENTER)
    terminal.wait_for("(changed by you)")


def tool_messages(request: dict[str, Any]) -> list[str]:
    return [message["content"] for message in request["messages"] if message["role"] == "tool"]


def test_the_users_arguments_are_sent_told_saved_and_taken_back(signed_in: Program) -> None:
    with chat(signed_in, script=[CREATE, "I see."]) as (terminal, endpoint):
        terminal.wait_for("❯")
        terminal.say("create it")
        change_the_title(terminal, "Read the release notes")
        assert "taskTitle  Read the release notes" in terminal.text
        terminal.approve()
        terminal.wait_for("I see.")
        assert terminal.leave() == 0
    (told,) = tool_messages(endpoint.requests[1])
    assert "The user changed the arguments before allowing this call" in told
    assert '"taskTitle":"Read the release notes"' in told

    with chat(signed_in, "--resume", "last", script=["Still there."]) as (terminal, endpoint):
        terminal.wait_for("I see.")
        terminal.say("do you remember?")
        terminal.wait_for("Still there.")
        terminal.say("/undo")
        terminal.wait_for("Undo · Create Personal Task: “Read the release notes”")
        terminal.wait_for("[y] yes")
        assert "[e] change it first" not in terminal.visible
        terminal.approve()
        terminal.wait_for("✓")
        assert terminal.leave() == 0
    assert tool_messages(endpoint.requests[0]) == [told]

    (record,) = signed_in.home.rglob("sessions/*.jsonl")
    written = [json.loads(line) for line in record.read_text().splitlines()]
    (call,) = [
        each for line in written for each in line.get("tool_calls", ()) if each["name"] == CREATE[0][0]
    ]
    assert json.loads(call["arguments"])["taskTitle"] == "Check the release notes"
    decisions = [line["decision"] for line in written if line["type"] == "approval_requested"]
    assert decisions[:2] == ["edited", "allowed"]
    finished = next(line for line in written if line["type"] == "tool_call_finished")
    assert finished["edited"] == {"taskTitle": "Read the release notes", "priority": "High"}
