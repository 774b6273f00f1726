"""The folder of a run: nothing that has ended is lost, and what is damaged is told with its line."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_records import (
    FAILED,
    PASSED,
    events,
    make_case,
    make_manifest,
    make_plans,
    make_record,
    manifests,
    records,
    scores,
)
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import AgentError, UsageError
from agent.jsontypes import JsonObject
from agent.transcripts.lines import encode_line, parse_line
from evals.definitions.trial import Status, TrialRecord
from evals.runs.event_files import EventReader, EventWriter
from evals.runs.folder import RunFolder, read_manifest
from evals.runs.manifest_json import decode_manifest, encode_manifest
from evals.runs.reading import read_run
from evals.runs.record_json import decode_record, encode_record
from evals.runs.run import Manifest
from evals.runs.score_json import decode_score, encode_score
from evals.scoring.score import Score

PREFIX: JsonObject = {
    "type": "request_prefix",
    "model": "m",
    "system": "You help. " * 1000,
    "functions": [{"name": "create_task"}],
    "time": 1.5,
}
SAID: JsonObject = {"type": "turn_started", "text": "Grüße \ud83d"}


def through_json(line: JsonObject) -> JsonObject:
    read = parse_line(encode_line(line))
    assert read is not None
    return read


@given(records)
def test_a_record_comes_back_as_it_was(record: TrialRecord) -> None:
    assert replace(decode_record(through_json(encode_record(record))), events=record.events) == record


@given(st.lists(events, max_size=4))
def test_events_come_back_as_they_were(drawn: list[tuple[JsonObject, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = EventWriter(Path(folder), 0)
        spans = [writer.append(each) for each in drawn]
        writer.close()
        reader = EventReader(Path(folder))
        assert [reader.read(span) for span in reversed(spans)] == drawn[::-1]


@given(scores)
def test_a_score_comes_back_as_it_was(score: Score) -> None:
    assert decode_score(through_json(encode_score("a/b#1", score))) == ("a/b#1", score)


@given(manifests)
def test_a_manifest_comes_back_as_it_was(manifest: Manifest) -> None:
    assert decode_manifest(through_json(encode_manifest(manifest))) == manifest


def write_run(path: Path, count: int = 3) -> list[TrialRecord]:
    """A run of which the odd trials passed."""
    made = [make_record(plan, PREFIX, SAID) for plan in make_plans(count)]
    with RunFolder.create(path, make_manifest(trials=count)) as folder:
        for record in made:
            folder.add(record)
            folder.add_score(record.key, PASSED if record.number % 2 else FAILED)
    return made


def test_what_was_kept_is_read_with_its_scores(tmp_path: Path) -> None:
    made = write_run(tmp_path / "run")
    run = read_run(tmp_path / "run", events=True)
    assert run.manifest == make_manifest(trials=3)
    assert [result.record for result in run.results] == made
    assert [result.score for result in run.results] == [PASSED, FAILED, PASSED]
    assert run.results[-1].record == made[-1]
    assert [result.record for result in run.results[1:]] == made[1:]


def test_events_are_left_out_unless_they_are_asked_for(tmp_path: Path) -> None:
    made = write_run(tmp_path / "run")
    (tmp_path / "run" / "events.jsonl").unlink()
    run = read_run(tmp_path / "run")
    assert [result.record for result in run.results] == [replace(record, events=()) for record in made]


def test_trials_are_read_by_case_and_number_however_they_ended(tmp_path: Path) -> None:
    plans = [*make_plans(11, "single-step/b"), *make_plans(1, "single-step/a")]
    with RunFolder.create(tmp_path, make_manifest(trials=11)) as folder:
        for plan in reversed(plans):
            folder.add(make_record(plan))
            folder.add_score(plan.key, PASSED)
    keys = [result.record.key for result in read_run(tmp_path).results]
    assert keys == ["single-step/a#1", *(f"single-step/b#{number}" for number in range(1, 12))]


def test_a_run_that_has_not_begun_has_no_results(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path, make_manifest()):
        assert list(read_run(tmp_path).results) == []


def test_what_a_model_is_told_first_is_kept_once(tmp_path: Path) -> None:
    write_run(tmp_path, 5)
    assert len((tmp_path / "prefixes.jsonl").read_bytes().splitlines()) == 1
    assert (tmp_path / "events.jsonl").stat().st_size < 5 * 300
    with RunFolder.reopen(tmp_path) as folder:
        record = make_record(make_plans(6)[-1], PREFIX)
        folder.add(record)
        folder.add_score(record.key, PASSED)
    assert len((tmp_path / "prefixes.jsonl").read_bytes().splitlines()) == 1
    assert read_run(tmp_path, events=True).results[5].record == record


def test_nobody_else_may_read_a_run(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
    for file in (tmp_path / "run").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize("name", ["trials.jsonl", "scores.jsonl", "events.jsonl", "prefixes.jsonl"])
def test_a_line_that_a_crash_cut_off_is_left_out_and_cut_off_before_more_is_added(
    tmp_path: Path, name: str
) -> None:
    made = write_run(tmp_path)
    whole = (tmp_path / name).read_bytes()
    with (tmp_path / name).open("ab") as file:
        file.write(b'{"case":"single-step/one","numb')
    assert [result.record for result in read_run(tmp_path, events=True).results] == made
    with RunFolder.reopen(tmp_path) as folder:
        assert (tmp_path / name).read_bytes() == whole
        assert folder.tally.ended == 3
        assert (folder.tally.passed, folder.tally.failed) == (2, 1)


def test_a_trial_whose_line_was_cut_off_is_none(tmp_path: Path) -> None:
    made = write_run(tmp_path)
    trials = tmp_path / "trials.jsonl"
    trials.write_bytes(trials.read_bytes()[:-10])
    with RunFolder.reopen(tmp_path) as folder:
        assert folder.has(made[1].key)
        assert not folder.has(made[2].key)
        folder.add(made[2])
        folder.add_score(made[2].key, FAILED)
    run = read_run(tmp_path, events=True)
    assert [result.record for result in run.results] == made
    # The score of the trial that was lost is not that of the one that took its place.
    assert [result.score for result in run.results] == [PASSED, FAILED, FAILED]


def test_the_last_trial_may_lack_its_score_and_is_scored_when_the_run_goes_on(tmp_path: Path) -> None:
    made = write_run(tmp_path)
    scores = tmp_path / "scores.jsonl"
    scores.write_bytes(b"".join(scores.read_bytes().splitlines(keepends=True)[:2]))
    assert [result.record.number for result in read_run(tmp_path).results] == [1, 2]
    with RunFolder.reopen(tmp_path) as folder:
        assert list(folder.unscored()) == [made[2]]


def test_scores_that_are_missing_are_told_with_what_helps(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "scores.jsonl").unlink()
    with pytest.raises(AgentError) as told:
        read_run(tmp_path)
    assert told.value.message == (
        f"{tmp_path}/scores.jsonl has no score for 3 of 3 trials, such as single-step/one#1."
    )
    assert told.value.hint == f"Score them: astravue eval rescore {tmp_path}"
    with RunFolder.reopen(tmp_path) as folder:
        folder.replace_scores((record.key, FAILED) for record in folder.records())
    assert [result.score for result in read_run(tmp_path).results] == [FAILED] * 3


def test_other_scores_take_the_place_of_all(tmp_path: Path) -> None:
    made = write_run(tmp_path)
    with RunFolder.reopen(tmp_path) as folder:
        folder.replace_scores((record.key, PASSED) for record in folder.records())
        more = make_record(make_plans(4)[-1])
        folder.add(more)
        folder.add_score(more.key, FAILED)
    found = read_run(tmp_path).results
    assert [result.score for result in found] == [PASSED, PASSED, PASSED, FAILED]
    assert [result.record.number for result in found] == [*(record.number for record in made), 4]


def break_second(path: Path) -> list[TrialRecord]:
    """A run of which the second trial is broken."""
    first, second, third = (make_record(plan, PREFIX, SAID) for plan in make_plans(3))
    second = replace(second, status=Status.BROKEN, problem="The endpoint was gone.", events=())
    with RunFolder.create(path, make_manifest(trials=3)) as folder:
        for record in (first, second, third):
            folder.add(record)
            folder.add_score(record.key, Score(()) if record is second else PASSED)
    return [first, second, third]


def test_a_broken_trial_is_tried_again_only_when_that_is_wanted(tmp_path: Path) -> None:
    first, second, third = break_second(tmp_path)
    with RunFolder.reopen(tmp_path) as folder:
        assert folder.has(second.key)
        assert (folder.tally.ended, folder.tally.broken, folder.tally.failed) == (3, 1, 0)
        folder.try_broken_again()
        assert [folder.has(record.key) for record in (first, second, third)] == [True, False, True]
        whole = make_record(make_plans(2)[-1], SAID)
        folder.add(whole)
        folder.add_score(whole.key, FAILED)
        tally = (folder.tally.ended, folder.tally.broken, folder.tally.passed, folder.tally.failed)
        assert tally == (3, 0, 2, 1)
        assert list(folder.records()) == [first, third, whole]
    with RunFolder.reopen(tmp_path) as folder:
        assert tally == (
            folder.tally.ended,
            folder.tally.broken,
            folder.tally.passed,
            folder.tally.failed,
        )
    found = read_run(tmp_path, events=True).results
    assert [result.record for result in found] == [first, whole, third]
    assert [result.score for result in found] == [PASSED, FAILED, PASSED]


def test_what_was_found_of_a_broken_trial_is_no_score_of_the_one_in_its_place(tmp_path: Path) -> None:
    _, second, _ = break_second(tmp_path)
    whole = make_record(make_plans(2)[-1], SAID)
    with RunFolder.reopen(tmp_path) as folder:
        folder.try_broken_again()
        folder.add(whole)
    assert [result.record.number for result in read_run(tmp_path).results] == [1, 3]
    with RunFolder.reopen(tmp_path) as folder:
        assert folder.has(second.key)
        assert list(folder.unscored()) == [whole]


def damage(name: str, number: int, line: bytes) -> Callable[[Path], str]:
    """Put a line in place of another one, and say where."""

    def change(path: Path) -> str:
        lines = (path / name).read_bytes().splitlines(keepends=True)
        lines[number - 1] = line + b"\n"
        (path / name).write_bytes(b"".join(lines))
        return f"{path / name}:{number}: "

    return change


def twice(path: Path) -> str:
    trials = path / "trials.jsonl"
    trials.write_bytes(trials.read_bytes() + trials.read_bytes().splitlines(keepends=True)[0])
    return f"{trials}:4: "


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (damage("trials.jsonl", 2, b"\0\0\0"), "this line is damaged; the file was left as it is."),
        (damage("scores.jsonl", 1, b"[]"), "this line is damaged; the file was left as it is."),
        (damage("events.jsonl", 3, b"nonsense"), "this line is damaged; the file was left as it is."),
        (damage("prefixes.jsonl", 1, b"{}"), "“content” is no object; the file was left as it is."),
        (
            damage("trials.jsonl", 1, b'{"case":"a","kind":"live","status":"finished","number":"1"}'),
            "“number” is no whole number; the file was left as it is.",
        ),
        (
            damage("trials.jsonl", 1, b'{"case":"a","kind":"guess","status":"finished","number":1}'),
            "'guess' is not a valid Kind; the file was left as it is.",
        ),
        (
            damage("scores.jsonl", 3, b'{"trial":"a","checks":[1]}'),
            "“checks” is no list of objects; the file was left as it is.",
        ),
        (twice, "the trial single-step/one#1 stands here a second time; the file was left as it is."),
        (
            damage("manifest.json", 1, b'{"type":"run","version":2,"x":1}'),
            "the run is of version 2, and this program reads up to 1. Update astravue-agent.",
        ),
        (damage("manifest.json", 1, b"{"), "this is no manifest of a run; the file was left as it is."),
        (
            damage("manifest.json", 1, b'{"type":"run","version":1,"kind":"live","id":3}'),
            "“id” is no text; the file was left as it is.",
        ),
    ],
)
def test_what_is_damaged_is_told_with_its_file_and_line(
    tmp_path: Path, change: Callable[[Path], str], said: str
) -> None:
    write_run(tmp_path)
    where = change(tmp_path)
    with pytest.raises(AgentError) as told:
        list(read_run(tmp_path, events=True).results)
    assert str(told.value) == where + said


def test_a_run_that_lost_the_end_of_its_events_is_not_gone_on_with(tmp_path: Path) -> None:
    write_run(tmp_path)
    kept = tmp_path / "events.jsonl"
    size = kept.stat().st_size
    os.truncate(kept, 10)
    with pytest.raises(AgentError, match=f"ends after 10 bytes and has to hold {size}; it was left"):
        RunFolder.reopen(tmp_path)
    assert kept.stat().st_size == 10


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match=r"is no run: there is no manifest\.json in it\."):
            read_run(path)
    with pytest.raises(UsageError, match="is no run"):
        RunFolder.reopen(tmp_path)


def test_a_run_does_not_take_the_place_of_another_one(tmp_path: Path) -> None:
    write_run(tmp_path)
    with pytest.raises(UsageError) as told:
        RunFolder.create(tmp_path, make_manifest(make_case("single-step/two")))
    assert "There is a run in" in told.value.message
    assert "--resume" in told.value.hint
    assert read_manifest(tmp_path) == make_manifest(trials=3)


def test_two_processes_never_write_one_run(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path, make_manifest()):
        with pytest.raises(
            AgentError, match=r"Another process is writing the run in .*; nothing was changed"
        ):
            RunFolder.reopen(tmp_path)
        with pytest.raises(AgentError, match="Another process"):
            RunFolder.create(tmp_path, make_manifest())
    with RunFolder.reopen(tmp_path):
        pass


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"There are other files in .*, so no run is kept there"):
        RunFolder.create(tmp_path, make_manifest())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_folder_of_a_run_is_its_owners_alone(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    for path in (there, tmp_path / "new"):
        RunFolder.create(path, make_manifest()).close()
        assert path.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AgentError, match=r"No run can be begun in .*: Not a directory\."):
        RunFolder.create(tmp_path / "file" / "run", make_manifest())


def test_a_full_disk_stops_the_run_in_a_sentence(tmp_path: Path) -> None:
    RunFolder.create(tmp_path, make_manifest()).close()
    (tmp_path / "events.jsonl").unlink()
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    plan = make_plans(1)[0]
    with pytest.raises(AgentError) as told, RunFolder.reopen(tmp_path) as folder:
        folder.add(make_record(plan, PREFIX))
    assert told.value.message == (
        "The run stopped, as its folder can no longer be written (No space left on device); "
        f"0 trials are kept in {tmp_path}."
    )
    assert told.value.hint == f"Once that is mended, go on with it: astravue eval run --resume {tmp_path}"


WRITER = """
import pathlib, resource, signal, sys
from drawn_records import PASSED, make_manifest, make_plans, make_record
from evals.runs.event_files import EventReader, EventWriter
from evals.runs.folder import RunFolder

