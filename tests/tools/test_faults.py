"""What the person who calls a tool by hand is told of arguments that do not fit."""

from fake_toolbox import make_tool

from agent.jsontypes import JsonObject
from agent.tools.faults import faults_in
from agent.tools.tool import Tool

CREATE = make_tool(
    "create_task",
    properties={
        "taskTitle": {"type": "string"},
        "projectId": {"type": "integer"},
        "steps": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    },
    required=["taskTitle", "projectId"],
)
CLOSED = Tool("t", "T", "", {**CREATE.input_schema, "additionalProperties": False})


def test_all_that_is_wrong_is_named_with_the_name_that_may_be_meant() -> None:
    assert sorted(faults_in(CLOSED, {"title": "x", "zzz": 1})) == [
        "“projectId” is missing",
        "“taskTitle” is missing",
        "“title” is not known (did you mean “taskTitle”?)",
        "“zzz” is not known",
    ]


def test_a_fault_inside_a_value_is_named_with_its_path() -> None:
    given: JsonObject = {"taskTitle": 7, "projectId": 3, "steps": [{"name": "a"}, {}]}
    assert faults_in(CLOSED, given) == (
        "taskTitle: 7 is not of type 'string'",
        "“steps.1.name” is missing",
    )


def test_no_more_than_five_are_told_and_none_where_all_fits() -> None:
    assert len(faults_in(CLOSED, {f"x{n}": n for n in range(9)})) == 5
    assert faults_in(CLOSED, {"taskTitle": "x", "projectId": 3}) == ()
