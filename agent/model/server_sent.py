"""Server-sent events, as much of them as a chat completion stream uses: the data of each event.

Comments, other fields and events without data say nothing, as the standard has it: endpoints send
them to keep a connection alive.

Source: WHATWG HTML, section 9.2.6.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterable

_LINE_END = re.compile(rb"\r\n|\n|\r")


async def read_data(pieces: AsyncIterable[bytes]) -> AsyncGenerator[str, None]:
    """The data of each event of a stream.

    Args:
        pieces: The bytes of the stream, cut anywhere.

    Raises:
        UnicodeDecodeError: A line is no UTF-8.
    """
    data: list[str] = []
    async for line in _read_lines(pieces):
        if line:
            name, _, value = line.decode().partition(":")
            if name == "data":
                data.append(value.removeprefix(" "))
        elif data:
            yield "\n".join(data)
            data = []
    # Some endpoints leave the blank line after the last event out.
    if data:
        yield "\n".join(data)


async def _read_lines(pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    rest = b""
    async for piece in pieces:
        whole = rest + piece
        # A carriage return at the end may be half of a line end.
        held = b"\r" if whole.endswith(b"\r") else b""
        *lines, rest = _LINE_END.split(whole.removesuffix(held))
        rest += held
        for line in lines:
            yield line
    if rest:
        yield rest.removesuffix(b"\r")
