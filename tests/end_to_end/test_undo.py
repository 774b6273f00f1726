"""`/undo` on a real pseudo-terminal, with the real sandbox behind it."""

from typing import Any

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import last_result

UPDATE = ("astravue_update_task", {"taskId": 141303, "status": "completed", "priority": "Low"})


def shown(body: dict[str, Any]) -> str:
    task = last_result(body)
    return (
        f"It is {task['status']['statusName']}, {task['completion']} %, {task['priority']['priorityLabel']}."
    )


def test_a_change_is_undone_after_a_new_start_and_the_model_learns_of_it(own_sign_in: Program) -> None:
    get = ("astravue_get_task", {"taskId": 141303})
    with chat(own_sign_in, script=[[get], shown, [UPDATE], "Done."]) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("how is it?")
        terminal.wait_for("It is IN-PROGRESS, 60 %, High.")
        terminal.say("finish it")
        terminal.wait_for("/undo can take it back.")
        terminal.approve()
        terminal.wait_for("Done.")
        assert terminal.leave() == 0
    with chat(own_sign_in, "--resume", "last", script=[[get], shown]) as (terminal, endpoint):
        terminal.wait_for("❯")
        terminal.say("/undo list")
        terminal.wait_for("Update Task: “Write the press release” (141303)")
        terminal.say("/undo")
        terminal.wait_for("back to status IN-PROGRESS, priority “High”, completion 60")
        terminal.approve()
        terminal.wait_for("✓ Update Task")
        terminal.say("how is it now?")
        terminal.wait_for("It is IN-PROGRESS, 60 %, High.")
        assert terminal.leave() == 0
    said = [message["content"] for message in endpoint.requests[0]["messages"] if message["role"] == "user"]
    assert any("(I undo Update Task" in text for text in said)
    tools = [line.get("tool") for line in own_sign_in.audit()]
    assert tools.count("astravue_update_task") >= 2


def test_what_somebody_changed_since_is_told_and_asked_about(own_sign_in: Program) -> None:
    with chat(own_sign_in, script=[[UPDATE], "Done."]) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("finish it")
        terminal.approve()
        terminal.wait_for("Done.")
        changed = own_sign_in.run(
            "call", "astravue_update_task", "--args", '{"taskId": 141303, "priority": "Critical"}', "--yes"
        )
        assert changed.returncode == 0, changed.stderr
        terminal.say("/undo")
        terminal.wait_for("Changed since: “Write the press release”: priority was “Low”, is now “Critical”.")
        terminal.wait_for("Undo it all the same?")
        terminal.press("n")
        terminal.wait_gone("Undo it all the same?")
        terminal.say("/undo")
        terminal.wait_for("Undo it all the same?")
        terminal.press("y")
        terminal.wait_for("This changes your workspace.")
        terminal.approve()
        terminal.wait_for("✓ Update Task")
        terminal.say("/undo")
        terminal.wait_for("There is nothing to undo in this conversation.")
        assert terminal.leave() == 0
