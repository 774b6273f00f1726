"""Scripts read a run as one JSON object, which says which version of it they read."""

import json
from typing import Any

from evals.reports.json_report import report
from evals.runs.run import Run
from tests.evals.made_runs import made_run


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
