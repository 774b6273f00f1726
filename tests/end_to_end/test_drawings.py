"""Boards, timelines, bars and tables in the real chat, from what the real sandbox answers."""

from tests.end_to_end.chatting import chat
from tests.end_to_end.program import Program


def test_a_project_is_drawn_from_what_the_server_lists(signed_in: Program) -> None:
    with chat(signed_in, script=[]) as (terminal, endpoint):
        terminal.wait_for("❯")
        terminal.say("/board website")
        terminal.wait_for("✓ List Project Tasks")
        terminal.wait_for("IN-PROGRESS 5")
        assert "Fix the broken contact form" in terminal.text
        terminal.say("/timeline")
        terminal.wait_for("today")
        terminal.wait_for("by due date")
        terminal.say("/hours website by person")
        terminal.wait_for("Hours by person")
        terminal.wait_for("█")
        assert terminal.leave() == 0
    assert endpoint.requests == []


def test_what_a_tool_answers_by_hand_is_a_table_and_not_json(signed_in: Program) -> None:
    with chat(signed_in, script=[], columns=40) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("/call astravue_list_overdue_tasks {}")
        terminal.wait_for("6 tasks · 6 late")
        assert "days late" in terminal.text
        assert "{" not in terminal.text.partition("6 tasks")[2]
        assert max(map(len, terminal.text.splitlines())) <= 40
        assert terminal.leave() == 0


def test_a_project_that_is_not_there_is_answered_with_those_that_are(signed_in: Program) -> None:
    with chat(signed_in, script=[]) as (terminal, _):
        terminal.wait_for("❯")
        terminal.say("/board moon landing")
        terminal.wait_for("There is no project “moon landing”. There are: ")
        assert terminal.leave() == 0
