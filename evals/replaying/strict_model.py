"""The scripted model of a strict replay: it gives a recorded answer to the recorded request alone."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agent.errors import ModelError
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.scripted import ScriptedModel
from evals.replaying.comparing import compare_request
from evals.replaying.requests import RecordedRequest


class StrictModel:
    """Answers each request as the recording does, and none that is another one.

    Args:
        requests: Those of the recording.
        name: The model's name in it.
        compares: Every request has to be the recorded one; each is given the next answer otherwise.
    """

    def __init__(self, requests: Sequence[RecordedRequest], name: str, *, compares: bool = True) -> None:
        self._compares = compares
        self._requests = requests
        self._scripted = ScriptedModel([request.answer for request in requests], name=name)
        self._asked = 0
        self.difference = ""

    @property
    def name(self) -> str:
        """The name in the recording."""
        return self._scripted.name

    @property
    def next(self) -> RecordedRequest | None:
        """The request that is to come; `None` after the last."""
        return self._requests[self._asked] if self._asked < len(self._requests) else None

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Give the recorded answer.

        Raises:
            ModelError: This is not the recorded request, or the recorded answer broke off.
            LimitError: A limit broke it off.
        """
        recorded = self.next
        if not self.difference:
            self.difference = self._compare(recorded, request)
        if self.difference or recorded is None:
            raise ModelError("This is not the request that was recorded.")
        self._asked += 1
        async with aclosing(self._scripted.respond(request)) as answer:
            async for item in answer:
                yield item
        if recorded.error is not None:
            raise recorded.error

    def _compare(self, recorded: RecordedRequest | None, request: ModelRequest) -> str:
        if recorded is None:
            return "a request more than there were"
        different = compare_request(recorded, request) if self._compares else ""
        where = "summary" if recorded.is_summary else f"step {recorded.step}"
        return f"{where}, {different}" if different else ""

    async def aclose(self) -> None:
        """There is nothing to close."""
