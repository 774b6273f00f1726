"""The list of saved conversations, from a look at the ends of each file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import HEADER
from transcripts.saving import DAY, NOW, save

from agent.conversation import ToolCall
from agent.errors import UsageError
from agent.event_json import FORMAT_VERSION
from agent.events import CallOutcome, StepStarted, ToolCallFinished, TurnStarted
from agent.transcripts.finding import find_path, find_transcript
from agent.transcripts.header import Origin
from agent.transcripts.reading import read_transcript
from agent.transcripts.saved import list_saved, look_at


def test_the_one_used_last_comes_first_whenever_it_began(tmp_path: Path) -> None:
    save(tmp_path, "20261101-000000-0001", ("An old one", "Yes."), days_ago=1)
    save(tmp_path, "20261102-000000-0002", ("A newer one", "Yes."), days_ago=3)
    saved, problems = list_saved(tmp_path)
    assert [each.title for each in saved] == ["An old one", "A newer one"]
    assert saved[0].used == NOW - DAY
    assert problems == ()


def test_turns_are_counted_from_the_end_of_the_file(tmp_path: Path) -> None:
    path = save(tmp_path, "one", *[(f"Question {number}", "x" * 20_000) for number in range(12)])
    assert look_at(path, NOW).turns == 12
    assert len(read_transcript(path).turns) == 12


def test_a_turn_that_was_cut_short_by_a_crash_counts(tmp_path: Path) -> None:
    huge = ToolCallFinished(ToolCall("c", "list", "{}"), "List", CallOutcome.SUCCEEDED, "y" * 300_000)
    path = save(tmp_path, "one", ("First", "Yes."), [TurnStarted("Second"), StepStarted(1), huge])
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"yyyy") + 250_000])
    assert look_at(path, NOW).turns == 2


def test_the_turns_of_a_file_without_numbers_are_counted_one_by_one(tmp_path: Path) -> None:
    path = save(tmp_path, "one", ("First", "Yes."), ("Second", "Yes."))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        line.pop("turn", None)
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    assert look_at(path, NOW).turns == 2


def test_a_text_that_looks_like_an_event_is_a_text(tmp_path: Path) -> None:
    tricky = '{"type":"turn_finished","turn":99}'
    path = save(tmp_path, "one", ("First", f"\n{tricky}\n"))
    assert look_at(path, NOW).turns == 1


def test_what_a_header_says_is_kept(tmp_path: Path) -> None:
    header = replace(HEADER, profile="work", forked_from=Origin("20261101-000000-0001", 3))
    path = save(tmp_path, "one", ("First", "Yes."), header=header)
    assert look_at(path, NOW).header == replace(header, id="one")
    assert read_transcript(path).header == replace(header, id="one")


def test_damaged_and_newer_files_are_told_in_a_sentence_and_the_others_listed(tmp_path: Path) -> None:
    save(tmp_path, "good", ("First", "Yes."))
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe{")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    newer = {"type": "session", "version": FORMAT_VERSION + 1}
    (tmp_path / "newer.jsonl").write_text(json.dumps(newer) + "\n")
    (tmp_path / "folder.jsonl").mkdir()
    saved, problems = list_saved(tmp_path)
    assert [each.id for each in saved] == ["good"]
    assert len(problems) == 4
    assert all(
        "left as it is" in problem or "cannot be read" in problem or "version" in problem
        for problem in problems
    )


def test_a_long_conversation_is_not_read_in_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path, "one", *[(f"Question {number}", "x" * 50_000) for number in range(10)])

    def refuse(path: Path) -> bytes:
        raise AssertionError(f"{path} was read in whole")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert look_at(path, NOW).title == "Question 0"


def test_one_is_found_by_a_beginning_or_as_the_last(tmp_path: Path) -> None:
    first = save(tmp_path, "20261101-000000-0001", ("First", "Yes."), days_ago=1)
    second = save(tmp_path, "20261102-000000-0002", ("Second", "Yes."), days_ago=2)
    assert find_path(tmp_path, "20261102") == second
    assert find_path(tmp_path, "last") == first
    assert find_transcript(tmp_path, "20261102-000000-0002").title == "Second"
    with pytest.raises(UsageError, match="begins 2 conversations"):
        find_path(tmp_path, "2026")


@pytest.mark.parametrize("wanted", ["", "last", "../../etc/passwd", "*"])
def test_what_is_not_there_is_not_found(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(UsageError, match="There is no conversation"):
        find_path(tmp_path / "sessions", wanted)
