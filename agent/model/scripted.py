"""A model that says what it was told to say: recordings played back, and scripts for tests."""

from collections.abc import AsyncGenerator, Iterable

from agent.conversation import ToolCall
from agent.errors import ModelError
from agent.model.protocol import (
    Finish,
    FinishReason,
    ModelRequest,
    StreamItem,
    TextDelta,
    Usage,
)


class ScriptedModel:
    """Answers each request with the next of a list of answers.

    Args:
        answers: One per request; each the items of one stream, or an error to raise.
        name: Shown as the model's name.
    """

    def __init__(
        self, answers: Iterable[Iterable[StreamItem] | ModelError], *, name: str = "scripted"
    ) -> None:
        self._answers = iter(answers)
        self._name = name
        self.requests: list[ModelRequest] = []

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Give the next answer.

        Raises:
            ModelError: The script holds an error here, or has no answer left.
        """
        self.requests.append(request)
        answer = next(self._answers, None)
        if answer is None:
            raise ModelError("The recording has no further answer of the model.")
        if isinstance(answer, ModelError):
            raise answer
        for item in answer:
            yield item

    async def aclose(self) -> None:
        """There is nothing to close."""


def say(text: str, *calls: ToolCall, usage: Usage | None = None) -> list[StreamItem]:
    """The items of a whole answer: some text, some calls, and the end."""
    items: list[StreamItem] = [TextDelta(text)] if text else []
    items.extend(calls)
    items.append(usage or Usage())
    items.append(Finish(FinishReason.TOOL_CALLS if calls else FinishReason.STOP))
    return items
