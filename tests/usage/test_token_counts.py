"""Token counts come from the encoding that ships with the program, without the network."""

import asyncio
import logging
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.conversation import AssistantMessage, Message, ToolCall, ToolMessage, UserMessage
from agent.errors import AgentError
from agent.model.addresses import reads_typescript
from agent.model.protocol import FunctionDefinition
from agent.usage.tokens import TextEncoding, TokenCounter, load_encoding

pytestmark = pytest.mark.anyio

OPENAI = "https://api.openai.com/v1"
OTHER = "https://models.example/v1"

WEATHER = FunctionDefinition(
    "get_current_weather",
    "Get the current weather in a given location",
    {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
            "unit": {
                "type": "string",
                "description": "The unit of temperature to return",
                "enum": ["celsius", "fahrenheit"],
            },
        },
        "required": ["location"],
    },
)
ASSISTANT = "You are a helpful assistant that can answer to questions about the weather."
QUESTION = UserMessage("What's the weather like in San Francisco?")
CALL = ToolCall("1", "get_task", '{"taskId":7}')
HISTORY: list[Message] = [
    UserMessage("Show task 7.", "Today."),
    AssistantMessage("", (CALL,)),
    ToolMessage("1", "get_task", '{"title":"Write"}'),
    AssistantMessage("It is called Write."),
]


class FakeEncoding:
    """Takes each word for a token, and keeps what it was asked to encode.

    Args:
        may_go_on: Where given, encoding waits for it.
    """

    def __init__(self, may_go_on: threading.Event | None = None) -> None:
        self.encoded: list[str] = []
        self._may_go_on = may_go_on

    def encode_ordinary(self, text: str) -> Sequence[int]:
        if self._may_go_on is not None:
            assert self._may_go_on.wait(timeout=30)
        self.encoded.append(text)
        return range(len(text.split()))


async def loaded(encoding: TextEncoding | None = None, base_url: str = OPENAI) -> TokenCounter:
    """A counter that counts exactly, with an encoding of its own or the one that ships."""
    counter = TokenCounter(base_url, "model", load=load_encoding if encoding is None else lambda: encoding)
    await counter.load()
    assert counter.is_exact
    return counter


# Counts


# The values are those that tiktoken's own o200k_base gives.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("hello world", [24912, 2375]),
        ("antidisestablishmentarianism", [493, 129901, 376, 160388, 21203, 2367]),
        ("2 + 2 = 4", [17, 659, 220, 17, 314, 220, 19]),
    ],
)
def test_the_shipped_encoding_is_o200k_base(text: str, tokens: list[int]) -> None:
    assert load_encoding().encode(text) == tokens
    assert load_encoding().decode(tokens) == text


async def test_a_request_with_a_function_is_counted_as_openai_counts_it() -> None:
    # "How to count tokens with tiktoken" of the OpenAI Cookbook: gpt-4o charged 101 tokens for this.
    counted = await (await loaded()).count(ASSISTANT, [QUESTION], [WEATHER])
    assert counted == pytest.approx(101, abs=6)


async def test_a_request_without_functions_is_counted_to_the_token() -> None:
    # The same page: each message takes 4 tokens besides its text, and the answer's beginning 3.
    texts = [ASSISTANT, f"\n{QUESTION.text}"]
    words = sum(len(load_encoding().encode(text)) for text in texts)
    assert await (await loaded()).count(ASSISTANT, [QUESTION], []) == words + 2 * 4 + 3


async def test_every_part_of_a_request_is_counted() -> None:
    counter = await loaded()
    sizes = [
        await counter.count("", [], []),
        await counter.count(ASSISTANT, [], []),
        *[await counter.count(ASSISTANT, HISTORY[:length], []) for length in range(1, 5)],
        await counter.count(ASSISTANT, HISTORY, [WEATHER]),
    ]
    assert sizes == sorted(set(sizes))


async def test_functions_are_counted_as_the_endpoint_shows_them_to_its_model() -> None:
    typescript = await (await loaded(base_url=OPENAI)).count("", [], [WEATHER])
    as_json = await (await loaded(base_url=OTHER)).count("", [], [WEATHER])
    assert as_json > 1.3 * typescript


@pytest.mark.parametrize(
    ("address", "model", "expected"),
    [
        (OPENAI, "gpt-5-mini", True),
        ("https://eu.api.openai.com/v1", "gpt-5-mini", True),
        ("https://mine.openai.azure.com/openai/v1", "anything", True),
        ("http://127.0.0.1:11434/v1", "gpt-oss:20b", True),
        ("https://api.groq.com/openai/v1", "openai/gpt-oss-120b", True),
        ("https://api.mistral.ai/v1", "mistral-small-latest", False),
        ("https://api.openai.com.example/v1", "gpt-5-mini", False),
        ("", "", False),
    ],
)
def test_openais_models_read_typescript(address: str, model: str, expected: bool) -> None:
    assert reads_typescript(address, model) is expected


