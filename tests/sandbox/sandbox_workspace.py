"""A demo workspace in memory, a clock that tests move, and calls as any of its users."""

import weakref
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.sandbox.clock import Clock
from agent.sandbox.database import Database, open_database
from agent.sandbox.domain.users import find_caller
from agent.sandbox.errors import Refusal
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from agent.sandbox.tools.catalogue import Catalogue, load_catalogue, run_tool

ALEX, GRACE, DANIEL, PRIYA, SAM, MARIA, TOM, LENA, OMAR, JULIA, BEN, NINA = range(101, 113)

Q2_LAUNCH = 11272
WEBSITE = 11274
MOBILE_APP = 11276
OFFICE_MOVE = 11279
SECURITY_REVIEW = 11281
ASTRAVUE_MCP = 501
MARKETING = 502
PRODUCT = 503
OPERATIONS = 504

DRAFT_ANNOUNCEMENT = 141298
LIVE_DEMO = 141299
PRESS_RELEASE = 141303

START = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@dataclass
class FakeTime:
    """A clock's source that stands still until it is moved."""

    now: float = START.timestamp()

    def __call__(self) -> float:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span).total_seconds()


@dataclass
class Workspace:
    """Calls tools without a network, as the user of that id."""

    database: Database
    time: FakeTime = field(default_factory=FakeTime)
    catalogue: Catalogue = field(default_factory=load_catalogue)

    def __post_init__(self) -> None:
        # Python 3.13 and later warn of a connection that nobody closed.
        weakref.finalize(self, self.database.close)

    def call(self, user_id: int, tool: str, /, **arguments: Any) -> dict[str, Any]:
        caller = find_caller(self.database, user_id)
        assert caller is not None
        definition = self.catalogue.find(f"astravue_{tool}")
        assert definition is not None
        return run_tool(self.database, Clock(self.time), caller, definition, arguments).structured

    def refusal(self, user_id: int, tool: str, /, **arguments: Any) -> Refusal:
        before = self.content()
        with pytest.raises(Refusal) as refused:
            self.call(user_id, tool, **arguments)
        assert self.content() == before, "a refused call changed the workspace"
        return refused.value

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        tables = self.database.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            name: [tuple(row) for row in self.database.rows(" ".join(("SELECT * FROM", name)))]
            for (name,) in tables
        }

    def count(self, table: str) -> int:
        return len(self.content()[table])


def demo_workspace(seed: str = "demo") -> Workspace:
    database = open_database(None)
    time = FakeTime()
    plant(database, Clock(time), read_seed(seed))
    return Workspace(database, time)


def attach(
    workspace: Workspace, task_id: int, user_id: int, file_name: str = "plan.pdf", size: int = 2048
) -> int:
    """Puts a file on a task, which no tool can, and returns its id."""
    return workspace.database.insert(
        "INSERT INTO attachments (task_id, file_name, content_type, size, uploaded_by, created_time) "
        "VALUES (?, ?, 'application/pdf', ?, ?, ?)",
        (task_id, file_name, size, user_id, Clock(workspace.time).milliseconds()),
    )
