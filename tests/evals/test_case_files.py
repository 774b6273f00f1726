"""Case files are read as they are written, and their digests tell whether something else comes of them."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from agent.sandbox.clock import Clock
from agent.sandbox.database import open_database
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from evals.definitions.case import Action, Category, Moment
from tests.evals.written_cases import SMALLEST, read, write

FULL = """\
version: 1
title: Create a task and say something about it
category: multi-step
suites: [smoke, nightly]
workspace:
  seed: demo
  start_time: 2026-11-23T10:30:00+01:00
  setup:
    - tool: astravue_add_task_comment
      arguments: {taskId: 141383, comment: 2026-11-23}
      user: priya@demo.astravue.example
  rate_limit: 100
user: daniel@demo.astravue.example
timezone: Europe/Berlin
turns:
  - say: Create it
    calls:
      - {tool: astravue_list_spaces}
      - tool: astravue_create_task
        arguments: {spaceId: 502, projectId: 11274, taskTitle: Check, dueDate: 2026-11-24T09:00:00Z}
        name: new
      - {tool: astravue_add_task_comment, arguments: {taskId: $new.taskId, comment: Hello}}
    answer: I created it.
    approve: ["astravue_create_*", "*_comment"]
    edits: {astravue_create_task: {priority: Low}}
    signs_in: true
    disturbances:
      - {after: astravue_list_spaces, do: expire-access}
      - {before: astravue_create_task, do: fail, status: 503, headers: {Retry-After: "1"}, times: 2}
      - {before: "*", do: fail, cut: after, tool: astravue_list_spaces, times: null}
      - {start: true, do: advance, seconds: 3600}
      - {after: astravue_create_task, do: run, tool: astravue_list_tags, user: priya@demo.astravue.example}
  - say: And again
simulated: {persona: A hurried manager, goal: You want a task, turns: 6}
expect:
  calls: [{tool: "astravue_create_*", arguments: {priority: Low, taskTitle: null}}]
  never: [{tool: "astravue_delete_*"}]
  answers:
    - {turn: 1, contains: [created], matches: ['\\bit\\b'], lacks: [error]}
  ends: 4
  steps: 12
  ignores: [tasks.description, time_entries.minutes]
  judge: Was it polite?
