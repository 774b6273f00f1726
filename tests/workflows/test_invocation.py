"""What follows a workflow's name, and which argument it belongs to."""

from pathlib import Path

import pytest

from agent.errors import UsageError
from agent.workflows.invocation import find_invocation, read_question
from agent.workflows.library import read_library

LIBRARY = read_library(Path("no such folder"))


def values(text: str) -> dict[str, str]:
    invocation = find_invocation(text, LIBRARY)
    assert invocation is not None
    return dict(invocation.values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/triage-overdue", {}),
        ("/Triage-Overdue  ", {}),
        ("/sprint-planning Website relaunch", {"project": "Website relaunch"}),
        (
            "/sprint-planning Website relaunch goal=ship the checkout days=14",
            {"project": "Website relaunch", "goal": "ship the checkout", "days": "14"},
        ),
        (
            '/sprint-planning days=10 project="Website relaunch" ship it',
            {"days": "10", "project": "Website relaunch", "goal": "ship it"},
        ),
        ("/sprint-planning project=“Q2 launch”", {"project": "Q2 launch"}),
        ("/sprint-planning goal= Website", {"goal": "Website"}),
        ("/sprint-planning risk=high Website", {"project": "risk=high Website"}),
        (
            "/capture-meeting-actions project=Q2 launch\nPriya: slides by Friday\nproject=x is odd",
            {"project": "Q2 launch", "notes": "Priya: slides by Friday\nproject=x is odd"},
        ),
        ("/capture-meeting-actions\nSam: logs", {"notes": "Sam: logs"}),
    ],
)
def test_named_values_go_to_their_arguments_and_other_text_to_the_first(
    text: str, said: dict[str, str]
) -> None:
    assert values(text) == said


@pytest.mark.parametrize(
    "text", ["triage overdue", "/etc/passwd is odd", "/tools", "/triage-overdue-tasks", "//", "/", ""]
)
def test_other_texts_call_no_workflow(text: str) -> None:
    assert find_invocation(text, LIBRARY) is None


def test_what_belongs_to_no_argument_stands_below_the_text() -> None:
    invocation = find_invocation("/track-time request=stop it\nI was at lunch.", LIBRARY)
    assert invocation is not None
    assert invocation.values == {"request": "stop it"}
    assert "> stop it\n" in invocation.text
    assert invocation.text.endswith("\n\nI was at lunch.")


def test_what_is_missing_is_what_is_required_and_was_not_said() -> None:
    invocation = find_invocation("/sprint-planning goal=x", LIBRARY)
    assert invocation is not None
    assert [each.name for each in invocation.missing] == ["project"]
    whole = invocation.with_values({"project": "Q2 launch"})
    assert whole.missing == ()
    assert "Project: Q2 launch\nGoal: x\nDays: (not given)" in whole.text


def test_where_nobody_can_be_asked_what_is_missing_is_an_error() -> None:
    with pytest.raises(UsageError, match="needs “project”") as refused:
        read_question("/sprint-planning", LIBRARY)
    assert 'astravue ask "/sprint-planning PROJECT [goal=…] [days=…]"' in refused.value.hint


def test_where_nobody_can_be_asked_a_workflow_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UsageError, match="no workflow /triage-overdu") as refused:
        read_question("/triage-overdu", LIBRARY)
    assert refused.value.hint == "Did you mean /triage-overdue?"


def test_a_question_that_only_begins_with_a_path_is_a_question() -> None:
    assert read_question("/etc/hosts: what is it?", LIBRARY) is None
