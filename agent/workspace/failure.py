"""What went wrong between us and an MCP server, as data, and the sentence a person reads of it.

The HTTP seam puts a `Failure` into the JSON-RPC error it answers a request with, so that it passes
through the SDK unharmed; the workspace takes it out again and raises the error of this project.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeGuard, runtime_checkable

import httpx2
from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, INTERNAL_ERROR, PARSE_ERROR, REQUEST_TIMEOUT

from agent.errors import AgentError, LimitError, OutcomeUnknownError, ServerError, SignInError
from agent.jsontypes import JsonObject, JsonValue, is_object

_DATA_KEY = "agent.workspace/failure"
_EXCERPT = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.IGNORECASE | re.DOTALL)


class FailureKind(StrEnum):
    """Where a request ended."""

    UNREACHABLE = "unreachable"
    """No connection came about: the request provably never left."""
    BAD_ADDRESS = "bad_address"
    """The address is none that a request can go to."""
    BAD_PROXY = "bad_proxy"
    """The proxy that the environment names cannot be used."""
    UNTRUSTED = "untrusted"
    """TLS failed: the request never left, and trying again will not help."""
    UNKNOWN_HOST = "unknown_host"
    """The host name does not resolve."""
    LOST = "lost"
    """The connection broke after the request had left."""
    TIMEOUT = "timeout"
    """The request left and nothing came back in time."""
    UNAUTHORIZED = "unauthorized"
    """401 that the authentication could not mend."""
    FORBIDDEN = "forbidden"
    """403."""
    SCOPE = "scope"
    """403 that a sign-in with more rights would mend."""
    RATE_LIMITED = "rate_limited"
    """429 for longer than we wait."""
    SESSION_LOST = "session_lost"
    """The server no longer knows the session; the request was not executed."""
    STATUS = "status"
    """Any other HTTP status without a JSON-RPC answer."""
    UNUSABLE = "unusable"
    """An answer that is not MCP."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that got no JSON-RPC answer.

    Args:
        kind: Where it ended.
        detail: The server's or the network's own words, one line without control characters.
        status: The HTTP status, 0 where there was none.
        retry_after: Seconds that the server asked to wait, 0 where it did not.
    """

    kind: FailureKind
    detail: str = ""
    status: int = 0
    retry_after: float = 0.0

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed in a moment, without anybody doing anything."""
        return (
            self.kind in (FailureKind.UNREACHABLE, FailureKind.LOST, FailureKind.TIMEOUT) or self.server_fault
        )

    @property
    def maybe_executed(self) -> bool:
        """Whether the server may have acted on the request all the same."""
        return self.kind in (FailureKind.LOST, FailureKind.TIMEOUT, FailureKind.UNUSABLE) or self.server_fault

    @property
    def server_fault(self) -> bool:
        """Whether the server says that it failed."""
        return self.kind is FailureKind.STATUS and self.status >= 500

    def to_json_rpc(self, request_id: JsonValue) -> JsonObject:
        """Write it as the JSON-RPC error that answers the request."""
        data: JsonObject = {
            "kind": self.kind.value,
            "detail": self.detail,
            "status": self.status,
            "retry_after": self.retry_after,
        }
        error: JsonObject = {"code": INTERNAL_ERROR, "message": self.detail, "data": {_DATA_KEY: data}}
        return {"jsonrpc": "2.0", "id": request_id, "error": error}


def failure_in(error: MCPError) -> Failure | None:
    """Take the `Failure` out of an error that the SDK raised; `None` if the server itself answered."""
    data: object = error.data
    if is_object(data) and is_object(found := data.get(_DATA_KEY)):
        status, wait = found.get("status"), found.get("retry_after")
        return Failure(
            FailureKind(str(found.get("kind"))),
            str(found.get("detail")),
            status if isinstance(status, int) else 0,
            float(wait) if isinstance(wait, int | float) else 0.0,
        )
    if error.code == CONNECTION_CLOSED and error.data is None:
        return Failure(FailureKind.LOST, one_line(error.message))
    if error.code == REQUEST_TIMEOUT and error.data is None:
        return Failure(FailureKind.TIMEOUT, one_line(error.message))
    if error.code == PARSE_ERROR and error.message.startswith("Failed to parse"):
        return Failure(FailureKind.UNUSABLE, "an answer that is not JSON-RPC")
    return None


def network_failure(error: httpx2.RequestError) -> Failure:
    """Say which kind of failure an exception of the HTTP client is."""
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            if reason == "WRONG_VERSION_NUMBER":
                reason = "the server does not speak TLS there"
            return Failure(FailureKind.UNTRUSTED, one_line(str(reason)))
        if isinstance(cause, socket.gaierror):
            return Failure(FailureKind.UNKNOWN_HOST, "its host name is not known")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return Failure(FailureKind.UNREACHABLE, "no connection came about in time")
    if isinstance(error, httpx2.ConnectError | httpx2.ProxyError):
        refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
        return Failure(
            FailureKind.UNREACHABLE, "the connection was refused" if refused else one_line(str(error))
        )
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
        return Failure(FailureKind.BAD_ADDRESS)
    if isinstance(error, httpx2.DecodingError):
        return Failure(FailureKind.UNUSABLE, "an answer whose compression is broken")
    if isinstance(error, httpx2.TimeoutException):
        return Failure(FailureKind.TIMEOUT, "no answer in time")
    return Failure(FailureKind.LOST, one_line(str(error)))


