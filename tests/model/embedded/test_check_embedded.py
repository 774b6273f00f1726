"""The check of the embedded model, with a child whose answers are written down."""

import sys
from pathlib import Path

import pytest

from agent.model.check import Outcome, Report
from agent.model.check_embedded import check_embedded
from tests.model.embedded.conftest import TINY, FakeChild

pytestmark = pytest.mark.anyio
SERVER = Path(__file__).parent / "fake_completion_server.py"


async def check(child: FakeChild, seconds: float = 60.0) -> Report:
    child.folders.models.mkdir(parents=True)
    TINY.path(child.folders.models).write_bytes(b"GGUF")
    command = (sys.executable, str(SERVER), str(child.answers))
    return await check_embedded(
        child.folders, weights=TINY, command=command, clock=lambda: 0.0, seconds=seconds
    )


def outcomes(report: Report) -> dict[str, str]:
    return {check.name: check.outcome.value for check in report.checks}


async def test_a_model_that_starts_and_answers_works(child: FakeChild) -> None:
    child.will_answer(**{"Say hello.": {"answer": "Hello."}})
    report = await check(child)
    assert report.verdict == "works"
    assert outcomes(report) == {"runtime": "not tried", "weights": "ok", "start": "ok", "answer": "ok"}
    assert report.checks[-1].text == "3 pieces, the first after 0.00 s"
    (asked,) = child.asked()
    assert asked["max_tokens"] <= 32
    assert child.asked("/slots/save") == []


async def test_weights_that_are_not_there_are_told_with_the_way_to_get_them(child: FakeChild) -> None:
    report = await check_embedded(child.folders, weights=TINY, command=("unused",))
    assert report.verdict == "cannot be used: its weights are not fetched yet"
    assert report.failed is not None
    assert "astravue model fetch" in report.failed.hint
    assert outcomes(report)["start"] == Outcome.OPEN


async def test_a_model_that_breaks_off_is_told_in_one_sentence(child: FakeChild) -> None:
    child.will_answer(**{"Say hello.": "DIE"})
    report = await check(child)
    assert report.verdict.startswith("cannot be used: The embedded model broke off its answer")
    assert outcomes(report) | {"answer": "failed", "start": "ok"} == outcomes(report)


async def test_a_program_that_does_not_start_is_told(child: FakeChild) -> None:
    TINY.path(child.folders.models).parent.mkdir(parents=True)
    TINY.path(child.folders.models).write_bytes(b"GGUF")
    report = await check_embedded(child.folders, weights=TINY, command=(sys.executable, "-c", "exit(3)"))
    assert (
        report.verdict == "cannot be used: The embedded model could not be started: its process ended with 3"
    )
    assert outcomes(report)["answer"] == Outcome.OPEN


async def test_a_model_that_never_ends_is_given_up_and_its_child_ended(child: FakeChild) -> None:
    child.will_answer(**{"Say hello.": "HANG"})
    report = await check(child, seconds=1.0)
    assert report.verdict == "cannot be used: nothing came within 1 s"
