"""`astravue eval report` shows a run, or writes it where it is told to."""

import json
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest

from agent.cli import main
from tests.evals.made_runs import made_run, save_run


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    return save_run(made_run({"bulk/a": "pf", "dates/b": "pp"}), tmp_path / "data" / "runs")


def test_it_shows_the_summary(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", "last"]) == 0
    shown = capsys.readouterr().out
    assert "3 of 4 trials passed: 75.0 %" in shown
    assert f"Kept in {kept}\n" in shown
    assert "\x1b" not in shown


def test_it_prints_json(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", str(kept), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["passed"] == 3


def test_it_writes_junit_and_says_where(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "junit.xml"
    assert main(["eval", "report", kept.name, "--junit", str(file)]) == 0
    assert XML.parse(file).getroot().get("failures") == "1"
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"Wrote {file}.\n")


def test_json_can_be_had_beside_a_file(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "junit.xml"
    assert main(["eval", "report", kept.name, "--json", "--junit", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "report"
    assert file.is_file()


def test_a_file_that_cannot_be_written_is_told(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["eval", "report", kept.name, "--junit", str(tmp_path / "file" / "junit.xml")]) == 1
    assert "cannot be written (" in capsys.readouterr().err


def test_what_is_no_run_is_refused(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", str(kept.parent)]) == 2
    assert "There is no run" in capsys.readouterr().err
