"""Plain values: kept when the request has them, put into the workspace's own words."""

import re
from collections.abc import Mapping
from typing import Final

from agent.jsontypes import JsonValue
from agent.model.embedded.matching import content_tokens, is_mentioned, tokens
from agent.model.embedded.naming import Parameter

_STATUSES: Final[Mapping[str, str]] = {
    r"done|completed?|finish(?:ed)?|closed?|ready|resolved|tick(?:ed)?(?: off)?"
    r"|check(?:ed)? off": "Completed",
    r"in progress|started|begun|doing|working on|work in progress|under way|underway|ongoing": "In Progress",
    r"open|reopen(?:ed)?|to ?do|not started|undone|unfinished|not done|back to open"
    r"|untick(?:ed)?|uncheck(?:ed)?": "Open",
}
_PRIORITIES: Final[Mapping[str, str]] = {
    r"critical|urgent(?:ly)?|asap|top|highest|blocker|emergency": "Critical",
    r"high|important": "High",
    r"medium|normal|moderate|average": "Medium",
    r"low|lowest|minor|trivial|unimportant": "Low",
}
_SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {"status": _STATUSES, "priority": _PRIORITIES}
_TEXT_SHARE: Final = 0.8
_NEGATIVE: Final = re.compile(r"\b(?:not|non|isn'?t|un)[ -]?billable\b")


def settle_value(parameter: Parameter, value: JsonValue, request: str) -> JsonValue:
    """What to send for a plain value that the model wrote; `None` to leave it out.

    An optional value that the request does not mention was made up. A required one is kept, because
    without it there is no call.

    Args:
        parameter: Where it goes.
        value: What the model wrote.
        request: The user's words.
    """
    name = parameter.names[0]
    if name in _SYNONYMS and isinstance(value, str):
        return _settle_label(name, value, parameter, request)
    if isinstance(value, bool):
        return _settle_flag(parameter, value, request)
    if isinstance(value, list):
        kept = [item for item in value if not isinstance(item, str) or is_mentioned(item, request)]
        return kept or None
    if parameter.required:
        return value
    if isinstance(value, int | float):
        return value if _mentions_number(value, request) else None
    if isinstance(value, str):
        if "enum" in parameter.schema and _mentions_name(parameter, request):
            return value
        return value if is_mentioned(value, request, _TEXT_SHARE) else None
    return value


def find_label(name: str, request: str) -> str | None:
    """The status or priority that a request speaks of; the last one, which is where it goes to."""
    text = " ".join(tokens(request))
    # "Not done" ends where "done" does, and says more.
    found = [
        (match.end(), -match.start(), label)
        for pattern, label in _SYNONYMS[name].items()
        for match in re.finditer(rf"\b(?:{pattern})\b", text)
    ]
    return max(found)[2] if found else None


def is_priority(value: JsonValue) -> bool:
    """Say whether a value is a priority and no status."""
    return (
        isinstance(value, str) and _label("status", value) is None and _label("priority", value) is not None
    )


def find_tick(request: str) -> bool | None:
    """Whether a request says that something is done or that it is not; `None` when it says neither."""
    return {"Completed": True, "Open": False}.get(find_label("status", request) or "")


def find_percent(request: str) -> int | None:
    """The percentage that a request speaks of."""
    found = re.search(r"\b(\d{1,3})\s*(?:%|percent\b)", request, re.IGNORECASE)
    if found is not None and int(found[1]) <= 100:
        return int(found[1])
    return None


def _settle_label(name: str, value: str, parameter: Parameter, request: str) -> str | None:
    label = _label(name, value)
    # "Completed" for "mark it done" is the same thing in other words.
    is_said = is_mentioned(value, request) or (label is not None and find_label(name, request) == label)
    return (label or value) if parameter.required or is_said else None


def _label(name: str, value: str) -> str | None:
    text = " ".join(tokens(value))
    for pattern, label in _SYNONYMS[name].items():
        if re.fullmatch(rf"(?:{pattern})(?: priority)?", text) or text == label.casefold():
            return label
    return None


def _settle_flag(parameter: Parameter, value: bool, request: str) -> bool | None:
    if parameter.names[0] == "billable" and _NEGATIVE.search(request.casefold()):
        return False
    if parameter.names[0] == "completed":
        return find_tick(request)
    if parameter.required or _mentions_name(parameter, request):
        return value
    return None


def _mentions_name(parameter: Parameter, request: str) -> bool:
    """Say whether a request speaks of a parameter by its name: "sorted" of `sortBy`."""
    words = [word.casefold() for word in re.findall(r"[A-Z]?[a-z]+", parameter.names[0])]
    said = content_tokens(request)
    return any(other.startswith(word[:4]) for word in words if len(word) > 3 for other in said)


def _mentions_number(value: float, request: str) -> bool:
    numbers = re.findall(r"\d+(?:[.,]\d+)?", request.replace(",", ""))
    return any(float(number) == float(value) for number in numbers) or (
        "half" in tokens(request) and value in (0.5, 50)
    )
