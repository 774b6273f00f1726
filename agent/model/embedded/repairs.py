"""Mends what the model gets wrong again and again, from the request itself.

It writes arguments in the order of the schema, so one that the request names early may be lost; it runs a
title on into the words after it; it names what is to be changed and forgets the change.
"""

import re
from datetime import UTC, datetime
from typing import Final

from agent.jsontypes import JsonObject, JsonValue
from agent.model.embedded.choice import ChosenCall
from agent.model.embedded.dates import find_moment
from agent.model.embedded.matching import content_tokens, is_mentioned, tokens
from agent.model.embedded.naming import Role, Signature
from agent.model.embedded.places import settle_places
from agent.model.embedded.values import find_label, find_percent, find_tick, is_priority, settle_value

_CHANGES: Final = (
    *("new_title", "new_name", "description", "people", "start", "due"),
    *("percent", "status", "priority", "tags", "health", "budget", "color", "comment"),
    *("completed", "category"),
)
_TITLES: Final = ("title", "name", "new_title")
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
_GROUPED: Final = re.compile(r"\b(?:by|per|for each) (\w+)", re.IGNORECASE)
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DUE: Final = re.compile(r"\b(?:due|deadline)(?: date)?(?: is| on| by| at)?:? ([^,;.]+)", re.IGNORECASE)


def complete(chosen: ChosenCall, signature: Signature, request: str) -> ChosenCall:
    """Mend a call.

    Args:
        chosen: What the model wrote.
        signature: The function.
        request: The user's words.
    """
    arguments = settle_places(chosen.arguments, signature, request)
    shown = {parameter.shown for parameter in signature.parameters}
    if signature.tool.startswith(("create_", "update_")):
        if "due" in shown and "due" not in arguments and (due := _find_due(request, arguments)):
            arguments["due"] = due
        found = _PRIORITY.search(_outside(request, arguments))
        if "priority" in shown and "priority" not in arguments and found is not None:
            arguments["priority"] = found[1] or found[2]
    status = arguments.get("status")
    if "priority" in shown - arguments.keys() and is_priority(status):
        # "The urgent tasks" are not of a status.
        arguments["priority"] = arguments.pop("status")
    if "percent" in shown and isinstance(status, str) and (percent := find_percent(status)) is not None:
        # "60% complete" is no status.
        del arguments["status"]
        arguments.setdefault("percent", percent)
    if "tags" in arguments and not _TAGGED.search(_outside(request, arguments)):
        arguments = _settle_tags(arguments, shown, request)
    if "groupBy" in shown and (grouped := _GROUPED.search(request)) is not None:
        arguments = _find_grouping(arguments, signature, grouped[1])
    if "depends_on" in shown:
        arguments = _order_dependency(arguments, request)
    if "all" in shown:
        arguments = _settle_all(arguments, request)
    if signature.tool.startswith("update_") and not has_change(arguments, signature, request):
        arguments |= _find_change(shown & set(_CHANGES), request)
    return ChosenCall(chosen.tool, arguments)


def _find_grouping(arguments: JsonObject, signature: Signature, word: str) -> JsonObject:
    """Group as the request says: "by project"."""
    parameter = signature.parameter("groupBy")
    values = parameter.schema.get("enum") if parameter is not None else None
    listed = [str(value) for value in values] if isinstance(values, list) else []
    named = next((value for value in listed if word.casefold() in (value, f"{value}s")), None)
    return arguments if named is None else arguments | {"groupBy": named}


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


def has_change(arguments: JsonObject, signature: Signature, request: str) -> bool:
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
