"""`astravue eval compare` says in one sentence whether B is worse, and ends as that sentence says."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.cli import main
from agent.drawing.palette import Palette
from agent.drawing.widths import width
from evals.definitions.trial import Kind
from evals.reports.compared import describe_verdict, draw_comparison, encode_comparison
from evals.runs.run import Run
from evals.statistics.comparing import compare
from tests.evals.made_runs import made_run, save_run

COLOUR = re.compile("\x1b\\[[\\d;]*m")
Keep = Callable[..., None]


def many(letters: str) -> dict[str, str]:
    return {f"bulk/case-{number:02}": letter for number, letter in enumerate(letters)}


def verdict(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    return describe_verdict(compare(made_run(before), made_run(after)))


def drawn(before: Run, after: Run, columns: int = 100, *, plain: bool = True) -> str:
    found = compare(before, after, only_common=True)
    return draw_comparison(
        before.manifest, after.manifest, found, columns=columns, palette=Palette(plain=plain)
    )


def test_keys_and_tokens_are_taken_out() -> None:
    before, after = (
        made_run({"bulk/a": "p"}, endpoint=f"https://{name}:sk-SECRET123456789012345678@models.example")
        for name in ("one", "other")
    )
    found = compare(before, after)
    for text in (drawn(before, after), json.dumps(encode_comparison(before.manifest, after.manifest, found))):
        assert "sk-" not in text
        assert "[redacted]@models.example" in text


# The verdict


def test_a_run_that_is_worse_says_by_how_much_and_how_surely() -> None:
    assert verdict(many("p" * 40), many("fffffff" + "p" * 33)) == (
        "B is worse by 18 points (95 % interval 3.6 to 29.7, p = 0.016): 7 cases broke, none was mended."
    )


def test_a_run_that_is_better_says_so_in_the_same_way() -> None:
    assert verdict(many("fffffff" + "p" * 33), many("p" * 40)) == (
        "B is better by 18 points (95 % interval 3.6 to 29.7, p = 0.016): no case broke, 7 were mended."
    )


def test_what_may_be_chance_is_called_that() -> None:
    assert verdict(many("ppppf" + "p" * 35), many("ffffp" + "p" * 35)) == (
        "B is worse by 7.5 points (95 % interval −5 to 19.3), which may be chance (p = 0.38): "
        "4 cases broke, 1 was mended."
    )


def test_flips_that_cancel_out_are_told() -> None:
    assert verdict(many("pf" + "p" * 8), many("fp" + "p" * 8)).startswith("A and B pass equally often (95 %")


def test_runs_that_do_not_differ_are_told_how_much_that_says() -> None:
    assert verdict(many("pp"), many("pp")) == (
        "Every case passes in B as often as in A. 95 % interval −69.3 to 69.3."
    )


def test_with_several_trials_cases_get_worse_rather_than_break() -> None:
    assert verdict({"bulk/a": "pp", "bulk/b": "pp"}, {"bulk/a": "pf", "bulk/b": "pp"}).endswith(
        ": 1 case got worse, none got better."
    )


def test_cases_whose_own_trials_are_enough_are_counted_apart() -> None:
    before = {"bulk/a": "pppp", "bulk/b": "ppff", "bulk/c": "ffff", "bulk/d": "pppp"}
    after = {"bulk/a": "ffff", "bulk/b": "pfff", "bulk/c": "pfff", "bulk/d": "pppp"}
    assert verdict(before, after).endswith(": 2 cases got worse (1 clearly), 1 got better.")


def test_what_chance_hardly_ever_does_has_no_digits() -> None:
    assert ", p < 0.001): 30 cases broke" in verdict(many("p" * 30), many("f" * 30))


# The table


def test_the_table_shows_both_runs_and_what_became_of_each_figure() -> None:
    text = drawn(made_run(many("pppp")), made_run(many("pppf"), model="gpt-6"))
    assert text.startswith(
        "A  Run 20261126-011631-live: live, gpt-5\nB  Run 20261126-011631-live: live, gpt-6\n\n"
        "model  gpt-5 → gpt-6\n\n"
    )
    assert "passed  100.0 %  75.0 %   −25 points\n" in text
    assert "cost    $0.0100  $0.0100  the same\n" in text
    assert "Broke:\nbulk/case-03\n\n" in text
    assert "Mended" not in text


def test_with_several_trials_the_rates_are_shown_and_whether_they_are_clear() -> None:
    text = drawn(
        made_run({"bulk/a": "pppp", "bulk/b": "ppff"}), made_run({"bulk/a": "ffff", "bulk/b": "pppf"})
    )
    assert "Worse:\nbulk/a  4 of 4 → 0 of 4  clearly\n" in text
    assert "Better:\nbulk/b  2 of 4 → 3 of 4  possibly\n" in text


def test_what_may_be_why_the_runs_differ_is_marked() -> None:
    before, after = made_run({"bulk/a": "p"}, tools="ab12"), made_run({"bulk/a": "p"}, tools="cd34")
    assert "tools  changed  !\n! This may be why the runs differ" in drawn(before, after)


def test_runs_that_were_made_alike_say_so() -> None:
    assert "Both were made with the same model" in drawn(made_run({"bulk/a": "p"}), made_run({"bulk/a": "p"}))


def test_what_is_left_out_is_named() -> None:
    before = made_run({"bulk/a": "p", "bulk/b": "p", "bulk/c": "p"})
    after = made_run({"bulk/a": "p", "bulk/b": "b", "bulk/d": "p", "bulk/e": "p"})
    text = drawn(before, after)
    assert "1 case is compared;" in text
    assert "Left out without a finished trial in both: bulk/b.\n" in text
    assert "1 case of A only.\n2 cases of B only.\n" in text


def test_of_very_many_flips_the_first_are_shown() -> None:
    text = drawn(made_run(many("p" * 30)), made_run(many("f" * 30)))
    assert "bulk/case-19\nand 10 more\n" in text


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    before = made_run({"bulk/a-case-with-a-long-name": "pppp", "bulk/b": "ppff", "bulk/c": "pppp"})
    after = made_run(
        {"bulk/a-case-with-a-long-name": "ffff", "bulk/b": "pppf", "bulk/c": "bbbb"},
        model="a-model-with-a-long-name-of-its-own",
        tools="0123456789abcdef" * 2,
    )
    for line in drawn(before, after, columns, plain=False).splitlines():
        assert width(COLOUR.sub("", line)) < columns, line


# The command


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Keep a run; the later one is “last”."""
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path))
    kept: list[str] = []

    def save(outcomes: Mapping[str, str], **details: Any) -> None:
        kept.append(f"run-{len(kept)}")
        save_run(made_run(outcomes, id=kept[-1], **details), tmp_path / "data" / "runs")

    return save


