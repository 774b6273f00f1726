"""Filters: each user keeps their own, under names of their own, with conditions that make sense."""

from collections.abc import Generator
from typing import Any

import pytest

from agent.sandbox.errors import AccessDenied, Conflict, InvalidInput, NotFound
from tests.sandbox.sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    GRACE,
    MARKETING,
    NINA,
    OPERATIONS,
    PRIYA,
    Q2_LAUNCH,
    SECURITY_REVIEW,
    TOM,
    Workspace,
    demo_workspace,
)


@pytest.fixture
def workspace() -> Generator[Workspace]:
    """The demo company, in which nobody keeps a filter yet."""
    workspace = demo_workspace()
    workspace.database.run("DELETE FROM filters")
    yield workspace
    workspace.database.close()


def create(workspace: Workspace, name: str, **criteria: Any) -> dict[str, Any]:
    return workspace.call(ALEX, "create_filter", filterName=name, criteria=criteria)


def names(workspace: Workspace, user_id: int = ALEX) -> list[str]:
    return [each["filterName"] for each in workspace.call(user_id, "list_filters")["filters"]]


def test_a_filter_is_kept_as_it_was_given(workspace: Workspace) -> None:
    criteria = {"priority": ["High", "critical"], "assignedToMe": True, "tags": ["launch"]}
    made = create(workspace, "  Mine and urgent ", **criteria)
    assert made["filterName"] == "Mine and urgent"
    assert made["criteria"] == criteria
    assert made["createdTime"] == made["updateTime"] == "2026-06-15T12:00:00Z"
    assert workspace.call(ALEX, "list_filters") == {"filters": [made], "total": 1}


def test_every_condition_can_be_used_and_dates_are_kept_in_utc(workspace: Workspace) -> None:
    criteria: dict[str, Any] = {
        "spaceId": ASTRAVUE_MCP,
        "projectId": Q2_LAUNCH,
        "status": "in progress",
        "priority": "HIGH",
        "ownerId": PRIYA,
        "owners": [ALEX, PRIYA],
        "assignedToMe": False,
        "tag": "launch",
        "tags": ["launch", "content"],
        "dueBefore": "2026-07-01T02:00:00+02:00",
        "dueAfter": "2026-06-01",
        "overdue": True,
        "keyword": "press release",
        "sortBy": "dueDate",
        "sortOrder": "desc",
    }
    kept = create(workspace, "Everything", **criteria)["criteria"]
    assert kept == criteria | {"dueBefore": "2026-07-01T00:00:00Z", "dueAfter": "2026-06-01T00:00:00Z"}


def test_a_filter_without_conditions_is_one_too(workspace: Workspace) -> None:
    assert workspace.call(ALEX, "create_filter", filterName="All")["criteria"] == {}


def test_filters_come_by_name_and_only_to_their_user(workspace: Workspace) -> None:
    for name in ("zebra", "Apple", "mango"):
        create(workspace, name)
    workspace.call(PRIYA, "create_filter", filterName="apple")
    assert names(workspace) == ["Apple", "mango", "zebra"]
    assert names(workspace, PRIYA) == ["apple"]
    assert names(workspace, NINA) == []


@pytest.mark.parametrize("name", ["In progress", "IN-PROGRESS", "in_progress ", "inprogress"])
def test_a_name_is_taken_whatever_its_case_spaces_and_hyphens(workspace: Workspace, name: str) -> None:
    create(workspace, "In Progress")
    refusal = workspace.refusal(ALEX, "create_filter", filterName=name)
    assert isinstance(refusal, Conflict)
    assert refusal.message == 'filterName: you already have a filter "In Progress".'
    assert refusal.field == "filterName"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (" ", "must not be blank"),
        ("---", "at least one letter or digit"),
        ("two\nlines", "single line"),
        ("x" * 101, "at most 100"),
    ],
)
def test_a_name_that_is_none_is_refused(workspace: Workspace, name: str, problem: str) -> None:
    refusal = workspace.refusal(ALEX, "create_filter", filterName=name)
    assert refusal.field == "filterName"
    assert problem in refusal.message


