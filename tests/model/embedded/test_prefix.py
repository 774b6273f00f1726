"""What the model reads: short signatures in words, the same bytes for the same functions."""

import json
from datetime import UTC, datetime

import jsonschema
import pytest

from agent.jsontypes import JsonObject, is_object
from agent.model.embedded.choice import answer_schema, read_choice
from agent.model.embedded.dialogue import Dialogue, Focus
from agent.model.embedded.entities import Entity
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.offer import Offer
from agent.model.embedded.prefix import Prompt, build_prefix, divide, write_tail
from agent.model.protocol import FunctionDefinition
from evals.embedded.functions import load_functions

SIGNATURES = read_signatures(load_functions())
OFFER = divide(SIGNATURES)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def system() -> list[str]:
    return str(build_prefix(OFFER)[0]["content"]).splitlines()


def shown(tool: str) -> list[str]:
    return next([p.shown for p in s.parameters] for s in SIGNATURES if s.tool == tool)


@pytest.mark.parametrize(
    "line",
    [
        "list_overdue_tasks() - Overdue tasks assigned to the caller",
        "move_task(task, to_project) - Move a task to another project",
        "list_projects(space) - Projects of one space",
        "stop_timer(task?, billable?:boolean, notes?) - Stop the running timer",
    ],
)
def test_a_function_is_one_line_in_words(line: str) -> None:
    assert line in system()


def test_ids_are_never_shown() -> None:
    assert not [s.tool for s in SIGNATURES for p in s.parameters if p.shown.endswith(("Id", "Ids"))]


def test_what_code_settles_is_not_shown() -> None:
    assert shown("create_task")[:3] == ["project", "title", "description"]
    assert "spaceId" in next(s.derived for s in SIGNATURES if s.tool == "create_task")
    assert shown("log_manual_time")[:2] == ["task", "duration"]
    assert shown("list_scheduled_tasks") == ["period"]
    assert shown("delete_time_entry") == ["task", "entry"]


def test_a_name_beside_the_id_of_its_owner_is_a_new_name() -> None:
    assert "new_title" in shown("update_task")
    assert "title" in shown("create_subtask")
    assert "new_name" in shown("update_project")


def test_functions_that_want_lists_of_objects_are_left_out() -> None:
    assert not any(s.tool in ("bulk_create_tasks", "bulk_update_tasks") for s in SIGNATURES)


def test_the_prefix_is_the_same_bytes_every_time() -> None:
    again = divide(read_signatures(load_functions()))
    assert json.dumps(build_prefix(again)) == json.dumps(build_prefix(OFFER))


def test_what_the_prefix_leaves_out_is_told_of_beside_the_request_that_points_at_it() -> None:
    request = "Which tags do we have?"
    further = OFFER.pointed_at(request)
    assert not any(line.startswith("list_tags(") for line in system())
    assert write_tail(Dialogue(request, NOW), further).splitlines() == [
        "[further functions, if one of them is meant:",
        "list_tags() - Every tag of the organisation",
        "add_tag_to_task(task, tag) - Put an existing tag on a task",
        "remove_tag_from_task(task, tag) - Take a tag off a task]",
        request,
    ]


def test_examples_use_only_functions_that_are_offered() -> None:
    few = [f for f in load_functions() if f.name.endswith(("list_overdue_tasks", "list_spaces"))]
    messages = build_prefix(divide(read_signatures(few)))
    answers = [str(m["content"]) for m in messages if m["role"] == "assistant"]
    tools = {call.tool for answer in answers for call in read_choice(answer).calls}
    assert tools == {"list_overdue_tasks"}
    assert any("answer" in answer for answer in answers), "those without calls stay"


def test_every_example_is_an_answer_that_the_schema_allows() -> None:
    examples = Prompt.load().examples
    answers = [str(m["content"]) for m in build_prefix(OFFER) if m["role"] == "assistant"]
    assert answers == [example.answer for example in examples]
    for example in examples:
        jsonschema.validate(json.loads(example.answer), answer_schema(SIGNATURES, example.request))


WRONG: list[JsonObject] = [
    {"calls": [{"tool": "no_such_tool", "arguments": {}}]},
    {"calls": [{"tool": "get_task", "arguments": {}}]},
    {"calls": [{"tool": "get_task", "arguments": {"task": "it", "colour": "red"}}]},
    {"calls": []},
    {"calls": [{"tool": "list_spaces", "arguments": {}} for _ in range(5)]},
    {"calls": [{"tool": "list_spaces", "arguments": {}}], "answer": "Here."},
]


@pytest.mark.parametrize("answer", WRONG)
def test_the_schema_allows_nothing_else(answer: JsonObject) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer, answer_schema(SIGNATURES, "Show it"))


def test_a_long_list_of_functions_loses_detail_rather_than_room() -> None:
    properties: JsonObject = {f"parameter{n}": {"type": "string"} for n in range(8)}
    schema: JsonObject = {"type": "object", "properties": properties}
    many = [FunctionDefinition(f"tool_{n}", "Does a thing. " * 8, schema) for n in range(300)]
    content = str(build_prefix(Offer(read_signatures(many)))[0]["content"])
    assert len(content) < 25_000
    assert "299(" in content


def test_the_tail_is_the_request_after_what_was_talked_about_last() -> None:
    focus = Focus(Entity("task", 1, "Fix login"), Entity("project", 2, "Website"))
    assert write_tail(Dialogue("mark it done", NOW, focus=focus)) == (
        "[last task: Fix login; last project: Website]\nmark it done"
    )
    assert write_tail(Dialogue("  hello ", NOW)) == "hello"


def test_schemas_of_any_server_become_schemas_for_decoding() -> None:
    odd = FunctionDefinition(
        "odd",
        "",
        {
            "type": "object",
            "properties": {
                "filter": {"type": "object", "description": "free", "properties": {"a": {"type": "string"}}},
                "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "when": {"type": "string", "format": "date-time"},
            },
            "required": ["filter"],
        },
    )
    schema = answer_schema(read_signatures([odd]), "Do it now")
    jsonschema.Draft202012Validator.check_schema(schema)
    answer = {"calls": [{"tool": "odd", "arguments": {"filter": {"a": "x"}, "either": 3, "when": "now"}}]}
    jsonschema.validate(answer, schema)
    assert is_object(schema)
