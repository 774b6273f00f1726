"""Every drill in its short form keeps every promise."""

import pytest

from evals.drills.__main__ import DRILLS, main, run_drill
from evals.drills.figures import Figures, table


@pytest.mark.parametrize("name", list(DRILLS))
def test_the_drill_finds_every_promise_kept(name: str) -> None:
    figures = run_drill(name, short=True)
    assert figures.broken == []
    assert figures.times > 0


def test_a_broken_promise_shows_in_the_table() -> None:
    kept, broken = Figures("did nothing", 1), Figures("did harm", 2, turns_lost=3)
    broken.promise(False, "It was lost.")
    broken.promise(True, "It was kept.")
    assert broken.broken == ["It was lost."]
    rows = table([("good", kept, 0.0), ("bad", broken, 1.0)]).splitlines()
    assert rows[2].endswith("kept")
    assert rows[3].endswith("1 BROKEN")


def test_a_drill_that_is_not_there_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "no drill nonsense" in capsys.readouterr().err


def test_help_names_every_drill_and_runs_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    said = "".join(capsys.readouterr().out.split())
    assert [name for name in DRILLS if name not in said] == []