@pytest.mark.parametrize(
    ("criteria", "field", "problem"),
    [
        ({"colour": "red"}, "criteria", '"colour" is not a condition; there are spaceId, projectId, status,'),
        ({"Priority": "High"}, "criteria", '"Priority" is not a condition'),
        ({"priority": "Urgent"}, "criteria.priority", '"Urgent" is not a priority; there are Low, Medium'),
        ({"priority": ["High", 3]}, "criteria.priority[1]", "must be text"),
        ({"priority": []}, "criteria.priority", "from 1 to 50"),
        ({"status": ["Open"] * 51}, "criteria.status", "from 1 to 50"),
        ({"status": {"is": "open"}}, "criteria.status", "must be text"),
        ({"owners": ALEX}, "criteria.owners", "must be a list"),
        ({"owners": [[ALEX]]}, "criteria.owners[0]", "must be a whole number"),
        ({"ownerId": True}, "criteria.ownerId", "must be a whole number"),
        ({"ownerId": 1.5}, "criteria.ownerId", "must be a whole number"),
        ({"tag": "x" * 51}, "criteria.tag", "at most 50"),
        ({"keyword": " "}, "criteria.keyword", "must not be blank"),
        ({"overdue": "yes"}, "criteria.overdue", "must be true or false"),
        ({"dueBefore": "2026-02-30"}, "criteria.dueBefore", "not an ISO 8601 date"),
        ({"dueBefore": None}, "criteria.dueBefore", "must be text"),
        ({"dueAfter": "2026-06-02", "dueBefore": "2026-06-01"}, "criteria.dueBefore", "must lie after dueAf"),
        ({"sortBy": "colour"}, "criteria.sortBy", "must be one of dueDate,"),
        ({"sortOrder": ["asc"]}, "criteria.sortOrder", "must be one of asc, desc"),
        ({"projectId": Q2_LAUNCH, "spaceId": MARKETING}, "criteria.spaceId", "is not in space"),
        ({"a\x1bb": 1}, "criteria", "is not a condition"),
        ({"keyword": "escape\x1b[31m"}, "criteria.keyword", "control characters"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    workspace: Workspace, criteria: dict[str, Any], field: str, problem: str
) -> None:
    made = create(workspace, "Kept", overdue=True)
    for tool, arguments in (
        ("create_filter", {"filterName": "New"}),
        ("update_filter", {"filterId": made["filterId"]}),
    ):
        refusal = workspace.refusal(ALEX, tool, **arguments, criteria=criteria)
        assert isinstance(refusal, InvalidInput)
        assert refusal.field == field
        assert problem in refusal.message


def test_conditions_that_are_nested_without_end_are_refused(workspace: Workspace) -> None:
    nested: Any = "deep"
    for _ in range(300):
        nested = [nested]
    refusal = workspace.refusal(ALEX, "create_filter", filterName="Deep", criteria={"tags": nested})
    assert refusal.message == "criteria: it is nested too deeply."


@pytest.mark.parametrize(
    "criteria", [{"spaceId": OPERATIONS}, {"projectId": SECURITY_REVIEW}, {"ownerId": 999}]
)
def test_what_the_user_does_not_see_is_no_condition(workspace: Workspace, criteria: dict[str, int]) -> None:
    refusal = workspace.refusal(106, "create_filter", filterName="Elsewhere", criteria=criteria)
    assert isinstance(refusal, NotFound)
    assert refusal.field == f"criteria.{next(iter(criteria))}"
    workspace.call(GRACE, "create_filter", filterName="Elsewhere", criteria=criteria | {"ownerId": TOM})


def test_a_filter_is_renamed_and_its_conditions_replaced_apart_from_each_other(workspace: Workspace) -> None:
    made = create(workspace, "Old", overdue=True)
    workspace.time.move(minutes=1)
    renamed = workspace.call(ALEX, "update_filter", filterId=made["filterId"], filterName="New")
    assert (renamed["filterName"], renamed["criteria"]) == ("New", {"overdue": True})
    assert renamed["updateTime"] == "2026-06-15T12:01:00Z"
    changed = workspace.call(ALEX, "update_filter", filterId=made["filterId"], criteria={"tag": "launch"})
    assert (changed["filterName"], changed["criteria"]) == ("New", {"tag": "launch"})
    again = workspace.call(ALEX, "update_filter", filterId=made["filterId"], filterName="NEW")
    assert again["filterName"] == "NEW"


def test_an_update_needs_something_to_change_and_a_free_name(workspace: Workspace) -> None:
    made = create(workspace, "One")
    create(workspace, "Two")
    assert "filterName" in workspace.refusal(ALEX, "update_filter", filterId=made["filterId"]).message
    refusal = workspace.refusal(ALEX, "update_filter", filterId=made["filterId"], filterName="two")
    assert isinstance(refusal, Conflict)


def test_a_deleted_filter_is_told_and_gone(workspace: Workspace) -> None:
    made = create(workspace, "Late", overdue=True)
    gone = workspace.call(ALEX, "delete_filter", filterId=made["filterId"])
    assert gone == {
        "deleted": True,
        "filterId": made["filterId"],
        "filterName": "Late",
        "criteria": {"overdue": True},
    }
    assert names(workspace) == []
    assert isinstance(workspace.refusal(ALEX, "delete_filter", filterId=made["filterId"]), NotFound)


def test_another_users_filter_does_not_exist(workspace: Workspace) -> None:
    made = create(workspace, "Mine")
    for tool, change in (("update_filter", {"filterName": "Yours"}), ("delete_filter", {})):
        refusal = workspace.refusal(GRACE, tool, filterId=made["filterId"], **change)
        assert isinstance(refusal, NotFound)
        assert refusal.message == f"filterId: you have no filter {made['filterId']}."


def test_a_hundred_filters_are_enough(workspace: Workspace) -> None:
    for number in range(100):
        create(workspace, f"Filter {number}")
    refusal = workspace.refusal(ALEX, "create_filter", filterName="One more")
    assert isinstance(refusal, Conflict)
    assert "astravue_delete_filter" in refusal.message
    workspace.call(PRIYA, "create_filter", filterName="Someone else's")


def test_a_guest_keeps_no_filters(workspace: Workspace) -> None:
    assert isinstance(workspace.refusal(NINA, "create_filter", filterName="Mine"), AccessDenied)
