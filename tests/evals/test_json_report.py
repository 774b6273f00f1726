"""Scripts read a run as one JSON object, which says which version of it they read."""

import json
from dataclasses import replace
from typing import Any

from agent.model.protocol import Usage
from evals.definitions.trial import PlayedUser, Verdict
from evals.reports.json_report import report
from evals.runs.run import Run
from evals.scoring.score import Check, Score
from tests.evals.made_runs import made_run, result


def read(run: Run) -> dict[str, Any]:
    return json.loads(json.dumps(report(run), allow_nan=False))


def test_it_says_what_it_is() -> None:
    found = read(made_run({"bulk/a": "p"}))
    assert (found["type"], found["version"]) == ("report", 1)
    assert set(found) == {"type", "version", "manifest", "total", "categories", "cases"}
    assert (found["manifest"]["id"], found["manifest"]["model"]) == ("20261126-011631-live", "gpt-5")


def test_the_total_has_the_rate_its_interval_and_the_chances() -> None:
    total = read(made_run({"bulk/a": "pp", "bulk/b": "pf", "dates/c": "bb"}))["total"]
    assert (total["cases"], total["solved"], total["trials"], total["passed"]) == (2, 1, 4, 3)
    assert (total["broken"], total["missing"], total["rate"]) == (2, 0, 0.75)
    low, high = total["interval"]
    assert 0 < low < 0.75 < high < 1
    assert total["chances"] == [
        {"k": 1, "pass_at_k": 0.75, "pass_hat_k": 0.75, "cases": 2},
        {"k": 2, "pass_at_k": 1.0, "pass_hat_k": 0.5, "cases": 2},
    ]


def test_amounts_are_of_finished_trials_and_the_usage_of_all() -> None:
    total = read(made_run({"bulk/a": "pb"}))["total"]
    assert total["amounts"]["steps"] == {"trials": 1, "total": 4, "mean": 4, "median": 4, "ninth_decile": 4}
    assert set(total["amounts"]) == {"tokens", "cost", "steps", "calls", "seconds"}
    assert (total["usage"]["input_tokens"], total["usage"]["cost"]) == (1_800, 0.02)


def test_what_cannot_be_said_is_null() -> None:
    total = read(made_run({"bulk/a": "b"}))["total"]
    assert (total["rate"], total["interval"], total["chances"]) == (None, None, [])
    assert total["amounts"]["seconds"] is None


def test_categories_are_there_by_their_names() -> None:
    categories = read(made_run({"bulk/a": "p", "rate-limit/b": "f"}))["categories"]
    assert {name: each["rate"] for name, each in categories.items()} == {"bulk": 1, "rate-limit": 0}


def test_each_case_tells_its_trials() -> None:
    (case,) = read(made_run({"bulk/a": "pfb"}))["cases"]
    assert (case["id"], case["title"], case["category"]) == ("bulk/a", "The case bulk/a", "bulk")
    assert (case["trials"], case["passed"], case["broken"]) == (2, 1, 1)
    assert [each["outcome"] for each in case["results"]] == ["passed", "failed", "broken"]
    passed, failed, broken = case["results"]
    assert passed == {
        "number": 1,
        "outcome": "passed",
        "problem": "",
        "checks": [
            {"name": "state", "passed": True, "detail": ""},
            {"name": "answer", "passed": True, "detail": ""},
        ],
        "steps": 4,
        "calls": 3,
        "seconds": 2.0,
        "tokens": 1_000,
        "cost": 0.01,
    }
    assert failed["checks"][1]["detail"] == "wanted: “Sign the lease”\nfound: nothing of it"
    assert (broken["problem"], broken["checks"]) == ("The model's endpoint was not reached.", [])


def test_cases_without_a_trial_are_listed_too() -> None:
    cases = read(made_run({"bulk/a": "p", "bulk/b": ""}, trials=1))["cases"]
    assert [(each["id"], each["results"] == []) for each in cases] == [("bulk/a", False), ("bulk/b", True)]


def test_the_users_model_and_the_judge_are_part_of_what_was_spent() -> None:
    used = Usage(50, 5, cost=0.5)
    run = made_run({"bulk/a": "p"})
    found = read(
        Run(
            run.manifest,
            [result("bulk/a", 1, "p", user=PlayedUser(usage=used), verdict=Verdict(True, usage=used))],
        )
    )
    total = found["total"]
    assert (total["user_usage"]["cost"], total["judge_usage"]["cost"]) == (0.5, 0.5)
    assert total["spent"]["cost"] == total["amounts"]["cost"]["total"] == 1.01
    assert found["cases"][0]["results"][0]["cost"] == 1.01


def test_keys_and_tokens_are_taken_out() -> None:
    key = "sk-SECRET123456789012345678"
    run = made_run({"bulk/a": "f"}, endpoint=f"https://user:{key}@models.example")
    told = Score((Check("answer", passed=False, detail=f"found: key {key}"),))
    results = [replace(run.results[0], score=told)]
    found = read(Run(run.manifest, results))
    assert key not in json.dumps(found)
    assert found["cases"][0]["results"][0]["checks"][0]["detail"] == "found: key [redacted]"
