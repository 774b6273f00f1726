"""The cases that are shipped: what they cover, and that each one is worth trying a model on."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent.cli import main
from evals.definitions.case import Case, Category
from evals.definitions.reading import read_cases
from evals.definitions.selection import shipped_cases
from evals.definitions.tools import sandbox_tools

PARTS = 6


@cache
def cases() -> tuple[Case, ...]:
    read, problems = read_cases(shipped_cases())
    assert problems == []
    return tuple(read)


@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_each_case_can_be_solved_and_notices_when_it_is_not(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    code = main(["eval", "check", "--shard", f"{part}/{PARTS}", "--jobs", "1", "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [each for each in found["cases"] if each["faults"]] == []
    assert code == 0


def test_each_tool_has_a_case_of_its_own() -> None:
    called = {
        call.tool
        for case in cases()
        if case.category is Category.SINGLE_STEP
        for turn in case.turns
        for call in turn.calls
    }
    assert {tool["name"] for tool in sandbox_tools()} <= called


def test_there_are_cases_of_every_sort() -> None:
    counts = Counter(case.category for case in cases())
    assert sum(counts.values()) >= 120
    assert all(counts[each] >= 3 for each in Category if each is not Category.RECORDED)


def test_some_jobs_take_ten_calls_and_more() -> None:
    long = [case for case in cases() if sum(len(turn.calls) for turn in case.turns) >= 10]
    assert len(long) >= 5


def test_each_case_says_what_it_is_about_and_has_its_recording() -> None:
    assert [case.id for case in cases() if not case.title or not case.transcript.exists()] == []
