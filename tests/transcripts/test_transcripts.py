"""The record of a conversation: written as it happens, resumed as it stood."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from drawn_turns import Turn, hold, turns
from fake_model import answer
from fake_toolbox import assert_sound, call
from hypothesis import given
from hypothesis import strategies as st
from recorded import HEADER, files, lines, record, recorder, replay, spoken, types

from agent.conversation import AssistantMessage, Conversation, Summary, ToolMessage, UserMessage
from agent.errors import AgentError
from agent.event_json import FORMAT_VERSION
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Compacted,
    CompactionUndone,
    Decision,
    Event,
    RequestPrefix,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject, JsonValue
from agent.model.protocol import FinishReason, FunctionDefinition, ReasoningDelta, TextDelta, Usage
from agent.tools.fence import unfence
from agent.tools.tool import Effect, Tool
from agent.transcripts.header import Header, new_session_id
from agent.transcripts.reading import read_transcript
from agent.transcripts.recorder import Recorder
from agent.transcripts.saved import list_saved
from agent.transcripts.transcript import Transcript

pytestmark = pytest.mark.anyio


# Writing


def test_a_chat_that_says_nothing_leaves_no_file(tmp_path: Path) -> None:
    writer = recorder(tmp_path / "sessions")
    writer.close()
    assert list(tmp_path.iterdir()) == []


async def test_each_event_is_in_the_file_before_its_reader_has_it(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    seen: list[JsonValue] = ["session"]
    async for event in writer.record(replay(*spoken("Hi", "Hello."))):
        if not isinstance(event, TextDelta):
            seen.append({"TurnStarted": "turn_started"}.get(type(event).__name__))
            assert len(lines(writer.path)) == len(seen)
    assert types(writer.path) == [
        "session",
        "turn_started",
        "step_started",
        "step_finished",
        "turn_finished",
    ]


async def test_the_first_line_says_what_the_file_is(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    writer.set_model("another-model")
    await record(writer, *spoken("Hi", "Hello."))
    assert lines(writer.path)[0] == {
        "type": "session",
        "version": FORMAT_VERSION,
        "id": HEADER.id,
        "created": HEADER.created,
        "server": HEADER.server,
        "model": "another-model",
        "workspace": {},
    }
    assert lines(writer.path)[1]["time"] == 1_795_000_001.5


async def test_it_knows_what_the_last_request_offered(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    functions = [FunctionDefinition(name, "", {}) for name in ("b", "find_tools", "a")]
    await record(
        writer,
        TurnStarted("Hello"),
        RequestPrefix("m", "", tuple(functions[:1])),
        RequestPrefix("m", "", tuple(functions)),
        StepStarted(1),
    )
    writer.close()
    assert read_transcript(writer.path).offered == ("b", "find_tools", "a")


def test_where_nothing_was_asked_nothing_was_offered(tmp_path: Path) -> None:
    assert Transcript(HEADER, (), tmp_path).offered == ()


async def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    writer = recorder(tmp_path / "sessions")
    await record(writer, *spoken("Hi", "Hello."))
    assert writer.path.stat().st_mode & 0o777 == 0o600
    assert writer.path.parent.stat().st_mode & 0o777 == 0o700


async def test_an_approval_is_written_with_what_was_decided(tmp_path: Path) -> None:
    each = call("c1", "delete_task", taskId=7)
    tool = Tool("delete_task", "Delete task", "", {})
    request = ApprovalRequested(each, tool, {"taskId": 7}, Effect.DESTRUCTIVE, "Delete task")
    writer = recorder(tmp_path)
    async for event in writer.record(replay(TurnStarted("Go"), request, TurnFinished("", Usage(), 1))):
        if isinstance(event, ApprovalRequested):
            event.decision = Decision.ALLOWED
    (written,) = [line for line in lines(writer.path) if line["type"] == "approval_requested"]
    assert written["decision"] == "allowed"


async def test_a_reader_that_leaves_in_mid_answer_leaves_what_was_said(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    events = replay(TurnStarted("Hi"), StepStarted(1), TextDelta("Hel"), TextDelta("lo"), TextDelta("!"))
    async with aclosing(writer.record(events)) as source:
        async for event in source:
            if event == TextDelta("lo"):
                break
    assert types(writer.path)[-2:] == ["step_interrupted", "turn_interrupted"]
    assert read_transcript(writer.path).conversation().messages == (
        UserMessage("Hi"),
        AssistantMessage("Hello", interrupted=True),
    )


async def test_a_reader_that_stops_at_the_last_event_interrupts_nothing(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    async with aclosing(writer.record(replay(*spoken("Hi", "Hello.")))) as source:
        async for event in source:
            if isinstance(event, TurnFinished):
                break
    assert types(writer.path)[-1] == "turn_finished"


async def test_reasoning_is_not_kept(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    await record(writer, TurnStarted("Hi"), StepStarted(1), ReasoningDelta("Secret thoughts"))
    assert "Secret thoughts" not in writer.path.read_text()


async def test_half_of_a_character_does_not_stop_the_record(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    await record(writer, *spoken("caf\udce9", "Hm \ud83d."))
    assert read_transcript(writer.path).events[0]["text"] == "caf\udce9"


async def test_what_happens_between_two_turns_interrupts_nothing(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    await record(writer, *spoken("Hi", "Hello."))
    await record(writer, Compacted("They said hello.", 2, 900, 100), CompactionUndone())
    assert types(writer.path)[-3:] == ["turn_finished", "compacted", "compaction_undone"]


# Resuming


async def test_a_summary_survives_and_so_does_its_end(tmp_path: Path) -> None:
    writer = recorder(tmp_path)
    for number in range(4):
        await record(writer, *spoken(f"Question {number}", "Hello."))
    await record(writer, Compacted("First.", 2, 900, 100))
    await record(writer, Compacted("Second.", 4, 900, 100))
    resumed = read_transcript(writer.path).conversation()
    assert resumed.summary == Summary("Second.", 4)
    assert len(resumed.messages) == 8
    await record(writer, CompactionUndone(2))
    assert read_transcript(writer.path).conversation().summary == Summary("First.", 2)


async def test_a_declined_call_is_still_a_declined_one(tmp_path: Path) -> None:
    made = call("c1", "delete_task")
    writer = recorder(tmp_path)
    await record(
        writer,
        TurnStarted("Go"),
        StepFinished(1, "", (made,), FinishReason.TOOL_CALLS, Usage()),
        ToolCallFinished(made, "Delete task", CallOutcome.DECLINED, "No."),
        TurnFinished("", Usage(), 1),
    )
    last = read_transcript(writer.path).conversation().messages[-1]
    assert isinstance(last, ToolMessage)
    assert last.declined


@given(st.lists(turns, min_size=1, max_size=3))
def test_a_resumed_conversation_is_the_one_that_was_held(drawn: list[Turn]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = recorder(Path(folder))
        conversation = Conversation()
        asyncio.run(hold(drawn, conversation, writer.record))
        writer.close()
        resumed = read_transcript(writer.path).conversation() if writer.path.exists() else Conversation()
    assert resumed.messages == conversation.messages


@given(st.lists(turns, min_size=1, max_size=2), st.data())
def test_a_file_that_was_cut_anywhere_resumes_to_a_sound_conversation(
    drawn: list[Turn], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = recorder(Path(folder))
        asyncio.run(hold([Turn([answer("Hello.")]), *drawn], Conversation(), writer.record))
        writer.close()
        whole = writer.path.read_bytes()
        first_line = whole.index(b"\n") + 1
        writer.path.write_bytes(whole[: data.draw(st.integers(first_line, len(whole)))])
        resumed = read_transcript(writer.path).conversation()
    assert_sound(resumed.messages)


async def test_an_interrupted_turn_is_followed_by_another(tmp_path: Path) -> None:
    calls = (call("c1", "get_task", taskId=7), call("c2", "list_tasks"))
    finished = ToolCallFinished(calls[1], "List tasks", CallOutcome.SUCCEEDED, "[]", [])
    writer = recorder(tmp_path)
    events = replay(
        TurnStarted("Hi"),
        StepFinished(1, "", calls, FinishReason.TOOL_CALLS, Usage()),
        ToolCallStarted(calls[0], "Get task", {"taskId": 7}, Effect.READ),
        finished,
    )
    async with aclosing(writer.record(events)) as source:
        async for event in source:
            if event == finished:
                break
    await record(writer, *spoken("Again", "Hello."))
    messages = read_transcript(writer.path).conversation().messages
    assert_sound(messages)
    assert [type(message) for message in messages] == [
        UserMessage,
        AssistantMessage,
        ToolMessage,
        ToolMessage,
        UserMessage,
        AssistantMessage,
    ]
    assert isinstance(messages[2], ToolMessage)
    assert "The turn ended before this call did" in messages[2].text


async def test_ids_that_an_old_file_repeats_keep_their_own_results(tmp_path: Path) -> None:
    def turn(text: str) -> list[Event]:
        each = call("call_0", "list_tasks")
        return [
            TurnStarted(text),
            StepFinished(1, "", (each,), FinishReason.TOOL_CALLS, Usage()),
            ToolCallFinished(each, "List tasks", CallOutcome.SUCCEEDED, f"result of {text}"),
            TurnFinished("", Usage(), 1),
        ]

    writer = recorder(tmp_path)
    await record(writer, *turn("one"))
    await record(writer, *turn("two"))
    found = [
        message.text
        for message in read_transcript(writer.path).conversation().messages
        if isinstance(message, ToolMessage)
    ]
    assert list(map(unfence, found)) == ["result of one", "result of two"]


async def test_a_resumed_conversation_goes_on_in_its_file(tmp_path: Path) -> None:
    first = recorder(tmp_path)
    await record(first, *spoken("One", "Two."))
    first.close()
    before = first.path.read_bytes()
    second = recorder(tmp_path / "elsewhere", resumed=read_transcript(first.path))
    assert second.path == first.path
    await record(second, *spoken("Three", "Four."))
    assert first.path.read_bytes().startswith(before)
    assert types(first.path).count("session") == 1
    assert len(read_transcript(first.path).conversation().messages) == 4


async def test_resuming_without_a_word_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    first = recorder(tmp_path)
    await record(first, *spoken("One", "Two."))
    before = first.path.read_bytes()
    recorder(tmp_path, resumed=read_transcript(first.path)).close()
    assert first.path.read_bytes() == before


# Damage


async def whole(tmp_path: Path) -> Path:
    writer = recorder(tmp_path)
    await record(writer, *spoken("One", "Two."))
    writer.close()
    return writer.path


async def test_a_last_line_that_was_cut_is_left_out_and_kept_aside(tmp_path: Path) -> None:
    path = await whole(tmp_path)
    damaged = path.read_bytes()[:-20]
    path.write_bytes(damaged)
    transcript = read_transcript(path)
    assert not transcript.complete
    assert [event["type"] for event in transcript.events] == ["turn_started", "step_started", "step_finished"]
    assert path.read_bytes() == damaged
    writer = recorder(tmp_path, resumed=transcript)
    await record(writer, *spoken("Three", "Four."))
    (aside,) = set(files(tmp_path)) - {path}
    assert aside.name.startswith(f"{HEADER.id}.damaged-")
    assert aside.read_bytes() == damaged
    assert path.stat().st_mode & 0o777 == 0o600
    assert types(path) == [
        "session",
        "turn_started",
        "step_started",
        "step_finished",
        "turn_started",
        "step_started",
        "step_finished",
        "turn_finished",
    ]
    listed, problems = list_saved(tmp_path)
    assert [each.path for each in listed] == [path]
    assert problems == ()


@pytest.mark.parametrize("rubbish", [b"{not json", b"[]", b"\xff\xfe", b"", b"[" * 100_000])
async def test_damage_in_the_middle_is_told_with_its_line_and_left_alone(
    tmp_path: Path, rubbish: bytes
) -> None:
    path = await whole(tmp_path)
    parts = path.read_bytes().split(b"\n")
    parts[2] = rubbish
    path.write_bytes(b"\n".join(parts))
    before = path.read_bytes()
    with pytest.raises(AgentError, match="damaged at line 3; it was left as it is"):
        read_transcript(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds nothing that can be read; it was left as it is"),
        ('{"type": "sess', "holds nothing that can be read; it was left as it is"),
        ('{"a": 1}\n', "is no transcript; it was left as it is"),
        ('{"type": "session"}\n', "is no transcript; it was left as it is"),
        (
            json.dumps({"type": "session", "version": FORMAT_VERSION + 1}) + "\n",
            f"has format version {FORMAT_VERSION + 1}, and this program reads up to {FORMAT_VERSION}",
        ),
    ],
)
def test_a_file_that_is_no_readable_transcript_is_told_in_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(AgentError, match=sentence):
        read_transcript(path)
    assert path.read_text() == text
    listed, problems = list_saved(tmp_path)
    assert listed == ()
    assert len(problems) == 1


def test_a_file_that_is_not_there_or_is_a_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="There is no transcript") as missing:
        read_transcript(tmp_path / "x.jsonl")
    assert missing.value.hint == "See those there are: astravue sessions"
    with pytest.raises(AgentError, match="cannot be read: Is a directory"):
        read_transcript(tmp_path)


def test_fields_of_a_wrong_kind_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    strange: Sequence[JsonObject] = [
        {"type": "session", "version": 1, "id": 7, "created": "now", "workspace": []},
        {"type": "turn_started", "text": None},
        {"type": "step_finished", "text": "Hello", "tool_calls": [7, {"id": 1}], "provider_items": 3},
        {"type": "tool_call_finished", "call": "c1", "text": 7},
        {"no": "type"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in strange))
    transcript = read_transcript(path)
    assert transcript.header == Header("", 0.0, "")
    assert_sound(transcript.conversation().messages)


# Listing


async def test_transcripts_are_listed_newest_first_with_what_was_said_first(tmp_path: Path) -> None:
    for second, text in ((1, "First\nquestion"), (2, "x" * 100)):
        header = Header(new_session_id(1_795_000_000.0 + second), 0.0, "")
        writer = Recorder(tmp_path, header, on_problem=lambda _: None)
        await record(writer, *spoken(text, "Hello."))
        writer.close()
    listed, _ = list_saved(tmp_path)
    assert [each.title for each in listed] == ["x" * 59 + "…", "First question"]


def test_a_folder_that_is_not_there_holds_no_transcripts(tmp_path: Path) -> None:
    assert list_saved(tmp_path / "none") == ((), ())


def test_ids_sort_by_time_and_two_windows_do_not_share_one() -> None:
    ids = [new_session_id(1_795_000_000.0 + second) for second in range(5)]
    assert ids == sorted(ids)
    assert new_session_id(1_795_000_000.0) != new_session_id(1_795_000_000.0)
