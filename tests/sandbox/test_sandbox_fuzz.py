"""Arguments drawn from each tool's own schema, sound and broken: nothing but a clear refusal comes of them.

After every call the database's invariants hold, and a refused call has changed nothing.
"""

import json
import math
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.errors import Conflict, InvalidInput, NotFound, Refusal
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from agent.sandbox.tools.catalogue import load_catalogue
from tests.sandbox.sandbox_invariants import broken
from tests.sandbox.sandbox_workspace import ALEX, BEN, GRACE, LENA, NINA, PRIYA, TOM, Workspace, attach

CATALOGUE = load_catalogue()
TOOLS = [definition.name.removeprefix("astravue_") for definition in CATALOGUE.definitions]
BOUNDED = settings(max_examples=40, derandomize=True)

STRANGE_TEXTS = [
    "",
    " \t ",
    "x" * 256,
    "y" * 20_001,
    "'; DROP TABLE tasks; --",
    "100% _ \\ ' \" `",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "two\nlines",
    "nul\x00byte",
    "escape\x1b[31m",
    "bidi\u202eoverride \ufeff",
    "half a pair \ud800",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}",
    "I\u0307stanbul STRASSE straße",
    "{taskTitle} %s $name",
]
STRANGE_TIMES = [
    "2026-02-30",
    "2026-02-30T12:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-06-15T25:00:00Z",
    "2026-06-15T23:59:60Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1969-12-31T23:59:59Z",
    "2026-W25-1",
    "20260615",
    "٢٠٢٦-٠٦-١٥",
    "yesterday",
    "-1",
]
TIMES = [
    "2026-06-01",
    "2026-06-14T09:00:00Z",
    "2026-06-14T12:00:00+02:00",
    "2026-06-15T11:30:00",
    "2026-07-01",
]
TITLES = ["A title", "<b>bold</b> & 'quoted'", "Robert'); DROP TABLE tasks;--", "Grüße, 你好"]
TAME_TEXTS = {
    "startDate": ["2026-06-01"],
    "dueDate": ["2026-07-15"],
    "endDate": ["2026-06-15"],
    "startTime": ["2026-06-14T12:00:00Z", "2026-06-15T11:00:00+02:00"],
    "endTime": ["2026-06-15T10:00:00"],
    "email": ["alex@demo.astravue.example"],
    "status": ["Completed", "in progress"],
    "priority": ["High", "critical"],
    "health": ["at risk"],
    "color": ["#1F8F75"],
    "tagName": ["launch"],
    "statusCategory": ["in progress"],
    "value": ["Likely"],
}
NUMBERS = [0, -1, 1, 7, 59, 60, 100, 2**31, 2**53, 2**63, -(2**63) - 1, 10**30]
WRONG: list[Any] = [None, True, 1.5, 3.0, math.nan, math.inf, -1e400, "7", "", [], {}, [[]], [None], {"a": 1}]
KNOWN: dict[str, list[int]] = {
    "spaceId": [501, 502, 503, 504],
    "projectId": [11272, 11274, 11276, 11279],
    "taskId": [141299, 141298, 141303, 141412],
    "subtaskId": [141412, 141413],
    "commentId": [52001, 52002],
    "checklistItemId": [81901, 81902, 81903],
    "dependencyId": [61901, 61902],
    "dependsOnTaskId": [141303, 141298, 141299, 141412],
    "attachmentId": [33901, 33902],
    "tagId": [901, 902],
    "fieldId": [7901, 7902, 7903, 7904],
    "optionId": [8901, 8902, 8903, 8904],
    "replacementOptionId": [8902, 8901],
    "taskStatusId": [3005, 3004, 3006, 3001],
    "replacementStatusId": [3006, 3004, 3001],
    "timerId": [71001, 71002, 71003],
    "userId": [ALEX, PRIYA, BEN, NINA],
    "filterId": [1601, 1602],
    "notificationId": [26001, 26002, 26003],
}
SAME_KIND = {
    "targetSpaceId": "spaceId",
    "targetProjectId": "projectId",
    "projectIds": "projectId",
    "parentTaskId": "taskId",
    "taskIds": "taskId",
    "owners": "userId",
    "ownerId": "userId",
    "userIds": "userId",
    "mentionedUserIds": "userId",
    "notificationIds": "notificationId",
}
WORDS = [
    "Done",
    "open",
    "In Progress",
    "completed",
    "High",
    "critical",
    "On Hold",
    "at risk",
    "backend",
    "#1F8F75",
]


@dataclass(frozen=True, slots=True)
class Call:
    user_id: int
    tool: str
    arguments: dict[str, Any]


