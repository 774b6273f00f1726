"""A run that was stopped goes on: no trial that had ended is lost, and none is run twice."""

import json
import os
import shlex
from collections import Counter
from pathlib import Path

import pexpect
import pytest
from run_cases import RENAME, SPACES, keep

from agent.cli import main
from evals.definitions.trial import Status
from evals.runs.reading import read_run
from tests.end_to_end.program import ASTRAVUE
from tests.end_to_end.scripted_endpoint import Answer, Body, ScriptedEndpoint

TRIALS = 12
_SECONDS = 120


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASTRAVUE_VAULT_KEY", "a1" * 32)
    monkeypatch.chdir(tmp_path)
    return keep(tmp_path / "cases", rename=RENAME, spaces=SPACES)


def start(root: Path, *more: str) -> "pexpect.spawn[str]":
    """Start a run in a terminal, and come back when some of its trials have ended."""
    command = [*ASTRAVUE, "eval", "run", "--cases", str(root), *more]
    environ = os.environ | {"TERM": "xterm", "COLUMNS": "120", "LINES": "24"}
    program: pexpect.spawn[str] = pexpect.spawn(
        command[0], command[1:], env=environ, encoding="utf-8", timeout=_SECONDS, dimensions=(24, 120)
    )
    program.expect(rf"(?<!\d)([5-9]|1\d)/{2 * TRIALS}")
    return program


def new_run(root: Path, *more: str) -> "pexpect.spawn[str]":
    return start(root, "--kind", "oracle", "--trials", str(TRIALS), "--output", "run", *more)


def kept() -> list[str]:
    lines = Path("run/trials.jsonl").read_bytes().splitlines(keepends=True)
    whole = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return [f"{line['case']}#{line['number']}" for line in whole]


def all_trials() -> list[str]:
    return [
        f"single-step/{name}#{number}" for name in ("rename", "spaces") for number in range(1, TRIALS + 1)
    ]


def resume(root: Path, *more: str) -> int:
    return main(["eval", "run", "--cases", str(root), "--resume", "run", *more])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_was_killed_loses_no_trial_and_runs_none_twice(root: Path, jobs: str) -> None:
    options = ("--jobs", jobs, "--concurrency", "2")
    program = new_run(root, *options)
    program.kill(9)
    program.expect(pexpect.EOF)
    before = kept()
    assert 5 <= len(before) < 2 * TRIALS
    lines = Path("run/trials.jsonl").read_bytes()
    assert resume(root, *options) == 0
    assert Path("run/trials.jsonl").read_bytes().startswith(lines[: lines.rindex(b"\n") + 1])
    assert kept()[: len(before)] == before
    assert Counter(kept()) == Counter(all_trials())
    found = read_run(Path("run"), events=True).results
    assert [result.record.key for result in found] == all_trials()
    assert all(result.score.passed for result in found)
    assert all(result.record.events for result in found)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_is_interrupted_says_what_is_kept_and_goes_on(root: Path, jobs: str) -> None:
    program = new_run(root, "--concurrency", "2", "--jobs", jobs)
    program.sendintr()
    program.expect("Interrupted; ")
    program.expect(" trials are kept in")
    said = int(str(program.before))
    program.expect(r"eval run --resume\s+\S+/run\s")
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 130
    assert said == len(kept()) < 2 * TRIALS
    assert resume(root) == 0
    assert Counter(kept()) == Counter(all_trials())


def test_a_run_that_has_ended_goes_on_with_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["eval", "run", "--cases", str(root), "--kind", "oracle", "--output", "run"]
    assert main(run) == 0
    first = capsys.readouterr().out
    before = Path("run/trials.jsonl").read_bytes()
    assert resume(root) == 0
    assert capsys.readouterr().out == first
    assert Path("run/trials.jsonl").read_bytes() == before


def lose_the_last_trial() -> None:
    lines = Path("run/trials.jsonl").read_bytes().splitlines(keepends=True)
    Path("run/trials.jsonl").write_bytes(b"".join(lines[:-1]))


def test_a_run_does_not_go_on_with_a_case_that_has_changed(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["eval", "run", "--cases", str(root), "--kind", "oracle", "--output", "run"]
    assert main(run) == 0
    lose_the_last_trial()
    keep(root, rename=RENAME.replace("Growth", "Sales"))
    assert resume(root) == 2
    told = capsys.readouterr().err
    assert "The run in run was begun with something else, so its trials would not be alike" in told
    assert "(cases that are changed: single-step/rename); it was left as it is." in told
    (root / "single-step" / "rename.yaml").unlink()
    assert resume(root) == 2
    assert "cases that are gone: single-step/rename" in capsys.readouterr().err
    keep(root, rename=RENAME, another=SPACES)
    assert resume(root) == 0
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("field", "name", "told"),
    [
        ("prompt", "system prompt", "changed"),
        ("tools", "tools", "changed"),
        ("versions", "astravue-agent", "0.0.1 before, "),
    ],
)
def test_a_run_does_not_go_on_with_something_else(
    root: Path, capsys: pytest.CaptureFixture[str], field: str, name: str, told: str
) -> None:
    run = ["eval", "run", "--cases", str(root), "--kind", "oracle", "--output", "run"]
    assert main(run) == 0
    manifest = json.loads(Path("run/manifest.json").read_text())
    manifest[field] = {**manifest[field], name: "0.0.1"} if field == "versions" else "0.0.1"
    Path("run/manifest.json").write_text(json.dumps(manifest) + "\n")
    capsys.readouterr()
    assert resume(root) == 2
    assert f"({name}: {told}" in capsys.readouterr().err


