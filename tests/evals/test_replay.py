"""Recorded conversations come out the same, and a difference is found where it is and shown in few lines."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli import main
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.transcripts.reading import read_transcript
from evals.replaying.events import normalise_events
from evals.replaying.targets import find_targets
from evals.replaying.volatile import mask_text, mask_volatile
from evals.runs.replays import Replayed, replay_all

EVALS = Path(__file__).parents[2] / "evals"
FIRST_DAY = EVALS / "transcripts" / "first-day.jsonl"
RECORDED = sorted([*(EVALS / "transcripts").glob("*.jsonl"), *(EVALS / "cases").rglob("*.jsonl")])
# So that processes that run tests side by side have a part each.
PARTS = 4

pytestmark = pytest.mark.anyio


async def replay(*paths: Path) -> list[Replayed]:
    targets = find_targets([str(path) for path in paths], EVALS / "cases")
    return [result async for result in replay_all(targets)]


async def replay_changed(tmp_path: Path, change: Callable[[JsonObject], None]) -> Replayed:
    """Replay the first day with each of its lines changed."""
    lines: list[JsonObject] = [json.loads(line) for line in FIRST_DAY.read_text().splitlines()]
    for line in lines:
        change(line)
    changed = tmp_path / "changed.jsonl"
    changed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return (await replay(changed))[0]


def test_a_conversation_of_at_least_ten_tool_calls_is_recorded() -> None:
    events = read_transcript(FIRST_DAY).events
    assert sum(event["type"] == "tool_call_finished" for event in events) >= 10


@pytest.mark.parametrize("part", range(PARTS))
async def test_everything_that_is_recorded_comes_out_the_same(part: int) -> None:
    results = await replay(*RECORDED[part::PARTS])
    wrong = [f"{result.name}: {result.error or result.difference}" for result in results]
    assert [
        line for line, result in zip(wrong, results, strict=True) if result.error or result.difference
    ] == []


async def test_a_word_of_the_system_prompt_is_shown_with_its_sentence_before_anything_is_run(
    tmp_path: Path,
) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "request_prefix":
            line["system"] = str(line["system"]).replace("Short and concrete", "Long and concrete")

    result = await replay_changed(tmp_path, change)
    where, *diff = result.difference.splitlines()
    assert where == "turn 1 (“Which of my tasks are overdue?”), step 1, system prompt"
    changed = [line for line in diff[3:] if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "+"]
    assert "Long and concrete" in changed[0]
    assert "Short and concrete" in changed[1]
    assert len(diff) < 10
    assert result.calls == 0


async def test_a_function_that_is_no_longer_offered_is_named(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "request_prefix" and isinstance(functions := line["functions"], list):
            functions.insert(2, {"name": "astravue_see_all", "description": "", "parameters": {}})

    where, *diff = (await replay_changed(tmp_path, change)).difference.splitlines()
    assert where.endswith("step 1, functions")
    assert "-astravue_see_all" in diff


async def test_a_function_that_is_described_in_other_words_is_shown_by_its_line(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "request_prefix" and isinstance(functions := line["functions"], list):
            assert is_object(functions[0])
            functions[0]["description"] = "Does something."

    where, *diff = (await replay_changed(tmp_path, change)).difference.splitlines()
    assert "step 1, functions (astravue_" in where
    assert '- "description": "Does something.",' in diff


async def test_another_result_is_found_in_the_request_that_hands_it_to_the_model(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "tool_call_finished":
            line["text"] = str(line["text"]).replace("release notes", "release note")

    where, *diff = (await replay_changed(tmp_path, change)).difference.splitlines()
    assert where.startswith("turn 2 (“Create ")
    assert "step 5, message " in where
    assert where.endswith("(result of astravue_create_task)")
    assert any(line.startswith("-") and 'Check the release note"' in line for line in diff)
    assert any(line.startswith("+") and 'Check the release notes"' in line for line in diff)
    assert len(diff) < 20


async def test_a_result_that_a_person_alone_sees_is_compared_too(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "tool_call_finished" and is_object(structured := line["structured"]):
            structured["more"] = 1

    where, *diff = (await replay_changed(tmp_path, change)).difference.splitlines()
    assert where.startswith("turn 1 ")
    assert "(tool_call_finished)" in where
    assert any('"more": 1' in line and line.startswith("-") for line in diff)


async def test_another_call_of_the_model_is_found_by_what_comes_of_it(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "step_finished":
            text = json.dumps(line["tool_calls"]).replace("astravue_start_timer", "astravue_stop_timer")
            line["tool_calls"] = json.loads(text)

    assert (await replay_changed(tmp_path, change)).difference.startswith("turn 3 ")


async def test_another_answer_is_no_other_request_but_another_end(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "step_finished" and line["text"]:
            line["text"] = "Here they are."

    assert "(turn_finished)" in (await replay_changed(tmp_path, change)).difference.splitlines()[0]


async def test_what_the_user_declined_is_declined_again(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "approval_requested":
            line["decision"] = "declined"

    where, *diff = (await replay_changed(tmp_path, change)).difference.splitlines()
    assert where.startswith("turn 2 ")
    assert any("declined" in line and line.startswith("+") for line in diff)


async def test_an_answer_that_is_missing_is_found(tmp_path: Path) -> None:
    lines = FIRST_DAY.read_text().splitlines()
    last = max(number for number, line in enumerate(lines) if '"type":"step_finished","step":2' in line)
    shorter = tmp_path / "shorter.jsonl"
    shorter.write_text("\n".join([*lines[:last], *lines[last + 1 :]]) + "\n")
    assert (await replay(shorter))[0].difference != ""


async def test_a_turn_that_was_interrupted_ends_the_replay(tmp_path: Path) -> None:
    lines = FIRST_DAY.read_text().splitlines()
    end = next(
        number for number, line in enumerate(lines) if '"type":"turn_started"' in line and '"turn":3' in line
    )
    cut = tmp_path / "cut.jsonl"
    cut.write_text("\n".join([*lines[: end + 2], '{"type":"turn_interrupted","turn":3,"time":1}']) + "\n")
    result = (await replay(cut))[0]
    assert (result.difference, result.turns) == ("", 2)


LINES = FIRST_DAY.read_text().splitlines(keepends=True)
TURNS = [number for number, line in enumerate(LINES) if line.startswith('{"type":"turn_started"')]
INTERRUPTED = '{"type":"turn_interrupted","turn":1,"time":1}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: it is empty."),
        (LINES[0], ":1: it holds no turn, so there is nothing to replay."),
        ("".join(LINES)[:-20], f":{len(LINES)}: the recording is cut off in this line."),
        ("".join(LINES[:-1]), f":{TURNS[-1] + 1}: turn 8, the last one, is cut off before its end."),
        (
            "".join([*LINES[: TURNS[0] + 1], INTERRUPTED]),
            f":{TURNS[0] + 1}: its first turn was interrupted, so there is nothing to replay.",
        ),
    ],
)
async def test_a_recording_that_was_cut_is_not_the_same(text: str, said: str, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_text(text)
    (result,) = await replay(cut)
    assert str(result.error) == f"{cut}{said}"


async def test_a_recording_that_lacks_turns_of_its_case_is_not_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "bulk"
    folder.mkdir()
    for name in ("declined-at-the-approval.yaml", "declined-at-the-approval.jsonl"):
        (folder / name).write_bytes((EVALS / "cases" / "bulk" / name).read_bytes())
    recording = folder / "declined-at-the-approval.jsonl"
    whole = recording.read_text()
    recording.write_text(whole[: whole.rindex('{"type":"turn_started"')])
    (result,) = await replay(recording)
    assert str(result.error) == f"{recording}:1: its turns are 2, and those of its case 3."


@pytest.mark.parametrize(
    ("kind", "name", "value", "said"),
    [
        ("turn_started", "text", 5, "text: 5 is not of type 'string'."),
        ("step_finished", "tool_calls", {}, "tool_calls: {} is not of type 'array'."),
        ("step_finished", "finish_reason", "tired", "finish_reason: 'tired' is not one of ["),
        (
            "tool_call_finished",
            "call",
            {"id": 1, "name": "a", "arguments": ""},
            "call.id: 1 is not of type 'string'.",
        ),
        ("request_prefix", "functions", None, "functions: None is not of type 'array'."),
    ],
)
async def test_a_field_of_another_type_is_named_with_its_line(
    kind: str, name: str, value: JsonValue, said: str, tmp_path: Path
) -> None:
    lines: list[JsonObject] = [json.loads(line) for line in LINES]
    number = next(number for number, line in enumerate(lines) if line["type"] == kind)
    lines[number][name] = value
    changed = tmp_path / "changed.jsonl"
    changed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (result,) = await replay(changed)
    assert str(result.error).startswith(f"{changed}:{number + 1}: {said}")


@pytest.mark.parametrize(
    ("workspace", "said"),
    [
        ({"seed": "moon"}, "workspace.seed: there is no moon; "),
        ({"start_time": "noon"}, "workspace.start_time: noon is no time."),
        ({"start_time": "2026-11-23T09:00"}, "workspace.start_time: 2026-11-23T09:00 says no time zone."),
    ],
)
async def test_a_workspace_that_there_is_not_is_named_by_its_field(
    workspace: JsonObject, said: str, tmp_path: Path
) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "session" and is_object(before := line["workspace"]):
            line["workspace"] = {**before, **workspace}

    assert f"changed.jsonl:1: {said}" in str((await replay_changed(tmp_path, change)).error)


async def test_a_conversation_with_a_hosted_server_cannot_be_replayed_without_a_case(tmp_path: Path) -> None:
    def change(line: JsonObject) -> None:
        if line["type"] == "session":
            line.update(workspace={}, server="https://api.astravue.com/mcp")

    error = (await replay_changed(tmp_path, change)).error
    assert error is not None
    assert "cannot be rebuilt here" in str(error)


async def test_what_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    lines = FIRST_DAY.read_text().splitlines()
    damaged, newer, missing = (tmp_path / f"{name}.jsonl" for name in ("damaged", "newer", "missing"))
    damaged.write_text("\n".join([lines[0], "{", *lines[1:]]) + "\n")
    newer.write_text("\n".join([lines[0].replace('"version":1', '"version":99'), *lines[1:]]) + "\n")
    results = await replay(damaged, newer, missing, FIRST_DAY)
    assert [result.name for result in results] == [str(each) for each in (damaged, newer, missing, FIRST_DAY)]
    errors = [str(result.error) for result in results]
    assert errors[:3] == [
        f"{damaged}:2: there is no JSON object in this line.",
        f"{newer}:1: version 99 is newer than 1, which this program reads. Update astravue-agent.",
        f"{missing}: there is no such file.",
    ]
    assert results[3] == Replayed(str(FIRST_DAY), 8, 14)


def test_the_command_names_each_recording_and_sums_up_and_the_exit_code_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    other = tmp_path / "other.jsonl"
    other.write_text(FIRST_DAY.read_text().replace("Short and concrete", "Long and concrete"))
    missing = str(tmp_path / "missing.jsonl")
    assert main(["eval", "replay", str(FIRST_DAY)]) == 0
    assert capsys.readouterr() == (f"SAME {FIRST_DAY}: 8 turns, 14 tool calls\n", "")
    assert main(["eval", "replay", str(FIRST_DAY), str(other), missing]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[1] == f"DIFFERS {other}: turn 1 (“Which of my tasks are overdue?”), step 1, system prompt"
    assert lines[-1] == "1 of 3 are the same, 1 differs, 1 could not be replayed."
    assert err == f"{missing}: there is no such file.\n"
    assert main(["eval", "replay", "no-such/case"]) == 2


def test_every_case_has_a_transcript_beside_it() -> None:
    cases = sorted((EVALS / "cases").rglob("*.yaml"))
    # Record those that are missing: astravue eval record --cases
    assert [str(path) for path in cases if not path.with_suffix(".jsonl").exists()] == []


def test_a_pattern_without_a_case_is_said_to_be_one() -> None:
    (target,) = find_targets(["no-such/case"], EVALS / "cases")
    assert target.error is not None


def test_what_tells_the_time_of_the_run_is_masked_and_what_the_workspace_holds_is_not() -> None:
    masked = mask_volatile(
        {"createdTime": "now", "dueDate": "2026-11-23", "durationMs": 5, "title": "updated", "endTime": None}
    )
    assert masked == {
        "createdTime": "<volatile>",
        "dueDate": "2026-11-23",
        "durationMs": "<volatile>",
        "title": "updated",
        "endTime": None,
    }


def test_it_is_masked_in_texts_that_hold_json_even_where_they_are_cut() -> None:
    text = '[{"createdTime": 1795648621095, "title": "started_at"},{"updated_at":"2026-11-25T23:17:00Z","du'
    assert mask_text(text) == (
        '[{"createdTime": "<volatile>", "title": "started_at"},{"updated_at":"<volatile>","du'
    )


def test_calls_that_ended_in_another_order_are_the_same() -> None:
    started: list[JsonObject] = [{"type": "tool_call_started", "call_id": name} for name in "ab"]
    ended: list[JsonObject] = [{"type": "tool_call_finished", "call": {"id": name}} for name in "ab"]
    assert normalise_events([*started, *ended]) == normalise_events([*started, *reversed(ended)])
