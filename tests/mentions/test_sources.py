"""Which tools can be searched for what is mentioned."""

from agent.jsontypes import JsonObject
from agent.mentions.sources import Source, find_sources
from agent.tools.tool import Annotations, Tool
from tests.tools.sandbox_tools import sandbox_tools

READ = Annotations(read_only=True)
TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "integer"}


def tool(name: str, required: JsonObject | None = None, **optional: JsonObject) -> Tool:
    given = required or {}
    schema: JsonObject = {"type": "object", "properties": {**given, **optional}, "required": list(given)}
    return Tool(name, name, "", schema, READ)


def chosen(*tools: Tool) -> dict[str, str]:
    return {source.kind: source.tool.name for source in find_sources(tools)}


def test_of_the_sandbox_people_spaces_and_projects_are_listed_and_tasks_searched() -> None:
    sources = {source.kind: source for source in find_sources(sandbox_tools())}
    assert {kind: source.tool.name for kind, source in sources.items()} == {
        "user": "astravue_get_workspace_members",
        "space": "astravue_list_spaces",
        "project": "astravue_list_projects",
        "task": "astravue_find_tasks",
    }
    assert sources["task"].arguments("release notes") == {"keyword": "release notes", "pageSize": 50}
    assert sources["project"].arguments(parent="501") == {"spaceId": 501}


def test_any_server_is_read_by_the_words_of_its_names() -> None:
    assert chosen(tool("searchIssues", {"query": TEXT}), tool("list-users"), tool("getAllProjects")) == {
        "task": "searchIssues",
        "user": "list-users",
        "project": "getAllProjects",
    }


def test_a_search_goes_before_a_list_and_the_plainer_name_before_the_longer() -> None:
    assert chosen(tool("list_tasks"), tool("search_tasks", q=TEXT)) == {"task": "search_tasks"}
    assert chosen(tool("list_overdue_tasks"), tool("list_tasks")) == {"task": "list_tasks"}


def test_what_needs_to_know_more_is_not_used() -> None:
    assert chosen(tool("list_tasks", {"projectId": NUMBER, "status": TEXT})) == {}
    assert chosen(tool("list_tasks", {"projectId": NUMBER})) == {}
    assert chosen(tool("list_task_comments", {"taskId": NUMBER}), tool("get_task", {"taskId": NUMBER})) == {}


def test_what_a_list_wants_to_know_may_come_from_another_list() -> None:
    assert chosen(tool("list_issues", {"project_id": TEXT}), tool("list_projects")) == {
        "project": "list_projects",
        "task": "list_issues",
    }


def test_a_tool_that_changes_something_is_never_used() -> None:
    writing = Tool("list_projects", "", "", {"type": "object"}, Annotations(read_only=False))
    assert find_sources([writing, tool("archive_projects"), tool("delete_users")]) == ()


def test_an_id_is_given_as_the_tool_takes_it() -> None:
    by_text = Source(tool("list_issues", {"project_id": TEXT}), "task", parent="project_id")
    by_number = Source(tool("list_issues", {"projectId": NUMBER}), "task", parent="projectId")
    assert by_text.arguments(parent="12") == {"project_id": "12"}
    assert by_number.arguments(parent="12") == {"projectId": 12}


def test_as_much_is_asked_for_as_the_tool_gives() -> None:
    few: JsonObject = {"type": "integer", "maximum": 20}
    assert Source(tool("list_users", limit=few), "user").arguments() == {"limit": 20}
