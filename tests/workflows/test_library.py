"""The workflows that ship with the program, and the user's own beside them."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from agent.planning.function import MAP_DEPENDENCIES
from agent.workflows.library import read_library
from agent.workflows.workflow import Workflow
from tests.tools.sandbox_tools import sandbox_tools

SHIPPED = read_library(Path("no such folder"))
EIGHT = [
    "break-down-work",
    "capture-meeting-actions",
    "custom-fields",
    "map-dependencies",
    "sprint-planning",
    "status-report",
    "track-time",
    "triage-overdue",
]


def write(folder: Path, file: str, name: str, title: str = "Mine") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / file
    path.write_text(f'+++\nname = "{name}"\ntitle = "{title}"\nsummary = "a thing"\n+++\nDo it.\n')
    return path


def test_eight_workflows_ship_and_each_lies_in_the_file_of_its_name() -> None:
    assert [each.name for each in SHIPPED.workflows] == EIGHT
    assert SHIPPED.problems == ()
    folder = Path(__file__).parents[2] / "prompts" / "workflows"
    assert sorted(path.stem for path in folder.iterdir()) == EIGHT


@pytest.mark.parametrize("workflow", SHIPPED.workflows, ids=EIGHT)
def test_each_tool_that_a_shipped_workflow_takes_is_one_tool_of_astravue(workflow: Workflow) -> None:
    names = [*(tool.name for tool in sandbox_tools()), MAP_DEPENDENCIES]
    for glob in workflow.tools:
        assert len([name for name in names if fnmatchcase(name, glob)]) == 1, glob


@pytest.mark.parametrize("workflow", SHIPPED.workflows, ids=EIGHT)
def test_a_shipped_workflow_reads_before_it_does_anything_and_is_short(workflow: Workflow) -> None:
    headings = [line for line in workflow.body.splitlines() if line.startswith("## ")]
    assert headings[0] == "## Read"
    assert len(workflow.body) < 3_000


@pytest.mark.parametrize(
    "name", ["break-down-work", "capture-meeting-actions", "sprint-planning", "triage-overdue"]
)
def test_workflows_that_change_many_things_propose_and_wait_first(name: str) -> None:
    workflow = SHIPPED.find(name)
    assert workflow is not None
    before, _, after = workflow.body.partition("Then stop and ask for my approval")
    assert "## Propose" in before
    assert "## Write" in after


def test_a_workflow_of_the_user_stands_beside_ours_or_in_its_place(tmp_path: Path) -> None:
    write(tmp_path, "digest.md", "weekly-digest")
    write(tmp_path, "mine.md", "triage-overdue", "Triage as we do it")
    (tmp_path / "notes.txt").write_text("no workflow")
    library = read_library(tmp_path)
    assert [each.name for each in library.workflows] == sorted([*EIGHT, "weekly-digest"])
    replaced = library.find("triage-overdue")
    assert replaced is not None
    assert replaced.title == "Triage as we do it"
    assert library.problems == ()


def test_a_broken_file_is_named_in_one_sentence_and_the_others_are_there(tmp_path: Path) -> None:
    write(tmp_path, "good.md", "good")
    broken = write(tmp_path, "broken.md", "Not A Name")
    binary = tmp_path / "binary.md"
    binary.write_bytes(b"\xff\xfe\x00")
    folder = tmp_path / "folder.md"
    folder.mkdir()
    library = read_library(tmp_path)
    assert library.find("good") is not None
    assert [problem.partition(": ")[0] for problem in library.problems] == [
        str(path) for path in (binary, broken, folder)
    ]
    assert all(problem.count("\n") == 0 and problem.endswith(".") for problem in library.problems)


def test_of_two_files_with_one_name_the_second_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "digest", "First")
    write(tmp_path, "b.md", "digest", "Second")
    library = read_library(tmp_path)
    kept = library.find("digest")
    assert kept is not None
    assert kept.title == "First"
    assert library.problems == (
        f"{tmp_path / 'b.md'}: this workflow is left out, because a.md is called “digest” too.",
    )


def test_a_workflow_cannot_take_the_place_of_a_command(tmp_path: Path) -> None:
    write(tmp_path, "quit.md", "quit")
    library = read_library(tmp_path, reserved={"quit"})
    assert library.find("quit") is None
    assert "/quit is a command of the chat" in library.problems[0]
