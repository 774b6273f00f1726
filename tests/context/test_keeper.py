"""Requests stay within what the model can read, through the real loop."""

from collections.abc import AsyncGenerator, Sequence

import pytest
from fake_model import FakeModel, Item, answer
from fake_toolbox import FakeToolbox, answering, assert_sound, call, make_tool, returns

from agent.context.budget import ContextBudget
from agent.context.keeper import ContextKeeper
from agent.context.kept_results import KeptResults
from agent.conversation import AssistantMessage, Conversation, Message, ToolMessage, UserMessage
from agent.errors import ContextError, LimitError, ModelError, UsageError
from agent.events import Compacted, CompactionUndone, Event, Notice, TurnFailed, TurnFinished
from agent.jsontypes import JsonObject, JsonValue
from agent.loop import Loop
from agent.model.protocol import FunctionDefinition, Usage
from agent.tools.policy import Policy
from agent.tools.tool import Annotations, Tool, ToolResult
from agent.usage.calibration import Calibration
from agent.usage.ruler import Ruler
from agent.usage.tokens import TokenCounter

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:8080/v1"


class FakeEncoding:
    """A token for each four characters."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        return [0] * (len(text) // 4)


class Talk:
    """A conversation with a loop and a keeper.

    Args:
        answers: Of the model.
        window: What the model can read.
        result: What each tool answers.
        tools: What the server lists.
    """

    def __init__(
        self,
        *answers: list[Item],
        window: int = 8_192,
        result: ToolResult | None = None,
        tools: Sequence[Tool] = (),
        messages: Sequence[Message] = (),
    ) -> None:
        self.model = FakeModel(*answers)
        self.conversation = Conversation(messages)
        self.results = KeptResults()
        counter = TokenCounter(URL, "m", load=FakeEncoding)
        self.ruler = Ruler(counter, Calibration(), URL, "m")
        self.budget = ContextBudget(URL, "m", chosen=window)
        self.keeper = ContextKeeper(self.conversation, self.budget, self.ruler, self.results)
        listed = tools or [make_tool("list_tasks", annotations=Annotations(read_only=True))]
        handlers = {tool.name: returns(result or answering({"done": True})) for tool in listed}
        self.loop = Loop(
            model=self.model,
            toolbox=FakeToolbox(listed, **handlers),
            policy=Policy(),
            conversation=self.conversation,
            system="Be brief.",
            results=self.results,
        )
        self.loop.use(self.model, context=self.keeper)

    async def say(self, text: str) -> list[Event]:
        return [event async for event in self.loop.turn(text)]

    async def compact(self, *, undo: bool = False) -> list[Event]:
        events: AsyncGenerator[Event, None] = self.loop.compact(undo=undo)
        return [event async for event in events]

    def sizes(self) -> list[int]:
        return [
            self.ruler.request(each.system, each.messages, each.functions) for each in self.model.requests
        ]

    def last(self) -> Sequence[Message]:
        return self.model.requests[-1].messages


def turns(count: int, characters: int = 400) -> list[Message]:
    return [
        message
        for number in range(count)
        for message in (
            UserMessage(f"Question {number}"),
            AssistantMessage(f"Answer {number}: " + "x" * characters),
        )
    ]


def long_result(characters: int) -> ToolResult:
    text = "word " * (characters // 5)
    return ToolResult(text)


# Left out


async def test_a_conversation_that_fits_is_sent_as_it_is() -> None:
    talk = Talk(answer("Hi."))
    await talk.say("Hello")
    assert talk.last() == (UserMessage("Hello"),)


@pytest.mark.parametrize("window", [2_048, 8_192, 128_000])
async def test_no_request_is_longer_than_the_budget(window: int) -> None:
    steps = [
        answer("", calls=[call(f"c{step}_{each}", "list_tasks") for each in range(4)]) for step in range(8)
    ]
    talk = Talk(*steps, answer("Done."), window=window, result=long_result(500_000))
    assert isinstance((await talk.say("Go"))[-1], TurnFinished)
    assert len(talk.model.requests) == 9
    assert max(talk.sizes()) <= talk.budget.request
    for request in talk.model.requests:
        assert_sound(request.messages)
        assert isinstance(request.messages[0], UserMessage)
        assert request.messages[0].text == "Go"


async def test_the_history_itself_is_never_cut() -> None:
    steps = [answer("", calls=[call(f"c{step}", "list_tasks")]) for step in range(6)]
    talk = Talk(*steps, answer("Done."), window=2_048, result=long_result(1_400))
    await talk.say("Go")
    kept = [message.text for message in talk.conversation.messages if isinstance(message, ToolMessage)]
    shown = [message.text for message in talk.last() if isinstance(message, ToolMessage)]
    assert len(set(kept)) == 1
    assert shown[0] == '[result of list_tasks left out to save room; read_result(result="r1") shows it]'
    assert talk.results.is_wanted


async def test_a_message_that_is_too_long_fails_the_turn_with_a_sentence_and_nothing_is_sent() -> None:
    talk = Talk(window=2_048)
    failed = (await talk.say("x" * 20_000))[-1]
    assert isinstance(failed, TurnFailed)
    assert isinstance(failed.error, LimitError)
    assert "nothing was sent" in failed.error.message
    assert talk.model.requests == []


# Functions


def wide_tools(count: int) -> list[Tool]:
    properties: JsonObject = {
        f"argument_{number}": {"type": "string", "description": "in many words " * 20} for number in range(10)
    }
    return [make_tool(f"list_{number}", properties=properties) for number in range(count)]


async def test_functions_are_written_in_fewer_words_before_any_goes() -> None:
    talk = Talk(answer("Hi."), window=8_192, tools=wide_tools(12))
    await talk.say("Hello")
    [request] = talk.model.requests
    assert [each.name for each in request.functions] == sorted(f"list_{number}" for number in range(12))
    assert talk.sizes()[0] <= talk.budget.request
    for each in request.functions:
        properties = each.parameters["properties"]
        assert isinstance(properties, dict)
        assert len(properties) == 10


async def test_of_far_too_many_functions_some_are_not_offered() -> None:
    talk = Talk(answer("Hi."), window=2_048, tools=wide_tools(200))
    await talk.say("Hello")
    assert 5 < len(talk.model.requests[0].functions) < 200
    assert talk.sizes()[0] <= talk.budget.request


async def test_what_was_made_shorter_is_no_longer_strict() -> None:
    talk = Talk(window=2_048)
    parameters: JsonObject = {
        "type": "object",
        "properties": {"a": {"type": "string", "description": "words " * 2_000}},
        "required": ["a"],
        "additionalProperties": False,
    }
    short: JsonObject = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    functions = (
        FunctionDefinition("one", "One.", parameters, strict=True),
        FunctionDefinition("two", "Two.", short, strict=True),
    )
    fitted = await talk.keeper.fit_functions(functions)
    assert [each.strict for each in fitted] == [False, True]
    assert await talk.keeper.fit_functions(functions) is fitted


# Summarised


async def test_old_turns_are_summarised_before_anything_is_left_out() -> None:
    talk = Talk(
        answer("They asked questions.", usage=Usage(900, 10)),
        answer("Hi.", usage=Usage(300, 5)),
        window=2_048,
        messages=turns(14),
    )
    events = await talk.say("Hello")
    [compacted] = [event for event in events if isinstance(event, Compacted)]
    assert compacted.text == "They asked questions."
    assert compacted.covers == 26
    assert compacted.after_tokens < 400 < 1_228 < compacted.before_tokens
    first, *rest = talk.last()
    assert isinstance(first, UserMessage)
    assert "They asked questions." in first.context
    assert (first.text, len(rest)) == ("Question 13", 2)
    finished = events[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.usage.total_tokens == 1_215
    assert len(talk.conversation.messages) == 30
    assert max(talk.sizes()) <= talk.budget.request


async def test_a_later_summary_carries_the_earlier_one_over() -> None:
    talk = Talk(
        answer("First record."), answer("Hi."), answer("Second record."), answer("Ho."), messages=turns(5)
    )
    await talk.compact()
    await talk.say("Hello")
    await talk.compact()
    first, second = [each.messages[0] for each in talk.model.requests if not each.functions]
    assert isinstance(first, UserMessage)
    assert isinstance(second, UserMessage)
    assert "# Earlier record" not in first.text
    assert second.text.startswith("# Earlier record\n\nFirst record.")
    assert "Question 2" not in second.text
    await talk.say("And now?")
    shown = talk.last()[0]
    assert isinstance(shown, UserMessage)
    assert "Second record." in shown.context
    assert "First record." not in shown.context
    assert await talk.compact(undo=True) == [CompactionUndone(6)]


async def test_a_summary_that_fails_is_told_once_and_the_budget_holds_all_the_same() -> None:
    talk = Talk(
        [ModelError("The endpoint broke off.")],
        answer("Hi."),
        answer("Ho."),
        window=2_048,
        messages=turns(14),
    )
    events = await talk.say("Hello")
    [notice] = [event for event in events if isinstance(event, Notice)]
    assert notice.text == (
        "The beginning could not be summarised (The endpoint broke off); the oldest results and turns are "
        "left out of requests instead, and kept."
    )
    assert isinstance(events[-1], TurnFinished)
    assert max(talk.sizes()) <= talk.budget.request
    assert talk.conversation.summary is None


async def test_a_summary_is_never_longer_than_its_share() -> None:
    talk = Talk(answer("long " * 4_000), answer("Hi."), window=2_048, messages=turns(14))
    events = await talk.say("Hello")
    assert isinstance(events[-1], TurnFinished)
    assert max(talk.sizes()) <= talk.budget.request


async def test_the_user_may_ask_for_a_summary_and_take_it_back() -> None:
    talk = Talk(answer("They asked questions."), answer("Hi."), window=128_000, messages=turns(4))
    [compacted] = await talk.compact()
    assert isinstance(compacted, Compacted)
    assert compacted.covers == 4
    assert await talk.compact(undo=True) == [CompactionUndone(0)]
    await talk.say("Hello")
    assert list(talk.last()) == [*turns(4), UserMessage("Hello")]


async def test_after_it_was_taken_back_none_is_made_unasked() -> None:
    talk = Talk(answer("Record."), answer("Hi."), window=2_048, messages=turns(14))
    await talk.compact()
    await talk.compact(undo=True)
    events = await talk.say("Hello")
    assert not any(isinstance(event, Compacted) for event in events)
    assert max(talk.sizes()) <= talk.budget.request


async def test_there_is_not_always_something_to_summarise_or_to_take_back() -> None:
    talk = Talk(messages=turns(2))
    with pytest.raises(UsageError, match="the last two turns always stay"):
        await talk.compact()
    with pytest.raises(UsageError, match="nothing to take back"):
        await talk.compact(undo=True)


async def test_a_summary_that_the_user_asked_for_and_that_fails_changes_nothing() -> None:
    talk = Talk([ModelError("The endpoint broke off.")], messages=turns(5))
    with pytest.raises(ModelError):
        await talk.compact()
    assert talk.conversation.summary is None


# Learnt


def refusal(tokens: int | None = None) -> list[Item]:
    return [ContextError("The conversation is longer than “m” can read; it is kept.", "", tokens)]


async def test_an_endpoint_that_reads_less_is_asked_again_with_less() -> None:
    talk = Talk(
        answer("", calls=[call("c1", "list_tasks")]),
        refusal(2_048),
        answer("Hi."),
        window=128_000,
        result=long_result(20_000),
    )
    events = await talk.say("Hello")
    assert isinstance(events[-1], TurnFinished)
    assert talk.budget.window == 2_048
    assert talk.sizes()[1] > 1_536 >= talk.sizes()[2]
    assert talk.results.limit == 1_536


async def test_an_endpoint_that_refuses_whatever_it_is_sent_ends_the_turn() -> None:
    talk = Talk(*[refusal()] * 9, messages=turns(30), window=128_000)
    failed = (await talk.say("Hello"))[-1]
    assert isinstance(failed, TurnFailed)
    assert isinstance(failed.error, ContextError)
    sizes = talk.sizes()
    assert 2 < len(sizes) < 6
    assert sizes == sorted(set(sizes), reverse=True)


def tasks(count: int) -> JsonValue:
    return {"tasks": [{"taskId": number, "taskTitle": f"Task {number}"} for number in range(count)]}


async def test_a_long_result_is_cut_to_what_a_small_model_can_read() -> None:
    talk = Talk(
        answer("", calls=[call("c1", "list_tasks")]),
        answer("Hi."),
        window=2_048,
        result=answering(tasks(5_000)),
    )
    await talk.say("Go")
    [message] = [message for message in talk.conversation.messages if isinstance(message, ToolMessage)]
    assert len(message.text) < 1_536 + 300
    assert "of 5,000 items of tasks shown" in message.text
