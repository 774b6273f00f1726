"""`astravue eval run` tries cases, scores what came of them, and ends with what scripts can go by."""

import json
import shlex
from datetime import date
from pathlib import Path

import pytest
from run_cases import BROKEN, RENAME, SPACES, UNTRUE, keep

from agent.cli import main
from agent.model.prices import Price
from evals.definitions.trial import Kind
from evals.runs.reading import read_run
from tests.end_to_end.scripted_endpoint import ScriptedEndpoint


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASTRAVUE_VAULT_KEY", "a1" * 32)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-not-a-real-key")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cases"


def run(root: Path, *more: str, kind: str = "oracle") -> int:
    return main(["eval", "run", "--cases", str(root), "--kind", kind, *more])


def trials(path: Path) -> list[str]:
    return [result.record.key for result in read_run(path).results]


def test_a_run_in_which_all_passes_ends_well_and_says_where_it_is(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, rename=RENAME, spaces=SPACES)
    assert run(root, "--trials", "3") == 0
    (path,) = (tmp_path / "home" / "data" / "runs").iterdir()
    told = capsys.readouterr()
    assert "6 of 6 trials passed" in told.out
    assert str(path) in told.out
    assert trials(path) == [
        f"single-step/{name}#{number}" for name in ("rename", "spaces") for number in (1, 2, 3)
    ]
    found = read_run(path, events=True)
    assert found.manifest.kind is Kind.ORACLE
    assert found.manifest.id == path.name
    assert (found.manifest.model, found.manifest.endpoint) == ("", "")
    assert found.results[0].record.events[0]["type"] == "session"
    assert [change.values for change in found.results[0].record.changes] == [{"space_name": "Growth"}]


def test_trials_in_two_processes_are_the_same_trials(root: Path, tmp_path: Path) -> None:
    keep(root, rename=RENAME, spaces=SPACES)
    assert run(root, "--trials", "2", "--jobs", "2", "--output", str(tmp_path / "run")) == 0
    assert len(trials(tmp_path / "run")) == 4


def test_a_run_in_which_a_trial_fails_ends_with_1(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, rename=RENAME, untrue=UNTRUE)
    assert run(root, "--output", "run") == 1
    assert "finance" in capsys.readouterr().out
    passed = {result.record.case: result.score.passed for result in read_run(tmp_path / "run").results}
    assert passed == {"single-step/rename": True, "single-step/untrue": False}


def test_a_case_whose_goal_cannot_be_reached_fails_and_the_others_go_on(root: Path, tmp_path: Path) -> None:
    keep(root, rename=RENAME, nowhere=RENAME.replace("502", "4711"))
    assert run(root, "--output", "run") == 1
    scores = {result.record.case: result.score for result in read_run(tmp_path / "run").results}
    assert scores["single-step/rename"].passed
    assert "nowhere.yaml:8" in scores["single-step/nowhere"].checks[0].detail


def test_a_case_file_that_cannot_be_used_is_told_with_its_line_and_the_others_go_on(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, rename=RENAME, broken=BROKEN)
    assert run(root, "--output", "run") == 2
    (told,) = (line for line in capsys.readouterr().err.splitlines() if "broken.yaml" in line)
    assert "single-step/broken.yaml:8" in told
    assert trials(tmp_path / "run") == ["single-step/rename#1"]


def test_only_the_cases_that_are_wanted_are_run(root: Path) -> None:
    keep(root, rename=RENAME, spaces=SPACES)
    assert run(root, "single-step/s*", "--output", "one") == 0
    assert run(root, "--suite", "smoke", "--output", "two") == 0
    assert trials(Path("one")) == ["single-step/spaces#1"]
    assert trials(Path("two")) == ["single-step/rename#1"]


def test_the_parts_of_a_matrix_are_all_cases_and_none_twice(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, **{f"spaces-{number}": SPACES for number in range(5)})
    found: list[str] = []
    for part in range(1, 9):
        assert run(root, "--shard", f"{part}/8", "--output", f"part-{part}") == 0
        if Path(f"part-{part}").exists():
            assert read_run(Path(f"part-{part}")).manifest.shard == f"{part}/8"
            found += trials(Path(f"part-{part}"))
    assert sorted(found) == [f"single-step/spaces-{number}#1" for number in range(5)]
    assert "There is no case to run." in capsys.readouterr().err


def test_a_run_is_written_as_json_and_junit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, rename=RENAME)
    assert run(root, "--json", "--junit", "run.xml", "--output", "run") == 0
    assert "single-step/rename" in json.dumps(json.loads(capsys.readouterr().out))
    assert "rename" in Path("run.xml").read_text()


def test_a_model_that_does_nothing_fails(root: Path) -> None:
    keep(root, rename=RENAME)
    with ScriptedEndpoint([], "I would rather not.") as endpoint:
        code = run(root, "--base-url", endpoint.base_url, "--output", "run", "--trials", "2", kind="live")
        assert {key for key in endpoint.keys if key} == {"sk-test-not-a-real-key"}
    assert code == 1
    found = read_run(Path("run"))
    assert (found.manifest.model, found.manifest.endpoint) == ("scripted", endpoint.base_url)
    assert found.manifest.settings
    assert [result.score.passed for result in found.results] == [False, False]
    # Whatever is written of a run holds no key.
    for file in Path("run").iterdir():
        assert b"sk-test" not in file.read_bytes()


