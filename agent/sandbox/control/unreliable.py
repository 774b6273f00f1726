"""Lets the faults befall the requests, and notes every request that comes."""

import asyncio
from collections import deque
from dataclasses import dataclass

import anyio
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from agent.sandbox.control.faults import Fault, Faults
from agent.sandbox.control.request_log import RequestLog

_ABORT = "abort_connection"
_READ_BYTES = 4 * 1024 * 1024


class CuttableProtocol(H11Protocol):
    """HTTP whose connections the application can cut, through the state of their requests."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Notes how this connection is cut."""
        super().connection_made(transport)
        self.app_state = self.app_state | {_ABORT: transport.abort}


@dataclass(frozen=True, slots=True)
class Unreliable:
    """Serves requests the way the faults want; it needs to be served over `CuttableProtocol`.

    Args:
        app: What serves the requests.
        faults: What goes wrong.
        log: Where the requests are noted.
    """

    app: ASGIApp
    faults: Faults
    log: RequestLog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves an ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read = await _read(receive)
        body = b"".join(message.get("body", b"") for message in read)
        seen = self.log.note(scope["method"], scope["path"], body)

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        fault = self.faults.take(scope["path"], seen.tool)
        if fault is None:
            await self.app(scope, _replaying(read, receive), send_noting)
        else:
            await self._befall(fault, scope, read, receive, send_noting)

    async def _befall(
        self, fault: Fault, scope: Scope, read: list[Message], receive: Receive, send: Send
    ) -> None:
        if fault.delay:
            await anyio.sleep(fault.delay)
        replaying = _replaying(read, receive)
        if fault.status:
            error = {"error": "fault", "error_description": "The control API asked for this answer."}
            answer = JSONResponse(error, status_code=fault.status, headers=fault.headers)
            await answer(scope, replaying, send)
        elif fault.cut == "before":
            await _cut(scope, receive)
        elif fault.cut == "after":
            await self.app(scope, replaying, _swallowing(scope))
            await _cut(scope, receive)
        else:
            await self.app(scope, replaying, send)


async def _read(receive: Receive) -> list[Message]:
    """Returns the messages of the whole body, or of the first part of one that is too large anyway."""
    messages: list[Message] = []
    size = 0
    while size <= _READ_BYTES:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return messages


def _replaying(read: list[Message], receive: Receive) -> Receive:
    waiting = deque(read)

    async def replay() -> Message:
        return waiting.popleft() if waiting else await receive()

    return replay


def _swallowing(scope: Scope) -> Send:
    async def swallow(message: Message) -> None:
        # A stream that is asked for with GET has no end to wait for.
        if scope["method"] == "GET" and message["type"] == "http.response.start":
            scope["state"][_ABORT]()

    return swallow


async def _cut(scope: Scope, receive: Receive) -> None:
    scope["state"][_ABORT]()
    # Until the connection is known to be lost, returning without an answer would be answered with a 500.
    while (await receive())["type"] != "http.disconnect":
        pass
