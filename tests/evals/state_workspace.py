"""A demo workspace whose changes are looked at."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from evals.state.changes import Change, ChangeKind, find_changes
from tests.sandbox.sandbox_workspace import Workspace, demo_workspace


@dataclass
class Watched:
    """A workspace, and what it was when the watch began."""

    workspace: Workspace
    before: bytes = field(repr=False)

    def changes(self) -> tuple[Change, ...]:
        return find_changes(self.before, self.workspace.database.snapshot())

    def begin_again(self) -> None:
        self.workspace.database.restore(self.before)

    def only(self, table: str) -> Change:
        [change] = [change for change in self.changes() if change.table == table]
        return change

    def rows(self, kind: ChangeKind) -> list[str]:
        return [change.row for change in self.changes() if change.kind is kind]


@contextmanager
def watched_workspace() -> Generator[Watched]:
    workspace = demo_workspace()
    yield Watched(workspace, workspace.database.snapshot())
    workspace.database.close()
