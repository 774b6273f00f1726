"""A snapshot holds the whole database; restoring one brings all of it back, or changes nothing."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from agent.sandbox.clock import Clock
from agent.sandbox.database import open_copy, open_database
from agent.sandbox.errors import SnapshotRefused
from agent.sandbox.seeds.planter import plant
from agent.sandbox.seeds.reader import read_seed
from tests.sandbox.sandbox_workspace import ALEX, ASTRAVUE_MCP, Q2_LAUNCH, FakeTime, Workspace


@pytest.fixture
def on_disk(tmp_path: Path) -> Generator[Workspace]:
    time = FakeTime()
    database = open_database(tmp_path / "astravue.db")
    plant(database, Clock(time), read_seed("demo"))
    yield Workspace(database, time)
    database.close()


def change(workspace: Workspace) -> None:
    workspace.call(ALEX, "create_task", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH, taskTitle="A new one")
    workspace.call(ALEX, "delete_project", spaceId=ASTRAVUE_MCP, projectId=Q2_LAUNCH)


def test_a_restored_snapshot_undoes_everything_since(on_disk: Workspace) -> None:
    before = on_disk.content()
    snapshot = on_disk.database.snapshot()
    change(on_disk)
    assert on_disk.content() != before
    on_disk.database.restore(snapshot)
    assert on_disk.content() == before


def test_the_same_ids_come_again_after_restoring(on_disk: Workspace) -> None:
    snapshot = on_disk.database.snapshot()
    wanted = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH, "taskTitle": "A new one"}
    first = on_disk.call(ALEX, "create_task", **wanted)
    on_disk.database.restore(snapshot)
    assert on_disk.call(ALEX, "create_task", **wanted) == first


def test_a_restored_database_is_in_its_file_and_still_writes_ahead(
    on_disk: Workspace, tmp_path: Path
) -> None:
    snapshot = on_disk.database.snapshot()
    before = on_disk.content()
    change(on_disk)
    on_disk.database.restore(snapshot)
    assert on_disk.database.value("PRAGMA journal_mode") == "wal"
    assert on_disk.database.value("PRAGMA foreign_keys") == 1
    on_disk.database.close()
    with closing(sqlite3.connect(tmp_path / "astravue.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = open_database(tmp_path / "astravue.db")
    assert Workspace(again).content() == before
    again.close()


def test_a_snapshot_is_an_sqlite_file_of_its_own(on_disk: Workspace, tmp_path: Path) -> None:
    change(on_disk)
    (tmp_path / "kept.db").write_bytes(on_disk.database.snapshot())
    with closing(sqlite3.connect(tmp_path / "kept.db")) as kept:
        tasks = kept.execute("SELECT COUNT(*) FROM tasks").fetchone()[0]
    assert tasks == on_disk.count("tasks") > 0


def test_a_snapshot_goes_from_one_workspace_to_another(on_disk: Workspace, workspace: Workspace) -> None:
    change(on_disk)
    workspace.database.restore(on_disk.database.snapshot())
    assert workspace.content() == on_disk.content()


def nothing(_snapshot: bytes) -> bytes:
    return b""


def something_else(_snapshot: bytes) -> bytes:
    return b"no database at all" * 500


def half(snapshot: bytes) -> bytes:
    return snapshot[: len(snapshot) // 2]


def damaged(snapshot: bytes) -> bytes:
    middle = len(snapshot) // 2
    return snapshot[:middle] + bytes(8192) + snapshot[middle + 8192 :]


def other_schema(_snapshot: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as other:
        other.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        return other.serialize()


def broken_reference(snapshot: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as other:
        other.deserialize(snapshot)
        other.execute("DELETE FROM users")
        other.commit()
        return other.serialize()


@pytest.mark.parametrize(
    "spoil",
    [nothing, something_else, half, damaged, other_schema, broken_reference],
)
def test_what_is_no_sound_snapshot_changes_nothing(
    on_disk: Workspace, spoil: Callable[[bytes], bytes]
) -> None:
    spoilt = spoil(on_disk.database.snapshot())
    before = on_disk.content()
    with pytest.raises(SnapshotRefused, match=r"^The snapshot .*\.$"):
        on_disk.database.restore(spoilt)
    assert on_disk.content() == before


def test_a_copy_in_memory_goes_on_as_the_original_and_leaves_it_alone(on_disk: Workspace) -> None:
    before = on_disk.content()
    snapshot = on_disk.database.snapshot()
    copy = Workspace(open_copy(snapshot), FakeTime())
    assert copy.content() == before
    assert copy.database.snapshot() == snapshot
    assert copy.database.value("PRAGMA foreign_keys") == 1
    change(copy)
    change(on_disk)
    assert copy.content() == on_disk.content() != before
    with suppress(KeyError), copy.database.transaction():
        copy.database.run("DELETE FROM tasks")
        raise KeyError
    assert copy.content() == on_disk.content()
    copy.database.close()
