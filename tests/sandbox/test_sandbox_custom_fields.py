"""What the tools that define custom fields and their options do."""

from typing import Any

import pytest
from sandbox_workspace import (
    ALEX,
    ASTRAVUE_MCP,
    BEN,
    GRACE,
    LIVE_DEMO,
    MARKETING,
    PRESS_RELEASE,
    PRIYA,
    Q2_LAUNCH,
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
    names,
    option_ids,
    put,
)
from tests.sandbox.sandbox_invariants import broken


def test_a_field_of_a_project_shows_its_type_its_scope_and_its_options(workspace: Workspace) -> None:
    field = workspace.call(
        ALEX, "create_custom_field", fieldName=" Risk ", fieldType=SINGLE, options=["Low", "High"], **PROJECT
    )
    assert (field["fieldName"], field["fieldType"], field["scope"]) == ("Risk", SINGLE, "PROJECT")
    assert (field["spaceId"], field["projectId"]) == (ASTRAVUE_MCP, Q2_LAUNCH)
    assert [option["optionName"] for option in field["options"]] == ["Low", "High"]
    assert len({option["color"] for option in field["options"]}) == 2
    plain = workspace.call(ALEX, "create_custom_field", fieldName="Link", fieldType="URL", **PROJECT)
    assert "options" not in plain
    assert names(workspace, **PROJECT)[:2] == ["Risk", "Link"]


def test_a_field_of_a_space_is_on_all_its_projects_and_one_of_a_project_on_that_alone(
    workspace: Workspace,
) -> None:
    field = workspace.call(ALEX, "create_custom_field", fieldName="Client", fieldType="EMAIL", **SPACE)
    assert (field["scope"], field["projectId"]) == ("SPACE", None)
    define(workspace, "DATE", "Review day")
    assert {"Client", "Review day"} <= set(names(workspace, **PROJECT))
    assert {"Client", "Review day"} <= set(names(workspace, taskId=PRESS_RELEASE, **PROJECT, **SPACE))
    neighbour = names(workspace, projectId=NEIGHBOUR)
    assert "Client" in neighbour
    assert "Review day" not in neighbour
    assert "Client" in names(workspace, **SPACE)
    assert "Review day" not in names(workspace, **SPACE)
    assert "Client" not in names(workspace, projectId=WEBSITE)


@pytest.mark.parametrize(
    ("place", "scope"),
    [
        (PROJECT, "PROJECT"),
        (PROJECT | SPACE, "PROJECT"),
        (PROJECT | SPACE | {"scope": "PROJECT"}, "PROJECT"),
        (SPACE, "SPACE"),
        (SPACE | {"scope": "SPACE"}, "SPACE"),
    ],
)
def test_the_scope_follows_from_the_ids(workspace: Workspace, place: dict[str, Any], scope: str) -> None:
    field = workspace.call(ALEX, "create_custom_field", fieldName="Probe", fieldType="DATE", **place)
    assert field["scope"] == scope


@pytest.mark.parametrize(
    ("place", "code", "field"),
    [
        ({}, 400, "projectId"),
        ({"scope": "PROJECT"}, 400, "projectId"),
        ({"scope": "SPACE"}, 400, "spaceId"),
        (SPACE | {"scope": "PROJECT"}, 400, "projectId"),
        (PROJECT | SPACE | {"scope": "SPACE"}, 400, "projectId"),
        (PROJECT | {"scope": "SPACE"}, 400, "projectId"),
        (PROJECT | {"scope": "TASK"}, 400, "scope"),
        (PROJECT | {"spaceId": MARKETING}, 404, "spaceId"),
        ({"projectId": ASTRAVUE_MCP}, 404, "projectId"),
        ({"spaceId": Q2_LAUNCH}, 404, "spaceId"),
    ],
)
def test_a_scope_that_its_ids_contradict_is_refused(
    workspace: Workspace, place: dict[str, Any], code: int, field: str
) -> None:
    refusal = workspace.refusal(ALEX, "create_custom_field", fieldName="Probe", fieldType="DATE", **place)
    assert (refusal.code, refusal.field) == (code, field)


