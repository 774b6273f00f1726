"""The embedded model and its child: prefix states, what is sent, what goes wrong."""

import asyncio
import contextlib
import sys

import pytest
from fake_workspace import Chat, FakeWorkspace

from agent.conversation import UserMessage
from agent.errors import ModelError
from agent.model.embedded import install_command, is_available
from agent.model.embedded.leaning import COMMANDS
from agent.model.embedded.model import EmbeddedModel
from agent.model.protocol import Usage
from evals.embedded.functions import load_functions
from tests.model.embedded.conftest import FakeChild

pytestmark = pytest.mark.anyio


async def test_the_prefix_is_evaluated_once_and_its_state_is_kept_for_later_starts(
    child: FakeChild, chat: Chat, model: EmbeddedModel
) -> None:
    child.will_answer(Hello={"answer": "Hello."})
    await chat.say("Hello")
    await chat.say("Hello")
    assert len(child.asked("/slots/save")) == 1
    assert [path.suffix for path in child.states] == [".state"]
    later = child.model()
    try:
        await Chat(later, FakeWorkspace()).say("Hello")
    finally:
        await later.aclose()
    assert len(child.asked("/slots/save")) == 1
    assert len(child.asked("/slots/restore")) == 1
    assert ("Reading the tools, once for this set of tools", 0.5) in child.progress


async def test_a_damaged_state_is_thrown_away_and_made_anew(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello={"answer": "Hello."})
    await chat.say("Hello")
    (state,) = child.states
    state.write_text("half")
    later = child.model()
    try:
        await Chat(later, FakeWorkspace()).say("Hello")
    finally:
        await later.aclose()
    assert [path.read_text() for path in child.states] == ["state"]


async def test_only_the_states_used_last_are_kept(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello={"answer": "Hello."})
    for count in (47, 46, 45, 44):
        chat.functions = load_functions()[:count]
        await chat.say("Hello")
    assert len(child.states) == 2


def cached(chat: Chat) -> list[int]:
    """Tokens that each request read from the child's cache."""
    return [item.cached_tokens for item in chat.items if isinstance(item, Usage) and item.input_tokens]


async def test_the_prefix_stays_cached_between_turns_and_conversations(
    child: FakeChild, chat: Chat, model: EmbeddedModel
) -> None:
    child.will_answer(Hello={"answer": "Hello."})
    child.will_call("Any tasks?", ("list_overdue_tasks", {}))
    await chat.say("Hello")
    await chat.say("Any tasks?")
    other = Chat(model, FakeWorkspace())
    await other.say("Any tasks?")
    assert cached(chat) == [100, 100]
    assert cached(other) == [100]


async def test_a_request_that_was_left_keeps_the_prefix_cached(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello="HANG", Bye={"answer": "Bye."})
    chat.conversation.append(UserMessage("Hello"))
    async with contextlib.aclosing(chat.model.respond(chat.request())) as items:
        leaving = asyncio.ensure_future(anext(items))
        await child.is_asked(2)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    await child.is_asked(1, "/left")
    await chat.say("Bye")
    assert cached(chat) == [100]
    assert len(child.asked("/slots/save")) == 1


async def test_the_request_is_constrained_bounded_and_without_tools(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello={"answer": "Hello."})
    await chat.say("Hello")
    request = child.asked()[-1]
    assert "tools" not in request
    assert request["max_tokens"] <= 400
    assert request["temperature"] == 0
    assert request["response_format"]["type"] == "json_schema"


async def test_what_is_plain_from_the_grammar_shifts_the_odds_of_a_call(child: FakeChild, chat: Chat) -> None:
    child.will_answer(**{"Hello": {"answer": "Hello."}, "Show my comments": {"answer": "None."}})
    await chat.say("Hello")
    assert "logit_bias" not in child.asked()[-1]
    await chat.say("Show my comments")
    assert child.asked()[-1]["logit_bias"] == [["calls", COMMANDS]]


async def test_a_sentence_whose_form_settles_the_call_is_not_put_to_the_model(
    child: FakeChild, chat: Chat
) -> None:
    answer = await chat.say("Crash on start is done")
    assert "Crash on start" in answer
    assert [name for name, _ in chat.workspace.writes] == ["update_task"]
    assert child.asked() == []


async def test_leaving_an_answer_stops_the_generation(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello="HANG", Bye={"answer": "Bye."})
    chat.conversation.append(UserMessage("Hello"))
    model = chat.model

    async def read() -> None:
        async for _ in model.respond(chat.request()):
            pass

    task = asyncio.create_task(read())
    await child.is_asked(2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await child.is_asked(1, "/left")
    assert await chat.say("Bye") == "Bye."


async def test_a_child_that_dies_is_told_and_started_anew(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello="DIE", Again={"answer": "Here I am."})
    with pytest.raises(ModelError, match="broke off its answer; the conversation is kept"):
        await chat.say("Hello")
    assert await chat.say("Again") == "Here I am."


async def test_a_refusal_is_told_in_the_runtimes_words(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello="REFUSE")
    with pytest.raises(ModelError, match="refused the request: the request exceeds the available context"):
        await chat.say("Hello")


async def test_an_answer_that_is_cut_short_asks_for_other_words(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello='{"calls": [{"tool": "create_ta')
    assert await chat.say("Hello") == (
        "I could not make sense of that. Please say it again in one plain sentence."
    )


async def test_warming_evaluates_the_prefix_before_anything_is_asked(
    child: FakeChild, chat: Chat, model: EmbeddedModel
) -> None:
    child.will_answer(Hello={"answer": "Hello."})
    chat.conversation.append(UserMessage(""))
    model.start()
    model.warm(chat.request())
    await child.is_asked(1, "/slots/save")
    await chat.say("Hello")
    assert len(child.asked()) == 2
    assert child.progress[-1] == ("The embedded model is ready", 1.0)


async def test_without_the_extra_it_says_what_to_install(
    child: FakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    assert not is_available()
    told: list[str] = []
    model = EmbeddedModel(child.folders, on_progress=lambda text, fraction: told.append(text))
    with pytest.raises(ModelError, match="needs the extra `local`, which is not installed") as caught:
        await Chat(model, FakeWorkspace()).say("Hello")
    assert install_command() in caught.value.hint
    await model.aclose()
    assert told == [str(caught.value)]