def is_group(error: BaseException) -> TypeGuard[BaseExceptionGroup[BaseException]]:
    """Say whether an exception holds others, as those of task groups do."""
    return isinstance(error, BaseExceptionGroup)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if is_group(cause):
            yield from cause.exceptions
        cause = cause.__cause__ or cause.__context__


def one_line(text: str, limit: int = _EXCERPT) -> str:
    """Make foreign text fit for a terminal: no control characters, one line, at most `limit` characters."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def page_text(html: str) -> str:
    """Give the title of an HTML page, or the beginning of its text."""
    title = _TITLE.search(html)
    return one_line(title.group(1) if title else _MARKUP.sub(" ", html))


@runtime_checkable
class ReportsFailure(Protocol):
    """An authentication that can say why it has no token."""

    @property
    def failure(self) -> AgentError | None:
        """The reason, `None` while all is well."""
        ...

    @property
    def lost(self) -> AgentError | None:
        """The reason why there will be none for any request."""
        ...


def to_error(
    failure: Failure, server: str, *, write: str = "", auth: httpx2.Auth | None = None
) -> AgentError:
    """Turn a failure into the error that is raised.

    Args:
        failure: What happened.
        server: The address of the server, fit to be shown.
        write: The name of the tool whose call it was, if that call may not be repeated unseen.
        auth: The authentication in use; its own reason is better than any of ours.
    """
    if isinstance(auth, ReportsFailure):
        refused = failure.kind in (FailureKind.UNAUTHORIZED, FailureKind.SCOPE)
        # Servers are known to fail over a token that has expired.
        known = auth.failure if refused else auth.lost if failure.server_fault and not write else None
        if known is not None:
            return known
    if failure.kind is FailureKind.UNAUTHORIZED:
        return SignInError(f"{server} wants a sign-in.", "Run `astravue login`.")
    if failure.kind is FailureKind.SCOPE:
        wanted = f" ({failure.detail})" if failure.detail else ""
        return SignInError(f"{server} wants a sign-in with more rights{wanted}.", "Run `astravue login`.")
    if write and failure.maybe_executed:
        return OutcomeUnknownError(
            f"{server} gave no usable answer to {write} ({_reason(failure)}): "
            "it may or may not have taken effect.",
            "Look at the workspace before you repeat it.",
        )
    message, hint = _sentence(failure, server)
    return (LimitError if failure.kind is FailureKind.RATE_LIMITED else ServerError)(message, hint)


def _reason(failure: Failure) -> str:
    if failure.kind is FailureKind.STATUS:
        return f"HTTP {failure.status}" + (f", {failure.detail}" if failure.detail else "")
    if failure.kind is FailureKind.TIMEOUT:
        return "no answer in time"
    if failure.kind is FailureKind.LOST:
        return "the connection broke"
    return failure.detail or failure.kind.value.replace("_", " ")


def _sentence(failure: Failure, server: str) -> tuple[str, str]:
    # A server's own words may end as sentences do.
    reason = _reason(failure).rstrip(".")
    match failure.kind:
        case FailureKind.UNREACHABLE:
            return f"{server} cannot be reached: {reason}.", "Check the network and the address (--server)."
        case FailureKind.BAD_ADDRESS:
            return f"{server} is not the address of a server.", "Give one like https://HOST/mcp (--server)."
        case FailureKind.BAD_PROXY:
            return (
                f"The proxy in the environment cannot be used: {reason}.",
                "Check HTTPS_PROXY and ALL_PROXY.",
            )
        case FailureKind.UNKNOWN_HOST:
            return f"{server} cannot be reached: {reason}.", "Check the address (--server) and the network."
        case FailureKind.UNTRUSTED:
            return (
                f"No secure connection to {server}: {reason}.",
                "Check the address; the system's trust store must know a company proxy's certificate.",
            )
        case FailureKind.LOST:
            return f"The connection to {server} broke before the answer came.", "Try again."
        case FailureKind.TIMEOUT:
            return f"{server} did not answer in time.", "Try again later, or check the address (--server)."
        case FailureKind.FORBIDDEN:
            return f"{server} refused this request (403): {reason}.", "Ask for the role that it needs."
        case FailureKind.RATE_LIMITED:
            return f"{server} limits the rate of requests, for longer than we wait.", _wait_hint(failure)
        case FailureKind.SESSION_LOST:
            return f"{server} ended the session.", "Try again."
        case FailureKind.UNUSABLE:
            return (
                f"{server} is not answering as an MCP server: {reason}.",
                "Check the address (--server): an MCP endpoint often ends in /mcp.",
            )
        case _:
            hint = (
                "Check the address (--server): an MCP endpoint often ends in /mcp."
                if failure.status in (404, 405)
                else "Try again later."
            )
            return f"{server} answered with an error: {reason}.", hint


def _wait_hint(failure: Failure) -> str:
    seconds = round(failure.retry_after)
    return f"Try again in {seconds} s." if seconds else "Try again later."
