"""The end of a run tells what came of it, in the room there is."""

import re
from dataclasses import replace

import pytest

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.model.protocol import Usage
from evals.definitions.trial import Kind, PlayedUser, Verdict
from evals.reports.summary import summarise
from evals.reports.words import count, duration, interval, percent, points
from evals.runs.run import Run
from evals.scoring.score import Check, Score
from evals.statistics.intervals import Interval
from tests.evals.made_runs import made_run, result

COLOUR = re.compile("\x1b\\[[\\d;]*m")
MIXED = {
    "single-step/create-a-task-with-a-priority-and-an-owner": "pp",
    "bulk/close": "pf",
    "bulk/open": "ff",
    "server-loss/cut": "bb",
}


def told(run: Run, columns: int = 100, *, plain: bool = True, folder: str = "") -> str:
    return summarise(run, columns=columns, palette=Palette(plain=plain), folder=folder)


def with_check(*checks: Check) -> Run:
    run = made_run({"bulk/close": "f"})
    return Run(run.manifest, [replace(run.results[0], score=Score(checks))])


# The total


def test_with_one_trial_of_each_case_cases_are_counted() -> None:
    text = told(made_run({"bulk/a": "p", "bulk/b": "p", "dates/c": "f", "dates/d": "p"}))
    assert text.startswith("Run 20261126-011631-live: live, gpt-5\n\n")
    assert "3 of 4 cases passed: 75.0 % (95 % interval 30.1 to 95.4)." in text
    assert "pass^" not in text


def test_with_several_trials_it_says_how_often_all_of_them_pass() -> None:
    text = told(made_run({"bulk/a": "pp", "bulk/b": "pf", "dates/c": "pp", "dates/d": "ff"}))
    assert "5 of 8 trials passed: 62.5 %" in text
    assert "pass^1 62.5 %, pass^2 50.0 %; pass@2 75.0 %." in text


def test_where_trials_broke_the_mean_over_cases_is_named_as_such() -> None:
    text = told(made_run({"bulk/a": "pp", "bulk/b": "fb"}))
    assert "2 of 3 trials passed; on average over cases 50.0 %" in text
    assert "pass@2 100.0 %, of the 1 case with so many." in text


def test_a_run_that_was_stopped_says_how_to_go_on() -> None:
    text = told(made_run({"bulk/a": "p", "bulk/b": ""}, trials=1), folder="/runs/one")
    assert "1 trial not run yet." in text
    assert text.endswith("Kept in /runs/one\nGo on with it: astravue eval run --resume /runs/one\n")


def test_a_run_without_a_finished_trial_says_so() -> None:
    text = told(made_run({"bulk/a": "b"}))
    assert "No trial was finished." in text
    assert "0 of 0, 1 broken" in text


def test_the_first_line_says_who_played() -> None:
    run = made_run({"bulk/a": "p"}, kind=Kind.SIMULATED, user_model="gpt-6", judge="gpt-7", shard="1/4")
    assert told(run).startswith(
        "Run 20261126-011631-live: simulated, gpt-5, user played by gpt-6, judged by gpt-7, part 1/4\n"
    )


# Categories


def test_categories_have_bars_as_long_as_their_rates() -> None:
    lines = COLOUR.sub("", told(made_run(MIXED), plain=False)).splitlines()
    assert "single-step  ▕████████████████████████▏  2 of 2" in lines
    assert "bulk         ▕██████░░░░░░░░░░░░░░░░░░▏  1 of 4" in lines
    assert "server-loss  ▕░░░░░░░░░░░░░░░░░░░░░░░░▏  0 of 0, 2 broken" in lines


def test_without_colours_the_same_is_said() -> None:
    assert "\x1b" in told(made_run(MIXED), plain=False)
    text = told(made_run(MIXED))
    assert "\x1b" not in text
    assert "bulk         1 of 4\n" in text


@pytest.mark.parametrize("columns", [20, 40, 60, 80])
@pytest.mark.parametrize("plain", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, plain: bool) -> None:
    run = made_run(MIXED)
    wide = Check("answer", passed=False, detail="wanted: " + "日本語の答え" * 30 + "\nfound: " + "x" * 200)
    results = [replace(each, score=Score((wide,))) if each.score.checks else each for each in run.results]
    for line in told(Run(run.manifest, results), columns, plain=plain).splitlines():
        assert width(COLOUR.sub("", line)) < max(columns, 24), line


def test_a_folder_stays_whole_for_copying() -> None:
    folder = "/home/somebody/.local/share/astravue-agent/runs/20261126-011631-live"
    assert f"Kept in\n{folder}\n" in told(made_run(MIXED), 40, folder=folder)


# Failures


def test_failed_cases_show_a_line_for_each_check_that_failed() -> None:
    text = told(made_run(MIXED))
    assert (
        "2 cases failed:\n"
        "  bulk/close (1 of 2 passed)\n"
        "    answer: wanted: “Sign the lease”\n"
        "    steps: 20 steps, 12 at most\n"
        "  bulk/open (0 of 2 passed)\n"
    ) in text


def test_one_check_that_failed_is_shown_with_its_first_lines() -> None:
    found = Check("answer", passed=False, detail="wanted: “Sign the lease”\nfound: nothing of it")
    assert "    answer: wanted: “Sign the lease”\n    found: nothing of it\n" in told(with_check(found))


def test_how_a_conversation_ended_comes_first_and_is_told_whole() -> None:
    reason = "wanted: the last turn ends with 0; found: 7 (The turn was stopped after 25 steps.)"
    state = Check("state", passed=False, detail="missing: added task “Check the release notes”")
    text = told(with_check(state, Check("end", passed=False, detail=reason)), 60)
    assert (
        "    end: wanted: the last turn ends with 0; found: 7 (The\n"
        "      turn was stopped after 25 steps.)\n"
        "    state: missing: added task “Check the release notes”\n"
    ) in text


