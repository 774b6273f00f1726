"""Mends what the model gets wrong again and again, from the request itself.

It writes arguments in the order of the schema, so one that the request names early may be lost; it runs a
title on into the words after it; it names what is to be changed and forgets the change.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.dates import find_moment
from agent.model.embedded.matching import content_tokens, is_mentioned, tokens
from agent.model.embedded.naming import PARENTS, Role, Signature
from agent.model.embedded.values import find_label, find_percent, find_tick, settle_value

_CHANGES: Final = (
    *("new_title", "new_name", "description", "people", "start", "due"),
    *("percent", "status", "priority", "tags", "health", "budget", "color", "comment"),
    *("completed", "category"),
)
_TITLES: Final = ("title", "name", "new_title")
_OWNERS: Final = ("project", "task", "space")
_PRIORITY: Final = re.compile(
    r"\b(critical|urgent|high|medium|low)[ -]priority\b"
    r"|\bpriority (?:is |to )?(critical|urgent|high|medium|low)\b",
    re.IGNORECASE,
)
_LINK: Final = r"(?:please )?(?:make |let )?(?:the task )?(\S.*?) (?:{}) (?:the task )?(\S.*?)[.!]?\s*"
_WAITS: Final = re.compile(
    _LINK.format(r"depends? on|waits? (?:for|on)|is (?:blocked by|waiting (?:for|on))"), re.IGNORECASE
)
_BLOCKS: Final = re.compile(_LINK.format(r"blocks?|is blocking"), re.IGNORECASE)
_TAGGED: Final = re.compile(r"\b(?:tag|tags|tagged|label|labels|labelled|labeled)\b|#\w", re.IGNORECASE)
_FOR_SOMEBODY: Final = re.compile(r".*\b(?:for|to) ([^,;.]+?)[.!]?\s*$", re.IGNORECASE | re.DOTALL)
_ALL_WORDS: Final = frozenset({"all", "every", "everything", "notifications", "them", "these", "those"})
_NEWS: Final = frozenset({"notification", "unread", "new", "read"})
_DURATION: Final = re.compile(
    r"\b(?:\d+(?:[.,]\d+)?|half an|an?)\s*(?:hours?|hrs?|h|minutes?|mins?)\b", re.IGNORECASE
)
_TIMER: Final = re.compile(r"\b(?:timer|clock|stopwatch|start|begin|now)\b", re.IGNORECASE)
_JOINS: Final = re.compile(r"\b(?:members?|joins?|invites?|team)\b", re.IGNORECASE)
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DUE: Final = re.compile(r"\b(?:due|deadline)(?: date)?(?: is| on| by| at)?:? ([^,;.]+)", re.IGNORECASE)


def complete(chosen: ChosenCall, signature: Signature, request: str) -> ChosenCall:
    """Mend a call.

    Args:
        chosen: What the model wrote.
        signature: The function.
        request: The user's words.
    """
    arguments = _trim_titles(chosen.arguments, request)
    shown = {parameter.shown for parameter in signature.parameters}
    if signature.tool.startswith(("create_", "update_")):
        if "due" in shown and "due" not in arguments and (due := _find_due(request, arguments)):
            arguments["due"] = due
        found = _PRIORITY.search(_outside(request, arguments))
        if "priority" in shown and "priority" not in arguments and found is not None:
            arguments["priority"] = found[1] or found[2]
    status = arguments.get("status")
    if "percent" in shown and isinstance(status, str) and (percent := find_percent(status)) is not None:
        # "60% complete" is no status.
        del arguments["status"]
        arguments.setdefault("percent", percent)
    if "tags" in arguments and not _TAGGED.search(_outside(request, arguments)):
        arguments = _settle_tags(arguments, shown, request)
    arguments = _split_owner(arguments, signature, request)
    if "depends_on" in shown:
        arguments = _order_dependency(arguments, request)
    if "all" in shown:
        arguments = _settle_all(arguments, request)
    if signature.tool.startswith("update_") and not _has_change(arguments, signature, request):
        arguments |= _find_change(shown & set(_CHANGES), request)
    return ChosenCall(chosen.tool, arguments)


def _trim_titles(arguments: JsonObject, request: str) -> JsonObject:
    """Cut "in Website" off a title when the project is called so: "Update the FAQ in Website"."""
    trimmed = dict(arguments)
    for name in _TITLES:
        title = trimmed.get(name)
        if not isinstance(title, str) or re.search(f"[\"“'‘]{re.escape(title)}[\"”'’]", request):
            continue
        for owner in _OWNERS:
            words = tokens(str(trimmed.get(owner, "")))
            for found in re.finditer(r"\s+(?:in|to|into|for|under|on|of)\s+(?:the\s+)?(\S.*)$", title):
                rest = tokens(found[1])
                named = bool(words) and rest[: len(words)] == words
                if rest and (named or words[: len(rest)] == rest or words == tokens(title)):
                    if words == tokens(title):
                        trimmed[owner] = found[1]
                    trimmed[name] = title[: found.start()]
                    return trimmed
    return trimmed


def _settle_tags(arguments: JsonObject, shown: set[str], request: str) -> JsonObject:
    """Drop tags where the request speaks of none; one that it ends with, "for Lena", is a person."""
    kept = {name: value for name, value in arguments.items() if name != "tags"}
    listed = arguments["tags"]
    last = _FOR_SOMEBODY.search(request)
    if "people" in shown and "people" not in kept and isinstance(listed, list) and last is not None:
        people = [tag for tag in listed if tokens(str(tag)) == tokens(last[1])]
        if people:
            kept["people"] = people
    return kept


def _order_dependency(arguments: JsonObject, request: str) -> JsonObject:
    """Let "A blocks B" say that B depends on A, whichever way round the model wrote it."""
    if (waits := _WAITS.fullmatch(request)) is not None:
        return arguments | {"task": waits[1], "depends_on": waits[2]}
    if (blocks := _BLOCKS.fullmatch(request)) is not None:
        return arguments | {"task": blocks[2], "depends_on": blocks[1]}
    return arguments


def _split_owner(arguments: JsonObject, signature: Signature, request: str) -> JsonObject:
    """Tell a part from what it is part of: an item "Compare prices on Order boxes" without a task."""
    for part in signature.parameters:
        words = arguments.get(part.shown)
        owner = next((p for p in signature.parameters if p.kind in PARENTS.get(part.kind, ())), None)
        if owner is None or not isinstance(words, str):
            continue
        if is_mentioned(str(arguments.get(owner.shown, "")), request):
            continue
        found = re.fullmatch(r"(\S.*?)\s+(?:on|of|from|in)\s+(?:the\s+)?(\S.*)", words)
        if found is not None:
            return arguments | {part.shown: found[1], owner.shown: found[2]}
    return arguments


def _settle_all(arguments: JsonObject, request: str) -> JsonObject:
    """Mark everything when the request names none, and nothing but what it names when it does."""
    listed = arguments.get("notifications")
    words = [str(word) for word in listed] if isinstance(listed, list) else []
    named = [
        word
        for word in words
        if set(content_tokens(word)) - _ALL_WORDS - _NEWS and is_mentioned(word, request)
    ]
    kept: JsonObject = {k: v for k, v in arguments.items() if k not in ("all", "notifications")}
    if named:
        kept["notifications"] = list[JsonValue](named)
    elif _ALL_WORDS & set(tokens(request)):
        kept["all"] = True
    return kept


def _find_due(request: str, arguments: JsonObject) -> str | None:
    """The due date that a request speaks of outside of what became titles and texts."""
    found = _DUE.search(_outside(request, arguments))
    if found is None:
        return None
    words = found[1].strip()
    # Only whether they name a day matters here, so any day does for today.
    return words if find_moment(words, _ANY_DAY) is not None else None


def _outside(request: str, arguments: JsonObject) -> str:
    """The request without the texts that the model took out of it."""
    for name in (*_TITLES, "description", "comment", "notes"):
        text = arguments.get(name)
        if isinstance(text, str) and text:
            request = request.replace(text, " ")
    return request


def _has_change(arguments: JsonObject, signature: Signature, request: str) -> bool:
    """Say whether an update changes anything that the request speaks of."""
    for parameter in signature.parameters:
        value = arguments.get(parameter.shown)
        if parameter.shown not in _CHANGES or value in (None, "", []):
            continue
        if parameter.role is not Role.LITERAL or settle_value(parameter, value, request) is not None:
            return True
    return False


def _find_change(changes: set[str], request: str) -> JsonObject:
    """The change that an update without any surely means: "that one is done"."""
    percent = find_percent(request)
    if "completed" in changes and (tick := find_tick(request)) is not None:
        return {"completed": tick}
    if "percent" in changes and percent is not None:
        return {"percent": percent}
    for name in ("priority", "status"):
        label = find_label(name, request) if name in changes else None
        if label is not None:
            return {name: label}
    return {}


def choose_again(chosen: ChosenCall, signatures: Sequence[Signature], request: str) -> ChosenCall:
    """Log time instead of starting a timer when the request says how long it was: "book 45 minutes on it".

    Args:
        chosen: What the model wrote.
        signatures: The functions on offer.
        request: The user's words.
    """
    is_offered = any(signature.tool == "log_manual_time" for signature in signatures)
    duration = _DURATION.search(request)
    if chosen.tool != "start_timer" or not is_offered or duration is None or _TIMER.search(request):
        return chosen
    kept = {name: value for name, value in chosen.arguments.items() if name == "task"}
    return ChosenCall("log_manual_time", {**kept, "duration": duration[0]})


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