def values(name: str, schema: dict[str, Any], tame: bool) -> SearchStrategy[Any]:
    """Draws what the schema allows for one argument; something likely to be of use when `tame`."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    types: Any = schema["type"]
    if not isinstance(types, str):
        return st.one_of([values(name, schema | {"type": each}, tame) for each in types])
    match schema["type"]:
        case "null":
            return st.none()
        case "integer":
            known = KNOWN.get(SAME_KIND.get(name, name), [])
            allowed = [number for number in NUMBERS if fits(number, schema)]
            return st.sampled_from(known[:1] or [1, 30]) if tame else st.sampled_from(known * 5 + allowed)
        case "number":
            return st.floats(min_value=schema.get("minimum"), allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(
                values(name, schema["items"], tame), min_size=schema.get("minItems", 0), max_size=4
            )
        case "object" if "properties" not in schema:
            return conditions(tame)
        case "object":
            return objects(schema, tame)
        case _:
            return texts(name, schema.get("format", ""), tame)


def fits(number: int, schema: dict[str, Any]) -> bool:
    return schema.get("minimum", number) <= number <= schema.get("maximum", number)


def texts(name: str, form: str, tame: bool) -> SearchStrategy[str]:
    if tame:
        return st.sampled_from(TAME_TEXTS.get(name, TITLES))
    if form in ("date", "date-time"):
        return st.sampled_from(TIMES * 3 + STRANGE_TIMES)
    if form == "email":
        return st.sampled_from(
            ["ben@demo.astravue.example", "BEN@DEMO.astravue.example", "a@b", "@", "x\x00@y.z"]
        )
    if name in ("status", "priority", "health", "tag", "tags", "tagName", "color"):
        return st.sampled_from(WORDS * 2 + STRANGE_TEXTS)
    return st.one_of(st.sampled_from(STRANGE_TEXTS), st.text(max_size=30))


def objects(schema: dict[str, Any], tame: bool) -> SearchStrategy[dict[str, Any]]:
    drawn = {name: values(name, each, tame) for name, each in schema["properties"].items()}
    required = schema.get("required", [])
    return st.fixed_dictionaries(
        {name: drawn[name] for name in required},
        optional={name: each for name, each in drawn.items() if name not in required},
    )


def conditions(tame: bool) -> SearchStrategy[dict[str, Any]]:
    """Draws the conditions of a filter, of which the schema says nothing."""
    number, text = {"type": "integer"}, {"type": "string"}
    moment = text | {"format": "date-time"}
    schemas: dict[str, dict[str, Any]] = {
        "spaceId": number,
        "projectId": number,
        "ownerId": number,
        "owners": {"type": "array", "items": number, "minItems": 1},
        "status": text,
        "priority": text,
        "tags": {"type": "array", "items": text, "minItems": 1},
        "dueBefore": moment,
        "dueAfter": moment,
        "overdue": {"type": "boolean"},
        "sortBy": {"enum": ["dueDate", "priority"]},
    }
    fitting = objects({"properties": schemas}, tame)
    if tame:
        return fitting
    names = st.sampled_from([*schemas, "keyword", "colour", "", "x" * 700, "\ud800", "nul\x00"])
    nested = st.recursive(st.sampled_from(WRONG), lambda inner: st.lists(inner, min_size=1), max_leaves=9)
    return st.one_of(fitting, st.dictionaries(names, nested, max_size=3))


@st.composite
def calls(draw: st.DrawFn, tool: str | None = None) -> Call:
    """Draws a call that fits the tool's schema, or one with an argument missing, added or of a wrong type."""
    name = tool or draw(st.sampled_from(TOOLS))
    definition = CATALOGUE.find(f"astravue_{name}")
    assert definition is not None
    arguments = draw(objects(definition.input_schema, tame=draw(st.booleans())))
    match draw(st.sampled_from(["fitting", "fitting", "fitting", "missing", "added", "wrong"])):
        case "missing" if arguments:
            del arguments[draw(st.sampled_from(sorted(arguments)))]
        case "added":
            arguments[draw(st.sampled_from(["taskid", "", "__proto__", "x" * 500, "\x00", "\ud800"]))] = 1
        case "wrong" if arguments:
            arguments[draw(st.sampled_from(sorted(arguments)))] = draw(st.sampled_from(WRONG))
        case _:
            pass
    return Call(draw(st.sampled_from([ALEX, GRACE, LENA, PRIYA, TOM, NINA])), name, arguments)


@cache
def demo_image() -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    workspace = Workspace(Database(connection), catalogue=CATALOGUE)
    plant(workspace.database, Clock(workspace.time), read_seed("demo"))
    for user_id in (ALEX, GRACE, LENA):
        workspace.call(user_id, "start_timer", taskId=141299)
    prepare_links(workspace)
    prepare_fields(workspace)
    prepare_inbox(workspace)
    image = connection.serialize()
    connection.close()
    return image


