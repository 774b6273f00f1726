"""Which cases are meant: by id, by path, by suite, and by the part of a CI matrix."""

from pathlib import Path

import pytest

from agent.errors import UsageError
from evals.definitions.reading import read_cases
from evals.definitions.selection import find_files, in_shard, shipped_cases

SMALLEST = """\
version: 1
title: Rename a space
category: single-step
turns:
  - say: Call the space Product from now on Products
    calls:
      - {tool: astravue_update_space, arguments: {spaceId: 502, spaceName: Products}}
"""


def write(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def folder_of_three(tmp_path: Path) -> Path:
    root = tmp_path / "cases"
    write(root, SMALLEST, "single-step/one.yaml")
    write(root, SMALLEST.replace("turns:", "suites: [smoke]\nturns:"), "single-step/two.yaml")
    write(root, SMALLEST.replace("single-step", "bulk"), "bulk/one.yaml")
    return root


def ids(root: Path, *patterns: str, suite: str = "all") -> list[str]:
    cases, problems = read_cases(root, patterns, suite)
    assert problems == []
    return [case.id for case in cases]


def test_all_cases_are_read_in_the_order_of_their_ids(tmp_path: Path) -> None:
    assert ids(folder_of_three(tmp_path)) == ["bulk/one", "single-step/one", "single-step/two"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["bulk/one"], ["bulk/one"]),
        (["*/one"], ["bulk/one", "single-step/one"]),
        (["single-step"], ["single-step/one", "single-step/two"]),
        (["bulk/one", "single-step/t*", "bulk/*"], ["bulk/one", "single-step/two"]),
    ],
)
def test_cases_are_chosen_by_id_glob_or_category(
    tmp_path: Path, patterns: list[str], found: list[str]
) -> None:
    assert ids(folder_of_three(tmp_path), *patterns) == found


def test_cases_are_chosen_by_the_path_of_a_file_or_folder_wherever_it_lies(tmp_path: Path) -> None:
    root = folder_of_three(tmp_path)
    elsewhere = write(tmp_path / "mine", SMALLEST, "single-step/mine.yaml")
    assert ids(root, str(root / "bulk")) == ["bulk/one"]
    assert ids(root, str(elsewhere)) == ["single-step/mine"]
    assert ids(root, str(tmp_path / "mine"), "bulk") == ["bulk/one", "single-step/mine"]


def test_two_files_of_one_id_do_not_hide_each_other(tmp_path: Path) -> None:
    root = folder_of_three(tmp_path)
    write(tmp_path / "mine", SMALLEST, "single-step/one.yaml")
    cases, problems = read_cases(root, ["single-step/one", str(tmp_path / "mine")])
    assert len(cases) == 1
    assert "single-step/one is the id of " in problems[0].text


def test_cases_are_chosen_by_suite(tmp_path: Path) -> None:
    assert ids(folder_of_three(tmp_path), suite="smoke") == ["single-step/two"]


@pytest.mark.parametrize(
    ("patterns", "suite", "said"),
    [
        (["bulk/two"], "all", "No case is called bulk/two, and nothing is there (nearest: bulk/one"),
        ([], "smoek", "No case belongs to the suite smoek; nearest: smoke"),
    ],
)
def test_what_fits_nothing_is_refused(tmp_path: Path, patterns: list[str], suite: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_cases(folder_of_three(tmp_path), patterns, suite)
    assert said in caught.value.message


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder of cases at"):
        read_cases(tmp_path / "gone")


def test_one_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    root = folder_of_three(tmp_path)
    broken = write(root, "version: 1\ntitle: [\n", "bulk/one.yaml")
    cases, problems = read_cases(root)
    assert [case.id for case in cases] == ["single-step/one", "single-step/two"]
    assert {problem.path for problem in problems} == {broken}
    assert str(problems[0]).startswith(f"{broken}:3: it is no YAML here")


@pytest.mark.parametrize("patterns", [[], ["single-step"], ["single-step/three"]])
def test_a_file_with_the_other_ending_of_yaml_is_refused_with_its_right_name(
    tmp_path: Path, patterns: list[str]
) -> None:
    root = folder_of_three(tmp_path)
    other = write(root, SMALLEST, "single-step/three.yml")
    cases, problems = read_cases(root, patterns)
    assert "single-step/three" not in {case.id for case in cases}
    assert [str(problem) for problem in problems] == [
        f"{other}:1: the name of a case ends in .yaml; rename the file to three.yaml."
    ]


def test_paths_below_the_current_folder_are_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, problems = read_cases(tmp_path, [str(write(tmp_path, "", "bulk/one.yaml"))])
    assert [str(problem) for problem in problems] == ["bulk/one.yaml:1: it is empty."]


def test_each_case_is_in_exactly_one_part_and_stays_there_as_others_come(tmp_path: Path) -> None:
    names = [f"bulk/case-{number}" for number in range(400)]
    parts = [[name for name in names if in_shard(name, index, 4)] for index in (1, 2, 3, 4)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert all(70 < len(part) < 130 for part in parts)
    assert [in_shard(name, 1, 1) for name in names] == [True] * 400


def test_a_part_is_read_alone(tmp_path: Path) -> None:
    root = folder_of_three(tmp_path)
    found = [[case.id for case in read_cases(root, shard=(index, 3))[0]] for index in (1, 2, 3)]
    assert sorted(name for part in found for name in part) == ids(root)


def test_the_cases_that_are_shipped_can_all_be_read() -> None:
    cases, problems = read_cases(shipped_cases())
    assert [str(problem) for problem in problems] == []
    assert len(cases) == len(find_files(shipped_cases()))
