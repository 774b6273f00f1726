"""Server-sent events, as much of them as a model's answer uses: the data of each event.

Comments, unknown fields and events without data say nothing, as the standard has it: endpoints send
them to keep a connection alive. Beyond the standard, because endpoints are: what an endpoint reports as
an error reads as JSON with `error`, whether it is an event of that name or a field of that name
(llama.cpp); two JSON values need no blank line between them; and JSON may come without being an event
at all, one value after the other or the whole answer as one.

Source: WHATWG HTML, section 9.2.6.
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterable

from agent.jsontypes import JsonValue, dump, is_object

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = "\ufeff"


async def read_data(pieces: AsyncIterable[bytes]) -> AsyncGenerator[str, None]:
    """The data of each event of a stream.

    Args:
        pieces: The bytes of the stream, cut anywhere.

    Raises:
        UnicodeDecodeError: A line is no UTF-8.
    """
    events = _Events()
    async for line in _read_lines(pieces):
        if data := events.take(line.decode()):
            yield data
    # Some endpoints leave the blank line after the last event out.
    if data := events.end():
        yield data


class _Events:
    """Lines on their way to becoming events."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._name = ""
        self._is_bare = False

    def take(self, line: str) -> str:
        """The data of the event that a line ends; empty if it ends none, or one that says nothing."""
        line = line.removeprefix(_BYTE_ORDER_MARK)
        if self._is_bare and not line.startswith(("data:", "{")):
            self._data.append(line)
            return ""
        if line.startswith("{"):
            ended = self.end()
            self._data, self._is_bare = [line], True
            return ended
        if not line:
            return self.end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            return self._take_data(value)
        if name == "event":
            self._name = value
        elif name == "error":
            return _as_error(value)
        return ""

    def _take_data(self, value: str) -> str:
        # A gateway that passes lines on as data of its own says so twice.
        while value.startswith("data:"):
            value = value.removeprefix("data:").removeprefix(" ")
        # No JSON value goes on with a brace or bracket that opens right after one that closes.
        is_next = self._is_bare or (
            value.startswith(("{", "[")) and bool(self._data) and self._data[-1].rstrip().endswith("}")
        )
        ended = self.end() if is_next else ""
        self._data.append(value)
        return ended

    def end(self) -> str:
        """The data of the event that ends here."""
        data = "\n".join(self._data)
        name, self._data, self._name, self._is_bare = self._name, [], "", False
        if name == "error":
            return _as_error(data)
        return "" if data.isspace() else data


def _as_error(said: str) -> str:
    try:
        value: JsonValue = json.loads(said)
    except (ValueError, RecursionError):
        value = said
    if is_object(value) and value.get("error"):
        return dump(value)
    return dump({"error": value or {"message": ""}})


async def _read_lines(pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    begun: list[bytes] = []
    async for piece in pieces:
        ends_line = b"\n" in piece or b"\r" in piece or (bool(begun) and begun[-1].endswith(b"\r"))
        begun.append(piece)
        if not ends_line:
            continue
        whole = b"".join(begun)
        # A carriage return at the end may be half of a line end.
        held = b"\r" if whole.endswith(b"\r") else b""
        *lines, rest = _LINE_END.split(whole.removesuffix(held))
        begun = [rest + held]
        for line in lines:
            yield line
    if rest := b"".join(begun).removesuffix(b"\r"):
        yield rest
