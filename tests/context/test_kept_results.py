"""Long results are on disk, whole, for their owner alone, within bounds."""

import json
import os
from pathlib import Path

import pytest

from agent.context.kept_results import KeptResults, delete_results
from agent.conversation import Message, ToolMessage, UserMessage
from agent.jsontypes import JsonValue, dump
from agent.tools.fence import fence
from agent.tools.tool import ToolResult

pytestmark = pytest.mark.anyio
TASKS: JsonValue = {"tasks": [{"id": number, "title": f"Task {number}"} for number in range(1_000)]}
LONG = ToolResult(dump(TASKS), TASKS)


def conversation(*texts: str) -> list[Message]:
    return [UserMessage("Go"), *(ToolMessage(f"c{n}", "list_tasks", text) for n, text in enumerate(texts))]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_short_result_leaves_nothing(tmp_path: Path) -> None:
    results = KeptResults(tmp_path / "results")
    assert (await results.show(1, "get_task", ToolResult("Done."))).text == "Done."
    assert names(tmp_path) == []
    assert not results.is_wanted


async def test_a_long_result_says_how_to_read_on_and_is_kept_whole(tmp_path: Path) -> None:
    results = KeptResults(tmp_path / "results", limit=200)
    shown = await results.show(3, "list_tasks", LONG)
    assert shown.text.endswith(
        "[cut here: the first 7 of 1,000 items of tasks shown; all of it is kept: "
        'read_result(result="r3", path="tasks", from=7) reads on]'
    )
    assert results.is_wanted
    assert await results.load(3, conversation("", "", "cut")) == TASKS


async def test_only_the_user_can_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "results"
    await KeptResults(folder, limit=200).show(1, "list_tasks", LONG)
    [path] = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_text_that_is_no_json_is_kept_beside_the_structure(tmp_path: Path) -> None:
    results = KeptResults(tmp_path, limit=200)
    await results.show(1, "list_tasks", ToolResult("In words: " + "many " * 100, TASKS))
    stored = json.loads((tmp_path / "1.json").read_text())
    assert stored.keys() == {"name", "text", "structured"}


async def test_a_resumed_conversation_finds_them(tmp_path: Path) -> None:
    await KeptResults(tmp_path, limit=200).show(1, "list_tasks", LONG)
    resumed = KeptResults(tmp_path)
    assert resumed.is_wanted
    assert await resumed.load(1, conversation("cut")) == TASKS


async def test_short_results_are_read_from_the_conversation() -> None:
    results = KeptResults()
    fenced = fence("short", "list_tasks")
    assert await results.load(2, conversation("first", fenced)) == "short"
    structured = ToolMessage("c1", "get_task", "text", structured={"id": 7})
    assert await results.load(1, [structured]) == {"id": 7}


@pytest.mark.parametrize("number", [0, 2, 99])
async def test_a_result_that_there_is_not_is_said_to_be_none(number: int) -> None:
    with pytest.raises(LookupError, match="There are r1 to r1"):
        await KeptResults().load(number, conversation("one"))
    with pytest.raises(LookupError, match="There are none yet"):
        await KeptResults().load(number, [])


async def test_a_file_that_was_damaged_is_said_to_be_lost(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text("{")
    with pytest.raises(LookupError, match="r1 can no longer be read"):
        await KeptResults(tmp_path).load(1, conversation("cut"))


async def test_a_result_that_is_too_large_is_not_kept_and_the_note_says_so(tmp_path: Path) -> None:
    shown = await KeptResults(tmp_path, limit=200, result_bytes=1_000).show(1, "list_tasks", LONG)
    assert "the rest is not kept, as it is longer than 1 KB (" in shown.text
    assert names(tmp_path) == []


async def test_a_conversation_keeps_no_more_than_its_share(tmp_path: Path) -> None:
    results = KeptResults(tmp_path, limit=200, session_bytes=50_000)
    texts = [(await results.show(number, "list_tasks", LONG)).text for number in (1, 2)]
    assert ["all of it is kept" in text for text in texts] == [True, False]
    assert "as this conversation's results take 50 KB already" in texts[1]
    assert names(tmp_path) == ["1.json"]


async def test_a_disk_that_cannot_be_written_to_is_named_in_the_note(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = await KeptResults(tmp_path / "file" / "results", limit=200).show(1, "list_tasks", LONG)
    assert "the rest is not kept (Not a directory)" in shown.text


async def test_a_full_disk_leaves_no_half_of_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise OSError(28, "No space left on device")

    results = KeptResults(tmp_path, limit=200)
    monkeypatch.setattr(os, "fdopen", fail)
    shown = await results.show(1, "list_tasks", LONG)
    assert "the rest is not kept (No space left on device)" in shown.text
    assert names(tmp_path) == []


async def test_a_huge_result_is_shown_and_kept_as_a_small_one_is(tmp_path: Path) -> None:
    structured: JsonValue = {"tasks": [{"id": number, "text": "words " * 20} for number in range(5_000)]}
    results = KeptResults(tmp_path, limit=500)
    shown = await results.show(1, "list_tasks", ToolResult(dump(structured), structured))
    assert "of 5,000 items of tasks shown" in shown.text
    assert await results.load(1, conversation("cut")) == structured


def test_a_limit_only_ever_shrinks() -> None:
    results = KeptResults(limit=1_000)
    results.limit_to(2_000)
    assert results.limit == 1_000
    results.limit_to(500)
    assert results.limit == 500


def test_results_are_deleted_with_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "20261123-090000-1f2e"
    delete_results(folder)
    folder.mkdir()
    (folder / "1.json").write_text("{}")
    delete_results(folder)
    assert not folder.exists()