"""


def with_call(call: str) -> str:
    return SMALLEST.replace(SMALLEST.splitlines()[-1], f"      - {call}")


def with_turn(line: str) -> str:
    return f"{SMALLEST}    {line}\n"


# What is read


def test_what_is_left_out_is_the_usual(tmp_path: Path) -> None:
    case = read(tmp_path, SMALLEST)
    assert (case.id, case.category, case.title) == (
        "single-step/rename",
        Category.SINGLE_STEP,
        "Rename a space",
    )
    assert (case.workspace.seed, case.workspace.start_time) == ("demo", datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert (case.user, case.timezone, case.suites, case.simulated) == ("", "UTC", (), None)
    assert (case.turns[0].approve, case.turns[0].signs_in) == (("*",), False)
    assert case.turns[0].calls[0].arguments == {"spaceId": 502, "spaceName": "Products"}


def test_everything_that_can_be_said_is_read(tmp_path: Path) -> None:
    case = read(tmp_path, FULL, "multi-step/full.yaml")
    assert case.suites == ("smoke", "nightly")
    assert case.workspace.start_time == datetime(2026, 11, 23, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert (case.workspace.setup[0].user, case.workspace.rate_limit) == ("priya@demo.astravue.example", 100)
    turn = case.turns[0]
    assert turn.calls[1].name == "new"
    assert turn.calls[2].arguments["taskId"] == "$new.taskId"
    assert turn.approve == ("astravue_create_*", "*_comment")
    assert (turn.edits, turn.signs_in) == ({"astravue_create_task": {"priority": "Low"}}, True)
    assert case.simulated is not None
    assert case.simulated.turns == 6
    expect = case.expect
    assert expect.calls[0].arguments == {"priority": "Low", "taskTitle": None}
    assert (expect.answers[0].turn, expect.answers[0].matches) == (1, (r"\bit\b",))
    assert (expect.ends, expect.steps, expect.judge) == (4, 12, "Was it polite?")


def test_disturbances_are_read_each_with_its_own(tmp_path: Path) -> None:
    expire, fail, cut, advance, run = read(tmp_path, FULL, "multi-step/full.yaml").turns[0].disturbances
    assert (expire.moment, expire.action, expire.tool) == (
        Moment.AFTER,
        Action.EXPIRE_ACCESS,
        "astravue_list_spaces",
    )
    assert (fail.failure.status, fail.failure.headers, fail.failure.times) == (503, {"Retry-After": "1"}, 2)
    assert (cut.tool, cut.failure.cut, cut.failure.tool) == ("", "after", "astravue_list_spaces")
    assert cut.failure.times is None
    assert (advance.moment, advance.seconds) == (Moment.START, 3600)
    assert run.call is not None
    assert (run.call.tool, run.call.user) == ("astravue_list_tags", "priya@demo.astravue.example")


def test_dates_stay_as_they_are_written(tmp_path: Path) -> None:
    case = read(tmp_path, FULL, "multi-step/full.yaml")
    assert case.turns[0].calls[1].arguments["dueDate"] == "2026-11-24T09:00:00Z"
    assert case.workspace.setup[0].arguments["comment"] == "2026-11-23"


def test_only_what_json_knows_is_no_text(tmp_path: Path) -> None:
    case = read(
        tmp_path,
        with_call(
            "{tool: astravue_create_filter, arguments: {filterName: yes, criteria: "
            "{a: 1, b: 1.5, c: true, d: null, e: ~, f: on, g: 012, h: 0x1F, "
            "i: 1_000, j: .inf, k: 12:30, l: '1'}}}"
        ),
    )
    arguments = case.turns[0].calls[0].arguments
    assert arguments["filterName"] == "yes"
    assert arguments["criteria"] == {
        **{"a": 1, "b": 1.5, "c": True, "d": None, "e": None, "f": "on", "g": "012", "h": "0x1F"},
        **{"i": "1_000", "j": ".inf", "k": "12:30", "l": "1"},
    }


def test_calls_and_rules_know_their_lines(tmp_path: Path) -> None:
    case = read(tmp_path, FULL, "multi-step/full.yaml")
    assert [call.line for call in case.turns[0].calls] == [18, 19, 22]
    assert case.expect.calls[0].line == 36


def test_the_functions_of_this_program_may_be_called(tmp_path: Path) -> None:
    text = with_turn("answer: Done").replace(
        "    calls:\n",
        "    calls:\n"
        "      - {tool: find_tools, arguments: {words: rename}}\n"
        "      - {tool: map_dependencies, arguments: {spaceId: 502, projectId: 11274}}\n"
        "      - {tool: read_result, arguments: {result: r2, from: 10}}\n",
    )
    assert len(read(tmp_path, text).turns[0].calls) == 4


def test_later_turns_refer_to_calls_of_earlier_ones(tmp_path: Path) -> None:
    text = with_call("{tool: astravue_create_space, arguments: {spaceName: A}, name: new}") + (
        "  - say: Delete it\n    calls: [{tool: astravue_delete_space, arguments: {spaceId: $new.spaceId}}]\n"
    )
    assert len(read(tmp_path, text).turns) == 2


# Digests


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Rename a space", "Give a space another name"),
        ("turns:", "\n# why\n\nturns:"),
        ("turns:", "suites: [smoke]\nturns:"),
        ("turns:", "timezone: UTC\nturns:"),
        ("turns:", "workspace: {start_time: 2026-11-23T10:00:00+01:00}\nturns:"),
        ("spaceId: 502, spaceName: Products", "spaceName: Products, spaceId: 502"),
    ],
)
def test_a_digest_stays_where_nothing_else_comes_of_the_case(tmp_path: Path, old: str, new: str) -> None:
    assert old in SMALLEST
    changed = read(tmp_path, SMALLEST.replace(old, new))
    assert changed.digest == read(tmp_path / "other", SMALLEST).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("spaceName: Products", "spaceName: Product"),
        ("from now on", "henceforth"),
        ("turns:", "timezone: Europe/Berlin\nturns:"),
        ("turns:", "workspace: {rate_limit: 3}\nturns:"),
        ("    calls:", "    approve: []\n    calls:"),
        ("turns:", "expect: {steps: 3}\nturns:"),
    ],
)
def test_a_digest_changes_with_what_decides(tmp_path: Path, old: str, new: str) -> None:
    assert old in SMALLEST
    changed = read(tmp_path, SMALLEST.replace(old, new))
    assert changed.digest != read(tmp_path / "other", SMALLEST).digest


def test_a_digest_changes_with_the_snapshot(tmp_path: Path) -> None:
    text = SMALLEST.replace("turns:", "workspace: {snapshot: start.db}\nturns:")
    digests: list[str] = []
    for seed in ("demo", "empty"):
        database = open_database(None)
        plant(database, Clock(lambda: 1_800_000_000.0), read_seed(seed))
        path = write(tmp_path, "", "single-step/start.db")
        path.write_bytes(database.snapshot())
        database.close()
        digests.append(read(tmp_path, text).digest)
    assert digests[0] != digests[1]
