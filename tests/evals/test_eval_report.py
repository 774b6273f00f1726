"""`astravue eval report` shows a run, or writes it where it is told to."""

import json
import os
import re
import stat
import sys
from pathlib import Path
from xml.etree import ElementTree as XML

import pexpect
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


def test_the_report_is_printed_as_json(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", str(kept), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["passed"] == 3


def test_it_writes_junit_and_says_where(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.xml"
    assert main(["eval", "report", kept.name, "--junit", str(file)]) == 0
    assert XML.parse(file).getroot().get("failures") == "1"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
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
    assert main(["eval", "report", kept.name, "--junit", str(tmp_path / "file" / "junit.xml")]) == 2
    assert "junit.xml cannot be written: there is no folder" in capsys.readouterr().err


def test_what_is_no_run_is_refused(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", str(kept.parent)]) == 2
    assert "There is no run" in capsys.readouterr().err


def in_terminal(columns: int, **environment: str) -> str:
    """What the program draws in a terminal."""
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable,
        ["-m", "agent", "eval", "report", "last"],
        env={**os.environ, "TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": "", **environment},
        dimensions=(50, columns),
        encoding="utf-8",
        timeout=60,
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    return str(child.before)


def test_in_a_terminal_it_has_bars_and_colours_and_stays_within_its_width(kept: Path) -> None:
    text = in_terminal(40)
    assert re.search("\x1b\\[32m▕█+▏", text)
    drawn = re.sub("\x1b\\[[\\d;]*m", "", text).split("Kept in")[0]
    assert max(map(len, drawn.splitlines())) < 40


def test_without_colours_the_bars_stay(kept: Path) -> None:
    text = in_terminal(80, NO_COLOR="1")
    assert "dates  ▕████████████████████████▏  2 of 2" in text
    assert "\x1b[3" not in text
