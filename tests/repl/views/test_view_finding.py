from agent.jsontypes import JsonObject
from agent.repl.views.finding import Wanted, find_listings, find_outer, missing_kind
from agent.tools.tool import Annotations, Tool

INTEGER: JsonObject = {"type": "integer"}


def tool(
    name: str, *required: str, optional: tuple[str, ...] = (), hidden: bool = False, **schema: JsonObject
) -> Tool:
    properties: JsonObject = {key: schema.get(key, INTEGER) for key in (*required, *optional)}
    return Tool(
        name,
        name,
        "",
        {"type": "object", "properties": properties, "required": [*required]},
        Annotations(read_only=True),
        hidden=hidden,
    )


ASTRAVUE = (
    tool("astravue_list_spaces"),
    tool("astravue_list_projects", "spaceId"),
    tool("astravue_list_project_tasks", "spaceId", "projectId", optional=("page", "pageSize")),
    tool("astravue_list_overdue_tasks"),
    tool("astravue_preview_my_tasks"),
    tool("astravue_preview_task_list", "spaceId", "projectId"),
    tool("astravue_find_tasks", "keyword"),
    tool("astravue_get_task", "taskId"),
    tool("astravue_get_task_counts"),
    tool("astravue_list_project_statuses", "projectId"),
    tool("astravue_get_timesheet_report", optional=("projectIds",), projectIds={"type": "array"}),
    tool("astravue_get_project_time_entries", "projectId", optional=("spaceId",)),
    tool("astravue_bulk_delete_tasks", "projectId"),
)


def names(wanted: Wanted, known: JsonObject, tools: tuple[Tool, ...] = ASTRAVUE) -> list[str]:
    return [listing.tool.name.removeprefix("astravue_") for listing in find_listings(tools, wanted, known)]


def test_without_a_project_the_users_own_tasks_come_before_some_of_them() -> None:
    assert names(Wanted.TASKS, {}) == ["preview_my_tasks", "list_overdue_tasks"]


def test_with_a_project_its_tasks_are_listed() -> None:
    assert names(Wanted.TASKS, {"project": 4, "space": 5})[0] == "list_project_tasks"
    listing = find_listings(ASTRAVUE, Wanted.TASKS, {"project": 4, "space": 5})[0]
    assert listing.arguments == {"spaceId": 5, "projectId": 4}


def test_what_must_be_known_and_is_not_keeps_a_tool_out() -> None:
    assert names(Wanted.TASKS, {"project": 4}) == []


def test_time_of_a_project_is_asked_for_by_whatever_takes_one() -> None:
    assert names(Wanted.TIME, {"project": 4}) == ["get_project_time_entries", "get_timesheet_report"]
    assert find_listings(ASTRAVUE, Wanted.TIME, {"project": 4})[1].arguments == {"projectIds": [4]}
    assert names(Wanted.TIME, {}) == ["get_timesheet_report"]


def test_a_project_that_a_server_knows_by_text_is_given_as_text() -> None:
    other = (tool("listIssues", "project_id", project_id={"type": "string"}),)
    assert find_listings(other, Wanted.TASKS, {"project": 4})[0].arguments == {"project_id": "4"}


def test_projects_inside_of_spaces_are_found_through_those() -> None:
    assert names(Wanted.PROJECTS, {}) == []
    assert missing_kind(ASTRAVUE, Wanted.PROJECTS) == "space"
    outer = find_outer(ASTRAVUE, "space")
    assert outer is not None
    assert outer.name == "astravue_list_spaces"
    assert names(Wanted.PROJECTS, {"space": 5}) == ["list_projects"]


def test_a_server_without_such_tools_has_nothing_to_draw_from() -> None:
    tools = (tool("list_issues", hidden=True), tool("delete_tasks"), tool("get_weather"))
    assert [names(wanted, {}, tools) for wanted in Wanted] == [[]] * len(Wanted)
    assert missing_kind(tools, Wanted.PROJECTS) is None
    assert find_outer(tools, "space") is None
