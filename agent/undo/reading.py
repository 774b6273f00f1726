"""Finding out how a thing is: by a read, or by what was read a moment ago."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from agent.conversation import Message, ToolMessage
from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.tool import ToolResult
from agent.undo.rules import Read
from agent.undo.templates import Facts, UnknownValueError, fill_arguments, value_at

FRESH = 60.0
"""For how many seconds what was read counts as the present."""

MOST_READS = 12
"""How many reads one write may cost; servers allow about a hundred calls a minute."""

_MOST_PAGES = 3
_PATIENCE = 15.0
_KEPT = 20

CallTool: TypeAlias = Callable[[str, JsonObject], Awaitable[ToolResult]]


class ReadFailedError(Exception):
    """How things are cannot be told; the text says why."""


class Recent:
    """What was read within the last minute, until something is written.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._results: deque[tuple[float, JsonValue]] = deque(maxlen=_KEPT)

    def saw(self, result: JsonValue) -> None:
        """Take what a read answered."""
        self._results.append((self._clock(), result))

    def forget(self) -> None:
        """Something was written, so that nothing is certain any more."""
        self._results.clear()

    def find(self, own_id: str, value: JsonValue, paths: Sequence[str]) -> JsonObject | None:
        """The thing of that id, if all of the paths were read of it."""
        now = self._clock()
        for seen, result in reversed(self._results):
            if now - seen > FRESH:
                return None
            for thing in _things(result, own_id, value):
                if all(_has(thing, path) for path in paths):
                    return thing
        return None


def find_in_conversation(messages: Sequence[Message], own_id: str, value: JsonValue) -> JsonObject | None:
    """The thing of that id as the conversation last saw it, for what never changes of it."""
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            for thing in _things(message.structured, own_id, value):
                return thing
    return None


async def fetch(
    read: Read, arguments: JsonObject, where: Mapping[str, JsonValue], call_tool: CallTool
) -> JsonValue:
    """Read a thing.

    Args:
        read: What tells how it is.
        arguments: Of that call.
        where: What the thing is found by in a list.
        call_tool: Calls a tool.

    Returns:
        The thing; `None` if it is not in the list.

    Raises:
        ReadFailedError: It cannot be told.
    """
    for page in range(1, _MOST_PAGES + 1):
        answer = await _ask(read.tool, {**arguments, "page": page} if read.paged else arguments, call_tool)
        if not read.list:
            return answer
        items = answer.get(read.list) if is_object(answer) else None
        if not isinstance(items, list):
            raise ReadFailedError("the server did not answer as expected")
        for item in items:
            if is_object(item) and any(_same(item.get(key), value) for key, value in where.items()):
                return item
        if not read.paged or not (is_object(answer) and answer.get("hasMore") is True):
            return None
    raise ReadFailedError("it is not among the first hundreds")


def arguments_of(read: Read, facts: Facts) -> JsonObject:
    """The arguments of a read.

    Raises:
        ReadFailedError: One of them is not known.
    """
    try:
        return fill_arguments(facts, read.arguments)
    except UnknownValueError as error:
        raise ReadFailedError(f"its {error} is not known") from None


async def _ask(tool: str, arguments: JsonObject, call_tool: CallTool) -> JsonValue:
    try:
        async with asyncio.timeout(_PATIENCE):
            result = await call_tool(tool, arguments)
    except AgentError as error:
        raise ReadFailedError(error.message.rstrip(".")) from error
    except TimeoutError:
        raise ReadFailedError("the server took too long") from None
    if result.is_error or not is_object(result.structured):
        raise ReadFailedError(" ".join(result.text.split())[:200].rstrip(".") or "the server refused")
    return result.structured


def _same(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    return one is not None and one == other


def _has(thing: JsonObject, path: str) -> bool:
    try:
        value_at(thing, path)
    except UnknownValueError:
        return False
    return True


def _things(value: JsonValue, own_id: str, wanted: JsonValue) -> Iterator[JsonObject]:
    """Objects that are the thing itself, whose first id is its own; others only mention it."""
    if is_object(value):
        first_id = next((key for key in value if key.endswith("Id")), None)
        if first_id == own_id and value[own_id] == wanted:
            yield value
        for child in value.values():
            yield from _things(child, own_id, wanted)
    elif isinstance(value, list):
        for item in value:
            yield from _things(item, own_id, wanted)
