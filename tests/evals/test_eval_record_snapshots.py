"""A sandbox that can still be had is attached to the case of its conversation, masked like that."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.model.scripted import say
from agent.system.folders import Folders, find_folders
from agent.transcripts.transcript import Transcript
from evals.definitions.reading import read_case
from evals.recording.of_session import Beginning, beginnings_of, make_session_case
from evals.recording.snapshots import find_snapshot
from evals.recording.trying import find_fitting
from evals.workspaces.starting import start_of
from tests.evals.recorded_talks import call, demo_case, talking
from tests.evals.saved_talks import (
    TASK,
    elsewhere,
    replayed,
    talk_about_a_task,
    write,
)

pytestmark = pytest.mark.anyio


async def look_at_the_lease(folder: Path) -> Transcript:
    answers = [say("", call(1, "astravue_get_task", taskId=TASK)), say("There.")]
    async with talking(demo_case(folder / "a.yaml"), answers) as talk:
        await talk.say("Show the lease")
        return talk.transcript


CLIENT = "INSERT INTO oauth_clients VALUES ('me', NULL, 'Daniel''s machine', '[]', '[]', 'none', 0)"
SIGN_IN = "INSERT INTO token_families VALUES (1, 'me', 101, '', ?, 0, NULL)"


def keep_sandbox(home: Path, name: str, server: str) -> Folders:
    """Put the database of a sandbox where one keeps it, with a client that signed in to it there."""
    folders = find_folders({"ASTRAVUE_HOME": str(home)})
    (folders.sandbox / name).mkdir(parents=True)
    with (
        closing(sqlite3.connect(":memory:", isolation_level=None)) as database,
        closing(sqlite3.connect(folders.sandbox / name / "astravue.db")) as file,
    ):
        database.deserialize(start_of(demo_case(home / "a.yaml")))
        database.execute(CLIENT)
        database.execute(SIGN_IN, [server])
        database.backup(file)
    return folders


async def test_one_with_a_sandbox_that_can_still_be_had_gets_a_snapshot_of_it(tmp_path: Path) -> None:
    server = "http://127.0.0.1:8632/mcp"
    transcript = elsewhere(await look_at_the_lease(tmp_path), server)
    snapshot = find_snapshot(transcript, keep_sandbox(tmp_path / "home", "try-1", server))
    assert beginnings_of(transcript, snapshot) == (Beginning.SNAPSHOT, Beginning.ANSWERS)
    made = make_session_case(transcript, "talk", (), None, Beginning.SNAPSHOT, snapshot)
    made.write(tmp_path / "cases")
    case = read_case(tmp_path / "cases" / "recorded" / "talk.yaml", tmp_path / "cases")
    assert case.workspace.snapshot == "talk.db"
    assert b"Daniel's machine" not in snapshot
    assert made.masked == {}
    assert await replayed(case) == ""


async def test_one_that_wrote_gets_none(tmp_path: Path) -> None:
    folders = keep_sandbox(tmp_path / "home", ".", "http://localhost:9999/mcp")
    wrote = elsewhere(await talk_about_a_task(tmp_path), "http://localhost:9999/mcp")
    looked = elsewhere(await look_at_the_lease(tmp_path), "http://localhost:9999/mcp")
    assert find_snapshot(wrote, folders) == b""
    assert find_snapshot(looked, folders) != b""
    assert find_snapshot(elsewhere(looked), folders) == b""
    assert find_snapshot(looked, find_folders({"ASTRAVUE_HOME": str(tmp_path / "other")})) == b""


async def test_the_sandbox_that_another_address_had_is_not_taken(tmp_path: Path) -> None:
    looked = elsewhere(await look_at_the_lease(tmp_path), "http://localhost:9999/mcp")
    assert find_snapshot(looked, keep_sandbox(tmp_path / "home", ".", "http://localhost:9998/mcp")) == b""


async def talk_about_jonas(folder: Path, home: Path, server: str, tool: str) -> tuple[Transcript, Folders]:
    """Looks at a task in a sandbox where somebody has put what is theirs."""
    folders = keep_sandbox(home, ".", server)
    file = folders.sandbox / "astravue.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "UPDATE users SET first_name = 'Jonas', last_name = 'Weber', email = 'jonas.weber@acme.io' "
            "WHERE user_id = 105"
        )
        database.execute(
            "UPDATE tasks SET task_title = 'Ask Jonas', description = 'password is Summer2024! sk-abcdef012' "
            "WHERE task_id = ?",
            (TASK,),
        )
        database.execute("UPDATE OR REPLACE task_owners SET user_id = 105 WHERE task_id = ?", (TASK,))
        database.execute(
            "UPDATE tasks SET description = 'Webers fax: 212-736-5000' WHERE task_id <> ?", (TASK,)
        )
        database.commit()
        (folder / "own.db").write_bytes(database.serialize())
    arguments = {"taskId": TASK} if "task" in tool else {}
    answers = [say("", call(1, tool, **arguments)), say("Jonas Weber has it, Alex.")]
    case = demo_case(folder / "own.yaml")
    own = replace(case, workspace=replace(case.workspace, snapshot="own.db"))
    async with talking(own, answers) as talk:
        await talk.say("Does Jonas have it? I am Wilhelmina Oak (w.oak@acme.io), +1 415 867 5309")
        return elsewhere(talk.transcript, server), folders


async def test_the_tables_of_a_snapshot_are_masked_like_the_conversation(tmp_path: Path) -> None:
    server = "http://127.0.0.1:9999/mcp"
    transcript, folders = await talk_about_jonas(tmp_path, tmp_path / "home", server, "astravue_get_task")
    made = make_session_case(
        transcript, "talk", (), None, Beginning.SNAPSHOT, find_snapshot(transcript, folders)
    )
    made.write(tmp_path / "cases")
    case = read_case(tmp_path / "cases" / "recorded" / "talk.yaml", tmp_path / "cases")
    files = b"".join(path.read_bytes() for path in case.path.parent.iterdir())
    for private in (
        "Jonas",
        "jonas",
        "Weber",
        "acme",
        "Wilhelmina",
        "867 5309",
        "736-5000",
        "Summer",
        "sk-ab",
    ):
        assert private.encode() not in files, private
    assert b"Alex" in files
    assert made.masked.keys() == {
        *("name", "e-mail address", "telephone number", "password or key", "API key"),
    }
    assert await replayed(case) == ""


async def test_what_a_title_cuts_is_masked_all_the_same(tmp_path: Path) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [say("Hello.")]) as talk:
        await talk.say(f"Write to wilhelmina@acme-{'corporation-' * 5}group.io, please")
        title = talk.transcript.title
        case, _, _ = write(talk.transcript, tmp_path / "cases")
    assert title.startswith("Write to wilhelmina@acme")
    assert "acme" not in case.title + case.path.read_text()


async def test_where_pseudonyms_come_in_another_order_than_names_the_answers_are_kept(tmp_path: Path) -> None:
    server, tool = "http://127.0.0.1:9999/mcp", "astravue_get_workspace_members"
    transcript, folders = await talk_about_jonas(tmp_path, tmp_path / "home", server, tool)
    snapshot = find_snapshot(transcript, folders)
    ways = [
        make_session_case(transcript, "talk", (), None, way, snapshot)
        for way in beginnings_of(transcript, snapshot)
    ]
    case, result = await find_fitting(ways)
    assert (len(ways), case.snapshot, result.difference) == (2, b"", "")
    assert case.server is not None


async def test_a_snapshot_that_is_not_what_it_began_with_is_not_taken(tmp_path: Path) -> None:
    server = "http://127.0.0.1:8631/mcp"
    transcript = elsewhere(await look_at_the_lease(tmp_path), server)
    folders = keep_sandbox(tmp_path / "home", "try-0", server)
    with closing(sqlite3.connect(folders.sandbox / "try-0" / "astravue.db")) as database:
        database.execute("UPDATE tasks SET task_title = 'Another' WHERE task_id = ?", (TASK,))
        database.commit()
    snapshot = find_snapshot(transcript, folders)
    assert snapshot != b""
    ways = [
        make_session_case(transcript, "talk", (), None, way, snapshot)
        for way in beginnings_of(transcript, snapshot)
    ]
    case, result = await find_fitting(ways)
    assert case.server is not None
    assert result.difference == ""
