"""`astravue eval check` tells which cases do not hold, and why, and goes on with the others."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pexpect
import pytest
from run_cases import BROKEN, RENAME, SPACES, keep

from agent.cli import main

WEAK = SPACES.replace("{contains: [marketing, product]}", "{lacks: [error]}")
CONTRADICTING = SPACES.replace("product]", "product, finance]")
REFUSED = RENAME.replace("spaceId: 502", "spaceId: 4711")
RECORDED = """\
version: 1
title: Tell the notes
category: recorded
workspace: {recorded: notes.server.json}
turns:
  - say: Which notes are there?
    calls: [{tool: list_notes, arguments: {folder: home}}]
    answer: Milk and bread.
expect:
  calls: [{tool: list_notes, arguments: {folder: home}}]
  answers: [{contains: [milk, bread]}]
"""
NOTES = {
    "version": 1,
    "tools": [
        {
            "name": "list_notes",
            "inputSchema": {"type": "object", "properties": {"folder": {"type": "string"}}},
            "annotations": {"readOnlyHint": True},
        }
    ],
    "calls": [{"tool": "list_notes", "arguments": {"folder": "home"}, "text": "Milk, bread"}],
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cases"


def check(root: Path, *more: str) -> int:
    return main(["eval", "check", "--cases", str(root), *more])


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    said = capsys.readouterr()
    assert said.err == ""
    return said.out.splitlines()


def test_cases_that_hold_are_counted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, good=RENAME, reading=SPACES)
    assert check(root) == 0
    (summary,) = lines(capsys)
    assert summary.startswith("2 cases hold; ")
    assert " trials in " in summary


def test_a_case_that_whoever_does_nothing_passes_does_not_hold(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, good=RENAME, weak=WEAK)
    assert check(root) == 1
    found, summary = lines(capsys)
    assert found == "cases/single-step/weak.yaml: an agent that does nothing passes"
    assert summary.startswith("1 case holds, 1 does not; ")


def test_a_case_that_its_own_oracle_does_not_pass_says_what_was_found(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, wrong=CONTRADICTING)
    assert check(root) == 1
    fault = 'the oracle fails: answer: wanted of the last answer: it has to say "finance"'
    first, second, *_ = lines(capsys)
    assert first.startswith(f"cases/single-step/wrong.yaml: {fault}")
    assert second.startswith("  answer: found: ")


def test_each_fault_of_a_case_has_a_line_of_its_own(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, two=WEAK.replace("error", "marketing"))
    assert check(root) == 1
    file = "cases/single-step/two.yaml: "
    found = [line.removeprefix(file) for line in lines(capsys) if line.startswith(file)]
    assert found[0].startswith("the oracle fails: ")
    assert "an agent that does nothing passes" in found


def test_lines_fit_the_terminal_and_paths_stay_whole(root: Path) -> None:
    keep(root, broken=BROKEN)
    columns = 50
    child: pexpect.spawn[str] = pexpect.spawn(
        "sh",
        ["-c", f"{sys.executable} -m agent eval check --cases {root} 2>{os.devnull}"],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "", "PYTHONPATH": str(Path(__file__).parents[2])},
        dimensions=(24, columns),
        encoding="utf-8",
        timeout=60,
    )
    child.expect(pexpect.EOF)
    child.close()
    found = str(child.before).splitlines()
    assert found[0] == "cases/single-step/broken.yaml:8:"
    assert all(len(line) < columns for line in found)


def test_golden_calls_that_are_refused_are_named_with_their_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, refused=REFUSED, good=RENAME)
    assert check(root) == 1
    found, summary = lines(capsys)
    assert found.startswith("cases/single-step/refused.yaml:8: astravue_update_space is refused: ")
    assert summary.startswith("1 case holds, 1 does not; ")


def test_a_file_that_cannot_be_used_does_not_stop_the_others(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, broken=BROKEN, weak=WEAK, good=RENAME)
    assert check(root) == 2
    broken, weak, summary = lines(capsys)
    assert broken == (
        "cases/single-step/broken.yaml:8: astravue_update_space does not take this: "
        "it has no argument spaceNam; nearest: spaceName."
    )
    assert weak.startswith("cases/single-step/weak.yaml: ")
    assert summary.startswith("1 case holds, 1 does not, 1 file cannot be used; ")


def test_cases_are_chosen_as_everywhere(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, good=RENAME, weak=WEAK)
    assert check(root, "single-step/good") == 0
    assert check(root, "--suite", "smoke") == 0
    assert check(root, str(root / "single-step" / "good.yaml")) == 0
    assert [line.partition(";")[0] for line in lines(capsys)] == ["1 case holds"] * 3


def test_a_part_that_has_no_case_is_fine(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, good=RENAME)
    assert [check(root, "--shard", f"{index}/3") for index in (1, 2, 3)] == [0, 0, 0]
    assert sorted(line.partition(";")[0] for line in lines(capsys)) == [
        "0 cases hold",
        "0 cases hold",
        "1 case holds",
    ]


@pytest.mark.parametrize("part", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"])
def test_what_is_no_part_is_refused(root: Path, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, good=RENAME)
    assert check(root, f"--shard={part}") == 2
    assert f"{part} is no part, such as 1/4: the first of four" in capsys.readouterr().err


def test_a_pattern_that_fits_nothing_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, good=RENAME)
    assert check(root, "single-step/goood") == 2
    assert "nearest: single-step/good" in capsys.readouterr().err


def test_scripts_read_one_object(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, good=RENAME, weak=WEAK, broken=BROKEN)
    assert check(root, "--json") == 2
    said: dict[str, Any] = json.loads(lines(capsys)[0])
    cases = {case["case"]: case for case in said["cases"]}
    assert (cases["single-step/good"]["holds"], cases["single-step/good"]["faults"]) == (True, [])
    assert cases["single-step/weak"]["faults"] == ["an agent that does nothing passes"]
    assert all(case["trials"] >= 3 for case in cases.values())
    (problem,) = said["problems"]
    assert (problem["file"], problem["line"]) == (str(root / "single-step" / "broken.yaml"), 8)
    assert said["seconds"] > 0


def test_editors_are_given_the_schema_of_case_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "check", "--schema"]) == 0
    schema: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert schema["required"] == ["version", "title", "category", "turns"]


def test_several_processes_find_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, weak=WEAK, wrong=CONTRADICTING)
    assert check(root, "--jobs", "1") == 1
    alone = lines(capsys)
    assert check(root, "--jobs", "2") == 1
    assert sorted(lines(capsys)[:-1]) == sorted(alone[:-1])


def test_a_recording_of_another_server_is_checked_with_its_own_tools(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = root / "recorded"
    folder.mkdir(parents=True)
    (folder / "notes.yaml").write_text(RECORDED, encoding="utf-8")
    (folder / "notes.server.json").write_text(json.dumps(NOTES), encoding="utf-8")
    assert check(root, "--jobs", "2") == 0
    assert lines(capsys)[0].startswith("1 case holds; 6 trials in ")


def test_a_terminal_shows_how_far_it_is_and_nothing_of_it_stays_in_the_output(root: Path) -> None:
    keep(root, weak=WEAK)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "eval", "check", "--cases", str(root)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        os.close(theirs)
        shown = read_terminal(ours)
        assert process.stdout is not None
        said = process.stdout.read()
    assert "1/1" in shown
    assert process.returncode == 1
    found, summary = said.splitlines()
    assert found == "cases/single-step/weak.yaml: an agent that does nothing passes"
    assert summary.startswith("0 cases hold, 1 does not")


def read_terminal(terminal: int) -> str:
    """What is shown until the program leaves."""
    shown = b""
    # At the end Linux reports an error.
    with suppress(OSError):
        while piece := os.read(terminal, 65_536):
            shown += piece
    os.close(terminal)
    return shown.decode()
