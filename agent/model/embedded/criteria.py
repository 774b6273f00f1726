"""The conditions of a saved filter that a request speaks of."""

import re
from typing import Final

from agent.jsontypes import JsonObject
from agent.model.embedded.values import find_label

_MINE: Final = re.compile(r"\b(?:my|mine|assigned to me|i own)\b", re.IGNORECASE)
_LATE: Final = re.compile(r"\b(?:overdue|late|past due)\b", re.IGNORECASE)
_TAGGED: Final = re.compile(
    r"\b(?:tagged(?: with| as)?|(?:with|having) the tag) [\"'“‘]?([\w-]+)", re.IGNORECASE
)


def find_criteria(request: str, name: str) -> JsonObject:
    """Find the conditions of a filter.

    Args:
        request: The user's words.
        name: The filter's name, which is no condition.
    """
    said = request.replace(name, " ") if name else request
    criteria: JsonObject = {}
    for key in ("priority", "status"):
        if (label := find_label(key, said)) is not None:
            criteria[key] = label
    if _MINE.search(re.sub(r"\bmy filters?\b", " ", said, flags=re.IGNORECASE)):
        criteria["assignedToMe"] = True
    if _LATE.search(said):
        criteria["overdue"] = True
    if (tagged := _TAGGED.search(said)) is not None:
        criteria["tag"] = tagged[1]
    return criteria
