"""Requests are measured rather too long than too short."""

from collections.abc import Sequence

import pytest

from agent.conversation import AssistantMessage, ToolMessage, UserMessage
from agent.model.protocol import FunctionDefinition
from agent.usage.calibration import Calibration
from agent.usage.ruler import Ruler
from agent.usage.tokens import TokenCounter

pytestmark = pytest.mark.anyio
OPENAI = "https://api.openai.com/v1"
LOCAL = "http://127.0.0.1:8080/v1"
FUNCTIONS = (FunctionDefinition("list_tasks", "Lists tasks.", {"type": "object", "properties": {}}),)


class FakeEncoding:
    """A token for each word."""

    def encode_ordinary(self, text: str) -> Sequence[int]:
        return [0] * len(text.split())


def no_encoding() -> FakeEncoding:
    raise OSError("damaged")


def ruler(base_url: str = LOCAL, calibration: Calibration | None = None) -> Ruler:
    counter = TokenCounter(base_url, "m", load=FakeEncoding)
    return Ruler(counter, calibration or Calibration(), base_url, "m")


async def loaded(measure: Ruler) -> Ruler:
    await measure.load()
    return measure


async def test_a_model_of_which_nothing_is_known_gets_a_margin() -> None:
    words = UserMessage("word " * 996)
    assert (await loaded(ruler())).message(words) == 1_150
    assert (await loaded(ruler(OPENAI))).message(words) == 1_030


@pytest.mark.parametrize(("actual", "expected"), [(1_500, 1_545), (400, 1_030)])
async def test_what_was_learnt_counts_unless_it_is_less_than_one(actual: int, expected: int) -> None:
    calibration = Calibration()
    calibration.learn(LOCAL, "m", counted=1_000, actual=actual)
    assert (await loaded(ruler(LOCAL, calibration))).message(UserMessage("word " * 996)) == expected


async def test_without_the_encoding_two_bytes_are_a_token() -> None:
    measure = Ruler(TokenCounter(LOCAL, "m", load=no_encoding), Calibration(), LOCAL, "m")
    await measure.load()
    assert measure.message(UserMessage("x" * 3_999)) >= 2_000


async def test_a_request_is_the_sum_of_its_parts() -> None:
    measure = await loaded(ruler())
    messages = (UserMessage("How many?"), ToolMessage("c1", "list_tasks", "many"))
    parts = measure.prefix("Be brief.", FUNCTIONS) + sum(map(measure.message, messages))
    assert measure.request("Be brief.", messages, FUNCTIONS) == parts


async def test_items_that_nobody_can_read_count_by_their_length() -> None:
    measure = await loaded(ruler())
    plain, opaque = AssistantMessage("Hi"), AssistantMessage("Hi", provider_items=("x" * 400,))
    assert measure.message(opaque) - measure.message(plain) == 101


def test_what_has_fewer_bytes_than_tokens_may_be_surely_fits() -> None:
    measure = ruler()
    messages = (UserMessage("x" * 500),)
    assert measure.is_surely_within(1_000, "Be brief.", messages, FUNCTIONS)
    assert not measure.is_surely_within(510, "Be brief.", messages, FUNCTIONS)