def test_it_ends_well_where_the_second_run_is_no_worse(
    keep: Keep, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(many("pppf"))
    keep(many("pppp"))
    assert main(["eval", "compare", "last~1", "last"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("A  Run run-0: live, gpt-5\nB  Run run-1: live, gpt-5\n")
    assert shown.endswith("no case broke, 1 was mended.\n")


def test_it_fails_where_the_second_run_is_significantly_worse(keep: Keep) -> None:
    keep(many("p" * 40))
    keep(many("ffffff" + "p" * 34))
    assert main(["eval", "compare", "run-0", "run-1"]) == 1
    assert main(["eval", "compare", "run-1", "run-0"]) == 0


@pytest.mark.parametrize(
    ("options", "code"), [([], 0), (["--fail-on", "worse"], 0), (["--fail-on", "any"], 1)]
)
def test_any_case_that_broke_fails_where_that_is_wanted(keep: Keep, options: list[str], code: int) -> None:
    keep(many("pppppf"))
    keep(many("fppppp"))
    assert main(["eval", "compare", "last~1", "last", *options]) == code


def test_a_case_that_was_mended_fails_nothing(keep: Keep) -> None:
    keep(many("pf"))
    keep(many("pp"))
    assert main(["eval", "compare", "last~1", "last", "--fail-on", "any"]) == 0


def test_runs_that_cannot_be_compared_are_refused(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(many("pp"))
    keep(many("pp"), kind=Kind.REPLAY)
    assert main(["eval", "compare", "last~1", "last"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "These runs are of different kinds, live and replay" in shown.err


def test_cases_that_changed_can_be_left_out(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = made_run(many("pp")), made_run({"bulk/case-00": "p", "bulk/case-02": "p"})
    changed = {"bulk/case-01": second.manifest.cases["bulk/case-02"]}
    keep(many("pp"))
    keep(many("pp"), cases={**first.manifest.cases, **changed})
    assert main(["eval", "compare", "last~1", "last"]) == 2
    assert "bulk/case-01. --only-common compares the other cases." in capsys.readouterr().err
    assert main(["eval", "compare", "last~1", "last", "--only-common"]) == 0
    assert "Left out as they changed: bulk/case-01.\n" in capsys.readouterr().out


def test_scripts_read_it_as_json(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep({"bulk/a": "pppp", "bulk/b": "pp"})
    keep({"bulk/a": "ffff", "bulk/b": "pb"}, model="gpt-6")
    assert main(["eval", "compare", "last~1", "last", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["type"], found["version"], found["cases"]) == ("comparison", 1, 2)
    assert (found["difference"], found["chance"], found["significant"]) == (-0.5, 1.0, False)
    assert found["flips"] == [
        {
            "case": "bulk/a",
            "worse": True,
            "clear": True,
            "before": {"trials": 4, "passed": 4, "broken": 0},
            "after": {"trials": 4, "passed": 0, "broken": 0},
        }
    ]
    assert found["differences"] == [{"name": "model", "before": "gpt-5", "after": "gpt-6", "warning": False}]
    assert (found["before"]["run"], found["after"]["rate"]) == ("run-0", 0.5)
    assert found["after"]["amounts"]["steps"]["mean"] == 4
    assert found["verdict"].startswith("B is worse by 50 points")
