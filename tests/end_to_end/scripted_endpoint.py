"""A model endpoint over real HTTP that streams what a test scripts."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from agent.tools.fence import unfence

Body: TypeAlias = dict[str, Any]
Calls: TypeAlias = list[tuple[str, dict[str, Any]]]


class Held:
    """An answer that stops in its middle until a test lets it go on.

    Args:
        begin: What is sent at once.
        end: What is sent after `release`.
    """

    def __init__(self, begin: str, end: str = "") -> None:
        self.begin = begin
        self.end = end
        self.was_left = threading.Event()
        """Set when the one who asked hung up before the end."""
        self._released = False
        self._lock = threading.Lock()
        self._wake: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def release(self) -> None:
        """Let it go on to its end."""
        with self._lock:
            self._released = True
            for loop, event in self._wake:
                loop.call_soon_threadsafe(event.set)

    async def wait(self) -> None:
        """Wait for `release`."""
        event = asyncio.Event()
        with self._lock:
            if self._released:
                return
            self._wake.append((asyncio.get_running_loop(), event))
        try:
            await event.wait()
        except asyncio.CancelledError:
            self.was_left.set()
            raise


Answer: TypeAlias = str | Calls | Held | Response
Script: TypeAlias = list[Answer | Callable[[Body], Answer]]


class ScriptedEndpoint:
    """Speaks Chat Completions; gives the next scripted answer to each request and keeps the requests.

    Args:
        script: The answers.
        otherwise: What to say when they are used up; an error if empty.
        models: What it says it has.
        key: The key that it wants; any if empty.

    `requests` are the bodies that came in, `received` all of each request as text, `keys` the key of each.
    """

    def __init__(
        self, script: Script, otherwise: str = "", *, models: Sequence[str] = ("scripted",), key: str = ""
    ) -> None:
        self._script = list(script)
        self._held = [answer for answer in script if isinstance(answer, Held)]
        self._otherwise = otherwise
        self._models_listed = models
        self._key = key
        self.requests: list[Body] = []
        self.keys: list[str] = []
        self.received: list[str] = []
        self.base_url = ""
        routes = [
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            Route("/v1/models", self._models),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for held in self._held:
            held.release()
        self._server.should_exit = True
        self._thread.join()

    @property
    def port(self) -> str:
        """Where it serves."""
        return self.base_url.removesuffix("/v1").rpartition(":")[2]

    async def _keep(self, request: Request) -> None:
        """Write a request down as it came in, but for the key."""
        headers = (
            f"{name}: {'(the key, not shown)' if name == 'authorization' else value}"
            for name, value in request.headers.items()
        )
        body = (await request.body()).decode()
        whole = [f"{request.method} {request.url}", *headers, "", *([body] if body else [])]
        self.received.append("\n".join(whole))

    def _refusal(self, request: Request) -> JSONResponse | None:
        self.keys.append(request.headers.get("authorization", "").removeprefix("Bearer "))
        if self._key in ("", self.keys[-1]):
            return None
        return JSONResponse({"error": {"message": "wrong key"}}, status_code=401)

    async def _models(self, request: Request) -> JSONResponse:
        await self._keep(request)
        listed = [{"id": name} for name in self._models_listed]
        return self._refusal(request) or JSONResponse({"object": "list", "data": listed})

    async def _complete(self, request: Request) -> Response:
        await self._keep(request)
        if refusal := self._refusal(request):
            return refusal
        body: Body = await request.json()
        self.requests.append(body)
        if not self._script and not self._otherwise:
            return JSONResponse({"error": {"message": "the script has ended"}}, status_code=400)
        entry = self._script.pop(0) if self._script else self._otherwise
        answer = entry if isinstance(entry, Response) else entry(body) if callable(entry) else entry
        if isinstance(answer, Response):
            return answer
        return StreamingResponse(_stream(answer, len(self.requests)), media_type="text/event-stream")


async def _stream(answer: str | Calls | Held, number: int) -> AsyncGenerator[str, None]:
    if isinstance(answer, Held):
        for piece in _words(answer.begin):
            yield piece
        await answer.wait()
        for piece in _words(answer.end):
            yield piece
        yield _chunk({}, "stop")
    elif isinstance(answer, str):
        for piece in _words(answer):
            yield piece
        yield _chunk({}, "stop")
    else:
        for index, (name, arguments) in enumerate(answer):
            function = {"name": name, "arguments": json.dumps(arguments)}
            yield _chunk(
                {"tool_calls": [{"index": index, "id": f"call_{number}_{index}", "function": function}]}
            )
        yield _chunk({}, "tool_calls")
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    yield f"data: {json.dumps({'choices': [], 'usage': usage})}\n\ndata: [DONE]\n\n"


def _words(text: str) -> Iterator[str]:
    for word in text.split(" "):
        yield _chunk({"content": word + " "})


def _chunk(delta: Body, reason: str | None = None) -> str:
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': reason}]})}\n\n"


def last_result(body: Body) -> Any:
    """The structured result of the last tool message of a request."""
    tool_messages = [message for message in body["messages"] if message["role"] == "tool"]
    return json.loads(unfence(tool_messages[-1]["content"]))


def said(body: Body, role: str) -> list[str]:
    """The messages of a role in a request."""
    return [message["content"] for message in body["messages"] if message["role"] == role]
