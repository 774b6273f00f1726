"""A demo workspace whose changes are looked at."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from agent.sandbox.database import open_snapshot
from agent.sandbox.tools.catalogue import Catalogue
from evals.state.changes import Change, find_changes
from tests.sandbox.sandbox_workspace import START, Workspace, demo_workspace


@dataclass
class Watched:
    """A workspace, and what it was when the watch began."""

    workspace: Workspace
    before: bytes = field(repr=False)

    def changes(self) -> tuple[Change, ...]:
        return find_changes(self.before, self.workspace.database.snapshot())

    def begin_again(self) -> None:
        self.workspace.database.restore(self.before)
        self.workspace.time.now = START.timestamp()

    def only(self, table: str) -> Change:
        [change] = [change for change in self.changes() if change.table == table]
        return change


@contextmanager
def watched_workspace() -> Generator[Watched]:
    snapshot, catalogue = _demo()
    watched = Watched(Workspace(open_snapshot(snapshot), catalogue=catalogue), snapshot)
    yield watched
    watched.workspace.database.close()


@cache
def _demo() -> tuple[bytes, Catalogue]:
    workspace = demo_workspace()
    snapshot = workspace.database.snapshot()
    workspace.database.close()
    return snapshot, workspace.catalogue
