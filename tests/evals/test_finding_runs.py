"""A run is found by its folder, its id, or how long ago it was."""

from pathlib import Path

import pytest

from agent.errors import UsageError
from evals.runs.finding import find_run
from tests.evals.made_runs import made_run, save_run

IDS = ("20261124-090000-aaaa", "20261125-090000-bbbb", "20261126-090000-cccc")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for id in reversed(IDS):
        save_run(made_run({"bulk/a": "p"}, id=id), tmp_path / "runs")
    (tmp_path / "runs" / "notes").mkdir()
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("wanted", "id"),
    [
        ("last", IDS[2]),
        ("last~0", IDS[2]),
        ("last~1", IDS[1]),
        ("last~2", IDS[0]),
        (IDS[1], IDS[1]),
        ("20261125", IDS[1]),
    ],
)
def test_runs_are_found_by_age_and_by_id(runs: Path, wanted: str, id: str) -> None:
    assert find_run(runs, wanted) == runs / id


def test_a_run_is_found_by_its_folder_wherever_it_is(runs: Path, tmp_path: Path) -> None:
    elsewhere = save_run(made_run({"bulk/a": "p"}), tmp_path / "elsewhere")
    assert find_run(runs, str(elsewhere)) == elsewhere


def test_a_folder_here_comes_before_an_id(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_run(made_run({"bulk/a": "p"}, id="last"), tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find_run(runs, "last") == Path("last")


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("last~3", "There is no run “last~3”: 3 runs are kept in "),
        ("last~x", "There is no run “last~x”."),
        ("notes", "There is no run “notes”."),
        ("", "There is no run “”."),
        ("2026", "“2026” begins 3 runs. Give more of the id."),
    ],
)
def test_what_is_no_run_is_refused(runs: Path, wanted: str, problem: str) -> None:
    with pytest.raises(UsageError) as refusal:
        find_run(runs, wanted)
    assert str(refusal.value).startswith(problem)


def test_where_none_was_kept_there_is_no_last_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no runs are kept in"):
        find_run(tmp_path / "runs", "last")
