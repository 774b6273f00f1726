"""The MCP seam: an MCP transport around another one, which repairs results on their way in."""

from contextlib import AbstractAsyncContextManager
from contextvars import Context
from types import TracebackType
from typing import Protocol, Self

import anyio
from mcp.client import Transport
from mcp.shared.message import SessionMessage
from mcp_types import (
    PROTOCOL_VERSION_META_KEY,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)

from agent.jsontypes import is_object
from agent.workspace.repair import Findings, repair_result


class _Incoming(Protocol):
    async def receive(self) -> SessionMessage | Exception: ...
    async def aclose(self) -> None: ...


class _Outgoing(Protocol):
    async def send(self, item: SessionMessage, /) -> None: ...
    async def aclose(self) -> None: ...


class _Closing:
    """An asynchronous context manager whose exit closes what it wraps."""

    def __init__(self, wrapped: _Incoming | _Outgoing) -> None:
        self._wrapped = wrapped

    async def aclose(self) -> None:
        await self._wrapped.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


class _Requests:
    """The requests that wait for a result: their methods, and whether they belong to the stateless era."""

    def __init__(self) -> None:
        self._open: dict[RequestId, tuple[str, bool]] = {}

    def note(self, message: SessionMessage) -> None:
        request = message.message
        if isinstance(request, JSONRPCRequest):
            meta: object = (request.params or {}).get("_meta")
            stateless = is_object(meta) and PROTOCOL_VERSION_META_KEY in meta
            self._open[request.id] = (request.method, stateless)
        elif isinstance(request, JSONRPCNotification) and request.method == "notifications/cancelled":
            self._open.pop((request.params or {}).get("requestId", ""), None)

    def repair(self, message: SessionMessage | Exception, findings: Findings) -> None:
        if isinstance(message, Exception):
            return
        answer = message.message
        if isinstance(answer, JSONRPCResponse | JSONRPCError) and answer.id is not None:
            method, stateless = self._open.pop(answer.id, ("", False))
            if isinstance(answer, JSONRPCResponse):
                answer.result = repair_result(method, answer.result, findings, stateless=stateless)


class _RepairingReader(_Closing):
    def __init__(self, inner: _Incoming, requests: _Requests, findings: Findings) -> None:
        super().__init__(inner)
        self._inner = inner
        self._requests = requests
        self._findings = findings

    @property
    def last_context(self) -> Context | None:
        """The sender's context of the last message; the SDK carries its tracing through it."""
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        message = await self._inner.receive()
        self._requests.repair(message, self._findings)
        return message

    def __aiter__(self) -> "_RepairingReader":
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


class _NotingWriter(_Closing):
    def __init__(self, inner: _Outgoing, requests: _Requests) -> None:
        super().__init__(inner)
        self._inner = inner
        self._requests = requests

    async def send(self, item: SessionMessage, /) -> None:
        self._requests.note(item)
        await self._inner.send(item)


class RepairingTransport(AbstractAsyncContextManager[tuple[_RepairingReader, _NotingWriter]]):
    """An MCP transport that hands on what `inner` brings, results repaired.

    Args:
        inner: The transport that reaches the server.
        findings: Where the repairs note what they learn about tools.
    """

    def __init__(self, inner: Transport, findings: Findings) -> None:
        self._inner = inner
        self._findings = findings

    async def __aenter__(self) -> tuple[_RepairingReader, _NotingWriter]:
        incoming, outgoing = await self._inner.__aenter__()
        requests = _Requests()
        return _RepairingReader(incoming, requests, self._findings), _NotingWriter(outgoing, requests)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool | None:
        return await self._inner.__aexit__(exc_type, exc_val, exc_tb)