def test_a_run_says_by_itself_what_it_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["eval", "run", "--cases", str(root), "--kind", "oracle", "--output", "run"]
    assert main(run) == 0
    for more in (["--kind", "live"], ["--trials", "2"], ["--suite", "smoke"], ["--shard", "1/2"], ["x"]):
        assert resume(root, *more) == 2
        assert "and --resume cannot be given together" in capsys.readouterr().err


def test_trials_that_broke_are_tried_again_when_that_is_wanted(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedEndpoint([], "I would rather not.", key="sk-test-the-right-key") as endpoint:
        model = ["--model", "scripted", "--base-url", endpoint.base_url]
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-a-wrong-key")
        assert main(["eval", "run", "--cases", str(root), "--output", "run", *model]) == 6
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-the-right-key")
        assert resume(root, *model) == 6
        assert len(kept()) == 2
        assert resume(root, "--retry", *model) == 1
    assert Counter(kept()) == {"single-step/rename#1": 2, "single-step/spaces#1": 2}
    assert [result.record.status for result in read_run(Path("run")).results] == [Status.FINISHED] * 2
    capsys.readouterr()
    assert main(["eval", "run", "--cases", str(root), "--retry"]) == 2
    assert "Say of which: --resume RUN" in capsys.readouterr().err


# The models of a run that goes on


PLAYED = """\
simulated:
  persona: Somebody who writes in lower case.
  goal: You want to know which spaces there are.
"""


def playing(body: Body) -> Answer:
    """Answer as whoever is asked."""
    spoken = sum(message["role"] == "assistant" for message in body["messages"])
    match body["model"]:
        case "player":
            return [("finish", {"reached": True, "reason": "told"})] if spoken else "which spaces are there?"
        case "judge":
            return '{"answer": "yes", "reason": "It was."}'
        case _:
            return "Marketing and Product."


@pytest.fixture
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-not-a-real-key")


def manifest_with(**changes: str) -> None:
    manifest = json.loads(Path("run/manifest.json").read_text())
    Path("run/manifest.json").write_text(json.dumps(manifest | changes) + "\n")


@pytest.mark.usefixtures("no_endpoint")
def test_a_run_goes_on_with_its_cases_models_and_endpoint_by_itself(
    root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = SPACES + "  judge: Was it polite?\n" + PLAYED
    keep(root, rename=judged, spaces=judged)
    with ScriptedEndpoint([playing] * 50) as endpoint:
        begun = ["eval", "run", "--cases", str(root), "--kind", "simulated", "--output", "run"]
        models = ["--model", "m", "--user-model", "player", "--judge", "judge"]
        assert main([*begun, *models, "--base-url", endpoint.base_url]) == 0
        lose_the_last_trial()
        capsys.readouterr()
        assert main(["eval", "report", "run"]) == 0
        (hint,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("Go on with it"))
        command = shlex.split(hint.partition(": astravue ")[2])
        # Wherever it is pasted.
        monkeypatch.chdir(tmp_path.parent)
        assert main(command) == 0, capsys.readouterr().err
        monkeypatch.chdir(tmp_path)
        models_asked = {request["model"] for request in endpoint.requests[-6:]}
    assert Counter(kept()) == {"single-step/rename#1": 1, "single-step/spaces#1": 1}
    assert models_asked == {"m", "player", "judge"}
    found = read_run(Path("run"))
    assert [result.score.passed for result in found.results] == [True, True]
    assert found.manifest.root == str(root)


@pytest.mark.usefixtures("no_endpoint")
def test_a_run_goes_on_with_no_other_model_or_endpoint(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedEndpoint([], "No.") as endpoint:
        more = ["--model", "m", "--base-url", endpoint.base_url]
        assert main(["eval", "run", "--cases", str(root), "--output", "run", *more]) == 1
        lose_the_last_trial()
        capsys.readouterr()
        for option, told in (
            (["--model", "other"], "(model: m before, other now)"),
            (["--base-url", "http://127.0.0.1:9/v1"], "(endpoint: "),
            (["--judge", "other"], "judge: none before, other now"),
        ):
            assert main(["eval", "run", "--resume", "run", *option]) == 2
            assert told in capsys.readouterr().err
        # What is not said for this run alone gives way.
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        monkeypatch.setenv("ASTRAVUE_MODEL", "other")
        assert main(["eval", "run", "--resume", "run"]) == 1
    assert len(kept()) == 2


@pytest.mark.usefixtures("no_endpoint")
def test_a_key_is_not_sent_where_only_the_folder_of_a_run_says(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedEndpoint([], "No.") as endpoint:
        more = ["--model", "m", "--base-url", endpoint.base_url]
        assert main(["eval", "run", "--cases", str(root), "--output", "run", *more]) == 1
    lose_the_last_trial()
    capsys.readouterr()
    manifest_with(endpoint="https://models.example.test/v1")
    assert main(["eval", "run", "--resume", "run"]) == 2
    told = capsys.readouterr().err
    assert "which nothing here names, so the key that is given is not sent there." in told
    assert "--base-url https://models.example.test/v1" in told
    manifest_with(endpoint="https://…@models.example.test/v1")
    assert main(["eval", "run", "--resume", "run"]) == 2
    assert "the name and the password in front of the host were not kept" in capsys.readouterr().err