@pytest.mark.parametrize(
    ("arguments", "field", "sentence"),
    [
        ({"fieldName": "  "}, "fieldName", "must not be blank"),
        ({"fieldName": "two\nlines"}, "fieldName", "single line"),
        ({"fieldName": "x" * 101}, "fieldName", "at most 100"),
        ({"fieldName": "--"}, "fieldName", "letter or digit"),
        ({"fieldName": "nul\x00"}, "fieldName", "control characters"),
        ({"fieldName": "in-use"}, "fieldName", 'already has a field "In use"'),
        ({"fieldType": "TEXT"}, "fieldType", "one of SINGLE_LINE_TEXT"),
        ({"fieldType": "NUMBERS", "options": ["One"]}, "options", "only dropdowns have options"),
        ({"fieldType": SINGLE, "options": ["A-1", "B", "a1"]}, "options[2]", "comes twice"),
        ({"fieldType": SINGLE, "options": ["A", ""]}, "options[1]", "must not be blank"),
        ({"fieldType": MULTI, "options": [f"Option {n}" for n in range(101)]}, "options", "at most 100"),
    ],
)
def test_a_field_that_cannot_be_is_refused(
    workspace: Workspace, arguments: dict[str, Any], field: str, sentence: str
) -> None:
    define(workspace, "DATE", "In use")
    given = {"fieldName": "Probe", "fieldType": "DATE"} | PROJECT | arguments
    refusal = workspace.refusal(ALEX, "create_custom_field", **given)
    assert refusal.field == field
    assert sentence in refusal.message


def test_a_scope_has_at_most_five_fields_of_a_type(workspace: Workspace) -> None:
    for number in range(5):
        define(workspace, "PHONE", f"Phone {number}")
    refusal = workspace.refusal(
        ALEX, "create_custom_field", fieldName="Phone 5", fieldType="PHONE", **PROJECT
    )
    assert (refusal.code, refusal.field) == (409, "fieldType")
    assert "has 5 fields of the type PHONE already" in refusal.message
    define(workspace, "EMAIL", "Another type")
    define(workspace, "PHONE", "Phone 0", **SPACE)
    define(workspace, "PHONE", "Phone 5", projectId=NEIGHBOUR)
    assert broken(workspace.database) == []


def test_new_options_come_last_and_a_field_may_start_without_any(workspace: Workspace) -> None:
    field_id = define(workspace, MULTI)
    for name, color in (("North", None), ("South", "#ABCDEF")):
        more = {} if color is None else {"color": color}
        option = workspace.call(ALEX, "create_custom_field_option", fieldId=field_id, optionName=name, **more)
        assert (option["optionName"], option["fieldId"]) == (name, field_id)
    assert option["color"] == "#abcdef"
    result = workspace.call(PRIYA, "list_custom_field_options", fieldId=field_id, **PROJECT, **SPACE)
    assert [each["optionName"] for each in result["options"]] == ["North", "South"]
    assert (result["total"], result["fieldType"]) == (2, MULTI)


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"optionName": " "}, 400, "optionName"),
        ({"optionName": "_"}, 400, "optionName"),
        ({"optionName": "x" * 101}, 400, "optionName"),
        ({"optionName": "l-o-w"}, 409, "optionName"),
        ({"optionName": "Mid", "color": "blue"}, 400, "color"),
        ({"optionName": "Mid", "projectId": NEIGHBOUR}, 404, "projectId"),
        ({"optionName": "Mid", "spaceId": MARKETING}, 404, "spaceId"),
        ({"optionName": "Mid", "fieldId": PRESS_RELEASE}, 404, "fieldId"),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    workspace: Workspace, arguments: dict[str, Any], code: int, field: str
) -> None:
    field_id = define(workspace, SINGLE, options=["Low"])
    refusal = workspace.refusal(ALEX, "create_custom_field_option", **({"fieldId": field_id} | arguments))
    assert (refusal.code, refusal.field) == (code, field)


def test_only_dropdowns_have_options(workspace: Workspace) -> None:
    field_id = define(workspace, "CHECKBOX")
    for tool, more in (
        ("list_custom_field_options", {}),
        ("create_custom_field_option", {"optionName": "Low"}),
        ("delete_custom_field_option", {"optionId": 8001}),
    ):
        refusal = workspace.refusal(ALEX, tool, fieldId=field_id, **more)
        assert (refusal.code, refusal.field) == (400, "fieldId")
        assert "only dropdowns have options" in refusal.message


