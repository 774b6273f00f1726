"""Which function a request really meant, where the model confuses two again and again."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.lookup import points
from agent.model.embedded.matching import is_mentioned, tokens
from agent.model.embedded.naming import Role, Signature
from agent.model.embedded.offer import NAMED
from agent.model.embedded.repairs import has_change

_DURATION: Final = re.compile(
    r"\b(?:\d+(?:[.,]\d+)?|half an|an?)\s*(?:hours?|hrs?|h|minutes?|mins?)\b", re.IGNORECASE
)
_TIMER: Final = re.compile(r"\b(?:timer|clock|stopwatch|start|begin|now)\b", re.IGNORECASE)
_JOINS: Final = re.compile(r"\b(?:members?|joins?|invites?|team|access)\b", re.IGNORECASE)
_CLOCK: Final = r"(\d{1,2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?)"
_TO: Final = r" ?(?:to|until|till|and|-|–) ?"
_CLOCK_RANGE: Final = re.compile(
    rf"\b(?:from|between) {_CLOCK}{_TO}{_CLOCK}(?![\w:])|\b(\d{{1,2}}:\d{{2}}){_TO}(\d{{1,2}}:\d{{2}})\b",
    re.IGNORECASE,
)
_HANDS: Final = re.compile(r"\s*(?:please )?(?:re-?assign|assign|give|hand)\b", re.IGNORECASE)
_POINTS: Final = re.compile(
    r"\b(?:it|its|this|them|these|those|same)\b"
    r"|\bthat(?:'s| one| task| subtask| project| space| timer| comment| item|\W*$)",
    re.IGNORECASE,
)
_SHOWS: Final = frozenset({"get", "list", "find", "preview"})
_REMOVES: Final = re.compile(r"\s*(?:please )?(?:delete|remove|take|drop|erase|get rid)\b", re.IGNORECASE)


def choose_again(chosen: ChosenCall, signatures: Sequence[Signature], request: str) -> ChosenCall:
    """Choose another function where the request's own words say that it was meant.

    Args:
        chosen: What the model wrote.
        signatures: The functions on offer.
        request: The user's words.
    """
    offered = {signature.tool: signature for signature in signatures}
    for reader in (_log_range, _log_duration, _assign, _delete):
        other = reader(chosen, offered, request)
        if other is not None and other.tool in offered:
            return other
    return chosen


def _log_range(chosen: ChosenCall, _offered: Mapping[str, Signature], request: str) -> ChosenCall | None:
    """Log from a start to an end when the request says both: "worked on it from 9 to 11:30"."""
    times = _CLOCK_RANGE.search(request)
    if chosen.tool not in ("start_timer", "log_manual_time") or times is None:
        return None
    return ChosenCall(
        "log_time_range",
        _task_of(chosen) | {"start_time": times[1] or times[3], "end_time": times[2] or times[4]},
    )


def _log_duration(chosen: ChosenCall, _offered: Mapping[str, Signature], request: str) -> ChosenCall | None:
    """Log time instead of starting a timer when the request says how long it was: "book 45 minutes on it"."""
    duration = _DURATION.search(request)
    if chosen.tool != "start_timer" or duration is None or _TIMER.search(request):
        return None
    return ChosenCall("log_manual_time", _task_of(chosen) | {"duration": duration[0]})


def _assign(chosen: ChosenCall, _offered: Mapping[str, Signature], request: str) -> ChosenCall | None:
    """Give a task to somebody rather than make them a member of a project: "assign Launch to Lena"."""
    project, person = chosen.arguments.get("project"), chosen.arguments.get("person")
    if chosen.tool != "add_project_member" or not isinstance(person, str) or _JOINS.search(request):
        return None
    people: list[JsonValue] = [person]
    if _HANDS.match(request) and "project" not in request.casefold():
        return ChosenCall("update_task", {"task": project, "people": people})
    who = tokens(person)
    named = [name for name in NAMED.findall(request) if tokens(name)[: len(who)] != who]
    if is_mentioned(str(project or ""), request) or len(named) != 1:
        return None
    # It made a project up: what has a name in the request is the task.
    return ChosenCall("update_task", {"task": named[0], "people": people})


def _delete(chosen: ChosenCall, offered: Mapping[str, Signature], request: str) -> ChosenCall | None:
    """Delete where the request removes something and the model changes it without a change."""
    verb, _, noun = chosen.tool.partition("_")
    signature = offered.get(chosen.tool)
    if verb != "update" or signature is None or not _REMOVES.match(request):
        return None
    if has_change(chosen.arguments, signature, request):
        return None
    other = offered.get(f"delete_{noun}")
    shown = {parameter.shown for parameter in other.parameters} if other is not None else set[str]()
    return ChosenCall(f"delete_{noun}", {k: v for k, v in chosen.arguments.items() if k in shown})


def _task_of(chosen: ChosenCall) -> JsonObject:
    return {name: value for name, value in chosen.arguments.items() if name == "task"}


def is_about_something(call: ChosenCall, signatures: Sequence[Signature], request: str) -> bool:
    """Say whether a call can be meant when nothing was talked about: "turn off the lights" stops no timer.

    It cannot when all that it names is "it", the request has no such word, and nothing of the function's name
    is said.

    Args:
        call: What the model wrote.
        signatures: The functions on offer.
        request: The user's words.
    """
    signature = next((each for each in signatures if each.tool == call.tool), None)
    if signature is None or _POINTS.search(request) or _DURATION.search(request):
        return True
    named = [
        str(call.arguments[parameter.shown])
        for parameter in signature.parameters
        if parameter.role is Role.REFERENCE and parameter.shown in call.arguments
    ]
    if not named or not all(points(words) for words in named):
        return True
    verb, *nouns = call.tool.split("_")
    words = nouns if verb in _SHOWS else [verb, *nouns]
    return any(is_mentioned(word, request) for word in words)


def give_to_owner(calls: tuple[ChosenCall, ...], request: str) -> tuple[ChosenCall, ...]:
    """Let whom a new task is handed to own it: the model may make them a member of its project instead.

    Args:
        calls: What the model wrote.
        request: The user's words.
    """
    if _JOINS.search(request):
        return calls
    given: list[ChosenCall] = []
    for call in calls:
        last = given[-1] if given else None
        person = call.arguments.get("person")
        is_handed = call.tool == "add_project_member" and last is not None and last.tool == "create_task"
        if is_handed and last is not None and isinstance(person, str):
            people: list[JsonValue] = [person]
            given[-1] = ChosenCall(last.tool, {"people": people, **last.arguments})
        else:
            given.append(call)
    return tuple(given)
