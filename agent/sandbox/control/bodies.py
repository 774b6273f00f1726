"""Reads the JSON bodies of the control API."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

from starlette.requests import Request

from agent.sandbox.control.faults import Cut, Fault

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_FRAMING = {"content-length", "content-type", "transfer-encoding", "connection"}
_MOST_TIMES = 1_000_000
_MOST_MILLISECONDS = 10 * 60 * 1000
_CUTS: dict[str, Cut] = {"before": "before", "after": "after"}


class BadBody(Exception):
    """A request body that cannot be used; the message says why in one sentence."""


async def read_object(request: Request, names: Collection[str]) -> Mapping[str, Any]:
    """Returns the JSON object of a request; an empty body stands for an empty object.

    Raises:
        BadBody: It is no JSON object, or holds something other than `names`.
    """
    content = await request.body()
    try:
        found: object = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadBody("The body is no JSON.") from error
    if not _is_object(found):
        raise BadBody("The body is no JSON object.")
    unknown = sorted(found.keys() - set(names))
    if unknown:
        raise BadBody(f"{unknown[0][:60]}: there is no such setting here; known: {', '.join(names)}.")
    return found


def text(body: Mapping[str, Any], name: str) -> str:
    """Returns a text, empty when it is not given.

    Raises:
        BadBody: It is something else.
    """
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadBody(f"{name}: it must be text.")
    return value


def whole(body: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    """Returns a whole number, None when it is not given.

    Raises:
        BadBody: It is something else, or out of range.
    """
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadBody(f"{name}: it must be a whole number from {low} to {high}.")
    return value


async def read_fault(request: Request) -> Fault:
    """Returns the fault that a request describes.

    Raises:
        BadBody: It describes none.
    """
    names = ("path", "tool", "status", "headers", "delay_ms", "cut", "times")
    body = await read_object(request, names)
    path, cut = text(body, "path"), text(body, "cut")
    status = whole(body, "status", 400, 599) or 0
    delay = whole(body, "delay_ms", 1, _MOST_MILLISECONDS) or 0
    if not path.startswith("/"):
        raise BadBody("path: it must be the path of an endpoint, such as /mcp.")
    if cut and cut not in _CUTS:
        raise BadBody("cut: it must be before or after.")
    if not (status or delay or cut):
        raise BadBody("status: give a status, a delay_ms or a cut.")
    if status and cut:
        raise BadBody("cut: a connection that is cut has no status.")
    headers = _headers(body.get("headers", {}))
    if headers and not status:
        raise BadBody("headers: they belong to a status.")
    return Fault(
        path=path,
        tool=text(body, "tool"),
        status=status,
        headers=headers,
        delay=delay / 1000,
        cut=_CUTS.get(cut, ""),
        times=whole(body, "times", 1, _MOST_TIMES),
    )


def _headers(given: object) -> dict[str, str]:
    if not _is_object(given):
        raise BadBody("headers: they must be an object of names and values.")
    headers: dict[str, str] = {}
    for name, value in given.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _FRAMING:
            raise BadBody(f"headers: {name[:60]!r} cannot be set.")
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            raise BadBody(f"headers: {name[:60]} must be one line of ASCII text.")
        headers[name] = value
    return headers


def _is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
