"""The parts of a run that were run on several machines are put together, and nothing else is."""

from dataclasses import replace
from pathlib import Path

import pytest
from drawn_records import FAILED, PASSED, make_case, make_manifest, make_plans, make_record
from run_cases import RENAME, SPACES, keep

from agent.cli import main
from agent.errors import UsageError
from evals.runs.folder import RunFolder
from evals.runs.joining import join_runs
from evals.runs.reading import read_run
from evals.runs.run import Manifest


def write_part(path: Path, case: str, shard: str, **other: str) -> Path:
    manifest = replace(make_manifest(make_case(case), trials=2), shard=shard)
    manifest = replace(manifest, id=path.name, model=other.get("model", ""))
    with RunFolder.create(path, manifest) as folder:
        for plan, score in zip(make_plans(2, case), (PASSED, FAILED), strict=True):
            folder.add(make_record(plan, {"type": "turn_started", "text": case}))
            folder.add_score(plan.key, score)
    return path


def joined(*paths: Path, into: Path) -> Manifest:
    join_runs(paths, into)
    return read_run(into).manifest


def test_all_parts_are_the_whole_run(tmp_path: Path) -> None:
    parts = [
        write_part(tmp_path / name, f"bulk/{name}", f"{number}/2") for number, name in ((2, "b"), (1, "a"))
    ]
    manifest = joined(*parts, into=tmp_path / "whole")
    assert list(manifest.cases) == ["bulk/a", "bulk/b"]
    assert manifest.shard == ""
    results = [result for part in parts[::-1] for result in read_run(part, events=True).results]
    assert list(read_run(tmp_path / "whole", events=True).results) == results


def test_some_parts_say_which_they_are(tmp_path: Path) -> None:
    parts = [
        write_part(tmp_path / name, f"bulk/{name}", f"{number}/3") for number, name in ((3, "c"), (1, "a"))
    ]
    assert joined(*parts, into=tmp_path / "two").shard == "1/3 and 3/3"


def test_runs_that_were_made_with_different_things_are_not_mixed(tmp_path: Path) -> None:
    one = write_part(tmp_path / "a", "bulk/a", "1/2")
    two = write_part(tmp_path / "b", "bulk/b", "2/2", model="other")
    with pytest.raises(UsageError, match=r"are no parts of one run \(model: none before, other now\)\."):
        join_runs([one, two], tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


def test_a_case_that_two_parts_tried_is_not_counted_twice(tmp_path: Path) -> None:
    one = write_part(tmp_path / "a", "bulk/a", "1/2")
    with pytest.raises(UsageError, match="a tried bulk/a, which another part has tried already"):
        join_runs([one, one], tmp_path / "whole")


def test_a_matrix_is_reported_as_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASTRAVUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    keep(tmp_path / "cases", rename=RENAME, spaces=SPACES, more=SPACES)
    begin = ["eval", "run", "--cases", "cases", "--kind", "oracle", "--output"]
    assert main([*begin, "one", "--shard", "1/2"]) == main([*begin, "two", "--shard", "2/2"]) == 0
    parts = [name for name in ("one", "two") if Path(name).exists()]
    capsys.readouterr()
    assert main(["eval", "report", *parts]) == (2 if len(parts) == 2 else 0)
    assert main(["eval", "report", *parts, "--into", "whole"]) == 0
    assert "3 of 3 cases passed" in capsys.readouterr().out
    assert main(["eval", "report", "whole"]) == 0
