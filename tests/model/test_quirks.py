"""Whatever vendors make of Chat Completions gives the right result or a clear error, over real HTTP.

The quirks themselves stand in `tests/model/quirks`.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.conversation import ToolCall, UserMessage
from agent.errors import AgentError
from agent.jsontypes import parse_object
from agent.model.accumulator import StreamAccumulator
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.endpoint import Endpoint
from agent.model.protocol import Finish, Model, ModelRequest, ReasoningDelta, StreamItem, TextDelta, Usage
from agent.model.retries import Retries
from agent.model.server_sent import read_data
from agent.model.stream_errors import StreamError
from tests.model.fake_endpoint import FakeEndpoint, Reply
from tests.model.quirks.catalogue import QUIRKS
from tests.model.quirks.shape import Answer, Broken, Quirk

REQUEST = ModelRequest("Be brief.", (UserMessage("What is late?"),), ())
# One byte a packet would take minutes for the largest bodies.
MOST_PACKETS = 3_000


@dataclass
class Outcome:
    """What came of an answer, and how it ended."""

    items: list[StreamItem] = field(default_factory=list[StreamItem])
    error: AgentError | StreamError | ValueError | None = None

    @property
    def text(self) -> str:
        return "".join(item.text for item in self.items if isinstance(item, TextDelta))

    @property
    def reasoning(self) -> str:
        return "".join(item.text for item in self.items if isinstance(item, ReasoningDelta))

    @property
    def calls(self) -> list[ToolCall]:
        return [item for item in self.items if isinstance(item, ToolCall)]

    def answer(self, *, with_ids: bool = False, with_usage: bool = True) -> Answer:
        """The items as an answer, once their order is what the protocol says."""
        last = self.items[-1]
        assert isinstance(last, Finish)
        kinds = [_ORDER[type(item)] for item in self.items]
        assert kinds == sorted(kinds)
        assert len({call.id for call in self.calls}) == len(self.calls)
        assert all(call.id for call in self.calls)
        return Answer(
            self.text,
            self.reasoning,
            [(call.name, call.arguments) for call in self.calls],
            [call.id for call in self.calls] if with_ids else [],
            next((item for item in self.items if isinstance(item, Usage)), None) if with_usage else None,
            last.reason,
        )


_ORDER: Mapping[type[object], int] = {TextDelta: 0, ReasoningDelta: 0, ToolCall: 1, Usage: 2, Finish: 3}


@asynccontextmanager
async def model_at(base_url: str) -> AsyncGenerator[Model, None]:
    model = ChatCompletionsModel(Endpoint(base_url, "no-key", model="small-1", retries=Retries(most=0)))
    try:
        yield model
    finally:
        await model.aclose()


async def ask(reply: Reply) -> Outcome:
    """Let an endpoint give this reply, and see what comes of it."""
    outcome = Outcome()
    async with FakeEndpoint(reply) as endpoint, model_at(endpoint.base_url) as model:
        try:
            async for item in model.respond(REQUEST):
                outcome.items.append(item)
        except AgentError as error:
            outcome.error = error
    return outcome


def check(outcome: Outcome, expected: Answer | Broken) -> None:
    if isinstance(expected, Answer):
        assert outcome.error is None
        assert outcome.answer(with_ids=bool(expected.ids)) == replace(
            expected, calls=list(expected.calls), ids=list(expected.ids)
        )
        return
    error = outcome.error
    assert isinstance(error, expected.kind)
    assert error.message.endswith(".")
    assert "\n" not in str(error)
    assert [words for words in expected.words if words not in str(error)] == []
    assert (outcome.text, outcome.reasoning) == (expected.text, expected.reasoning)
    assert all(isinstance(item, TextDelta | ReasoningDelta) for item in outcome.items)


def names(quirks: Sequence[Quirk]) -> list[str]:
    return [quirk.name for quirk in quirks]


@pytest.mark.anyio
@pytest.mark.parametrize("quirk", QUIRKS, ids=names(QUIRKS))
async def test_a_quirk_gives_the_right_result_or_a_clear_error(quirk: Quirk) -> None:
    check(await ask(quirk.reply), quirk.expected)


@pytest.mark.anyio
@pytest.mark.parametrize("quirk", QUIRKS, ids=names(QUIRKS))
async def test_a_quirk_is_the_same_when_it_comes_byte_by_byte(quirk: Quirk) -> None:
    body = quirk.body
    step = len(body) // MOST_PACKETS + 1
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    check(await ask(replace(quirk.reply, pieces=pieces)), quirk.expected)


def test_the_quirks_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(QUIRKS) >= 100
    assert len(set(names(QUIRKS))) == len(QUIRKS)
    assert all(quirk.who for quirk in QUIRKS)


# Cut short: an error, or the same; never an answer that is silently less


def read(body: bytes) -> Outcome:
    """What comes of the bytes of a stream that is over after them, without the network."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield body

    async def collect() -> Outcome:
        outcome, accumulator, done = Outcome(), StreamAccumulator(), False
        try:
            async for data in read_data(pieces()):
                done = data.startswith("[DONE]")
                if done:
                    break
                chunk = parse_object(data)
                if error := chunk.get("error"):
                    raise StreamError(error)
                outcome.items.extend(accumulator.feed(chunk))
            outcome.items.extend(accumulator.finish(done=done))
        except (AgentError, StreamError, ValueError) as error:
            outcome.error = error
        return outcome

    return asyncio.run(collect())


def check_cut(outcome: Outcome, whole: Answer | Broken) -> None:
    if outcome.error is not None:
        assert not outcome.calls
        assert not any(isinstance(item, Finish) for item in outcome.items)
        return
    assert isinstance(whole, Answer)
    # An answer that is whole may be cut before it was counted.
    expected = replace(whole, calls=list(whole.calls), ids=[], usage=None)
    assert outcome.answer(with_usage=False) == expected


PLAIN = [
    quirk
    for quirk in QUIRKS
    if not quirk.ends_early
    and not quirk.reply.cut
    and not quirk.reply.headers
    and len(quirk.body) < MOST_PACKETS
]


@pytest.mark.parametrize("quirk", PLAIN, ids=names(PLAIN))
def test_an_answer_that_is_over_too_early_is_broken_or_the_same(quirk: Quirk) -> None:
    for at in range(len(quirk.body)):
        check_cut(read(quirk.body[:at]), quirk.expected)


@settings(max_examples=60)
@given(st.data())
def test_an_answer_that_is_cut_on_the_wire_is_broken_or_the_same(data: st.DataObject) -> None:
    quirk = data.draw(st.sampled_from(QUIRKS), "quirk")
    at = data.draw(st.integers(0, max(len(quirk.body) - 1, 0)), "cut at")
    is_lost = quirk.ends_early or quirk.reply.cut or data.draw(st.booleans(), "the connection is lost")
    outcome = asyncio.run(ask(replace(quirk.reply, pieces=[quirk.body[:at]], cut=is_lost)))
    check_cut(outcome, quirk.expected)
