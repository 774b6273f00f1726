"""A fork shares the history, and its original stays as it is."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from recorded import lines, record, recorder, spoken, types
from transcripts.saving import NOW, folders_in, save

from agent.context.kept_results import KeptResults, delete_results
from agent.conversation import ToolCall, UserMessage
from agent.errors import AgentError, UsageError
from agent.events import CallOutcome, Event, StepFinished, ToolCallFinished, TurnFinished, TurnStarted
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason, Usage
from agent.system.folders import Folders
from agent.tools.tool import ToolResult
from agent.transcripts.forking import fork
from agent.transcripts.header import Origin
from agent.transcripts.reading import read_transcript
from agent.transcripts.saved import list_saved, look_at
from agent.undo.log import read_entries

TASKS: JsonValue = {"tasks": [{"id": number, "title": f"Task {number}"} for number in range(500)]}
UNDO: JsonObject = {
    "did": "made a task",
    "says": "delete it",
    "calls": [{"tool": "delete_task", "arguments": {}}],
}


def write(text: str, call_id: str) -> list[Event]:
    """A turn that changes something."""
    call = ToolCall(call_id, "create_task", "{}")
    return [
        TurnStarted(text),
        StepFinished(1, "", (call,), FinishReason.TOOL_CALLS, Usage()),
        ToolCallFinished(call, "Create task", CallOutcome.SUCCEEDED, "made", undo=UNDO),
        StepFinished(2, "Made.", (), FinishReason.STOP, Usage()),
        TurnFinished("Made.", Usage(), 2),
    ]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path)


@pytest.fixture
def source(folders: Folders) -> Path:
    turns = (("One", "Yes."), write("Two", "c1"), write("Three", "c2"))
    return save(folders.sessions, "20261101-000000-0001", *turns, days_ago=5)


def test_it_shares_all_turns_or_the_first_ones(folders: Folders, source: Path) -> None:
    original = read_transcript(source)
    whole = read_transcript(fork(folders, original, None, NOW).path)
    short = read_transcript(fork(folders, original, 2, NOW).path)
    assert whole.events == original.events
    assert [turn.said for turn in short.turns] == ["One", "Two"]
    assert (
        short.conversation().messages
        == original.conversation().messages[: len(short.conversation().messages)]
    )
    assert short.header.forked_from == Origin("20261101-000000-0001", 2)
    assert (short.header.created, short.header.server) == (NOW, original.header.server)
    assert short.header.id == short.path.stem != original.header.id


def test_the_original_stays_as_it_is_and_each_goes_its_own_way(folders: Folders, source: Path) -> None:
    before, used = source.read_bytes(), source.stat().st_mtime
    forked = fork(folders, read_transcript(source), 1, NOW)
    assert (source.read_bytes(), source.stat().st_mtime) == (before, used)
    assert forked.path.stat().st_mode & 0o777 == 0o600
    writer = recorder(folders.sessions, resumed=read_transcript(forked.path))
    asyncio.run(record(writer, *spoken("Another way", "Yes.")))
    writer.close()
    assert source.read_bytes() == before
    assert types(forked.path).count("session") == 1
    assert look_at(forked.path, NOW).turns == 2
    assert lines(forked.path)[-1]["turn"] == 2


def test_what_was_kept_of_shared_calls_can_be_read_on_from_both_sides(folders: Folders, source: Path) -> None:
    kept = folders.results / source.stem
    asyncio.run(_keep(kept, 1, 2))
    original = read_transcript(source)
    forked = fork(folders, original, 2, NOW)
    shared = folders.results / forked.path.stem
    assert sorted(path.name for path in shared.iterdir()) == ["1.json"]
    assert shared.stat().st_mode & 0o777 == 0o700
    messages = forked.conversation().messages
    assert asyncio.run(KeptResults(shared).load(1, messages)) == TASKS
    delete_results(kept)
    assert asyncio.run(KeptResults(shared).load(1, messages)) == TASKS


async def _keep(folder: Path, *numbers: int) -> None:
    results = KeptResults(folder, limit=200)
    for number in numbers:
        await results.show(number, "list_tasks", ToolResult("many " * 200, TASKS))


def test_another_result_of_one_side_is_not_the_other_sides(folders: Folders, source: Path) -> None:
    asyncio.run(_keep(folders.results / source.stem, 1))
    forked = fork(folders, read_transcript(source), 3, NOW)
    shared = folders.results / forked.path.stem
    other = ToolResult("other " * 200)
    asyncio.run(KeptResults(shared, limit=200).show(1, "list_tasks", other))
    messages = read_transcript(source).conversation().messages
    assert asyncio.run(KeptResults(folders.results / source.stem).load(1, messages)) == TASKS


def test_what_was_changed_before_can_be_undone_from_both_sides(folders: Folders, source: Path) -> None:
    original = read_transcript(source)
    forked = fork(folders, original, 2, NOW)
    assert [entry.call_id for entry in read_entries(original.events)] == ["c1", "c2"]
    assert [entry.call_id for entry in read_entries(forked.events)] == ["c1"]


@pytest.mark.parametrize("turn", [0, 4, -1])
def test_a_turn_that_there_is_not_is_told_and_nothing_is_written(
    folders: Folders, source: Path, turn: int
) -> None:
    with pytest.raises(UsageError, match=f"no turn {turn}, its turns are 1 to 3"):
        fork(folders, read_transcript(source), turn, NOW)
    assert list(folders.sessions.iterdir()) == [source]


def test_a_conversation_in_which_nothing_was_said_has_no_fork(folders: Folders) -> None:
    path = save(folders.sessions, "empty", [StepFinished(1, "", (), FinishReason.STOP, Usage())])
    with pytest.raises(UsageError, match="nothing was said in it"):
        fork(folders, read_transcript(path), None, NOW)


def test_a_damaged_end_is_left_out_of_the_fork_and_left_in_the_original(
    folders: Folders, source: Path
) -> None:
    source.write_bytes(source.read_bytes()[:-20])
    before = source.read_bytes()
    forked = read_transcript(fork(folders, read_transcript(source), None, NOW).path)
    assert forked.complete
    assert len(forked.turns) == 3
    assert source.read_bytes() == before


def test_a_disk_that_takes_nothing_is_told_in_one_sentence(folders: Folders, source: Path) -> None:
    transcript = read_transcript(source)
    nowhere = Folders(folders.config, Path("/dev/null"), folders.cache, folders.logs)
    with pytest.raises(
        AgentError, match=r"The fork could not be written .*; 20261101-000000-0001 is as it was"
    ):
        fork(nowhere, transcript, None, NOW)


FORKER = """
import sys
from pathlib import Path
from agent.system.folders import Folders
from agent.transcripts.forking import fork
from agent.transcripts.reading import read_transcript

home = Path(sys.argv[1])
folders = Folders(home, home / "data", home / "cache", home / "logs")
source = read_transcript(folders.sessions / sys.argv[2])
print("going", flush=True)
for number in range(100_000):
    fork(folders, source, None, float(number))
"""


def test_a_program_that_is_killed_while_it_forks_leaves_whole_conversations(folders: Folders) -> None:
    source = save(
        folders.sessions, "20261101-000000-0001", *[(f"Question {n}", "x" * 5_000) for n in range(40)]
    )
    command = [sys.executable, "-c", FORKER, str(folders.config), source.name]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"going\n"
        while len(list(folders.sessions.glob("*.jsonl"))) < 5:
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
    saved, problems = list_saved(folders.sessions)
    assert problems == ()
    assert {each.turns for each in saved} == {40}
    assert {read_transcript(each.path).complete for each in saved} == {True}


def test_a_resumed_fork_knows_the_first_message(folders: Folders, source: Path) -> None:
    forked = read_transcript(fork(folders, read_transcript(source), 1, NOW).path)
    assert forked.conversation().messages[0] == UserMessage("One")
