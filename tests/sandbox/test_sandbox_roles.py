"""Every role against every tool, in one project: who is served, who is refused, and what they are told.

Each column of the table is a person in one position:

    AA, AD  Account Admin and Admin, who belong to nothing
    Mg      Manager: Mg0 belongs to nothing, MgP to the project alone, MgS to its space alone
    Me      Member: Me0 belongs to nothing, MeS to the space alone, MeP to the project alone; MePA administers
            the project and MeSA the space; MeO belongs to both and made what the calls name
    Gu      Guest: Gu0 belongs to nothing, GuP to the project; GuA is entered as administrator of project and
            space, and made what the calls name

What the calls name is a task with its subtask, comment, time entry, checklist item, attachment and link to
another task, made by somebody else but for MeO and GuA, and a custom field and a status of the project.
Each cell says what comes of the call:

    yes     done; the answer of a reading tool shows what the person belongs to or made
    less    answered, without what the person does not belong to or did not make
    -       refused as if it did not exist, for the person may not know of it
    Mbr     refused, and told that it takes the Member role or a higher one
    Mgr     refused, and told that it takes the Manager role or a higher one
    SpA     refused, and told that it takes the Space Admin role
    PrA     refused, and told that it takes the Project Admin role
    own     refused, and told that it takes the creator
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest

from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.errors import Refusal
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from agent.sandbox.tools.catalogue import load_catalogue
from tests.sandbox.sandbox_workspace import BEN, DANIEL, GRACE, OPERATIONS, FakeTime, Workspace, attach

TABLE = """
tool                      AA    AD    Mg0   MgP   MgS   Me0   MeS   MeP   MeO  MePA  MeSA  Gu0   GuP   GuA
list_spaces               yes   yes   less  yes   yes   less  yes   yes   yes  yes   yes   less  yes   yes
get_space                 yes   yes   -     yes   yes   -     less  yes   yes  yes   yes   -     yes   yes
create_space              yes   yes   yes   yes   yes   Mgr   Mgr   Mgr   Mgr  Mgr   Mgr   Mgr   Mgr   Mgr
update_space              yes   yes   -     SpA   yes   Mgr   Mgr   Mgr   Mgr  Mgr   Mgr   Mgr   Mgr   Mgr
delete_space              yes   yes   -     SpA   yes   Mgr   Mgr   Mgr   Mgr  Mgr   Mgr   Mgr   Mgr   Mgr
list_projects             yes   yes   -     yes   yes   -     less  yes   yes  yes   yes   -     yes   yes
get_project               yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
create_project            yes   yes   -     SpA   yes   -     SpA   SpA   SpA  SpA   yes   -     Mbr   Mbr
update_project            yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
delete_project            yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
add_project_member        yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
list_project_tasks        yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
get_task                  yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
find_tasks                yes   yes   less  yes   yes   less  less  yes   yes  yes   yes   less  yes   yes
create_task               yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
update_task               yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
delete_task               yes   yes   -     yes   yes   -     -     PrA   yes  yes   yes   -     Mbr   Mbr
move_task                 yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
duplicate_task            yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
create_personal_task      yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   Mbr   Mbr   Mbr
bulk_create_tasks         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   Mbr   Mbr   Mbr
bulk_update_tasks         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   Mbr   Mbr   Mbr
bulk_delete_tasks         yes   yes   -     yes   yes   -     -     PrA   yes  yes   yes   Mbr   Mbr   Mbr
get_task_counts           less  less  less  less  less  less  less  less  yes  less  less  less  less  yes
list_subtasks             yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
create_subtask            yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
update_subtask            yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
delete_subtask            yes   yes   -     yes   yes   -     -     PrA   yes  yes   yes   -     Mbr   Mbr
get_task_comments         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
add_task_comment          yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
update_task_comment       own   own   -     own   own   -     -     own   yes  own   own   Mbr   Mbr   Mbr
delete_task_comment       yes   yes   -     own   own   -     -     own   yes  own   own   Mbr   Mbr   Mbr
get_task_checklists       yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
create_checklist_item     yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
update_checklist_item     yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   Mbr   Mbr   Mbr
delete_checklist_item     yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   Mbr   Mbr   Mbr
add_dependency            yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
list_dependencies         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
remove_dependency         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   Mbr   Mbr   Mbr
list_tags                 yes   yes   less  yes   yes   less  less  yes   yes  yes   yes   less  yes   yes
add_tag_to_task           yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
remove_tag_from_task      yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
list_attachments          yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
delete_attachment         yes   yes   -     yes   yes   -     -     PrA   yes  yes   yes   -     Mbr   Mbr
start_timer               yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
stop_timer                yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   Mbr   Mbr   Mbr
get_active_timers         yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   yes   yes   yes
log_manual_time           yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
log_time_range            yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
get_task_time_entries     yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
get_project_time_entries  yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
get_project_time_summary  yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
get_timesheet_report      yes   yes   less  yes   yes   less  less  less  yes  yes   yes   less  less  yes
delete_time_entry         yes   yes   -     yes   yes   -     -     PrA   yes  yes   yes   Mbr   Mbr   Mbr
get_custom_fields         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
create_custom_field       yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
set_custom_field_value    yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     Mbr   Mbr
create_custom_field_option yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
list_custom_field_options yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
delete_custom_field       yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
delete_custom_field_option yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
list_task_statuses        yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
list_project_statuses     yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
create_task_status        yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
update_task_status        yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
delete_task_status        yes   yes   -     yes   yes   -     -     PrA   PrA  yes   yes   -     Mbr   Mbr
list_filters              less  less  less  less  less  less  less  less  yes  less  less  less  less  yes
create_filter             yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   Mbr   Mbr   Mbr
update_filter             -     -     -     -     -     -     -     -     yes  -     -     Mbr   Mbr   Mbr
delete_filter             -     -     -     -     -     -     -     -     yes  -     -     Mbr   Mbr   Mbr
list_overdue_tasks        less  less  less  less  less  less  less  less  yes  less  less  less  less  yes
list_scheduled_tasks      less  less  less  less  less  less  less  less  yes  less  less  less  less  yes
list_notifications        less  less  less  less  less  less  less  less  yes  less  less  less  less  yes
mark_notification_read    -     -     -     -     -     -     -     -     yes  -     -     Mbr   Mbr   Mbr
get_workspace_members     yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   yes   yes   yes
get_member_by_email       yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   yes   yes   yes
get_current_user          yes   yes   yes   yes   yes   yes   yes   yes   yes  yes   yes   yes   yes   yes
preview_task_list         yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
preview_my_tasks          less  less  less  less  less  less  less  less  yes  less  less  less  less  yes
preview_project_overview  yes   yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
internal_get_project_stats yes  yes   -     yes   yes   -     -     yes   yes  yes   yes   -     yes   yes
"""

PERSON = BEN
SPACE = OPERATIONS
PROJECT = 11281
OTHER_PROJECT = 11280
TITLE = "Whose task is this"
NAMES = {
    "Mbr": "Member role",
    "Mgr": "Manager role",
    "SpA": "Space Admin role",
    "PrA": "Project Admin role",
    "own": "creator",
}


@dataclass(frozen=True, slots=True)
class Position:
    """An organisation role, with the roles in the space and in the project (None: belongs to neither)."""

    org_role: str
    space_role: str | None = None
    project_role: str | None = None
    owns: bool = False


POSITIONS = {
    "AA": Position("Account Admin"),
    "AD": Position("Admin"),
    "Mg0": Position("Manager"),
    "MgP": Position("Manager", None, "MEMBER"),
    "MgS": Position("Manager", "MEMBER"),
    "Me0": Position("Member"),
    "MeS": Position("Member", "MEMBER"),
    "MeP": Position("Member", None, "MEMBER"),
    "MeO": Position("Member", "MEMBER", "MEMBER", owns=True),
    "MePA": Position("Member", "MEMBER", "ADMIN"),
    "MeSA": Position("Member", "ADMIN"),
    "Gu0": Position("Guest"),
    "GuP": Position("Guest", None, "MEMBER"),
    "GuA": Position("Guest", "ADMIN", "ADMIN", owns=True),
}


def expected() -> dict[str, dict[str, str]]:
    header, *rows = (line.split() for line in TABLE.strip().splitlines())
    return {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}


@dataclass(frozen=True, slots=True)
class World:
    """The demo company with one more task, as the bytes of a database, and the ids that the calls name."""

    image: bytes
    task: int
    subtask: int
    comment: int
    timer: int
    item: int
    blocker: int
    dependency: int
    attachment: int
    field: int
    option: int
    status: int
    filter: int
    notification: int

    def stand_in(self, position: Position) -> Workspace:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.deserialize(self.image)
        connection.execute("PRAGMA foreign_keys = ON")
        workspace = Workspace(Database(connection), catalogue=CATALOGUE)
        run = workspace.database.run
        run("UPDATE users SET org_role = ? WHERE user_id = ?", (position.org_role, PERSON))
        for table in ("space_members", "project_members", "task_owners"):
            run(" ".join(("DELETE FROM", table, "WHERE user_id = ?")), (PERSON,))
        if position.space_role is not None:
            run("INSERT INTO space_members VALUES (?, ?, ?)", (SPACE, PERSON, position.space_role))
        for project in (PROJECT, OTHER_PROJECT) if position.project_role is not None else ():
            run("INSERT INTO project_members VALUES (?, ?, ?)", (project, PERSON, position.project_role))
        if position.owns:
            family = (self.task, self.subtask)
            run("UPDATE tasks SET created_by = ? WHERE task_id IN (?, ?)", (PERSON, *family))
            for task in family:
                run("INSERT INTO task_owners VALUES (?, ?, 9)", (task, PERSON))
            run("UPDATE comments SET user_id = ? WHERE comment_id = ?", (PERSON, self.comment))
            run("UPDATE time_entries SET user_id = ? WHERE timer_id = ?", (PERSON, self.timer))
            run("UPDATE filters SET user_id = ? WHERE filter_id = ?", (PERSON, self.filter))
            told = (PERSON, self.notification)
            run("UPDATE notifications SET user_id = ? WHERE notification_id = ?", told)
            run("UPDATE attachments SET uploaded_by = ? WHERE attachment_id = ?", (PERSON, self.attachment))
        return workspace

    def arguments(self, tool: str) -> dict[str, Any]:
        place = {"spaceId": SPACE, "projectId": PROJECT}
        task, subtask = {"taskId": self.task}, {"subtaskId": self.subtask}
        field, status = {"fieldId": self.field}, {"taskStatusId": self.status}
        span = {"startTime": "2026-06-15T09:00:00Z", "endTime": "2026-06-15T10:00:00Z"}
        title = {"taskTitle": "A title"}
        given: dict[str, dict[str, Any]] = {
            "get_space": {"spaceId": SPACE},
            "create_space": {"spaceName": "A space"},
            "update_space": {"spaceId": SPACE, "spaceName": "A space"},
            "delete_space": {"spaceId": SPACE},
            "list_projects": {"spaceId": SPACE},
            "get_project": place,
            "create_project": {"spaceId": SPACE, "projectName": "A project"},
            "update_project": place | {"projectName": "A project"},
            "delete_project": place,
            "add_project_member": place | {"userId": 106},
            "list_project_tasks": place | {"pageSize": 100},
            "find_tasks": {"keyword": TITLE},
            "create_task": place | title,
            "update_task": task | title,
            "move_task": task | {"targetProjectId": OTHER_PROJECT},
            "create_personal_task": title,
            "bulk_create_tasks": place | {"tasks": [title]},
            "bulk_update_tasks": {"updates": [task | title]},
            "bulk_delete_tasks": {"taskIds": [self.task]},
            "list_subtasks": {"parentTaskId": self.task},
            "create_subtask": {"parentTaskId": self.task} | title,
            "update_subtask": subtask | title,
            "delete_subtask": subtask,
            "add_task_comment": task | {"comment": "A word"},
            "update_task_comment": {"commentId": self.comment, "comment": "A word"},
            "delete_task_comment": {"commentId": self.comment},
            "create_checklist_item": task | {"title": "A step"},
            "update_checklist_item": {"checklistItemId": self.item, "completed": True},
            "delete_checklist_item": {"checklistItemId": self.item},
            "add_dependency": {"taskId": self.subtask, "dependsOnTaskId": self.blocker},
            "remove_dependency": {"dependencyId": self.dependency},
            "add_tag_to_task": task | {"tagName": "launch"},
            "remove_tag_from_task": task | {"tagName": "unique"},
            "delete_attachment": task | {"attachmentId": self.attachment},
            "get_custom_fields": place,
            "create_custom_field": place | {"fieldName": "A field", "fieldType": "DATE"},
            "set_custom_field_value": task | field | {"value": "Likely"},
            "create_custom_field_option": field | {"optionName": "An option"},
            "list_custom_field_options": field,
            "delete_custom_field": field,
            "delete_custom_field_option": field | {"optionId": self.option},
            "list_task_statuses": place,
            "list_project_statuses": place,
            "create_task_status": place | {"statusName": "A status"},
            "update_task_status": status | {"color": "#1f8f75"},
            "delete_task_status": status,
            "log_manual_time": task | {"hours": 1},
            "log_time_range": task | span,
            "get_project_time_entries": {"projectId": PROJECT},
            "get_project_time_summary": {"projectId": PROJECT},
            "delete_time_entry": {"timerId": self.timer},
            "create_filter": {"filterName": "A filter", "criteria": {"overdue": True}},
            "update_filter": {"filterId": self.filter, "filterName": "A filter"},
            "delete_filter": {"filterId": self.filter},
            "mark_notification_read": {"notificationIds": [self.notification]},
            "get_member_by_email": {"email": "daniel@demo.astravue.example"},
            "preview_task_list": place,
            "preview_project_overview": place,
            "internal_get_project_stats": {"projectId": PROJECT},
        }
        return given.get(tool, task if "taskId" in required(tool) else {})

    def looked_for(self, tool: str) -> str | None:
        """Returns what the answer of a reading tool shows to whoever may see it."""
        return {
            "list_spaces": f'"spaceId": {SPACE},',
            "get_space": f'"projectId": {PROJECT},',
            "list_projects": f'"projectId": {PROJECT},',
            "list_project_tasks": f'"taskId": {self.task},',
            "find_tasks": f'"taskId": {self.task},',
            "get_task_counts": '"overdue": 1',
            "list_subtasks": f'"taskId": {self.subtask},',
            "get_task_comments": f'"commentId": {self.comment},',
            "get_task_checklists": f'"checklistItemId": {self.item},',
            "list_dependencies": f'"dependencyId": {self.dependency},',
            "list_tags": '"tagName": "unique", "taskCount": 1',
            "list_attachments": f'"attachmentId": {self.attachment},',
            "get_active_timers": f'"timerId": {self.timer + 1},',
            "get_task_time_entries": f'"timerId": {self.timer},',
            "get_project_time_entries": f'"timerId": {self.timer},',
            "get_timesheet_report": f'"timerId": {self.timer},',
            "get_custom_fields": f'"fieldId": {self.field},',
            "list_custom_field_options": f'"optionId": {self.option},',
            "list_task_statuses": f'"taskStatusId": {self.status},',
            "list_project_statuses": f'"taskStatusId": {self.status},',
            "list_filters": f'"filterId": {self.filter},',
            "list_overdue_tasks": f'"taskId": {self.task},',
            "list_scheduled_tasks": f'"taskId": {self.subtask},',
            "list_notifications": f'"notificationId": {self.notification},',
            "get_workspace_members": f'"userId": {DANIEL},',
            "get_member_by_email": f'"userId": {DANIEL},',
            "get_current_user": f'"userId": {PERSON},',
            "preview_task_list": f'"taskId": {self.task},',
            "preview_my_tasks": f'"taskId": {self.task},',
            "preview_project_overview": f'"taskId": {self.task},',
            "internal_get_project_stats": f'"projectId": {PROJECT},',
        }.get(tool)

    def outcome(self, tool: str, position: Position) -> str:
        workspace = self.stand_in(position)
        if tool in ("stop_timer", "get_active_timers"):
            workspace.database.run(
                "INSERT INTO time_entries SELECT timer_id + 1, task_id, ?, 'TIMER', start_time, NULL, 0, '', "
                "created_time FROM time_entries WHERE timer_id = ?",
                (PERSON, self.timer),
            )
        before = workspace.content()
        try:
            result = workspace.call(PERSON, tool, **self.arguments(tool))
        except Refusal as refusal:
            assert workspace.content() == before, "a refused call changed the workspace"
            return told(refusal)
        finally:
            after = workspace.content()
            workspace.database.close()
        assert (after == before) == reads(tool), "a call that was answered did not do what its kind says"
        sign = self.looked_for(tool)
        return "yes" if sign is None or sign in json.dumps(result) else "less"


CATALOGUE = load_catalogue()


def required(tool: str) -> list[str]:
    definition = CATALOGUE.find(f"astravue_{tool}")
    assert definition is not None
    return definition.input_schema.get("required", [])


def reads(tool: str) -> bool:
    definition = CATALOGUE.find(f"astravue_{tool}")
    assert definition is not None
    return definition.annotations["readOnlyHint"]


def told(refusal: Refusal) -> str:
    # A bulk call reports what became of each item.
    report: list[dict[str, Any]] = json.loads(json.dumps(refusal.details.get("results", [])))
    codes = {item["code"] for item in report} or {refusal.code}
    if codes == {404}:
        return "-"
    assert codes == {403}, refusal.message
    return next(cell for cell, name in NAMES.items() if name in refusal.message)


@pytest.fixture(scope="module")
def world() -> World:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    database = Database(connection)
    plant(database, Clock(FakeTime()), read_seed("demo"))
    workspace = Workspace(database, catalogue=CATALOGUE)
    place = {"spaceId": SPACE, "projectId": PROJECT}
    task: int = workspace.call(
        DANIEL, "create_task", **place, taskTitle=TITLE, dueDate="2026-06-10", tags=["unique"]
    )["taskId"]
    subtask: int = workspace.call(
        DANIEL, "create_subtask", parentTaskId=task, taskTitle="Its part", dueDate="2026-06-20"
    )["taskId"]
    comment: int = workspace.call(DANIEL, "add_task_comment", taskId=task, comment="A remark")["commentId"]
    timer: int = workspace.call(DANIEL, "log_manual_time", taskId=task, hours=1)["timerId"]
    item: int = workspace.call(DANIEL, "create_checklist_item", taskId=task, title="A step")[
        "checklistItemId"
    ]
    blocker: int = workspace.call(DANIEL, "create_task", **place, taskTitle="Comes before it")["taskId"]
    dependency: int = workspace.call(DANIEL, "add_dependency", taskId=task, dependsOnTaskId=blocker)[
        "dependencyId"
    ]
    attachment = attach(workspace, task, DANIEL)
    field = workspace.call(
        DANIEL,
        "create_custom_field",
        **place,
        fieldName="Risk",
        fieldType="SINGLE_SELECT_DROPDOWN",
        options=["Likely"],
    )
    status: int = workspace.call(DANIEL, "create_task_status", **place, statusName="In Review")[
        "taskStatusId"
    ]
    kept = workspace.call(DANIEL, "create_filter", filterName="Late", criteria={"overdue": True})
    workspace.call(GRACE, "add_task_comment", taskId=task, comment="An answer")
    told = workspace.call(DANIEL, "list_notifications")["notifications"]
    image = connection.serialize()
    database.close()
    return World(
        image=image,
        task=task,
        subtask=subtask,
        comment=comment,
        timer=timer,
        item=item,
        blocker=blocker,
        dependency=dependency,
        attachment=attachment,
        field=field["fieldId"],
        option=field["options"][0]["optionId"],
        status=status,
        filter=kept["filterId"],
        notification=told[0]["notificationId"],
    )


def test_the_table_names_every_tool_and_every_position() -> None:
    table = expected()
    assert list(table) == [each.name.removeprefix("astravue_") for each in CATALOGUE.definitions]
    assert all(list(row) == list(POSITIONS) for row in table.values())


@pytest.mark.parametrize("tool", expected())
def test_each_role_is_served_or_told_the_role_that_is_needed(world: World, tool: str) -> None:
    outcomes = {name: world.outcome(tool, position) for name, position in POSITIONS.items()}
    assert outcomes == expected()[tool]
