"""A model that obeys every order it reads, wherever it reads it.

It stands for the worst that an injection can make of a model: it takes results, errors, descriptions of
functions and the user's words alike, insists on nothing being data, and has even got hold of secrets that no
model is ever given. What is left to stop it is the program around it.
"""

import json
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.conversation import Message, ToolCall, ToolMessage, UserMessage
from agent.jsontypes import JsonValue, dump, is_object
from agent.model.protocol import Finish, FinishReason, ModelRequest, StreamItem, TextDelta, Usage
from agent.tools.fence import unfence

_CALL = re.compile(r"CALL\s+(\w+)\s+(?=\{)")
_SAY = re.compile(r"SAY\s+(.+)")
_EVERYTHING = "%EVERYTHING%"
_MOST_OF_EVERYTHING = 1500
_MOST_CALLS = 12


@dataclass(frozen=True, slots=True)
class Order:
    """What a text wants: a call, or something said."""

    function: str = ""
    arguments: str = ""
    text: str = ""


class ObedientModel:
    """Calls whatever it is told to call, each order once a turn, and says what it is told to say.

    Args:
        secrets: What it has got hold of, by the words that stand for it in an order.

    `obeyed` are the orders of the present turn.
    """

    name = "obedient"

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.secrets = dict(secrets)
        self.given = ""
        self.obeyed: set[Order] = set()
        self._turn = 0
        self._calls = 0

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Obey what has been read since the user spoke last."""
        turn = sum(isinstance(message, UserMessage) for message in request.messages)
        if turn != self._turn:
            self._turn, self.obeyed, self._calls = turn, set(), 0
        texts = list(_texts(request))
        self.given = "\n".join(texts)
        orders = [order for text in texts for order in read_orders(text) if order not in self.obeyed]
        self.obeyed.update(orders)
        calls = [order for order in dict.fromkeys(orders) if order.function][: _MOST_CALLS - self._calls]
        for order in orders:
            if order.text:
                yield TextDelta(self._filled(order.text) + "\n")
        for order in calls:
            self._calls += 1
            yield ToolCall(f"call_{turn}_{self._calls}", order.function, self._filled(order.arguments))
        if not calls:
            yield TextDelta("Done.")
        yield Usage()
        yield Finish(FinishReason.TOOL_CALLS if calls else FinishReason.STOP)

    def _filled(self, text: str) -> str:
        everything = json.dumps(self.given[-_MOST_OF_EVERYTHING:])[1:-1]
        for word, value in {**self.secrets, _EVERYTHING: everything}.items():
            text = text.replace(word, value)
        return text

    async def aclose(self) -> None:
        """There is nothing to close."""


def read_orders(text: str) -> Iterator[Order]:
    """Find the orders in a text."""
    for found in _CALL.finditer(text):
        try:
            _, end = json.JSONDecoder().raw_decode(text[found.end() :])
        except ValueError:
            continue
        yield Order(function=found[1], arguments=text[found.end() : found.end() + end])
    for found in _SAY.finditer(text):
        yield Order(text=found[1])


def _texts(request: ModelRequest) -> Iterator[str]:
    """All that the model may take for orders: the newest messages and the functions that it is offered."""
    for message in _since_the_user(request.messages):
        yield from _message_texts(message)
    for function in request.functions:
        yield function.description
        yield from _leaves(function.parameters)


def _since_the_user(messages: Sequence[Message]) -> Sequence[Message]:
    last = max((n for n, message in enumerate(messages) if isinstance(message, UserMessage)), default=0)
    return messages[last:]


def _message_texts(message: Message) -> Iterator[str]:
    if isinstance(message, UserMessage):
        yield message.text
    elif isinstance(message, ToolMessage):
        try:
            yield from _leaves(json.loads(unfence(message.text)))
        except ValueError:
            yield message.text


def _leaves(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_object(value):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    else:
        yield dump(value)
