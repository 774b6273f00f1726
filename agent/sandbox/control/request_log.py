"""The requests that the sandbox has seen, without anything that they carried."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

_KEPT = 10_000
_NAME_LENGTH = 100


@dataclass(slots=True)
class SeenRequest:
    """One request.

    Args:
        method: The HTTP method.
        path: The path, without a query.
        rpc_method: The JSON-RPC method, such as `tools/call`; None for what is no such request.
        tool: The tool that is called; None for what is no tool call.
        status: The HTTP status of the answer; None before there is one, and when the connection was cut.
    """

    method: str
    path: str
    rpc_method: str | None = None
    tool: str | None = None
    status: int | None = None


class RequestLog:
    """The latest requests, the oldest first."""

    def __init__(self) -> None:
        self._seen: deque[SeenRequest] = deque(maxlen=_KEPT)

    def note(self, method: str, path: str, body: bytes) -> SeenRequest:
        """Notes a request and returns its entry, which has no status yet."""
        rpc_method, tool = _read_call(body)
        seen = SeenRequest(method, path, rpc_method, tool)
        self._seen.append(seen)
        return seen

    def entries(self) -> list[dict[str, Any]]:
        """Returns every entry as JSON."""
        return [asdict(seen) for seen in self._seen]

    def clear(self) -> int:
        """Forgets every entry and returns how many there were."""
        count = len(self._seen)
        self._seen.clear()
        return count


def _read_call(body: bytes) -> tuple[str | None, str | None]:
    try:
        message: object = json.loads(body)
    except (ValueError, RecursionError):
        return None, None
    if not _is_object(message) or "jsonrpc" not in message:
        return None, None
    method, params = message.get("method"), message.get("params")
    name = params.get("name") if method == "tools/call" and _is_object(params) else None
    return _short(method), _short(name)


def _short(text: object) -> str | None:
    return text[:_NAME_LENGTH] if isinstance(text, str) else None


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)
