"""A model that says what it was told to say."""

import pytest

from agent.conversation import ToolCall, UserMessage
from agent.errors import ModelError
from agent.model.protocol import Finish, FinishReason, ModelRequest, StreamItem, TextDelta, Usage
from agent.model.scripted import ScriptedModel, say

pytestmark = pytest.mark.anyio
CALL = ToolCall("c1", "get_task", "{}")


async def ask(model: ScriptedModel, text: str = "Hi") -> list[StreamItem]:
    return [item async for item in model.respond(ModelRequest("", (UserMessage(text),), ()))]


async def test_answers_come_in_their_order_and_requests_are_kept() -> None:
    model = ScriptedModel([say("One."), say("", CALL, usage=Usage(3, 4))], name="recorded")
    assert await ask(model, "First") == [TextDelta("One."), Usage(), Finish(FinishReason.STOP)]
    assert await ask(model, "Second") == [CALL, Usage(3, 4), Finish(FinishReason.TOOL_CALLS)]
    assert [request.messages for request in model.requests] == [
        (UserMessage("First"),),
        (UserMessage("Second"),),
    ]
    assert model.name == "recorded"


async def test_an_error_among_the_answers_is_raised_in_its_place() -> None:
    model = ScriptedModel([ModelError("It broke off."), say("Again.")])
    with pytest.raises(ModelError, match="It broke off"):
        await ask(model)
    assert await ask(model) == say("Again.")


async def test_a_script_that_is_used_up_says_so() -> None:
    with pytest.raises(ModelError, match="no further answer"):
        await ask(ScriptedModel([]))
