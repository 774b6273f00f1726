"""A result of fifty megabytes: the turn ends with an answer, and little of the result is kept."""

import json
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from agent.context.shown_results import RESULT_CHARACTERS
from agent.conversation import Conversation, ToolCall, ToolMessage
from agent.events import CallOutcome, Event, ToolCallFinished, TurnFinished
from agent.jsontypes import JsonObject
from agent.loop import Loop
from agent.model.scripted import ScriptedModel, say
from agent.tools.policy import Policy
from agent.transcripts.header import Header
from agent.transcripts.reading import read_transcript
from agent.transcripts.recorder import Recorder
from agent.workspace.workspace import Workspace
from tests.workspace.mcp_servers import Running, running, scripted

pytestmark = pytest.mark.anyio
TASKS = 100_000
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def huge() -> Generator[Running]:
    """A server whose one tool answers 50 MB: 25 of structure, and the same again as text."""
    structure: JsonObject = {
        "tasks": [
            {"taskId": number, "taskTitle": f"Task {number} {'words ' * 35}"} for number in range(TASKS)
        ]
    }
    text = json.dumps(structure)
    assert len(text) > 25 * MEGABYTE
    listed: JsonObject = {
        "name": "list_all",
        "inputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
    }
    called: JsonObject = {"content": [{"type": "text", "text": text}], "structuredContent": structure}
    with running(scripted({"tools/list": {"tools": [listed]}, "tools/call": called})) as server:
        yield server


async def hold_turn(server: Running, conversation: Conversation, recorder: Recorder) -> list[Event]:
    """One turn that calls the tool and then answers."""
    async with Workspace(server.url) as workspace:
        loop = Loop(
            model=ScriptedModel([say("", ToolCall("call_1", "list_all", "{}")), say("Too many to list.")]),
            toolbox=workspace,
            policy=Policy(),
            conversation=conversation,
            system="",
        )
        events: AsyncGenerator[Event, None] = recorder.record(loop.turn("List all."))
        return [event async for event in events]


async def test_a_turn_with_a_result_of_fifty_megabytes_ends_properly(huge: Running, tmp_path: Path) -> None:
    conversation = Conversation()
    problems: list[str] = []
    recorder = Recorder(tmp_path, Header("huge", 0.0, huge.url), on_problem=problems.append)
    events = await hold_turn(huge, conversation, recorder)
    recorder.close()
    assert isinstance(events[-1], TurnFinished)
    assert events[-1].text == "Too many to list."
    [finished] = [event for event in events if isinstance(event, ToolCallFinished)]
    assert finished.outcome is CallOutcome.SUCCEEDED
    # Whoever reads the turn gets all of it.
    assert isinstance(finished.structured, dict)
    assert isinstance(tasks := finished.structured["tasks"], list)
    assert len(tasks) == TASKS
    # The model gets the beginning, and is told that there was more.
    [message] = [message for message in conversation.messages if isinstance(message, ToolMessage)]
    assert message.text.startswith('<data from="list_all">\n{"tasks":[{"taskId":0,')
    assert f"of {TASKS:,} items of tasks shown" in message.text
    assert len(message.text) < RESULT_CHARACTERS + 200
    # Neither the conversation nor its file keeps the whole.
    assert message.structured is None
    assert recorder.path.stat().st_size < MEGABYTE
    assert "The structured result was too large to keep." in recorder.path.read_text()
    assert list(read_transcript(recorder.path).conversation().messages) == list(conversation.messages)
    assert problems == []