def test_a_field_has_at_most_a_hundred_options_and_a_refusal_does_not_recite_them(
    workspace: Workspace,
) -> None:
    options = [f"Option number {number:03} of a long list" for number in range(100)]
    field_id = define(workspace, SINGLE, options=options)
    refusal = workspace.refusal(ALEX, "create_custom_field_option", fieldId=field_id, optionName="One more")
    assert "has 100 options already" in refusal.message
    unknown = workspace.refusal(
        ALEX, "set_custom_field_value", taskId=PRESS_RELEASE, fieldId=field_id, value="Nowhere"
    )
    assert unknown.message.endswith(" more.")
    assert len(unknown.message) < 450


def test_deleting_a_field_takes_its_values_off_every_task(workspace: Workspace) -> None:
    before = workspace.content()
    plain = define(workspace, "DATE", "Day", **SPACE)
    dropdown = define(workspace, MULTI, "Places", options=["North", "South"])
    for task_id in (PRESS_RELEASE, LIVE_DEMO):
        put(workspace, plain, "2026-06-15", task_id)
        put(workspace, dropdown, ["North", "South"], task_id)
    gone = workspace.call(ALEX, "delete_custom_field", fieldId=dropdown, **PROJECT)
    assert (gone["deleted"], gone["fieldId"], gone["fieldName"]) == (True, dropdown, "Places")
    assert gone["clearedTasks"] == 2
    assert workspace.call(ALEX, "delete_custom_field", fieldId=plain, **PROJECT)["clearedTasks"] == 2
    for table in ("custom_fields", "custom_field_options", "custom_field_values", "custom_field_choices"):
        assert workspace.content()[table] == before[table]
    again = workspace.refusal(ALEX, "delete_custom_field", fieldId=plain)
    assert (again.code, again.field) == (404, "fieldId")


def test_an_option_that_goes_is_taken_off_its_tasks(workspace: Workspace) -> None:
    one = define(workspace, SINGLE, "Risk", options=["Low", "High"])
    many = define(workspace, MULTI, "Places", options=["North", "South"])
    put(workspace, one, "Low")
    put(workspace, many, ["North", "South"])
    for field_id, name in ((one, "Low"), (many, "North")):
        gone = workspace.call(
            ALEX,
            "delete_custom_field_option",
            fieldId=field_id,
            optionId=option_ids(workspace, field_id)[name],
        )
        assert (gone["deleted"], gone["optionName"]) == (True, name)
        assert (gone["clearedTasks"], gone["movedTasks"], gone["replacementOption"]) == (1, 0, None)
    assert held(workspace, one) is None
    assert chosen(held(workspace, many)) == ["South"]
    assert broken(workspace.database) == []


def test_the_tasks_of_an_option_that_goes_move_to_its_replacement(workspace: Workspace) -> None:
    one = define(workspace, SINGLE, "Risk", options=["Low", "High"])
    many = define(workspace, MULTI, "Places", options=["North", "South"])
    put(workspace, one, "Low")
    put(workspace, many, ["North", "South"])
    put(workspace, many, ["North"], LIVE_DEMO)
    moved: list[int] = []
    for field_id, name, replacement in ((one, "Low", "High"), (many, "North", "South")):
        ids = option_ids(workspace, field_id)
        gone = workspace.call(
            ALEX,
            "delete_custom_field_option",
            fieldId=field_id,
            optionId=ids[name],
            replacementOptionId=ids[replacement],
        )
        assert gone["replacementOption"]["optionName"] == replacement
        assert gone["clearedTasks"] == 0
        moved.append(gone["movedTasks"])
    assert moved == [1, 2]
    assert held(workspace, one)["optionName"] == "High"
    assert chosen(held(workspace, many)) == chosen(held(workspace, many, LIVE_DEMO)) == ["South"]
    assert broken(workspace.database) == []


def test_a_replacement_is_another_option_of_the_same_field(workspace: Workspace) -> None:
    field_id = define(workspace, SINGLE, options=["Low", "High"])
    other = define(workspace, SINGLE, "Other", options=["Elsewhere"])
    own, foreign = option_ids(workspace, field_id), option_ids(workspace, other)
    for arguments, code, field in (
        ({"optionId": own["Low"], "replacementOptionId": own["Low"]}, 400, "replacementOptionId"),
        ({"optionId": own["Low"], "replacementOptionId": foreign["Elsewhere"]}, 404, "replacementOptionId"),
        ({"optionId": own["Low"], "replacementOptionId": PRESS_RELEASE}, 404, "replacementOptionId"),
        ({"optionId": foreign["Elsewhere"]}, 404, "optionId"),
    ):
        refusal = workspace.refusal(ALEX, "delete_custom_field_option", fieldId=field_id, **arguments)
        assert (refusal.code, refusal.field) == (code, field)


