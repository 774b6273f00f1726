"""`astravue eval rescore` scores kept trials by the cases as they are now, without a call."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent.cli import main
from agent.commands import common
from agent.jsontypes import JsonObject
from evals.definitions.case import Case
from evals.definitions.reading import read_cases
from evals.definitions.trial import Kind, Status, TrialRecord
from evals.runs.folder import RunFolder, read_manifest
from evals.runs.reading import read_run
from evals.runs.run import CaseFacts, Manifest
from evals.scoring.score import Check, Score, score
from evals.state.changes import Change
from evals.workspaces.starting import goal_changes

PASSED = Score((Check("state", True),))
CASE = """\
version: 1
title: Rename a task
category: single-step
turns:
  - say: {say}
    calls: [{{tool: astravue_update_task, arguments: {{taskId: 141299, taskTitle: {title}}}}}]
    answer: Done.
expect:
  answers: [{{contains: [{contains}]}}]
"""


class FakeStandardError:
    """Keeps the lines; the program's own is made once, with the standard error of one test."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write_line(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    fake = FakeStandardError()
    monkeypatch.setattr(common, "STANDARD_ERROR", fake)
    return fake.lines


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    write_case(tmp_path / "cases")
    return tmp_path / "cases"


def write_case(
    root: Path, name: str = "rename", say: str = "Rename it", title: str = "Show it", contains: str = "Done"
) -> None:
    (root / "single-step").mkdir(parents=True, exist_ok=True)
    text = CASE.format(say=say, title=title, contains=contains)
    (root / "single-step" / f"{name}.yaml").write_text(text, encoding="utf-8")


def read(root: Path) -> dict[str, Case]:
    found, problems = read_cases(root)
    assert problems == []
    return {case.id: case for case in found}


def record_of(case: Case, number: int, answer: str, changes: tuple[Change, ...]) -> TrialRecord:
    events: tuple[JsonObject, ...] = (
        {"type": "turn_started", "text": case.turns[0].say},
        {"type": "turn_finished", "text": answer},
    )
    return TrialRecord(case.id, case.digest, Kind.LIVE, number, events=events, changes=changes)


def make_run(root: Path, answers: Sequence[str] = ("Done.", "All right."), *, scored: bool = True) -> Path:
    """A run of all cases, whose trials did what was to be done and said these things."""
    found = read(root)
    facts = {case.id: CaseFacts(case.digest, case.title, case.category) for case in found.values()}
    path = root.parent / "run"
    with RunFolder.create(path, Manifest("20261126-090000-abcd", 0.0, Kind.LIVE, len(answers), facts)) as run:
        for case in found.values():
            for number, answer in enumerate(answers, 1):
                record = record_of(case, number, answer, goal_changes(case))
                run.add(record)
                if scored:
                    run.add_score(record.key, score(case, record, goal_changes(case)))
    return path


def rescore(path: Path, root: Path) -> int:
    return main(["eval", "rescore", str(path), "--cases", str(root)])


def passed(path: Path) -> dict[str, bool]:
    return {result.record.key: result.score.passed for result in read_run(path).results}


