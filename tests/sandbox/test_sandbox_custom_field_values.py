"""What values tasks can have in their custom fields, and what becomes of them."""

from typing import Any

import pytest
from sandbox_workspace import (
    ALEX,
    DRAFT_ANNOUNCEMENT,
    LIVE_DEMO,
    MARKETING,
    PRESS_RELEASE,
    PRIYA,
    WEBSITE,
    Workspace,
)

from tests.sandbox.sandbox_fields import (
    MULTI,
    NEIGHBOUR,
    PROJECT,
    SINGLE,
    SPACE,
    chosen,
    define,
    held,
    option_ids,
    put,
)
from tests.sandbox.sandbox_invariants import broken


def test_a_personal_task_has_no_fields(workspace: Workspace) -> None:
    task_id = workspace.call(ALEX, "create_personal_task", taskTitle="Mine")["taskId"]
    assert workspace.call(ALEX, "get_custom_fields", taskId=task_id) == {"customFields": [], "total": 0}
    field_id = define(workspace, "URL")
    refusal = workspace.refusal(
        ALEX, "set_custom_field_value", taskId=task_id, fieldId=field_id, value="https://a.example"
    )
    assert refusal.field == "fieldId"


KEPT: list[tuple[str, Any, Any]] = [
    ("SINGLE_LINE_TEXT", "  <b>'); DROP TABLE tasks; -- ", "<b>'); DROP TABLE tasks; --"),
    ("MULTI_LINE_TEXT", "one\n  two\n", "one\n  two\n"),
    ("NUMBERS", -12.5, -12.5),
    ("NUMBERS", 7, 7),
    ("DATE", "2028-02-29", "2028-02-29"),
    ("PHONE", " +49 (30) 123-456 ", "+49 (30) 123-456"),
    ("EMAIL", "alex@demo.astravue.example", "alex@demo.astravue.example"),
    ("CHECKBOX", False, False),
    ("PERCENTAGE", 0, 0),
    ("PERCENTAGE", 99.5, 99.5),
    ("CURRENCY", -1499.99, -1499.99),
    ("URL", "https://example.com:8443/a?b=c#d", "https://example.com:8443/a?b=c#d"),
]


@pytest.mark.parametrize(("field_type", "given", "kept"), KEPT)
def test_each_type_keeps_its_values_and_null_clears_them(
    workspace: Workspace, field_type: str, given: Any, kept: Any
) -> None:
    before = workspace.count("custom_field_values")
    field_id = define(workspace, field_type)
    assert held(workspace, field_id) is None
    assert put(workspace, field_id, given) == kept
    value = held(workspace, field_id)
    assert (value, type(value)) == (kept, type(kept))
    assert held(workspace, field_id, LIVE_DEMO) is None
    assert put(workspace, field_id, None) is None
    assert held(workspace, field_id) is None
    assert workspace.count("custom_field_values") == before


MISFITS: list[tuple[str, list[Any], str]] = [
    ("SINGLE_LINE_TEXT", ["two\nlines"], "single line"),
    ("SINGLE_LINE_TEXT", ["x" * 256], "at most 255"),
    ("SINGLE_LINE_TEXT", ["", " ", 7, True, ["a"]], "takes text of one line, or null to clear it"),
    ("MULTI_LINE_TEXT", ["x" * 20_001], "at most 20000"),
    ("MULTI_LINE_TEXT", ["\n", 7, False, []], "takes text, or null"),
    ("NUMBERS", ["7", True, [7], ""], "takes a number, or null"),
    ("NUMBERS", [float("inf"), float("nan"), 10**30], "too large"),
    ("PERCENTAGE", [-0.1, 100.1, "50", True], "a number from 0 to 100"),
    ("CURRENCY", [1e13, "9.99", False], "an amount as a number"),
    ("CHECKBOX", ["true", 1, 0, []], "takes true or false"),
    ("DATE", ["2026-02-30", "2027-02-29"], "that exists"),
    ("DATE", ["1969-12-31"], "between 1970 and 2200"),
    ("DATE", ["2026-6-1", "2026-06-15T00:00:00Z", "15.06.2026", "٢٠٢٦-٠٦-١٥", 20260615], "yyyy-MM-dd"),
    ("EMAIL", ["@", "a@b", "a b@c.example", "x" * 250 + "@c.example", 7], "an e-mail address"),
    ("PHONE", ["1234", "+1234567890123456", "call me", "++49 30 123456", 4930123456], "telephone number"),
    (
        "URL",
        [
            *("example.com", "ftp://a.example", "javascript:alert(1)", "https://", "https://a b.example", 7),
            *("https://a.example:port", "https://[::1", "https://a.example/" + "x" * 2048),
        ],
        "begins with http:// or https://",
    ),
    (SINGLE, ["Nowhere", "", 8_000_000, PRESS_RELEASE], "is not an option of the field"),
    (SINGLE, [["Low"], True, 1.5], "the name or the id of an option"),
    (MULTI, [["Low", "Nowhere"], [8_000_000]], "it has Low, High."),
    (MULTI, ["Low", True, 1.5], "a list of names or ids of options"),
]


