"""Recorded conversations come out the same, and a difference is found where it is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import AgentError
from agent.folders import find_folders
from agent.jsontypes import JsonObject, is_object
from agent.transcripts.reading import read_transcript
from evals.normalise import mask_volatile, normalise_events
from evals.replay import ReplayResult, replay, split_turns

TRANSCRIPTS = sorted((Path(__file__).parents[2] / "evals" / "transcripts").glob("*.jsonl"))
FIRST_DAY = next(path for path in TRANSCRIPTS if path.stem == "first-day")

pytestmark = pytest.mark.anyio


async def run(path: Path, home: Path) -> ReplayResult:
    return await replay(read_transcript(path), find_folders({"ASTRAVUE_HOME": str(home)}))


async def run_changed(tmp_path: Path, change: Callable[[JsonObject], None]) -> ReplayResult:
    """Replay the first day with each of its lines changed."""
    lines: list[JsonObject] = [json.loads(line) for line in FIRST_DAY.read_text().splitlines()]
    for line in lines:
        change(line)
    changed = tmp_path / "changed.jsonl"
    changed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return await run(changed, tmp_path / "home")


def test_a_conversation_of_at_least_ten_tool_calls_is_recorded() -> None:
    events = read_transcript(FIRST_DAY).events
    assert sum(event["type"] == "tool_call_finished" for event in events) >= 10


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_it_comes_out_the_same(path: Path, tmp_path: Path) -> None:
    result = await run(path, tmp_path)
    assert result.difference == "", f"{result.where}\n{result.difference}"
    assert result.turns == len(split_turns(read_transcript(path).events))
    assert list((tmp_path / "cache").iterdir()) == []


async def test_another_system_prompt_is_found_before_anything_is_run(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "request_prefix":
            line["system"] = "Be brief."

    result = await run_changed(tmp_path, change)
    assert "turn 1" in result.where
    assert "request_prefix" in result.where
    assert "Be brief." in result.difference


async def test_another_result_is_found_in_its_turn(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "tool_call_finished":
            line["text"] = str(line["text"]).replace("release notes", "release note")

    result = await run_changed(tmp_path, change)
    assert "turn 2" in result.where
    assert "tool_call_finished" in result.where
    assert 'Check the release note"' in result.difference


async def test_another_call_of_the_model_is_found_by_what_comes_of_it(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "step_finished":
            text = json.dumps(line["tool_calls"]).replace("astravue_start_timer", "astravue_stop_timer")
            line["tool_calls"] = json.loads(text)

    result = await run_changed(tmp_path, change)
    assert "turn 3" in result.where


async def test_what_the_user_put_in_place_of_arguments_is_put_there_again(tmp_path: Path) -> None:
    arguments: dict[str, JsonObject] = {}

    def change(line: JsonObject) -> None:
        if line["type"] == "tool_call_started" and is_object(given := line["arguments"]):
            arguments[str(line["call_id"])] = given
        elif line["type"] == "approval_requested":
            given = arguments[str(line["call_id"])]
            if "taskTitle" in given:
                line["edited"] = {**given, "taskTitle": "Read the release notes"}

    result = await run_changed(tmp_path, change)
    assert "tool_call_finished" in result.where
    assert '+ "edited": {' in result.difference
    assert "Read the release notes" in result.difference


async def test_an_answer_that_is_missing_is_found(tmp_path: Path) -> None:
    lines = FIRST_DAY.read_text().splitlines()
    last = max(number for number, line in enumerate(lines) if '"type":"step_finished","step":2' in line)
    shorter = tmp_path / "shorter.jsonl"
    shorter.write_text("\n".join([*lines[:last], *lines[last + 1 :]]) + "\n")
    assert (await run(shorter, tmp_path / "home")).difference != ""


async def test_a_conversation_with_a_hosted_server_cannot_be_replayed(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "session":
            line.update(workspace={}, server="https://api.astravue.com/mcp")

    with pytest.raises(AgentError, match="cannot be rebuilt here"):
        await run_changed(tmp_path, change)


def test_what_tells_the_time_of_the_run_is_masked_and_what_the_workspace_holds_is_not() -> None:
    masked = mask_volatile(
        {"createdTime": "now", "dueDate": "2026-11-23", "durationMs": 5, "title": "updated"}
    )
    assert masked == {
        "createdTime": "<volatile>",
        "dueDate": "2026-11-23",
        "durationMs": "<volatile>",
        "title": "updated",
    }


def test_calls_that_ended_in_another_order_are_the_same() -> None:
    started: list[JsonObject] = [{"type": "tool_call_started", "call_id": name} for name in "ab"]
    ended: list[JsonObject] = [{"type": "tool_call_finished", "call": {"id": name}} for name in "ab"]
    assert normalise_events([*started, *ended]) == normalise_events([*started, *reversed(ended)])
