"""Names for ids: what an approval shows instead of a number."""

from dataclasses import replace

import pytest
from fake_toolbox import make_tool

from agent.jsontypes import JsonObject
from agent.tools.names import NameIndex, by_breadth, kind_of, look_up, things_in
from agent.tools.tool import Annotations, Tool


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


def test_what_is_no_id_has_no_name() -> None:
    names = learnt({"taskId": 7, "taskTitle": "Fix login", "paid": 7, "id": 7})
    assert names.name("paid", 7) is None
    assert names.name("id", 7) is None
    assert things_in({"title": "x", "paid": 1, "taskId": 7, "spaceIds": [2, "3"], "billableId": True}) == (
        ("task", "7"),
        ("space", "2"),
        ("space", "3"),
    )


def test_what_a_thing_lies_in_and_its_fields_are_known_by_what_results_told() -> None:
    names = learnt(
        {"taskId": 7, "taskTitle": "Fix login", "projectId": 3, "ownerId": 4, "status": "OPEN"},
        {"taskId": 7, "taskTitle": "Fix login", "spaceId": 1, "status": "DONE"},
    )
    assert names.places(("task", "7")) == {("project", "3"), ("space", "1")}
    assert names.record(("task", "7"))["status"] == "DONE"
    assert names.record(("task", "8")) == {}


# Looking a name up


def lookup(name: str, *required: str, read_only: bool | None = True) -> Tool:
    return make_tool(name, required=required, annotations=Annotations(read_only=read_only))


def test_an_id_is_looked_up_by_the_get_tool_that_needs_only_it() -> None:
    get_task = lookup("astravue_get_task", "taskId")
    others = [lookup("get_space", "spaceId"), lookup("list_task", "taskId")]
    assert look_up(("task", "7"), {}, [*others, get_task]) == (get_task, {"taskId": 7})


def test_a_get_tool_that_wants_to_know_where_the_thing_lies_is_told_if_that_is_known() -> None:
    get_project = lookup("get_project", "spaceId", "projectId")
    assert look_up(("project", "3"), {"space": "1"}, [get_project]) == (
        get_project,
        {"spaceId": 1, "projectId": 3},
    )
    assert look_up(("project", "3"), {}, [get_project]) is None


def test_an_id_that_is_a_text_to_the_server_stays_one() -> None:
    get_issue = lookup("get_issue", "issueId")
    schema: JsonObject = {**get_issue.input_schema, "properties": {"issueId": {"type": "string"}}}
    found = look_up(("issue", "7"), {}, [replace(get_issue, input_schema=schema)])
    assert found is not None
    assert found[1] == {"issueId": "7"}


def test_no_tool_that_might_write_looks_anything_up() -> None:
    assert look_up(("task", "7"), {}, [lookup("get_task")]) is None
    assert look_up(("task", "7"), {}, [lookup("get_task", "taskId", read_only=False)]) is None


def test_what_several_results_told_of_a_thing_is_put_together() -> None:
    names = learnt(
        {"taskId": 7, "taskTitle": "Fix login", "status": "OPEN"}, {"taskId": 7, "taskTitle": "Fix"}
    )
    assert names.record(("task", "7")) == {"taskId": 7, "taskTitle": "Fix", "status": "OPEN"}
    assert names.things() == ((("task", "7"), "Fix"),)


def test_things_are_ordered_from_the_narrowest_to_the_widest() -> None:
    things = [("space", "1"), ("user", "2"), ("project", "3"), ("task", "4"), ("tag", "9")]
    assert [kind for kind, _ in by_breadth(things)] == ["task", "tag", "user", "project", "space"]


def test_a_read_that_says_little_of_its_arguments_is_passed_over_or_taken_at_its_word() -> None:
    bare = Tool("get_task", "", "", {}, Annotations(read_only=True))
    needing = replace(bare, input_schema={"required": ["taskId"]})
    assert look_up(("task", "7"), {}, [bare, needing]) == (needing, {"taskId": 7})


@pytest.mark.parametrize("key", ["parent_task_id", "parentTaskIds", "sub_task_ID"])
def test_a_key_of_several_words_names_the_kind_that_it_means(key: str) -> None:
    assert kind_of(key) == "task"


@pytest.mark.parametrize(
    "told",
    [
        {"task_id": 7, "task_title": "Ana"},
        {"projectId": 7, "name": "Ana"},
        {"commentId": 7, "comment": "Ana"},
        {"memberId": 7, "email": "Ana"},
        {"userId": 7, "firstName": 5, "lastName": "Ana"},
    ],
    ids=lambda told: next(iter(told)),
)
def test_a_thing_is_called_by_the_first_of_its_fields_that_can_be_a_name(told: JsonObject) -> None:
    assert [name for _, name in learnt(told).things()] == ["Ana"]