@pytest.mark.parametrize(("field_type", "values", "sentence"), MISFITS)
def test_a_value_that_does_not_fit_its_type_is_refused(
    workspace: Workspace, field_type: str, values: list[Any], sentence: str
) -> None:
    more = {"options": ["Low", "High"]} if field_type in (SINGLE, MULTI) else {}
    field_id = define(workspace, field_type, **more)
    for value in values:
        refusal = workspace.refusal(
            ALEX, "set_custom_field_value", taskId=PRESS_RELEASE, fieldId=field_id, value=value
        )
        assert (refusal.code, refusal.field) == (400, "value")
        assert sentence in refusal.message


def test_a_value_of_no_type_at_all_is_refused_in_words(workspace: Workspace) -> None:
    field_id = define(workspace, SINGLE, options=["Low"])
    for value, field in (({"optionId": 1}, "value"), ([None], "value[0]"), ([True], "value[0]")):
        refusal = workspace.refusal(
            ALEX, "set_custom_field_value", taskId=PRESS_RELEASE, fieldId=field_id, value=value
        )
        assert refusal.field == field
        assert " or " in refusal.message


def test_options_are_chosen_by_name_or_by_id_and_shown_as_objects(workspace: Workspace) -> None:
    one = define(workspace, SINGLE, "Risk", options=["Very low", "High"])
    ids = option_ids(workspace, one)
    assert put(workspace, one, "very-LOW")["optionId"] == ids["Very low"]
    assert put(workspace, one, ids["High"])["optionName"] == "High"
    assert held(workspace, one) == {"optionId": ids["High"], "optionName": "High", "color": "#27ae60"}
    many = define(workspace, MULTI, "Places", options=["North", "South", "West"])
    places = option_ids(workspace, many)
    assert chosen(put(workspace, many, ["west", places["North"], "West"])) == ["North", "West"]
    assert chosen(put(workspace, many, ["South"])) == ["South"]
    assert put(workspace, many, []) is None
    assert held(workspace, many) is None
    assert broken(workspace.database) == []


def test_an_option_of_another_field_is_none_of_this_one(workspace: Workspace) -> None:
    other = define(workspace, SINGLE, "Other", options=["Elsewhere"])
    field_id = define(workspace, SINGLE)
    refusal = workspace.refusal(
        ALEX,
        "set_custom_field_value",
        taskId=PRESS_RELEASE,
        fieldId=field_id,
        value=option_ids(workspace, other)["Elsewhere"],
    )
    assert "it has none yet" in refusal.message


def test_setting_a_value_changes_the_task_and_only_once(workspace: Workspace) -> None:
    field_id = define(workspace, "NUMBERS")
    workspace.time.move(minutes=5)
    for _ in range(2):
        put(workspace, field_id, 3)
    task = workspace.call(ALEX, "get_task", taskId=PRESS_RELEASE)
    assert task["updateTime"] == "2026-06-15T12:05:00Z"
    assert held(workspace, field_id) == 3
    answer = workspace.call(
        PRIYA, "set_custom_field_value", taskId=PRESS_RELEASE, fieldId=field_id, value=4, **PROJECT, **SPACE
    )
    assert answer == {
        "taskId": PRESS_RELEASE,
        "taskTitle": "Write the press release",
        "fieldId": field_id,
        "fieldName": "Probe",
        "fieldType": "NUMBERS",
        "value": 4,
    }


def test_a_field_of_another_project_or_space_cannot_be_set(workspace: Workspace) -> None:
    for place in ({"projectId": NEIGHBOUR}, {"projectId": WEBSITE}, {"spaceId": MARKETING}):
        field_id = define(workspace, "DATE", **place)
        refusal = workspace.refusal(
            ALEX, "set_custom_field_value", taskId=PRESS_RELEASE, fieldId=field_id, value="2026-06-15"
        )
        assert (refusal.code, refusal.field) == (404, "fieldId")


def test_a_copy_of_a_task_has_its_values_and_one_that_moves_keeps_those_its_new_project_has(
    workspace: Workspace,
) -> None:
    project = define(workspace, SINGLE, "Risk", options=["Low"])
    space = define(workspace, "NUMBERS", "Points", **SPACE)
    put(workspace, project, "Low", DRAFT_ANNOUNCEMENT)
    put(workspace, space, 5, DRAFT_ANNOUNCEMENT)
    copy_id = workspace.call(ALEX, "duplicate_task", taskId=DRAFT_ANNOUNCEMENT)["taskId"]
    assert held(workspace, project, copy_id)["optionName"] == "Low"
    moved = workspace.call(ALEX, "move_task", taskId=copy_id, targetProjectId=NEIGHBOUR)
    assert [field["fieldName"] for field in moved["customFieldsRemoved"]] == ["Risk"]
    assert held(workspace, space, copy_id) == 5
    away = workspace.call(ALEX, "move_task", taskId=copy_id, targetProjectId=WEBSITE)
    assert [field["fieldName"] for field in away["customFieldsRemoved"]] == ["Points"]
    assert held(workspace, project, DRAFT_ANNOUNCEMENT)["optionName"] == "Low"
    assert broken(workspace.database) == []