# Before the encoding is loaded


async def test_a_counter_takes_four_bytes_for_a_token_until_it_is_told_to_load() -> None:
    counter = TokenCounter(OPENAI, "gpt-5-mini")
    assert not counter.is_exact
    short, long = [await counter.count("x" * length, [], []) for length in (4, 400)]
    assert long - short == 99


async def test_an_estimate_counts_bytes_and_not_characters() -> None:
    counter = TokenCounter(OTHER, "model")
    assert await counter.count("漢" * 400, [], []) - await counter.count("x" * 400, [], []) == 200


async def test_a_counter_goes_on_estimating_while_the_encoding_loads() -> None:
    may_load, encoding = threading.Event(), FakeEncoding()

    def load() -> TextEncoding:
        assert may_load.wait(timeout=30)
        return encoding

    counter = TokenCounter(OTHER, "model", load=load)
    counter.start_loading()
    counter.start_loading()
    estimated = await counter.count("one two three four", [], [])
    assert (counter.is_exact, encoding.encoded) == (False, [])
    may_load.set()
    await counter.load()
    assert counter.is_exact
    assert await counter.count("one two three four", [], []) != estimated
    assert encoding.encoded == ["one two three four"]


@pytest.mark.parametrize(
    "failure", [AgentError("The o200k_base encoding is damaged."), ImportError("no tiktoken"), EOFError()]
)
async def test_an_encoding_that_cannot_be_loaded_leaves_estimates(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def load() -> TextEncoding:
        raise failure

    counter = TokenCounter(OTHER, "model", load=load)
    before = await counter.count(ASSISTANT, HISTORY, [WEATHER])
    with caplog.at_level(logging.WARNING):
        await counter.load()
    assert not counter.is_exact
    assert await counter.count(ASSISTANT, HISTORY, [WEATHER]) == before
    assert "tokens are estimated" in caplog.text


# Long histories


async def test_no_message_is_encoded_twice() -> None:
    encoding = FakeEncoding()
    counter = await loaded(encoding)
    for length in range(1, 5):
        await counter.count(ASSISTANT, HISTORY[:length], [WEATHER])
    assert len(encoding.encoded) == len(set(encoding.encoded)) == 2 + len(HISTORY)


async def test_a_text_that_occurs_twice_counts_twice() -> None:
    counter = await loaded(FakeEncoding())
    once = await counter.count("", [QUESTION], [])
    twice = await counter.count("", [QUESTION, QUESTION], [])
    assert twice - once == len(QUESTION.text.split()) + 4


async def test_others_go_on_while_a_long_history_is_encoded() -> None:
    may_go_on = threading.Event()
    counter = await loaded(FakeEncoding(may_go_on))
    counting = asyncio.create_task(counter.count(ASSISTANT, HISTORY, []))
    # Encoding waits for what only the event loop does.
    await asyncio.sleep(0)
    assert not counting.done()
    may_go_on.set()
    assert await counting > 0


async def test_counts_of_what_was_said_long_ago_are_forgotten() -> None:
    encoding = FakeEncoding()
    counter = await loaded(encoding)
    await counter.count("first", [], [])
    for begin in range(0, 12_000, 4_000):
        await counter.count("", [UserMessage(str(n)) for n in range(begin, begin + 4_000)], [])
    await counter.count("first", [], [])
    assert encoding.encoded.count("first") == 2


# Anything that may be said


_texts = st.text(max_size=60)
_messages = st.one_of(
    st.builds(UserMessage, _texts, _texts),
    st.builds(
        AssistantMessage,
        _texts,
        st.lists(st.builds(ToolCall, _texts, _texts, _texts), max_size=2).map(tuple),
    ),
    st.builds(ToolMessage, _texts, _texts, _texts),
)


@given(_texts, st.lists(_messages, max_size=4), st.booleans())
def test_whatever_is_said_is_counted_the_same_at_once_and_bit_by_bit(
    system: str, messages: list[Message], exact: bool
) -> None:
    async def count() -> tuple[int, int]:
        whole, growing = TokenCounter(OTHER, "model"), TokenCounter(OTHER, "model")
        if exact:
            await whole.load()
            await growing.load()
        sizes = [await growing.count(system, messages[:length], []) for length in range(len(messages) + 1)]
        assert sizes == sorted(sizes)
        return await whole.count(system, messages, []), sizes[-1]

    at_once, bit_by_bit = asyncio.run(count())
    assert at_once == bit_by_bit > 0
