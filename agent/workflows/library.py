"""The workflows there are: those that ship with the program, and the user's own."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from agent.prompt_files import prompt_folder
from agent.workflows.front_matter import read_workflow
from agent.workflows.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Library:
    """Workflows by name.

    Args:
        workflows: Sorted by name.
        problems: What is wrong with files that were left out, one sentence each.
    """

    workflows: tuple[Workflow, ...] = ()
    problems: tuple[str, ...] = ()

    def find(self, name: str) -> Workflow | None:
        """The workflow of a name."""
        return next((each for each in self.workflows if each.name == name), None)

    def close_to(self, name: str) -> str:
        """The name nearest to one that does not exist, or the names of all."""
        names = [each.name for each in self.workflows]
        close = get_close_matches(name, names, n=1)
        return ", ".join(f"/{each}" for each in close or names)


def read_library(own: Path, *, reserved: Collection[str] = ()) -> Library:
    """Read the workflows that ship with the program and those of the user.

    A file that cannot be used is left out and told of. A workflow of the user takes the place of the
    shipped one with its name.

    Args:
        own: The user's folder; there need not be one.
        reserved: Names that workflows cannot have.
    """
    shipped = _read_folder(prompt_folder() / "workflows", ())
    users = _read_folder(own, reserved)
    by_name = {each.name: each for each in (*shipped.workflows, *users.workflows)}
    return Library(
        tuple(by_name[name] for name in sorted(by_name)),
        (*shipped.problems, *users.problems),
    )


def _read_folder(folder: Path, reserved: Collection[str]) -> Library:
    found: dict[str, tuple[Path, Workflow]] = {}
    problems: list[str] = []
    for path in _files(folder):
        try:
            workflow = read_workflow(path.read_text(encoding="utf-8"))
            if workflow.name in reserved:
                raise ValueError(f"/{workflow.name} is a command of the chat")
            if workflow.name in found:
                raise ValueError(f"{found[workflow.name][0].name} is called “{workflow.name}” too")
        except UnicodeDecodeError:
            problems.append(f"{path}: this workflow is left out, because it is no UTF-8.")
        except (OSError, ValueError) as error:
            reason = (error.strerror or "it cannot be read") if isinstance(error, OSError) else error
            problems.append(f"{path}: this workflow is left out, because {reason}.")
        else:
            found[workflow.name] = path, workflow
    return Library(tuple(workflow for _, workflow in found.values()), tuple(problems))


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries: Iterable[Path] = sorted(folder.iterdir())
    except OSError:
        return
    yield from (path for path in entries if path.suffix == ".md")
