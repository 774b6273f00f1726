"""Real MCP servers on loopback, and the ways in which one misbehaves."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.jsontypes import JsonObject, parse_object


@dataclass(frozen=True)
class Seen:
    """A request as it reached the server."""

    http_method: str
    headers: dict[str, str]
    message: JsonObject

    @property
    def method(self) -> str:
        return str(self.message.get("method", ""))

    @property
    def name(self) -> str:
        params = self.message.get("params")
        return str(params.get("name", "")) if isinstance(params, dict) else ""


Fault = Callable[[Seen], Awaitable[Response | None]]


@dataclass
class Gate:
    """Stands before an app: remembers each request, and may answer it in the app's place."""

    app: ASGIApp | None = None
    fault: Fault | None = None
    seen: list[Seen] = field(default_factory=list[Seen])
    changing: threading.Condition = field(default_factory=threading.Condition)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if self.app is not None:
                await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        seen = Seen(request.method, dict(request.headers), parse_object(body.decode()) if body else {})
        with self.changing:
            self.seen.append(seen)
            self.changing.notify_all()
        answer = await self.fault(seen) if self.fault else None
        if answer is None and self.app is None:
            answer = Response(status_code=404)
        if answer is not None:
            await answer(scope, receive, send)
            return
        assert self.app is not None
        replayed = False

        async def replay() -> dict[str, object]:
            nonlocal replayed
            if replayed:
                return dict(await receive())
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def arrival(self, *methods: str) -> None:
        """Wait until a request with one of these methods, of JSON-RPC or HTTP, has come."""

        def wait() -> bool:
            with self.changing:
                return self.changing.wait_for(
                    lambda: any({seen.method, seen.http_method} & set(methods) for seen in self.seen), 30
                )

        assert await asyncio.to_thread(wait)

    def methods(self) -> list[str]:
        return [seen.method for seen in self.seen if seen.method]


def result(seen: Seen, value: JsonObject) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": seen.message.get("id"), "result": value})


def no_such_method(seen: Seen) -> Response:
    error: JsonObject = {"code": -32601, "message": "Method not found"}
    return JSONResponse({"jsonrpc": "2.0", "id": seen.message.get("id"), "error": error}, 200)


async def only_initialize(seen: Seen) -> Response | None:
    """Make a server one of the era before 2026-07-28."""
    return no_such_method(seen) if seen.method == "server/discover" else None


def one_after_another(*faults: Fault) -> Fault:
    """Ask each fault in turn; the first that answers wins."""

    async def ask(seen: Seen) -> Response | None:
        for fault in faults:
            if (answer := await fault(seen)) is not None:
                return answer
        return None

    return ask


def first(times: int, method: str, answer: Callable[[Seen], Response]) -> Fault:
    """Answer the first requests of a method, and let all others through."""
    left = times

    async def fault(seen: Seen) -> Response | None:
        nonlocal left
        if seen.method != method or not left:
            return None
        left -= 1
        return answer(seen)

    return fault


def always(method: str, answer: Callable[[Seen], Response]) -> Fault:
    """Answer every request of a method."""
    return first(-1, method, answer)


def scripted(results: JsonObject) -> Gate:
    """A server of the older era that answers each method with what is written here, right or wrong."""
    welcome: JsonObject = {
        "protocolVersion": "2025-11-25",
        "capabilities": {"tools": {}, "prompts": {}, "resources": {}},
        "serverInfo": {"name": "scripted", "version": "1"},
    }

    async def answer(seen: Seen) -> Response | None:
        if seen.method == "initialize":
            return result(seen, welcome)
        if "id" not in seen.message or not seen.method:
            return Response(status_code=202 if seen.http_method == "POST" else 405)
        value = results.get(seen.method)
        return result(seen, value) if isinstance(value, dict) else no_such_method(seen)

    return Gate(fault=answer)


class Running:
    """A server that runs in a thread until it is stopped; it can come back on the same port."""

    def __init__(self, app: ASGIApp, port: int = 0, tls: tuple[Path, Path] | None = None) -> None:
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(64)
        self.port = int(self._socket.getsockname()[1])
        self._scheme = "https" if tls else "http"
        config = uvicorn.Config(
            app,
            log_config=None,
            ws="none",
            timeout_graceful_shutdown=0,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/mcp"

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()


@contextlib.contextmanager
def running(app: ASGIApp, tls: tuple[Path, Path] | None = None) -> Generator[Running]:
    server = Running(app, tls=tls)
    try:
        yield server
    finally:
        server.stop()


class CuttingProxy:
    """Hands bytes on to a server, and cuts connections when it is told to.

    Args:
        port: Where the server listens.
        marker: Only a request that holds these bytes is cut.
    """

    def __init__(self, port: int, marker: bytes) -> None:
        self._target = port
        self._marker = marker
        self.cut_requests = 0
        self.cut_answers = 0
        self.port = 0
        self._serving: list[asyncio.Task[None]] = []
        self._ends: list[asyncio.StreamWriter] = []

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncGenerator["CuttingProxy"]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        try:
            yield self
        finally:
            server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            for end in self._ends:
                end.transport.abort()
            await asyncio.gather(*(end.wait_closed() for end in self._ends), return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        self._serving.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends.append(up_writer)
        doomed = asyncio.Event()

        async def requests() -> None:
            while data := await reader.read(65536):
                if self._marker in data and self.cut_requests:
                    self.cut_requests -= 1
                    return
                if self._marker in data and self.cut_answers:
                    self.cut_answers -= 1
                    doomed.set()
                up_writer.write(data)
                await up_writer.drain()

        async def answers() -> None:
            while data := await up_reader.read(65536):
                if doomed.is_set():
                    return
                writer.write(data)
                await writer.drain()

        pumps = [asyncio.create_task(requests()), asyncio.create_task(answers())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            up_writer.transport.abort()
            writer.transport.abort()
