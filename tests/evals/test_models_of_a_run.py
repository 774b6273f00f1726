"""`astravue eval run` with a model that answers, one that plays the user and one that judges, over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from run_cases import SPACES

from tests.end_to_end.program import Program
from tests.end_to_end.scripted_endpoint import Answer, Body, ScriptedEndpoint

CASE = f"""\
{SPACES}\
  judge: Was it polite?
simulated:
  persona: Somebody who writes in lower case.
  goal: You want to know which spaces there are.
"""
UNPLAYED = CASE.partition("simulated:")[0]
KEY = "sk-test-not-a-real-key"


def playing(body: Body) -> Answer:
    """Answer as whoever is asked."""
    spoken = sum(message["role"] == "assistant" for message in body["messages"])
    match body["model"]:
        case "player":
            return [("finish", {"reached": True, "reason": "told"})] if spoken else "which spaces are there?"
        case "judge":
            return '{"answer": "yes", "reason": "It was."}'
        case _:
            return "Marketing and Product." if spoken else [("astravue_list_spaces", {})]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "cases" / "single-step"
    folder.mkdir(parents=True)
    (folder / "spaces.yaml").write_text(CASE)
    (folder / "unplayed.yaml").write_text(UNPLAYED)
    return folder.parent


def run(tmp_path: Path, cases: Path, *arguments: str) -> tuple[int, str, str]:
    tmp_path.mkdir(exist_ok=True)
    with ScriptedEndpoint([playing] * 50) as endpoint:
        program = Program(tmp_path / "home", endpoint.base_url)
        done = program.run(
            "eval", "run", "--cases", str(cases), "--output", str(tmp_path / "run"), *arguments
        )
    return done.returncode, done.stdout, done.stderr


def records(folder: Path) -> list[dict[str, Any]]:
    """The records that a run keeps, wherever it keeps them."""
    lines = [line for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]
    return [each for line in lines if "status" in (each := json.loads(line))]


def test_a_user_is_played_and_the_judge_is_asked(tmp_path: Path, cases: Path) -> None:
    options = ("--kind", "simulated", "--model", "answering", "--user-model", "player", "--judge", "judge")
    code, out, err = run(tmp_path, cases, *options)
    assert code == 0, out + err
    assert "1 case does not say who its user is; nobody can play them, so they are left out." in err
    (record,) = records(tmp_path / "run")
    assert (record["status"], record["user"]["end"], record["user"]["model"]) == (
        "finished",
        "reached",
        "player",
    )
    assert (record["verdict"]["passed"], record["verdict"]["model"]) == (True, "judge")
    assert record["usage"]["input_tokens"] == 200
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert kept == []


def test_live_runs_say_what_the_cases_say(tmp_path: Path, cases: Path) -> None:
    code, out, err = run(tmp_path, cases, "--model", "answering")
    assert code == 0, out + err
    assert [each.get("user") for each in records(tmp_path / "run")] == [None, None]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--kind", "simulated", "--user-model", "embedded"), "The embedded model cannot play a user."),
        (("--judge", "embedded"), "The embedded model cannot judge."),
    ],
)
def test_the_embedded_model_plays_no_part_that_it_cannot(
    tmp_path: Path, cases: Path, options: tuple[str, ...], says: str
) -> None:
    code, _, err = run(tmp_path, cases, "--model", "answering", *options)
    assert code == 2
    assert says in err
    assert not (tmp_path / "run").exists()


def test_a_model_that_plays_its_own_user_is_named_before_the_run(tmp_path: Path, cases: Path) -> None:
    told = "The model that is tried, answering, plays its user as well; --user-model names another one."
    _, _, err = run(tmp_path, cases, "--kind", "simulated", "--model", "answering")
    assert told in err
    _, _, err = run(
        tmp_path / "other", cases, "--kind", "simulated", "--model", "a", "--user-model", "player"
    )
    assert "plays its user as well" not in err
