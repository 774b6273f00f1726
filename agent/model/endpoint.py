"""One model of one endpoint over HTTP: sends a request, streams the answer, learns from refusals, retries.

The adapters say what a request looks like and how a stream is read; what happens when something goes
wrong on the way is the same for all of them, and stands here. Imported only when a request is about
to be made, since the `openai` package takes most of a second to load.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Protocol, TypeAlias

import openai

from agent.jsontypes import JsonObject, parse_object
from agent.model.capabilities import Capabilities, CapabilityStore, Lesson, learn
from agent.model.http_client import USER_AGENT, ShowRequest, open_client
from agent.model.prices import Price, with_cost
from agent.model.protocol import RetryScheduled, StreamItem, Usage
from agent.model.refusals import Failure, explain
from agent.model.retries import Retries
from agent.model.server_sent import read_data
from agent.model.stream_errors import StreamError

BuildBody: TypeAlias = Callable[[Capabilities], JsonObject]
"""Writes a request's body for what is known of the endpoint."""


class StreamReader(Protocol):
    """Puts one stream together."""

    @property
    def has_begun(self) -> bool:
        """Whether anything of the answer came, a part of a call included."""
        ...

    def feed(self, chunk: JsonObject) -> Iterator[StreamItem]:
        """Take the data of one server-sent event.

        Raises:
            StreamError: It says that the endpoint failed.
        """
        ...

    def finish(self, *, done: bool) -> Iterator[StreamItem]:
        """Say how the stream ended.

        Raises:
            ModelError: It ended before the answer did.
        """
        ...


class Endpoint:
    """Connections to one endpoint, on behalf of one of its models.

    Args:
        base_url: The endpoint, usually ending in `/v1`.
        api_key: Sent as bearer; endpoints without keys accept any text.
        model: The model's name there.
        capabilities: What is known of the model, and where it is remembered.
        retries: How patiently an unanswered request is repeated.
        price: What its tokens cost, where the endpoint does not say so itself.
        show_request: Is shown each request as it leaves.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        model: str,
        capabilities: CapabilityStore | None = None,
        retries: Retries | None = None,
        price: Price | None = None,
        show_request: ShowRequest | None = None,
    ) -> None:
        self.base_url = base_url
        self.model = model
        self._capabilities = capabilities or CapabilityStore()
        self._retries = retries or Retries()
        self._price = price
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            http_client=open_client(base_url, show_request=show_request),
            # Repetitions are shown and counted here.
            max_retries=0,
            default_headers={"User-Agent": USER_AGENT},
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def converse(
        self,
        path: str,
        build: BuildBody,
        lessons: Sequence[Lesson],
        new_reader: Callable[[], StreamReader],
    ) -> AsyncGenerator[StreamItem, None]:
        """Ask for one message.

        Args:
            path: What follows the base URL.
            build: Writes the body.
            lessons: What a refusal may teach about this kind of request.
            new_reader: Makes a reader for one stream.

        Raises:
            ModelError: The endpoint cannot be reached, refuses the request, or breaks off.
            LimitError: It refuses because of a limit of its own.
        """
        repetition = 0
        while True:
            reader = new_reader()
            try:
                async with aclosing(self._attempt(path, build, lessons, reader)) as items:
                    async for item in items:
                        yield with_cost(item, self._price) if isinstance(item, Usage) else item
                return
            except Exception as problem:
                failure = explain(problem, self.base_url, self.model)
                repetition += 1
                wait = self._wait_before(repetition, failure, reader)
                if wait is None:
                    raise failure.error from problem
            yield RetryScheduled(failure.reason, wait)
            await self._retries.sleep(wait)

    def _wait_before(self, repetition: int, failure: Failure, reader: StreamReader) -> float | None:
        if reader.has_begun or not failure.reason:
            return None
        return self._retries.wait_before(repetition, failure.retry_after)

    async def _attempt(
        self, path: str, build: BuildBody, lessons: Sequence[Lesson], reader: StreamReader
    ) -> AsyncGenerator[StreamItem, None]:
        done = False
        # The package's own reader takes an event without data for broken JSON, and does not tell whether
        # the stream was done.
        async with await self._open(path, build, lessons) as stream:
            async for data in read_data(stream.response.aiter_bytes()):
                done = data.startswith("[DONE]")
                if done:
                    break
                chunk = parse_object(data)
                if error := chunk.get("error"):
                    raise StreamError(error)
                for item in reader.feed(chunk):
                    yield item
        for item in reader.finish(done=done):
            yield item

    async def _open(
        self, path: str, build: BuildBody, lessons: Sequence[Lesson]
    ) -> openai.AsyncStream[object]:
        while True:
            known = self._capabilities.of(self.base_url, self.model)
            body = build(known)
            try:
                return await self._client.post(
                    path, cast_to=object, body=body, stream=True, stream_cls=openai.AsyncStream[object]
                )
            except (openai.BadRequestError, openai.UnprocessableEntityError) as refusal:
                new = learn(lessons, body, f"{refusal.param or ''} {refusal.message}") - known
                if not new:
                    raise
                self._capabilities.add(self.base_url, self.model, new)
