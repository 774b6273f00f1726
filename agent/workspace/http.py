"""The HTTP seam: every request of MCP gets a JSON-RPC answer, whatever the network or a gateway did.

The SDK's transport loses the status, the words and the `Retry-After` of an HTTP error, and a network
error ends its whole session. Below it, this transport answers such requests with a JSON-RPC error
that carries a `Failure`. It sends again only what provably was not executed: a request that found no
connection, and one that was answered 429.

Source: MCP 2025-11-25 and 2026-07-28, Basic, Transports, "Streamable HTTP".
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from agent.events import WaitStarted
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.workspace.failure import Failure, FailureKind, network_failure, one_line, page_text

MAX_ANSWER = 256 * 1024 * 1024
_CLOSING_TIME = 2.0
_RESENDS = (0.5, 1.0)
_DEFAULT_WAIT = 2.0
_SESSION = "mcp-session-id"
_INSUFFICIENT_SCOPE = re.compile(r"""(?i)\berror\s*=\s*"?insufficient_scope\b""")
_SCOPE = re.compile(r"""(?i)\bscope\s*=\s*"([^"]*)\"""")
_HANDSHAKE = ("server/discover", "initialize")
_BODY_HEADERS = frozenset({"content-length", "content-type", "content-encoding", "transfer-encoding"})

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Patience:
    """How long to wait for what.

    Args:
        handshake: Seconds for the server's answer to each request of the handshake.
        rate_limit: Seconds to wait in all, for one request, when the server answers 429.
        sleep: Waits; injected by tests.
        on_wait: Is told of each wait.
    """

    handshake: float
    rate_limit: float
    sleep: Sleep
    on_wait: Callable[[WaitStarted], None]

    async def sit_out(self, seconds: float) -> None:
        """Wait as a 429 told, and say so."""
        self.on_wait(WaitStarted("The server limits the rate of requests", seconds))
        await self.sleep(seconds)


@dataclass(frozen=True, slots=True)
class _Message:
    """The JSON-RPC message of a request; `id` is `None` for one that wants no answer."""

    id: JsonValue
    method: str
    session: bool


