"""The check of a model: what is asked, what follows from the answers, and how it is said."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest
from fake_endpoint import DONE, FakeEndpoint, Reply, chunk, event, refusing, saying, streaming

from agent.conversation import ToolCall
from agent.errors import LimitError
from agent.jsontypes import JsonValue
from agent.model.chat_completions import ChatCompletionsModel
from agent.model.check import Check, Outcome, Report, check_endpoint
from agent.model.endpoint import Endpoint
from agent.model.listing import Listing
from agent.model.protocol import Finish, FinishReason, ModelRequest, ReasoningDelta, StreamItem, Usage
from agent.model.retries import Retries
from tests.fake_model import FakeModel, Item, answer

pytestmark = pytest.mark.anyio
ADDRESS = "https://models.example.com/v1"
LISTED = Listing(("fake-model", "other"))
RIGHT = ToolCall("1", "show_project", '{"project": "Blue"}')
COUNTED = answer("one", " two", " three", calls=[RIGHT])


async def check(
    *answers: Sequence[Item], listing: Listing = LISTED, has_key: bool = True
) -> tuple[Report, FakeModel]:
    model = FakeModel(*answers)
    report = await check_endpoint(model, ADDRESS, listing, has_key=has_key, clock=lambda: 0.0)
    assert report.requests == len(model.requests) <= 2
    return report, model


def of(report: Report, name: str) -> Check:
    return next(check for check in report.checks if check.name == name)


def outcomes(report: Report) -> list[str]:
    return [check.outcome.value for check in report.checks]


async def test_a_model_that_talks_and_calls_at_once_is_asked_once() -> None:
    report, model = await check(COUNTED)
    assert report.verdict == "works"
    assert outcomes(report) == ["ok"] * 6
    assert [check.name for check in report.checks] == [
        "address",
        "key",
        "model",
        "streaming",
        "functions",
        "usage",
    ]
    assert of(report, "streaming").text == "3 pieces, the first after 0.00 s"
    assert of(report, "usage").text == "10 tokens read, 5 written"
    (request,) = model.requests
    assert [function.name for function in request.functions] == ["show_project"]


async def test_a_model_that_only_calls_is_asked_for_text_then() -> None:
    report, model = await check(answer(calls=[RIGHT]), answer("one", " two"))
    assert report.verdict == "works"
    assert model.requests[1].functions == ()
    assert of(report, "usage").text == "20 tokens read, 10 written"


async def test_a_model_that_only_talks_is_asked_for_a_call_then() -> None:
    report, model = await check(answer("one", " two"), answer(calls=[RIGHT]))
    assert report.verdict == "works"
    assert [function.name for function in model.requests[1].functions] == ["show_project"]


async def test_reasoning_that_streams_shows_that_streaming_works() -> None:
    thinking: list[Item] = [ReasoningDelta("a"), ReasoningDelta("b"), RIGHT, Usage(1, 1)]
    report, _ = await check([*thinking, Finish(FinishReason.TOOL_CALLS)])
    assert report.verdict == "works"


async def test_a_model_that_answers_with_text_instead_of_a_call_cannot_be_used() -> None:
    report, _ = await check(answer("one", " two"), answer("show_project(", "Blue)"))
    assert report.verdict == "cannot be used: it calls no functions"
    assert of(report, "functions").text == "it answered with text instead of a call"
    assert report.failed is not None
    assert "astravue model list" in report.failed.hint


@pytest.mark.parametrize(
    "call",
    [
        ToolCall("1", "show_project", "{}"),
        ToolCall("1", "show_project", '{"project": 7}'),
        ToolCall("1", "show_project", '{"project": "Red"}'),
        ToolCall("1", "show_project", '{"project": "Bl'),
        ToolCall("1", "other", '{"project": "Blue"}'),
    ],
)
async def test_a_call_that_is_not_what_was_asked_for_cannot_be_used(call: ToolCall) -> None:
    report, _ = await check(answer("one", " two", calls=[call]), answer(calls=[call]))
    assert report.verdict == "cannot be used: it calls functions wrongly"
    assert of(report, "functions").text == f"called as {call.name}({call.arguments})"


async def test_a_model_that_does_not_stream_or_count_can_be_used_and_is_told() -> None:
    whole = answer("one two", calls=[RIGHT], usage=Usage())
    report, _ = await check(whole, answer("one two", usage=Usage()))
    assert report.failed is None
    assert report.verdict == "works, but does not stream and counts no tokens"
    assert of(report, "streaming").outcome is of(report, "usage").outcome is Outcome.LACKING
    without_text, _ = await check(answer(calls=[RIGHT]), answer())
    assert without_text.verdict == "works, but wrote no text"


async def test_a_model_that_is_not_listed_but_answers_works() -> None:
    report, _ = await check(COUNTED, listing=Listing((), "lists no models (HTTP 404)"), has_key=False)
    assert report.verdict == "works"
    assert of(report, "model").text == "fake-model answers, though it is not listed"
    assert of(report, "key").text == "none is needed"


async def test_an_address_that_leads_nowhere_is_asked_nothing() -> None:
    report, model = await check(listing=Listing((), "cannot be reached", reached=False))
    assert report.verdict == f"cannot be used: {ADDRESS} cannot be reached"
    assert outcomes(report) == ["failed", *["not tried"] * 5]
    assert model.requests == []


async def test_a_limit_is_told_and_not_run_into_again() -> None:
    report, model = await check([LimitError("It refuses for now (HTTP 429): wait.", "Ask again in 9 s.")])
    assert report.verdict == "cannot be used: It refuses for now (HTTP 429): wait"
    assert report.failed is not None
    assert report.failed.hint == "Ask again in 9 s."
    assert len(model.requests) == 1


async def test_a_limit_at_the_second_request_leaves_open_what_it_was_for() -> None:
    limit = LimitError("It refuses for now (HTTP 429): wait.")
    report, _ = await check(answer(calls=[RIGHT]), [limit])
    assert of(report, "streaming") == Check("streaming", Outcome.OPEN, limit.message)
    assert report.verdict == "works"
    report, _ = await check(answer("one", " two"), [limit])
    assert report.verdict == "cannot be used: It refuses for now (HTTP 429): wait"


class HangingModel:
    """Says something and then nothing for ever."""

    name = "fake-model"

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        yield ReasoningDelta("hm")
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """There is nothing to close."""


async def test_a_model_that_never_ends_is_given_up() -> None:
    report = await check_endpoint(HangingModel(), ADDRESS, LISTED, has_key=True, seconds=0.01)
    assert report.verdict == f"cannot be used: {ADDRESS} gave no whole answer within 0.01 s"
    assert report.failed is not None
    assert "loading" in report.failed.hint


# Over real HTTP, with the adapter


async def check_over_http(*replies: Reply, listing: Listing = LISTED, has_key: bool = True) -> Report:
    async with FakeEndpoint(*replies) as endpoint:
        retries = Retries(most=0)
        model = ChatCompletionsModel(Endpoint(endpoint.base_url, "sk-x", model="fake-model", retries=retries))
        try:
            report = await check_endpoint(model, endpoint.base_url, listing, has_key=has_key)
        finally:
            await model.aclose()
        assert endpoint.replies == []
        return report


def calling(arguments: str) -> bytes:
    function: JsonValue = {"name": "show_project", "arguments": arguments}
    return chunk(tool_calls=[{"index": 0, "id": "1", "function": function}])


async def test_an_endpoint_that_does_everything_works() -> None:
    usage = event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})
    stream = streaming(
        chunk("one "), chunk("two"), calling('{"project": "Blue"}'), chunk(finish="tool_calls"), usage
    )
    report = await check_over_http(stream)
    assert report.verdict == "works"
    assert of(report, "usage").text == "7 tokens read, 3 written"


async def test_an_endpoint_that_counts_nothing_works() -> None:
    report = await check_over_http(
        Reply([chunk("one "), chunk("two"), calling('{"project": "Blue"}'), chunk(finish="stop"), DONE])
    )
    assert report.verdict == "works, but counts no tokens"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_told(status: int) -> None:
    report = await check_over_http(refusing(status, {"message": "bad key"}))
    assert report.verdict == f"cannot be used: the key is refused (HTTP {status})"
    assert outcomes(report) == ["ok", "failed", *["not tried"] * 4]
    assert report.failed is not None
    assert "astravue model key" in report.failed.hint


async def test_a_missing_key_is_told() -> None:
    report = await check_over_http(refusing(401, {"message": "no key"}), has_key=False)
    assert report.verdict == "cannot be used: a key is needed (HTTP 401)"


async def test_a_model_that_is_not_there_is_told_with_what_is() -> None:
    reply = refusing(404, {"message": "no such model"})
    report = await check_over_http(reply, listing=Listing(("a", "b", "text-embedding-3", "c", "d", "e", "f")))
    assert report.verdict == "cannot be used: the endpoint does not have it"
    assert of(report, "model").text == "fake-model is not known there; listed are a, b, c, d, e …"
    report = await check_over_http(refusing(404, {"message": "no"}), listing=Listing((), "lists no models"))
    assert "(HTTP 404)" in report.verdict


async def test_an_endpoint_that_refuses_functions_but_talks_calls_none() -> None:
    refusal = refusing(400, {"message": "fake-model does not support tools"})
    report = await check_over_http(refusal, saying("one"))
    assert report.verdict == "cannot be used: it calls no functions"


async def test_an_endpoint_that_fails_at_everything_is_told_in_its_words() -> None:
    refusal = refusing(400, {"message": "the model is broken"})
    report = await check_over_http(refusal, refusal)
    assert report.verdict.startswith("cannot be used: ")
    assert "the model is broken" in report.verdict
    assert of(report, "model").outcome is Outcome.FAILED
