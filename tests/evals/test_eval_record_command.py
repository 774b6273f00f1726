"""The command that records says what it wrote, what the case lacks, and what cannot be recorded."""

import json
import resource
from pathlib import Path

import pytest
from anyio import to_thread

from agent.cli import main
from agent.errors import AgentError
from agent.jsontypes import JsonObject
from agent.model.scripted import say
from agent.transcripts.lines import encode_line
from agent.transcripts.reading import read_transcript
from evals.recording.of_session import Beginning, make_session_case
from tests.evals.recorded_talks import demo_case, talking
from tests.evals.saved_talks import (
    FIRST_DAY,
    lines_of,
    save,
    talk_about_a_task,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def first_day(**header: str | JsonObject) -> list[JsonObject]:
    lines: list[JsonObject] = [json.loads(line) for line in FIRST_DAY.read_text().splitlines()]
    return [{**lines[0], **header}, *lines[1:]]


def record(*arguments: str | Path) -> int:
    return main(["eval", "record", *map(str, arguments)])


def test_it_says_what_was_written_and_masked_and_whether_it_can_be_replayed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = save(home, first_day(workspace={}, server="http://127.0.0.1:9/mcp"))
    into = tmp_path / "cases"
    assert record(name, "--into", into, "--name", "day") == 0
    out = capsys.readouterr().out
    assert f"Wrote {into / 'recorded' / 'day.yaml'}" in out
    assert "Masked: e-mail address: 12, name: 24." in out
    assert "Look through the files before you commit them" in out
    assert "Replayed, it is the SAME: 8 turns, 14 tool calls." in out


def test_a_conversation_that_is_recorded_again_stays_as_it_is(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Each run takes its own time.
    took: JsonObject = {"duration": 0.25}
    save(home, [{**line, **(took if "duration" in line else {}), "time": 1.5} for line in first_day()])
    assert record("last", "--into", tmp_path, "--name", "day") == 0
    before = (tmp_path / "recorded" / "day.jsonl").read_bytes()
    assert record("--cases", "--into", tmp_path) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 unchanged."
    assert (tmp_path / "recorded" / "day.jsonl").read_bytes() == before


def test_the_conversation_that_is_shipped_is_as_it_is_recorded(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "day.jsonl").write_bytes(FIRST_DAY.read_bytes())
    assert record("--cases", tmp_path / "day.jsonl") == 0
    assert capsys.readouterr().out == "1 unchanged.\n"


async def test_what_the_case_lacks_is_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [say("Hello.")]) as talk:
        await talk.say("Hello to the whole team")
        save(home, lines_of(talk.transcript))
    assert await to_thread.run_sync(record, "last", "--into", tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Replayed, it is the SAME: 1 turn, 0 tool calls.",
        "The case does not hold: an agent that does nothing passes; add facts that only a right answer holds "
        "(expect.answers, contains), or calls (expect.calls).",
    ]


async def test_nothing_of_a_case_is_left_where_the_disk_is_full(tmp_path: Path) -> None:
    transcript = await talk_about_a_task(tmp_path)
    made = make_session_case(transcript, "talk", (), None, Beginning.SEED)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The transcript is longer than that.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(AgentError, match="Nothing of it is there"):
            made.write(tmp_path / "cases")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [*(tmp_path / "cases" / "recorded").iterdir()] == []
    assert len(made.write(tmp_path / "cases")) == 2


def test_a_case_that_is_there_is_not_replaced(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = save(home, first_day())
    assert record("last", "--into", tmp_path) == 0
    assert (tmp_path / "recorded" / "which-of-my-tasks-are-overdue.yaml").exists()
    assert record(name, "--into", tmp_path) == 2
    assert "is there already; " in capsys.readouterr().err.replace("already.", "already; ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name one conversation to record."),
        (["one", "two"], "Name one conversation to record."),
        (["20200101"], "There is no conversation “20200101”."),
        (["last", "--name", "Not A Name"], "A case cannot be called “Not A Name”"),
        (["last", "--name", ""], "A case cannot be called “”; 1 to 100 small letters"),
        (["last", "--name", "a" * 300], "…”; 1 to 100 small letters, digits and dashes are allowed."),
        (["--cases", "--name", ""], "--name is for one conversation"),
        (["--cases", "--name", "x"], "--name is for one conversation"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_one_line(
    arguments: list[str], said: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(home, first_day())
    assert record(*arguments, "--into", tmp_path / "cases") in (1, 2)
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "cases").exists()


def test_a_conversation_with_a_field_of_another_type_is_refused_with_its_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = first_day()
    lines[1]["text"] = 5
    save(home, lines)
    assert record("last", "--into", tmp_path / "cases") == 1
    assert ".jsonl:2: text: 5 is not of type 'string'." in capsys.readouterr().err
    assert not (tmp_path / "cases").exists()


CASE = """\
version: 1
title: Look at the lease
category: multi-step
turns:
  - say: Show the lease
    calls:
      - {tool: astravue_get_task, arguments: {taskId: 141383}}
      - {tool: astravue_start_timer, arguments: {taskId: 141383}}
      - {tool: astravue_stop_timer}
    answer: It is there.
expect:
  calls: [{tool: astravue_get_task}]
"""


def test_the_transcripts_of_cases_are_recorded_to_the_same_bytes_and_only_what_changed_is_named(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "multi-step"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(CASE)
    (folder / "broken.yaml").write_text("version: 1\n")
    assert record("--cases", "--into", tmp_path) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "2 new."
    assert "broken.yaml:1: " in err
    before = {path: path.read_bytes() for path in folder.glob("*.jsonl")}
    (folder / "a.yaml").write_text(CASE.replace("Show the lease", "Show it"))
    (folder / "broken.yaml").unlink()
    assert record("--cases", "multi-step/*", "--into", tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"changed {folder / 'a.jsonl'}",
        "1 changed, 1 unchanged.",
    ]
    assert (folder / "b.jsonl").read_bytes() == before[folder / "b.jsonl"]
    assert main(["eval", "replay", "multi-step", "--cases", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 of 2 are the same."


def test_transcripts_are_listed_in_their_order_from_the_working_folder_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "multi-step"
    folder.mkdir()
    for name in ("b", "c", "a"):
        (folder / f"{name}.yaml").write_text(CASE)
    monkeypatch.chdir(tmp_path)
    assert record("--cases", "--into", tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "new multi-step/a.jsonl",
        "new multi-step/b.jsonl",
        "new multi-step/c.jsonl",
        "3 new.",
    ]


def test_a_conversation_is_recorded_anew_from_what_its_model_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = first_day()
    old = tmp_path / "old.jsonl"
    prefix = next(line for line in lines if line["type"] == "request_prefix")
    system = str(prefix["system"])
    prefix["system"] = "Be kind."
    old.write_bytes(b"".join(map(encode_line, lines)))
    assert main(["eval", "replay", str(old)]) == 1
    assert record("--cases", old) == 0
    assert f"changed {old}" in capsys.readouterr().out
    again = read_transcript(old)
    assert again.header.to_json() == lines[0]
    assert next(event for event in again.events if event["type"] == "request_prefix")["system"] == system
    said = [event["text"] for event in again.events if event["type"] == "step_finished"]
    assert said == [line["text"] for line in lines if line["type"] == "step_finished"]
    assert main(["eval", "replay", str(old)]) == 0