def test_nothing_flips_where_nothing_changed(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_run(cases)
    before = (path / "scores.jsonl").read_bytes()

    assert rescore(path, cases) == 0
    assert (path / "scores.jsonl").read_bytes() == before
    told = capsys.readouterr().out
    assert told.startswith("Scored 2 trials again; none flipped.\n")
    assert "1 of 2 trials passed" in told


def test_what_flips_is_told_with_the_reason(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_run(cases)
    write_case(cases, contains="all right")

    assert rescore(path, cases) == 0
    assert passed(path) == {"single-step/rename#1": False, "single-step/rename#2": True}
    assert capsys.readouterr().out.splitlines()[:7] == [
        "single-step/rename#1 fails now:",
        '  answer: wanted of the last answer: it has to say "all right"',
        "  found: Done.",
        "single-step/rename#2 passes now; before:",
        '  answer: wanted of the last answer: it has to say "Done"',
        "  found: All right.",
        "Scored 2 trials again; 2 flipped: 1 passes now, 1 fails now.",
    ]


def test_what_flips_is_told_without_keys(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_run(cases, ["Done with sk-SECRET123456789012345678"])
    write_case(cases, contains="all right")

    assert rescore(path, cases) == 0
    told = capsys.readouterr().out
    assert "  found: Done with [redacted]\n" in told
    assert "sk-" not in told


def test_another_goal_is_compared_with_what_the_trials_changed(cases: Path) -> None:
    path = make_run(cases, ["Done."])
    write_case(cases, title="Show them")

    rescore(path, cases)
    [result] = read_run(path).results
    [state] = [check for check in result.score.checks if check.name == "state"]
    assert state.detail.splitlines()[1] == '  task_title: wanted "Show them", found "Show it"'


def test_the_run_knows_its_cases_as_they_were_scored(cases: Path) -> None:
    path = make_run(cases)
    write_case(cases, contains="all right")

    rescore(path, cases)
    [facts] = read_manifest(path).cases.values()
    assert facts.digest == read(cases)["single-step/rename"].digest


def test_a_trial_that_was_told_other_things_keeps_its_score(cases: Path, warnings: list[str]) -> None:
    path = make_run(cases)
    before, manifest = passed(path), read_manifest(path)
    write_case(cases, say="Rename the demo")

    assert rescore(path, cases) == 1
    assert passed(path) == before
    assert read_manifest(path) == manifest
    assert warnings == [
        "astravue: the trials of single-step/rename keep their scores: The user says other things in it now."
    ]


def test_the_trials_of_a_case_are_scored_by_one_form_of_it(cases: Path, warnings: list[str]) -> None:
    path = make_run(cases, ["Done."])
    write_case(cases, say="Rename the demo", contains="all right")
    [case] = read(cases).values()
    with RunFolder.reopen(path) as run:
        later = record_of(case, 2, "Done.", goal_changes(case))
        run.add(later)
        run.add_score(later.key, PASSED)

    assert rescore(path, cases) == 1
    assert passed(path) == {"single-step/rename#1": True, "single-step/rename#2": True}
    assert len(warnings) == 1


def test_a_case_that_cannot_be_used_keeps_the_others_from_nothing(cases: Path, warnings: list[str]) -> None:
    write_case(cases, "other")
    path = make_run(cases)
    write_case(cases, contains="all right")
    (cases / "single-step" / "other.yaml").write_text("version: 1\ntitle: [\n", encoding="utf-8")

    assert rescore(path, cases) == 1
    assert passed(path) == {
        "single-step/other#1": True,
        "single-step/other#2": False,
        "single-step/rename#1": False,
        "single-step/rename#2": True,
    }
    fault, kept = warnings
    assert f"{cases / 'single-step' / 'other.yaml'}:" in fault
    assert "the trials of single-step/other keep their scores" in kept


def test_a_goal_that_cannot_be_made_leaves_the_scores(cases: Path, warnings: list[str]) -> None:
    path = make_run(cases)
    before = passed(path)
    text = (cases / "single-step" / "rename.yaml").read_text(encoding="utf-8").replace("141299", "999999")
    (cases / "single-step" / "rename.yaml").write_text(text, encoding="utf-8")

    assert rescore(path, cases) == 1
    assert passed(path) == before
    [told] = warnings
    assert "999999" in told


def test_cases_of_another_folder_are_refused(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_run(cases)
    before = passed(path)
    write_case(tmp_path / "elsewhere", "unrelated")

    assert rescore(path, tmp_path / "elsewhere") == 2
    assert passed(path) == before
    assert "None of the cases of this run is in" in capsys.readouterr().err


def test_trials_that_a_crash_left_without_a_score_get_one(cases: Path) -> None:
    path = make_run(cases, scored=False)

    assert rescore(path, cases) == 0
    assert passed(path) == {"single-step/rename#1": True, "single-step/rename#2": False}


def test_a_broken_trial_stays_broken(cases: Path) -> None:
    path = make_run(cases, ())
    [case] = read(cases).values()
    with RunFolder.reopen(path) as run:
        broken = replace(record_of(case, 1, "", ()), status=Status.BROKEN, events=())
        run.add(broken)
        run.add_score(broken.key, Score(()))

    assert rescore(path, cases) == 0
    assert [result.score for result in read_run(path).results] == [Score(())]


def test_what_is_no_run_is_refused(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rescore(cases, cases) == 2
    assert "There is no run" in capsys.readouterr().err


def test_many_flips_are_counted(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_run(cases, ["Done."] * 60)
    write_case(cases, contains="all right")

    rescore(path, cases)
    assert "and 10 more" in capsys.readouterr().out.splitlines()