class AnsweringTransport(httpx2.AsyncBaseTransport):
    """Sends through `inner`, and turns failures of `POST` into JSON-RPC errors.

    The probe of a handshake (`server/discover`) decides the protocol's era, and the SDK takes any
    error for "an older server". An outage is no such verdict: after one, the `initialize` that
    follows is answered with the same failure, unless `accept_any_verdict` is set.

    Args:
        inner: The client that reaches the network; it knows the proxies of the environment.
        patience: How long to wait for what.
    """

    def __init__(self, inner: httpx2.AsyncClient, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience
        self._outage: Failure | None = None
        self.accept_any_verdict = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; network errors escape only from requests that the SDK guards itself."""
        if request.method == "POST":
            return await self._post(request)
        if request.method == "DELETE":
            # Saying goodbye to a server that hangs must not hold up leaving.
            request.extensions["timeout"] = httpx2.Timeout(_CLOSING_TIME).as_dict()
        elif request.method == "GET":
            request.extensions["timeout"] = _without_read_limit(request)
        return await self._inner.send(request, stream=True, auth=None, follow_redirects=False)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    async def _post(self, request: httpx2.Request) -> httpx2.Response:
        message = _read_message(request)
        if message.method == "initialize" and self._outage is not None:
            return _answer(message, self._outage)
        if message.method in _HANDSHAKE:
            request.extensions["timeout"] = httpx2.Timeout(self._patience.handshake).as_dict()
        elif message.method == "subscriptions/listen":
            request.extensions["timeout"] = _without_read_limit(request)
        if message.method == "server/discover" and not self.accept_any_verdict:
            self._outage = Failure(FailureKind.TIMEOUT)
        response, failure = await self._exchange(message, request)
        if message.method == "server/discover":
            self._outage = failure if failure is not None and self._is_outage(failure) else None
        if failure is None and response is not None:
            return response
        return _answer(message, failure or Failure(FailureKind.LOST), response)

    def _is_outage(self, failure: Failure) -> bool:
        if failure.passing:
            return not self.accept_any_verdict
        return failure.kind not in (FailureKind.UNUSABLE, FailureKind.STATUS, FailureKind.FORBIDDEN)

    async def _exchange(
        self, message: _Message, request: httpx2.Request
    ) -> tuple[httpx2.Response | None, Failure | None]:
        """Send until there is an answer to give.

        Waits and resends happen here, but not for a handshake: the supervisor starts that afresh.
        """
        handshake = message.method in _HANDSHAKE
        resends = iter(() if handshake else _RESENDS)
        waited = 0.0
        while True:
            try:
                response = await self._inner.send(request, stream=True, auth=None, follow_redirects=False)
                if response.status_code != 429 or message.id is None:
                    return await _examine(message, response)
                await response.aclose()
                wait = _retry_after(response)
                if handshake or waited + wait > self._patience.rate_limit:
                    return response, Failure(FailureKind.RATE_LIMITED, "too many requests", 429, wait)
                waited += wait
                await self._patience.sit_out(wait)
            except httpx2.RequestError as error:
                failure = network_failure(error)
                delay = next(resends, None) if failure.kind is FailureKind.UNREACHABLE else None
                if delay is None:
                    return None, failure
                await self._patience.sleep(delay)


def _without_read_limit(request: httpx2.Request) -> dict[str, float | None]:
    """Let a stream of notifications be silent for as long as nothing happens."""
    return {**request.extensions["timeout"], "read": None}


def _read_message(request: httpx2.Request) -> _Message:
    body: object = json.loads(request.content)
    if not is_object(body):
        return _Message(None, "", False)
    method = body.get("method")
    # A message without a method is our answer to a request of the server: nobody waits for a reply.
    request_id = body.get("id") if isinstance(method, str) else None
    return _Message(request_id, method if isinstance(method, str) else "", _SESSION in request.headers)


async def _examine(message: _Message, response: httpx2.Response) -> tuple[httpx2.Response, Failure | None]:
    """Let a usable answer through, and say what is wrong with any other."""
    status = response.status_code
    streaming = response.headers.get("content-type", "").lower().startswith("text/event-stream")
    if message.id is None or status == 202 or 300 <= status < 400 or (streaming and status < 300):
        return response, None
    body = await _read_body(response)
    if body is None:
        too_large = f"it sent more than {MAX_ANSWER >> 20} MiB"
        return response, Failure(FailureKind.UNUSABLE, too_large, status)
    # Parsing is work for another thread once it takes longer than a frame of the screen.
    parsed = await asyncio.to_thread(_parse, body) if len(body) > 1_000_000 else _parse(body)
    reply = parsed if is_object(parsed) and parsed.get("jsonrpc") == "2.0" else None
    answers = reply is not None and ("result" in reply or "error" in reply)
    failure = _missing_scope(response) or _judge_status(
        message, status, _words(response, body, parsed), answers
    )
    if failure is not None:
        return response, failure
    if reply is not None and reply.get("id") != message.id:
        # This body can only answer this request; under a wrong id it would be waited for for ever.
        body = json.dumps({**reply, "id": message.id}).encode()
    return _replace_body(response, status, body), None


def _missing_scope(response: httpx2.Response) -> Failure | None:
    """Say whether the token lacks a scope that a new sign-in could bring (RFC 6750, section 3.1)."""
    challenge = response.headers.get("www-authenticate", "")
    if response.status_code != 403 or not _INSUFFICIENT_SCOPE.search(challenge):
        return None
    scope = _SCOPE.search(challenge)
    return Failure(FailureKind.SCOPE, one_line(scope.group(1)) if scope else "", 403)


def _judge_status(message: _Message, status: int, words: str, answers: bool) -> Failure | None:
    if status == 401:
        return Failure(FailureKind.UNAUTHORIZED, words, status)
    if status == 403:
        return Failure(FailureKind.FORBIDDEN, words, status)
    if message.session and status == 404:
        return Failure(FailureKind.SESSION_LOST, words, status)
    if status == 400 and message.method not in _HANDSHAKE and "session" in words.lower():
        return Failure(FailureKind.SESSION_LOST, words, status)
    if answers and (status < 500 or message.method not in _HANDSHAKE):
        return None
    if status < 400:
        return Failure(FailureKind.UNUSABLE, f"it sent {words or 'an empty answer'}", status)
    return Failure(FailureKind.STATUS, words, status)


async def _read_body(response: httpx2.Response) -> bytes | None:
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER:
                return None
    finally:
        await response.aclose()
    return bytes(body)


def _parse(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def _words(response: httpx2.Response, body: bytes, parsed: object) -> str:
    """Give what a server says in an error, wherever it says it."""
    if is_object(parsed):
        error = parsed.get("error")
        places: list[JsonObject] = [error, parsed] if is_object(error) else [parsed]
        for place in places:
            for key in ("error_description", "message", "detail", "title", "error"):
                if isinstance(text := place.get(key), str) and text:
                    return one_line(text)
    text = body[:20_000].decode("utf-8", "replace")
    if "html" in response.headers.get("content-type", "").lower() or text.lstrip()[:1] == "<":
        return f"a web page ({page_text(text)})" if response.status_code < 400 else page_text(text)
    return one_line(text)


def _retry_after(response: httpx2.Response) -> float:
    """Read `Retry-After` in seconds; RFC 9110, section 10.2.3, allows a number or a date."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return max(float(value), 0.1)
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.1)
    except (ValueError, TypeError):
        return _DEFAULT_WAIT


def _answer(message: _Message, failure: Failure, response: httpx2.Response | None = None) -> httpx2.Response:
    """Answer with a failure; the status stays, because the authentication above reads it."""
    if message.id is None:
        return httpx2.Response(202)
    body = json.dumps(failure.to_json_rpc(message.id)).encode()
    if response is None:
        return httpx2.Response(503, headers={"content-type": "application/json"}, content=body)
    return _replace_body(response, response.status_code, body)


def _replace_body(response: httpx2.Response, status: int, body: bytes) -> httpx2.Response:
    kept = [(key, value) for key, value in response.headers.multi_items() if key.lower() not in _BODY_HEADERS]
    return httpx2.Response(status, headers=[*kept, ("content-type", "application/json")], content=body)
