"""A run as a log of inspect-ai: its own reader reads it, and its own viewer serves it."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from inspect_ai.model import ChatMessageAssistant, ChatMessageTool

from agent.cli import main
from agent.errors import AgentError, UsageError
from agent.jsontypes import JsonObject
from agent.model.protocol import Usage
from evals.reports.inspect_log import check_inspect, write_inspect_log
from evals.runs.run import Result, Run
from evals.state.changes import Change, ChangeKind
from tests.evals.made_runs import made_run, result, save_run
from tests.evals.said_events import CONVERSATION, answered, failed, header, prefix, said, step


def read(run: Run, folder: Path, ending: str = "eval") -> EvalLog:
    path = folder / f"run.{ending}"
    write_inspect_log(run, path)
    return read_eval_log(path)


def one_sample(folder: Path, each: Result) -> EvalSample:
    run = made_run({each.record.case: "p"})
    (sample,) = read(Run(run.manifest, [each]), folder).samples or []
    return sample


def with_events(folder: Path, *events: JsonObject) -> EvalSample:
    return one_sample(folder, result("bulk/close", 1, "p", events=(header(), *events)))


# The run


@pytest.mark.parametrize("ending", ["eval", "json"])
def test_a_log_says_what_the_run_was_made_with(tmp_path: Path, ending: str) -> None:
    run = made_run({"bulk/a": "pf", "dates/b": "pp"}, prompt="ab12", endpoint="https://example.com/v1")
    log = read(run, tmp_path, ending)
    assert (log.status, log.eval.task, log.eval.model) == ("success", "astravue", "gpt-5")
    assert (log.eval.run_id, log.eval.config.epochs) == (run.manifest.id, 2)
    assert log.eval.dataset.sample_ids == ["bulk/a", "dates/b"]
    assert log.eval.model_base_url == "https://example.com/v1"
    assert log.eval.metadata == {"kind": "live", "prompt": "ab12"}
    assert log.eval.created.startswith("2026-11-26T01:36:31")


def test_its_accuracy_is_the_rate_of_the_run_with_the_error_between_cases(tmp_path: Path) -> None:
    log = read(made_run({"bulk/a": "pf", "bulk/b": "pp", "bulk/c": "ff"}), tmp_path)
    assert log.results is not None
    passed = next(score for score in log.results.scores if score.name == "passed")
    assert passed.metrics["accuracy"].value == pytest.approx(0.5)
    # The cases' rates are 0.5, 1 and 0.
    assert passed.metrics["stderr"].value == pytest.approx(0.5 / 3**0.5)


def test_each_check_is_summed_up_too(tmp_path: Path) -> None:
    log = read(made_run({"bulk/a": "pf"}), tmp_path)
    assert log.results is not None
    rates = {score.name: score.metrics["accuracy"].value for score in log.results.scores}
    assert rates == {"passed": 0.5, "state": 1.0, "answer": 0.5, "steps": 0.0}


def test_a_run_that_was_stopped_is_cancelled(tmp_path: Path) -> None:
    assert read(made_run({"bulk/a": "p"}, trials=2), tmp_path).status == "cancelled"


def test_a_run_of_broken_trials_has_no_scores(tmp_path: Path) -> None:
    log = read(made_run({"bulk/a": "b"}), tmp_path)
    assert log.results is None


# Trials


def test_a_trial_is_a_sample_and_its_number_the_epoch(tmp_path: Path) -> None:
    samples = read(made_run({"bulk/a": "pf", "dates/b": "pb"}), tmp_path).samples or []
    assert sorted((str(sample.id), sample.epoch) for sample in samples) == [
        ("bulk/a", 1),
        ("bulk/a", 2),
        ("dates/b", 1),
        ("dates/b", 2),
    ]


def test_a_sample_holds_the_conversation(tmp_path: Path) -> None:
    sample = with_events(tmp_path, *CONVERSATION[1:])
    assert [message.role for message in sample.messages] == [
        "user",
        "system",
        "assistant",
        "tool",
        "assistant",
        "tool",
        "assistant",
    ]
    assert sample.input == "Close the lease task"
    assert sample.target == "The case bulk/close"
    assert sample.output.completion == "I closed it."
    asks, answers = sample.messages[4:6]
    assert isinstance(asks, ChatMessageAssistant)
    assert isinstance(answers, ChatMessageTool)
    (call,) = asks.tool_calls or []
    assert (call.function, call.arguments) == ("update_task", {"taskId": 7, "status": "Done"})
    assert (answers.tool_call_id, answers.function, answers.text) == (call.id, "update_task", "It is closed.")
    assert answers.metadata == {"outcome": "succeeded", "decision": "allowed", "seconds": 0.25}


@pytest.mark.parametrize(
    ("outcome", "type"), [("declined", "approval"), ("invalid", "parsing"), ("failed", "unknown")]
)
def test_a_call_without_a_result_has_an_error(tmp_path: Path, outcome: str, type: str) -> None:
    sample = with_events(tmp_path, said("Hi"), answered("find_tasks", {}, "No.", outcome=outcome))
    message = sample.messages[-1]
    assert isinstance(message, ChatMessageTool)
    assert message.error is not None
    assert (message.error.type, message.error.message) == (type, "No.")


def test_arguments_that_are_no_json_are_told(tmp_path: Path) -> None:
    broken = step("")
    broken["tool_calls"] = [{"id": "1", "name": "find_tasks", "arguments": "{keyword"}]
    message = with_events(tmp_path, said("Hi"), broken).messages[-1]
    assert isinstance(message, ChatMessageAssistant)
    (call,) = message.tool_calls or []
    assert call.arguments == {}
    assert (call.parse_error or "").endswith(": {keyword")


def test_the_prompt_is_told_again_only_where_it_changed(tmp_path: Path) -> None:
    sample = with_events(
        tmp_path, said("Hi"), prefix("One."), prefix("One."), said("Again", 2), prefix("Two.")
    )
    assert [(each.role, each.text) for each in sample.messages] == [
        ("user", "Hi"),
        ("system", "One."),
        ("user", "Again"),
        ("system", "Two."),
    ]


def test_a_turn_that_failed_says_why(tmp_path: Path) -> None:
    message = with_events(tmp_path, said("Hi"), failed("The model is gone.")).messages[-1]
    assert (message.role, message.text, message.metadata) == (
        "assistant",
        "The model is gone.",
        {"failed": True},
    )


def test_each_check_is_a_score_with_what_was_found(tmp_path: Path) -> None:
    scores = one_sample(tmp_path, result("bulk/close", 1, "f")).scores or {}
    assert {name: score.value for name, score in scores.items()} == {
        "passed": "I",
        "state": "C",
        "answer": "I",
        "steps": "I",
    }
    assert scores["answer"].explanation == "wanted: “Sign the lease”\nfound: nothing of it"
    assert "steps:\n20 steps, 12 at most" in (scores["passed"].explanation or "")


def test_a_broken_trial_has_an_error_and_no_scores(tmp_path: Path) -> None:
    sample = one_sample(tmp_path, result("bulk/close", 1, "b"))
    assert sample.error is not None
    assert (sample.error.message, sample.scores) == ("The model's endpoint was not reached.", None)


def test_tokens_are_counted_as_the_library_counts_them(tmp_path: Path) -> None:
    usage = Usage(1_000, 50, cached_tokens=600, reasoning_tokens=20, cost=0.5, written_tokens=100)
    found = one_sample(tmp_path, result("bulk/close", 1, "p", usage=usage)).model_usage["gpt-5"]
    assert (found.input_tokens, found.input_tokens_cache_read, found.input_tokens_cache_write) == (
        300,
        600,
        100,
    )
    assert (found.output_tokens, found.reasoning_tokens, found.total_tokens) == (50, 20, 1_050)
    assert found.total_cost == 0.5


def test_what_it_changed_and_took_is_in_the_metadata(tmp_path: Path) -> None:
    changes = (Change(ChangeKind.CHANGED, "tasks", "task 7", {"status": "Done"}, {"status": "Open"}),)
    sample = one_sample(tmp_path, result("bulk/close", 1, "p", changes=changes, timings={"model": 1.5}))
    assert sample.metadata["changes"] == [
        {
            "kind": "changed",
            "table": "tasks",
            "row": "task 7",
            "before": {"status": "Open"},
            "values": {"status": "Done"},
        }
    ]
    assert (sample.metadata["category"], sample.metadata["steps"]) == ("bulk", 4)
    assert sample.metadata["timings"] == {"model": 1.5}
    assert sample.total_time == 2.0


def test_what_others_wrote_is_not_to_be_trusted(tmp_path: Path) -> None:
    log = read(made_run({"bulk/a": "p"}), tmp_path)
    assert log.eval.viewer is not None
    assert log.eval.viewer.trust_content is False


def test_keys_do_not_leave(tmp_path: Path) -> None:
    key = "sk-abcdefghijklmnop"
    write_inspect_log(
        Run(
            made_run({"bulk/close": "p"}).manifest,
            [
                result(
                    "bulk/close",
                    1,
                    "p",
                    events=(
                        header(),
                        said(key),
                        prefix(key),
                        step(key, ("find_tasks", {"keyword": key})),
                        answered("find_tasks", {"keyword": key}, key),
                        failed(key),
                    ),
                    changes=(Change(ChangeKind.ADDED, "tasks", key, {"title": key}),),
                )
            ],
        ),
        tmp_path / "run.json",
    )
    text = (tmp_path / "run.json").read_text("utf-8")
    assert key not in text
    assert "[redacted]" in text


# The command


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    run = made_run({"bulk/close": "p"})
    each = result("bulk/close", 1, "p", events=CONVERSATION)
    return save_run(Run(run.manifest, [each]), tmp_path / "data" / "runs")


def test_the_command_writes_it_with_what_was_said(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.eval"
    assert main(["eval", "report", kept.name, "--inspect", str(file)]) == 0
    assert capsys.readouterr().err == f"Wrote {file}.\n"
    (sample,) = read_eval_log(file).samples or []
    assert sample.messages[-1].text == "I closed it."


def test_another_ending_is_refused(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", kept.name, "--inspect", str(tmp_path / "run.log")]) == 2
    assert "End its name with .eval or with .json." in capsys.readouterr().err
    with pytest.raises(UsageError):
        check_inspect(Path("run"))


class FakeFinder:
    """Finds no package."""

    def find_spec(self, name: str) -> None:
        return None


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", FakeFinder().find_spec)
    with pytest.raises(AgentError) as failure:
        check_inspect(Path("run.eval"))
    assert failure.value.hint == "Install it: pip install 'astravue-agent[inspect]'"


# The viewer


@contextmanager
def started_viewer(logs: Path, home: Path) -> Generator[str]:
    """Starts the viewer of inspect-ai, and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = str(unused.getsockname()[1])
    command = [sys.executable, "-m", "inspect_ai", "view", "start", "--log-dir", str(logs), "--port", port]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "HOME": str(home), "PYTHONUNBUFFERED": "1"},
    ) as viewer:
        try:
            assert viewer.stdout is not None
            said: list[str] = []
            for line in viewer.stdout:
                said.append(line)
                if found := re.search(r"Running on (http://\S+:\d+)", line):
                    yield found[1]
                    return
            raise AssertionError("".join(said))
        finally:
            viewer.terminate()


def test_the_viewer_serves_it(kept: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    assert main(["eval", "report", kept.name, "--inspect", str(logs / "run.eval")]) == 0
    with started_viewer(logs, tmp_path) as address, httpx2.Client(base_url=address, timeout=60) as viewer:
        (listed,) = viewer.get("/api/logs").json()["files"]
        assert (listed["task"], listed["task_id"]) == ("astravue", kept.name)
        served = viewer.get(f"/api/logs/{quote(listed['name'], safe='')}").json()
    assert served["results"]["scores"][0]["metrics"]["accuracy"]["value"] == 1.0
    assert served["samples"][0]["id"] == "bulk/close"
