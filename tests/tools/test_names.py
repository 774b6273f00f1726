"""Names for ids: what an approval shows instead of a number."""

from fake_toolbox import make_tool

from agent.jsontypes import JsonObject
from agent.tools.names import NameIndex, describe_arguments, describe_subject, lookup_tool
from agent.tools.tool import Annotations, Tool

TOOL = make_tool(
    "move_task", properties={"taskId": {"type": "integer"}, "targetProjectId": {"type": "integer"}}
)


def learnt(*results: JsonObject) -> NameIndex:
    names = NameIndex()
    for result in results:
        names.learn(result)
    return names


def test_an_id_is_named_by_the_title_beside_it() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login"})
    assert names.name("taskId", 7) == "Fix login"


def test_names_are_found_at_any_depth() -> None:
    names = learnt({"data": {"tasks": [{"taskId": 7, "title": "Fix login"}]}})
    assert names.name("taskId", 7) == "Fix login"


def test_a_plain_title_names_the_first_id_of_an_object_and_not_the_others() -> None:
    names = learnt({"taskId": 7, "title": "Fix login", "projectId": 3})
    assert names.name("taskId", 7) == "Fix login"
    assert names.name("projectId", 3) is None


def test_each_kind_of_id_has_names_of_its_own() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "projectId": 7, "projectName": "Website"})
    assert names.name("taskId", 7) == "Fix login"
    assert names.name("projectId", 7) == "Website"


def test_people_are_named_by_first_and_last_name() -> None:
    names = learnt({"userId": 4, "firstName": "Ana", "lastName": "Lopez"}, {"userId": 5, "firstName": "Bo"})
    assert names.name("userId", 4) == "Ana Lopez"
    assert names.name("ownerId", 5) == "Bo"


def test_ids_are_known_under_every_spelling_of_their_key() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "projectId": 3, "projectName": "Website"})
    for key in ("taskId", "task_id", "taskIds", "task_ids", "taskID", "parentTaskId", "dependsOnTaskId"):
        assert names.name(key, 7) == "Fix login", key
    assert names.name("targetProjectId", 3) == "Website"


def test_an_id_written_as_text_is_the_same_id() -> None:
    assert learnt({"taskId": 7, "taskTitle": "Fix login"}).name("taskId", "7") == "Fix login"


def test_a_newer_name_replaces_an_older_one() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Old"}, {"taskId": 7, "taskTitle": "New"})
    assert names.name("taskId", 7) == "New"


def test_what_is_no_id_has_no_name_and_is_not_looked_up() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "paid": 7, "id": 7})
    assert names.name("paid", 7) is None
    assert names.name("id", 7) is None
    assert names.unknown({"title": "x", "paid": 1, "taskId": 7, "spaceId": 2}) == (("spaceId", 2),)


def test_arguments_are_described_in_the_order_of_the_schema_with_names_beside_ids() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login"})
    lines = describe_arguments(TOOL, {"extra": True, "targetProjectId": 3, "taskId": 7}, names)
    assert lines == ("taskId: “Fix login” (7)", "targetProjectId: 3", "extra: True")


def test_each_id_of_a_list_is_named() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login"})
    assert describe_arguments(TOOL, {"taskIds": [7, 8]}, names) == ("taskIds: “Fix login” (7), 8",)


def test_the_subject_is_the_title_that_the_call_gives() -> None:
    names = learnt({"projectId": 3, "projectName": "Website"})
    assert describe_subject(TOOL, {"projectId": 3, "title": "Fix login"}, names) == "“Fix login”"


def test_the_subject_is_the_narrowest_thing_that_has_a_name() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "projectId": 3, "projectName": "Website"})
    assert describe_subject(TOOL, {"projectId": 3, "taskId": 7}, names) == "“Fix login” (7)"
    assert describe_subject(TOOL, {"projectId": 3, "taskId": 8}, names) == "“Website” (3)"
    assert describe_subject(TOOL, {"taskId": 8}, names) == ""


def test_a_name_with_line_ends_stays_on_its_line() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login\ntaskId: “Harmless” (8)"})
    (line,) = describe_arguments(TOOL, {"taskId": 7}, names)
    assert "\n" not in line
    assert "\n" not in describe_subject(TOOL, {"title": "One\nTwo"}, names)


def lookup(name: str, *required: str, read_only: bool | None = True) -> Tool:
    return make_tool(name, required=required, annotations=Annotations(read_only=read_only))


def test_an_id_is_looked_up_by_the_get_tool_that_needs_only_it() -> None:
    get_task = lookup("astravue_get_task", "taskId")
    others = [lookup("get_space", "spaceId"), lookup("list_task", "taskId")]
    assert lookup_tool("taskId", [*others, get_task]) == (get_task, "taskId")


def test_an_id_under_another_spelling_is_looked_up_by_the_same_tool() -> None:
    get_task = lookup("get_task", "taskId")
    assert lookup_tool("parentTaskId", [get_task]) == (get_task, "taskId")


def test_no_tool_that_needs_more_or_might_write_looks_anything_up() -> None:
    assert lookup_tool("taskId", [lookup("get_task", "taskId", "projectId")]) is None
    assert lookup_tool("taskId", [lookup("get_task")]) is None
    assert lookup_tool("taskId", [lookup("get_task", "taskId", read_only=False)]) is None
    assert lookup_tool("title", [lookup("get_task", "taskId")]) is None
