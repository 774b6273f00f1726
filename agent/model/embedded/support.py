"""What a request can be about: parameters that nothing in it speaks of are not offered to the model.

The model likes to fill what it sees. A colour, a role or a day that the request does not have would be made
up, so the schema that constrains its answer leaves such a parameter out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from agent.model.embedded.dates import find_moment
from agent.model.embedded.naming import Parameter, Role
from agent.model.embedded.values import find_label

_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DATED: Final = re.compile(r"\b(?:due|deadline|dates?|by|before|until|postpone|reschedule)\b", re.IGNORECASE)
_TAG: Final = r"\b(?:tag|label)|#\w"
_NEW_NAME: Final = r"\b(?:re)?nam|\btitl|\bcall|\b(?:as|to|into|should|say|read)\b"
_SPEAKS_OF: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "billable": r"\bbill",
        "budget": r"\bbudget|\bcosts?\b",
        "category": r"\bcategor|\bcounts? as\b",
        "color": r"\bcolou?r|#[0-9a-f]{3}"
        r"|\b(?:red|green|blue|yellow|orange|purple|pink|gr[ea]y|black|white|brown)\b",
        "description": r"\bdescri|\bdetails?\b|\btext\b",
        "groupBy": r"\b(?:by|per|each|group)",
        "health": r"\bhealth|\btrack\b|\brisk\b",
        "includeSubtasks": r"\bsubtasks?\b",
        "new_name": _NEW_NAME,
        "new_title": _NEW_NAME,
        "notes": r"\bnot(?:e|ing)|\bremark|\bsaying\b",
        "percent": r"\d|\bhalf\b|\bpercent",
        "role": r"\badmin|\bmember|\brole\b",
        "sortBy": r"\b(?:by|sort|order)",
        "tag": _TAG,
        "tags": _TAG,
    }.items()
}


def is_supported(parameter: Parameter, request: str) -> bool:
    """Say whether a request has anything for a parameter; one that is required always is.

    Args:
        parameter: The parameter.
        request: The user's words.
    """
    if parameter.required:
        return True
    if parameter.role in (Role.MOMENT, Role.PERIOD):
        return find_moment(request, _ANY_DAY) is not None or _DATED.search(request) is not None
    if parameter.role is not Role.LITERAL:
        return True
    if parameter.shown == "priority":
        return find_label("priority", request) is not None or "priorit" in request.casefold()
    pattern = _SPEAKS_OF.get(parameter.shown)
    return pattern is None or pattern.search(request) is not None