def test_a_model_that_cannot_be_reached_ends_the_run_with_6(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(root, rename=RENAME)
    with ScriptedEndpoint([], key="sk-another") as endpoint:
        code = run(root, "--model", "m", "--base-url", endpoint.base_url, "--output", "run", kind="live")
    assert code == 6
    assert "1 trial" in capsys.readouterr().out


def test_a_cost_that_cannot_be_known_cannot_be_bounded(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, rename=RENAME)
    more = ["--max-cost", "1", "--trials", "9", "--concurrency", "1", "--output", "run"]
    with ScriptedEndpoint([], "No.") as endpoint:
        assert run(root, *more, "--base-url", endpoint.base_url, kind="live") == 7
    kept = len(trials(Path("run")))
    assert 1 <= kept <= 2
    told = capsys.readouterr().err
    assert f"The price of the model is not known, so --max-cost cannot be kept; {kept} trial" in told


def test_a_run_does_not_take_the_place_of_another(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, rename=RENAME)
    assert run(root, "--output", "run") == 0
    before = Path("run/trials.jsonl").read_bytes()
    assert run(root, "--output", "run") == 2
    assert "There is a run in run already" in capsys.readouterr().err
    assert Path("run/trials.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "wrong",
    [
        ["--trials", "0"],
        ["--max-cost", "0"],
        ["--max-cost", "free"],
        ["--kind", "guess"],
        ["--shard", "3/2"],
        ["--resume", "nowhere"],
        ["nothing-like-this"],
    ],
)
def test_what_cannot_be_meant_is_refused(
    root: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    keep(root, rename=RENAME)
    assert main(["eval", "run", "--cases", str(root), *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, rename=RENAME)
    Path("file").write_text("")
    assert run(root, "--output", "file/run") == 1
    assert capsys.readouterr().err == ("astravue: No run can be begun in file/run: Not a directory.\n")


def test_a_model_that_is_named_is_never_replaced_by_another(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find_none(*_: object, **__: object) -> list[object]:
        return []

    keep(root, rename=RENAME)
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setattr("evals.trials.choosing.is_available", lambda: True)
    monkeypatch.setattr("agent.model.selection.find_local_servers", find_none)
    assert run(root, "--model", "nosuch", "--output", "run", kind="live") == 2
    told = capsys.readouterr().err
    assert "No endpoint is configured for the model nosuch, and none of this machine has it." in told
    assert "--base-url URL" in told
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("kind", "option", "says"),
    [
        ("oracle", "--judge", "No judge is asked in a run of the kind oracle"),
        ("replay", "--judge", "No judge is asked in a run of the kind replay"),
        ("oracle", "--user-model", "No model plays the user in a run of the kind oracle"),
        ("live", "--user-model", "No model plays the user in a run of the kind live"),
    ],
)
def test_a_model_that_nobody_would_ask_is_not_named(
    root: Path, capsys: pytest.CaptureFixture[str], kind: str, option: str, says: str
) -> None:
    keep(root, rename=RENAME)
    assert run(root, option, "m", "--output", "run", kind=kind) == 2
    assert says in capsys.readouterr().err
    assert not Path("run").exists()


def test_a_run_without_a_user_to_be_played_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(root, rename=RENAME)
    assert run(root, "--output", "run", kind="simulated") == 2
    assert "None of these cases says who its user is" in capsys.readouterr().err
    # Of a matrix, another part may have some.
    parts = [run(root, "--shard", f"{part}/2", "--output", "run", kind="simulated") for part in (1, 2)]
    assert parts == [0, 0]


@pytest.mark.parametrize("option", ["--html", "--junit", "--inspect"])
@pytest.mark.parametrize("file", ["folder.eval", "missing/report.eval", "file/report.eval"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_run(
    root: Path, capsys: pytest.CaptureFixture[str], option: str, file: str
) -> None:
    keep(root, rename=RENAME)
    Path("folder.eval").mkdir()
    Path("file").touch()
    assert run(root, option, file, "--output", "run") == 2
    assert f"{option}: {file} cannot be written" in capsys.readouterr().err
    assert not Path("run").exists()
    assert not Path("missing").exists()


def test_a_run_that_would_cost_too_much_says_how_to_go_on_with_more(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(root, rename=RENAME)
    # A trial takes 100 tokens in and 10 out.
    price = Price(1_000, 1_000, 1_000, 1_000, date(2026, 11, 1), "https://example.test")

    def find_price(*_: str) -> Price:
        return price

    monkeypatch.setattr("agent.model.opening.price_of", find_price)
    more = ["--max-cost", "0.25", "--trials", "9", "--output", "run"]
    with ScriptedEndpoint([], "No.") as endpoint:
        assert run(root, *more, "--base-url", endpoint.base_url, kind="live") == 7
        told = capsys.readouterr().err
        assert trials(Path("run")) == ["single-step/rename#1", "single-step/rename#2"]
        command = shlex.split(told.partition("Go on with it: astravue ")[2])
        assert command[-2:] == ["--max-cost", "0.5"]
        assert main(command) == 7
    assert len(trials(Path("run"))) == 4
