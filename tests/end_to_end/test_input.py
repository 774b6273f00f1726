"""What the prompt finds on the server: names after an @, resources, prompts; on the demo company."""

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Script, said

DOWN, ENTER = "\x1b[B", "\r"


def test_a_project_is_found_by_a_part_of_its_name_and_named_with_its_id(program: Program) -> None:
    script: Script = ["Found."]
    with chat(program, "try", script=script) as (terminal, endpoint):
        terminal.wait_for("signed in as Alex Morgan")
        terminal.wait_for("· try at")
        terminal.press("What is open in @relau")
        terminal.wait_for("project 11274 · Marketing")
        terminal.press(DOWN)
        terminal.wait_for("❯ What is open in @Website relaunch (project 11274)")
        terminal.press(ENTER + ENTER)
        terminal.wait_for("Found.")
        assert terminal.leave() == 0
        message = said(endpoint.requests[-1], "user")[-1]
    assert message.endswith("\n\nWhat is open in @Website relaunch (project 11274)")


def test_a_resource_goes_along_as_data_and_stays_in_the_record(program: Program) -> None:
    with chat(program, "try", script=["You are Alex."]) as (terminal, endpoint):
        terminal.wait_for("· try at")
        terminal.say("Who am I? @astravue://user/me")
        terminal.wait_for("attached: ")
        terminal.wait_for("You are Alex.")
        assert terminal.leave() == 0
        message = said(endpoint.requests[-1], "user")[-1]
    assert '<data from="astravue___user_me">' in message
    assert "Morgan" in message
    (transcript,) = (program.state / "data" / "sessions").glob("*.jsonl")
    assert '<data from=\\"astravue___user_me\\">' in transcript.read_text()


def test_a_prompt_of_the_server_is_filled_in_by_it_and_sent(program: Program) -> None:
    with chat(program, "try", script=["Standup written."]) as (terminal, endpoint):
        terminal.wait_for("· try at")
        terminal.say("/daily_standup")
        terminal.wait_for("The server's prompt “Daily Standup” says:")
        terminal.wait_for("Standup written.")
        assert terminal.leave() == 0
        assert '<prompt from="daily_standup">' in said(endpoint.requests[-1], "user")[-1]