def prepare_links(workspace: Workspace) -> None:
    """Gives the known tasks checklists, links and attachments of the known ids."""
    run = workspace.database.run
    run("UPDATE sqlite_sequence SET seq = 81900 WHERE name = 'checklist_items'")
    run("UPDATE sqlite_sequence SET seq = 61900 WHERE name = 'dependencies'")
    run("UPDATE sqlite_sequence SET seq = 33900 WHERE name = 'attachments'")
    for task_id in (141299, 141299, 141412):
        workspace.call(ALEX, "create_checklist_item", taskId=task_id, title="A step")
    for blocker in (141298, 141304):
        workspace.call(ALEX, "add_dependency", taskId=141299, dependsOnTaskId=blocker)
    for user_id in (ALEX, PRIYA):
        attach(workspace, 141299, user_id)


def prepare_fields(workspace: Workspace) -> None:
    """Gives the known project and its space custom fields of the known ids."""
    run = workspace.database.run
    run("UPDATE sqlite_sequence SET seq = 7900 WHERE name = 'custom_fields'")
    run("UPDATE sqlite_sequence SET seq = 8900 WHERE name = 'custom_field_options'")
    options = ["Likely", "Unlikely"]
    for scope, name, field_type, first in (
        ({"projectId": 11272}, "Chance", "SINGLE_SELECT_DROPDOWN", options),
        ({"spaceId": 501}, "Chances", "MULTI_SELECT_DROPDOWN", options),
        ({"spaceId": 501}, "Number", "NUMBERS", []),
        ({"projectId": 11272}, "Address", "URL", []),
    ):
        workspace.call(
            ALEX, "create_custom_field", **scope, fieldName=name, fieldType=field_type, options=first
        )


def prepare_inbox(workspace: Workspace) -> None:
    """Gives known users filters and notifications of the known ids."""
    run = workspace.database.run
    run("UPDATE sqlite_sequence SET seq = 1600 WHERE name = 'filters'")
    run("UPDATE sqlite_sequence SET seq = 26000 WHERE name = 'notifications'")
    for user_id in (ALEX, GRACE):
        workspace.call(user_id, "create_filter", filterName="Late", criteria={"overdue": True})
    for user_id in (BEN, PRIYA):
        mentioned = [ALEX, GRACE]
        workspace.call(user_id, "add_task_comment", taskId=141299, comment="Look", mentionedUserIds=mentioned)


def make_all(sequence: Sequence[Call]) -> int:
    """Makes the calls one after the other in a fresh workspace, and returns how many were served."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(demo_image())
        connection.execute("PRAGMA foreign_keys = ON")
        workspace = Workspace(Database(connection), catalogue=CATALOGUE)
        return sum(make(workspace, connection, call) for call in sequence)


def make(workspace: Workspace, connection: sqlite3.Connection, call: Call) -> bool:
    before = connection.serialize()
    try:
        result = workspace.call(call.user_id, call.tool, **call.arguments)
    except Refusal as refusal:
        assert connection.serialize() == before, "a refused call changed the workspace"
        check_refusal(call, refusal)
        served = False
    else:
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
        definition = CATALOGUE.find(f"astravue_{call.tool}")
        assert definition is not None
        if definition.annotations["readOnlyHint"]:
            assert connection.serialize() == before, "a reading tool changed the workspace"
        served = True
    assert broken(workspace.database) == []
    return served


def check_refusal(call: Call, refusal: Refusal) -> None:
    refusal.message.encode()
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", refusal.message)
    assert len(refusal.message) < 600
    if isinstance(refusal, InvalidInput | NotFound):
        assert refusal.message.startswith(f"{refusal.field}:")
    if not isinstance(refusal, Conflict) and refusal.code in (400, 404):
        definition = CATALOGUE.find(f"astravue_{call.tool}")
        assert definition is not None
        root = refusal.field.partition(".")[0].partition("[")[0]
        given = {name[:60] if name.isprintable() and name else json.dumps(name) for name in call.arguments}
        assert root in given | set(definition.input_schema["properties"])


@pytest.mark.parametrize("tool", TOOLS)
def test_any_arguments_are_served_or_refused_in_a_sentence_that_names_the_field(tool: str) -> None:
    @BOUNDED
    @given(calls(tool))
    def one_call(call: Call) -> None:
        served.append(make_all([call]))

    served: list[int] = []
    one_call()
    assert any(served), "no arguments were drawn that the tool takes"


@BOUNDED
@given(st.lists(calls(), min_size=5, max_size=20))
def test_the_invariants_hold_after_each_of_many_calls(sequence: list[Call]) -> None:
    make_all(sequence)