def test_keys_and_tokens_are_taken_out() -> None:
    found = Check("answer", passed=False, detail="found: key sk-SECRET123456789012345678")
    assert "    answer: found: key [redacted]\n" in told(with_check(found))
    run = made_run({"bulk/a": "b"})
    record = replace(run.results[0].record, problem="It was refused: Bearer abcdefgh")
    assert "It was refused: Bearer [redacted]" in told(
        Run(run.manifest, [replace(run.results[0], record=record)])
    )


def test_of_several_failed_trials_the_first_is_shown() -> None:
    run = made_run({"bulk/close": "ff"})
    late = Score((Check("state", passed=False, detail="a task too many"),))
    text = told(Run(run.manifest, [run.results[0], replace(run.results[1], score=late)]))
    assert "    answer: wanted: “Sign the lease”\n" in text
    assert "a task too many" not in text


def test_a_long_difference_is_cut_after_some_lines() -> None:
    text = told(with_check(Check("state", passed=False, detail="\n".join(f"line {n}" for n in range(1, 40)))))
    assert "    state: line 1\n    line 2\n    line 3\n    line 4\n    …\n" in text
    assert "line 5" not in text


def test_what_a_server_said_does_not_steer_the_terminal() -> None:
    text = told(with_check(Check("answer", passed=False, detail="found: \x1b[2Jcleared\x07")))
    assert "    answer: found: cleared\n" in text


def test_a_check_without_detail_is_named_all_the_same() -> None:
    assert "    replay\n" in told(with_check(Check("replay", passed=False)))


def test_a_trial_that_nothing_was_looked_at_failed() -> None:
    run = made_run({"bulk/close": "p"})
    text = told(Run(run.manifest, [replace(run.results[0], score=Score(()))]))
    assert "  bulk/close\n    Nothing was looked at.\n" in text


def test_of_very_many_failed_cases_the_first_are_shown() -> None:
    text = told(made_run({f"bulk/case-{number:02}": "f" for number in range(25)}))
    assert "25 cases failed:" in text
    assert "bulk/case-19" in text
    assert "bulk/case-20" not in text
    assert "  and 5 more\n" in text


def test_broken_trials_stand_apart_with_their_reasons() -> None:
    text = told(made_run({"bulk/a": "bbp", "bulk/b": "ppp"}))
    assert (
        "2 trials are broken and not counted:\n  bulk/a#1 and 1 more: The model's endpoint was not reached.\n"
    ) in text
    assert "failed" not in text


# What it took


def test_tokens_cost_and_time_are_told() -> None:
    text = told(made_run({"bulk/a": "p", "bulk/b": "p"}))
    assert "Used 1,800 tokens in, 200 out, $0.0200." in text
    assert "A trial took 2.0 s (median), nine in ten took at most 2.0 s, all together 4.0 s." in text


def test_a_run_without_a_model_used_no_tokens() -> None:
    run = made_run({"bulk/a": "p"}, kind=Kind.REPLAY, model="")
    text = told(Run(run.manifest, [result("bulk/a", 1, "p", usage=Usage())]))
    assert text.startswith("Run 20261126-011631-live: replay\n")
    assert "Used" not in text


def test_a_cost_that_is_known_in_part_is_told_as_such() -> None:
    run = made_run({"bulk/a": "pp"})
    results = [result("bulk/a", 1, "p"), result("bulk/a", 2, "p", usage=Usage(1_000, 10))]
    text = told(Run(run.manifest, results))
    assert "Used 1,900 tokens in, 110 out.\nThe cost is known of 1 trial only: $0.0100.\n" in text


# Words


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0 %"), (1, "100.0 %"), (0.9999, "99.9 %"), (0.0001, "0.1 %"), (0.125, "12.5 %")],
)
def test_what_is_not_all_does_not_read_as_all(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (-0.12, "12 points"),
        (0.01, "1 point"),
        (0.005, "0.5 points"),
        (0.0996, "10 points"),
        (1, "100 points"),
    ],
)
def test_differences_are_points(difference: float, text: str) -> None:
    assert points(difference) == text


def test_intervals_have_signs_only_where_they_are_below_nothing() -> None:
    assert interval(Interval(-0.21, 0.04)) == "95 % interval −21 to 4"
    assert interval(Interval(-0.21, 0.04), turned=True) == "95 % interval −4 to 21"
    assert interval(Interval(-0.0001, 0.5)) == "95 % interval 0 to 50"
    assert interval(None) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (59.96, "1 min"),
        (61, "1 min 1 s"),
        (3_600, "1 h"),
        (3_599.7, "1 h"),
        (9_000, "2 h 30 min"),
    ],
)
def test_durations_have_their_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_one_thing_is_singular() -> None:
    assert [count(0, "case"), count(1, "case"), count(1_200, "case")] == ["0 cases", "1 case", "1,200 cases"]


def test_what_the_users_model_and_the_judge_took_is_told_apart() -> None:
    used = Usage(50, 5, cost=0.5)
    run = made_run({"bulk/a": "p"})
    text = told(
        Run(
            run.manifest,
            [result("bulk/a", 1, "p", user=PlayedUser(usage=used), verdict=Verdict(True, usage=used))],
        )
    )
    assert "Used 900 tokens in, 100 out, $0.0100." in text
    assert "The user's model took 50 tokens in, 5 out, $0.5000; the judge took 50 tokens in, 5 out" in text
    assert "all models together $1.01." in text