with RunFolder.create(pathlib.Path(sys.argv[1]), make_manifest(trials=100)) as folder:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    for plan in make_plans(100):
        record = make_record(plan, {"text": "x" * int(sys.argv[3])})
        folder.add(record)
        folder.add_score(record.key, PASSED)
"""


@pytest.mark.parametrize("letters", [1, 500], ids=["trials", "events"])
def test_a_file_at_its_size_limit_keeps_every_trial_but_the_last(tmp_path: Path, letters: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "run"), "10000", str(letters)]
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    kept = len(read_run(tmp_path / "run", events=True).results)
    assert 10 < kept < 100
    assert "as its folder can no longer be written (File too large);" in done.stderr
    assert f"{kept} trials are kept in {tmp_path / 'run'}." in done.stderr
    with RunFolder.reopen(tmp_path / "run") as folder:
        plans = make_plans(kept + 1)
        assert [plan.key for plan in plans if not folder.has(plan.key)] == [plans[-1].key]
        folder.add(make_record(plans[-1], PREFIX))
        folder.add_score(plans[-1].key, PASSED)
    assert len(read_run(tmp_path / "run", events=True).results) == kept + 1


def test_the_lines_are_json_that_other_programs_read(tmp_path: Path) -> None:
    write_run(tmp_path)
    lines = (tmp_path / "trials.jsonl").read_text().splitlines()
    assert json.loads(lines[1])["case"] == "single-step/one"
    assert json.loads((tmp_path / "manifest.json").read_text())["type"] == "run"
