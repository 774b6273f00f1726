"""A model endpoint over real HTTP that sends exactly the bytes that a test gives it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from agent.jsontypes import JsonObject, JsonValue, parse_object


@dataclass(frozen=True)
class Reply:
    """What the endpoint answers.

    Args:
        pieces: The body, in the pieces in which it is sent.
        status: The HTTP status.
        content_type: What the body says it is.
        headers: Further headers.
        cut: The connection is lost before the body is whole.
    """

    pieces: Sequence[bytes]
    status: int = 200
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: bool = False


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    line: str
    headers: Mapping[str, str]
    body: JsonObject


async def _at_once() -> None:
    """Do not wait."""


class FakeEndpoint:
    """Gives the next of its replies to each request, and keeps the requests.

    A test may put something else in place of `before_answering`.
    """

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.before_answering: Callable[[], Awaitable[object]] = _at_once
        self.requests: list[Received] = []
        self._handlers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.ensure_future(self._answer(reader, writer))
        self._handlers.add(handler)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await _read(reader))
            await self.before_answering()
            reply = self.replies.pop(0)
            writer.write(_head(reply))
            for piece in reply.pieces:
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
                # A piece of its own for the reader, not one with the next.
                await asyncio.sleep(0)
            if not reply.cut:
                writer.write(b"0\r\n\r\n")
            await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0], headers, parse_object(body.decode()) if body else {})


def _head(reply: Reply) -> bytes:
    headers = {
        "content-type": reply.content_type,
        "transfer-encoding": "chunked",
        "connection": "close",
        **reply.headers,
    }
    lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def event(value: JsonValue) -> bytes:
    """One server-sent event that holds JSON."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def chunk(content: str | None = None, finish: str | None = None, **fields: JsonValue) -> bytes:
    """One chunk of a chat completion stream."""
    delta: JsonObject = {**fields} if content is None else {"content": content, **fields}
    choice: JsonObject = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "x", "object": "chat.completion.chunk", "choices": [choice]})


DONE = b"data: [DONE]\n\n"


def streaming(*pieces: bytes) -> Reply:
    """A whole stream."""
    return Reply([*pieces, DONE])


def saying(text: str) -> Reply:
    """A whole answer."""
    return streaming(chunk(text), chunk(finish="stop"))


def refusing(status: int, error: JsonValue, **headers: str) -> Reply:
    """An error as OpenAI writes it."""
    return Reply([json.dumps({"error": error}).encode()], status, "application/json", headers)


def listing_models(*names: str) -> Reply:
    """A list of models, as `/models` gives it."""
    body = {"object": "list", "data": [{"id": name} for name in names]}
    return Reply([json.dumps(body).encode()], content_type="application/json")
