"""Finding out how a thing is: in a list, page by page, and among what was read a moment ago."""

import pytest
from fake_toolbox import FakeToolbox, answering, make_tool

from agent.conversation import ToolMessage
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.tool import ToolResult
from agent.undo.reading import ReadFailedError, Recent, fetch, find_in_conversation
from agent.undo.rules import Read

pytestmark = pytest.mark.anyio

READ = Read("list_things", {}, "things", "thingId", paged=True)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def pages(*of: list[JsonObject], more: bool = False) -> FakeToolbox:
    async def list_things(arguments: JsonObject) -> ToolResult:
        page = arguments["page"]
        assert isinstance(page, int)
        things: list[JsonValue] = [*of[page - 1]] if page <= len(of) else []
        return answering({"things": things, "hasMore": more or page < len(of)})

    return FakeToolbox((make_tool("list_things"),), list_things=list_things)


async def test_a_thing_is_looked_for_page_by_page() -> None:
    toolbox = pages([{"thingId": 1}], [{"thingId": 2, "name": "b"}])
    assert await fetch(READ, {}, {"thingId": 2}, toolbox.call_tool) == {"thingId": 2, "name": "b"}
    assert await fetch(READ, {}, {"thingId": 3}, toolbox.call_tool) is None


async def test_a_list_without_an_end_is_left() -> None:
    toolbox = pages([{"thingId": 1}], more=True)
    with pytest.raises(ReadFailedError, match="not among the first hundreds"):
        await fetch(READ, {}, {"thingId": 2}, toolbox.call_tool)
    assert len(toolbox.calls) == 3


async def test_texts_are_compared_without_case() -> None:
    toolbox = pages([{"thingId": 1, "email": "Sam@demo.example"}])
    found = await fetch(READ, {}, {"email": " sam@DEMO.example"}, toolbox.call_tool)
    assert found == {"thingId": 1, "email": "Sam@demo.example"}


async def test_an_answer_without_the_list_is_told() -> None:
    toolbox = FakeToolbox((make_tool("list_things"),))
    with pytest.raises(ReadFailedError, match="did not answer as expected"):
        await fetch(READ, {}, {"thingId": 2}, toolbox.call_tool)


TASK: JsonObject = {"relation": "x", "taskId": 7, "title": "Fix login", "projectId": 3}


def test_what_was_read_is_known_for_a_minute_with_all_its_fields() -> None:
    clock = Clock()
    recent = Recent(clock)
    recent.saw({"tasks": [{"taskId": 6}, TASK]})
    assert recent.find("taskId", 7, ("title",)) == TASK
    assert recent.find("taskId", 7, ("title", "status")) is None
    assert recent.find("taskId", 8, ()) is None
    clock.now = 61.0
    assert recent.find("taskId", 7, ("title",)) is None


def test_the_newest_counts_and_nothing_after_a_write() -> None:
    recent = Recent(Clock())
    recent.saw(TASK)
    recent.saw({**TASK, "title": "Fix logout"})
    assert recent.find("taskId", 7, ()) == {**TASK, "title": "Fix logout"}
    recent.forget()
    assert recent.find("taskId", 7, ()) is None


def test_what_only_mentions_a_thing_is_not_the_thing() -> None:
    recent = Recent(Clock())
    recent.saw({"commentId": 1, "taskId": 7, "title": "not the task's"})
    assert recent.find("taskId", 7, ("title",)) is None
    messages = [
        ToolMessage("c1", "f", "", structured=TASK),
        ToolMessage("c2", "f", "", structured={"taskId": 8}),
    ]
    assert find_in_conversation(messages, "taskId", 7) == TASK
    assert find_in_conversation(messages, "projectId", 3) is None