def test_fields_of_a_space_take_its_admin_and_those_of_a_project_the_projects(workspace: Workspace) -> None:
    project = define(workspace, SINGLE, "Risk", options=["Low"])
    space = define(workspace, SINGLE, "Place", options=["North"], **SPACE)
    for field_id, place, role in ((project, PROJECT, "Project Admin"), (space, SPACE, "Space Admin")):
        option_id = next(iter(option_ids(workspace, field_id).values()))
        for tool, arguments in (
            ("create_custom_field", place | {"fieldName": "Another", "fieldType": "DATE"}),
            ("create_custom_field_option", {"fieldId": field_id, "optionName": "Another"}),
            ("delete_custom_field_option", {"fieldId": field_id, "optionId": option_id}),
            ("delete_custom_field", {"fieldId": field_id}),
        ):
            refusal = workspace.refusal(PRIYA, tool, **arguments)
            assert refusal.code == 403
            assert f"needs the {role} role in the {role.split()[0].lower()}" in refusal.message


def test_a_guest_in_the_space_reads_its_fields_and_is_told_the_role_that_writes(workspace: Workspace) -> None:
    field_id = define(workspace, SINGLE, "Place", options=["North"], **SPACE)
    workspace.database.run("UPDATE users SET org_role = 'Guest' WHERE user_id = ?", (PRIYA,))
    assert workspace.call(PRIYA, "list_custom_field_options", fieldId=field_id)["total"] == 1
    for tool, arguments in (
        ("create_custom_field", SPACE | {"fieldName": "Another", "fieldType": "DATE"}),
        ("set_custom_field_value", {"fieldId": field_id, "taskId": PRESS_RELEASE, "value": "North"}),
        ("delete_custom_field", {"fieldId": field_id}),
    ):
        assert "Member role" in workspace.refusal(PRIYA, tool, **arguments).message


def test_an_admin_of_a_project_cannot_define_fields_of_its_space(workspace: Workspace) -> None:
    run = workspace.database.run
    run("DELETE FROM space_members WHERE space_id = ? AND user_id = ?", (ASTRAVUE_MCP, BEN))
    run("DELETE FROM project_members WHERE project_id = ? AND user_id = ?", (Q2_LAUNCH, BEN))
    run("INSERT INTO project_members VALUES (?, ?, 'ADMIN')", (Q2_LAUNCH, BEN))
    given = {"fieldName": "Another", "fieldType": "DATE"}
    assert workspace.call(BEN, "create_custom_field", **PROJECT, **given)["scope"] == "PROJECT"
    assert "Space Admin" in workspace.refusal(BEN, "create_custom_field", **SPACE, **given).message
    assert workspace.call(GRACE, "create_custom_field", **SPACE, **given)["scope"] == "SPACE"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"taskId": 99_999_999}, "taskId"),
        ({"taskId": PRESS_RELEASE, "projectId": WEBSITE}, "projectId"),
        ({"taskId": PRESS_RELEASE, "spaceId": MARKETING}, "spaceId"),
        ({"projectId": Q2_LAUNCH, "spaceId": MARKETING}, "spaceId"),
        ({"spaceId": Q2_LAUNCH}, "spaceId"),
    ],
)
def test_fields_of_what_is_not_there_or_elsewhere_are_not_found(
    workspace: Workspace, arguments: dict[str, int], field: str
) -> None:
    refusal = workspace.refusal(ALEX, "get_custom_fields", **arguments)
    assert (refusal.code, refusal.field) == (404, field)


def test_fields_are_asked_for_with_at_least_one_id(workspace: Workspace) -> None:
    assert "give at least one of" in workspace.refusal(ALEX, "get_custom_fields").message


def test_fields_go_with_their_project_and_their_space(workspace: Workspace) -> None:
    put(workspace, define(workspace, MULTI, options=["North"]), ["North"])
    workspace.call(ALEX, "delete_project", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH)
    define(workspace, "URL", **SPACE)
    workspace.call(ALEX, "delete_space", **SPACE)
    assert broken(workspace.database) == []
