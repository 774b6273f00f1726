"""Reading the values that callers give, and writing times the way the API shows them.

Dates go in as ISO 8601 text: a date-time with an offset, one without (taken as UTC), or a plain date
(taken as midnight UTC). They come out as UTC date-times with a `Z`.
"""

import re
from datetime import UTC, datetime, timedelta

from agent.sandbox.clock import DAY_MILLISECONDS, MILLISECONDS
from agent.sandbox.errors import InvalidInput

TITLE_LENGTH = 255
TEXT_LENGTH = 20_000
NOTES_LENGTH = 2_000
TAG_LENGTH = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_YEARS = range(1970, 2201)


def match_name(text: str) -> str:
    """Returns the form in which names of statuses, priorities and tags are compared.

    Case, spaces, hyphens and underscores do not count: `In Progress` is `IN-PROGRESS`.
    """
    return re.sub(r"[\s_-]+", "", text).casefold()


def title(field: str, text: str, limit: int = TITLE_LENGTH) -> str:
    """Returns a one-line name without surrounding blanks.

    Raises:
        InvalidInput: It is blank, longer than `limit` characters, or has a line break.
    """
    stripped = text.strip()
    if not stripped:
        raise InvalidInput(field, "it must not be blank.")
    if len(stripped) > limit:
        raise InvalidInput(field, f"it has {len(stripped)} characters; at most {limit} are allowed.")
    if re.search(r"[\r\n\t]", stripped):
        raise InvalidInput(field, "it must be a single line.")
    return stripped


def body(field: str, text: str, limit: int = TEXT_LENGTH) -> str:
    """Returns text of several lines, which may be empty.

    Raises:
        InvalidInput: It is longer than `limit` characters.
    """
    if len(text) > limit:
        raise InvalidInput(field, f"it has {len(text)} characters; at most {limit} are allowed.")
    return text


def colour(field: str, text: str) -> str:
    """Returns a colour in the form `#1f8f75`.

    Raises:
        InvalidInput: It has another form.
    """
    if not _COLOUR.fullmatch(text):
        raise InvalidInput(field, "it must be a colour such as #1f8f75.")
    return text.lower()


def date_time(field: str, text: str) -> int:
    """Returns milliseconds since the Unix epoch.

    Raises:
        InvalidInput: The text is no ISO 8601 date or date-time, or names a moment that does not exist.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problem = (
            f"{_quoted(text)} is not an ISO 8601 date and time that exists, such as 2026-06-30T17:00:00Z."
        )
        raise InvalidInput(field, problem) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment.year not in _YEARS:
        raise InvalidInput(field, "the year must lie between 1970 and 2200.")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def day(field: str, text: str) -> int:
    """Returns midnight UTC of a `yyyy-MM-dd` date, in milliseconds since the Unix epoch.

    Raises:
        InvalidInput: The text has another form, or names a day that does not exist.
    """
    try:
        parsed = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        problem = f"{_quoted(text)} is not a date in the form yyyy-MM-dd that exists."
        raise InvalidInput(field, problem) from None
    if parsed.year not in _YEARS:
        raise InvalidInput(field, "the year must lie between 1970 and 2200.")
    return (parsed - _EPOCH).days * DAY_MILLISECONDS


def day_range(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """Returns the first moment of `startDate` and the first moment after `endDate`, each None if absent.

    Raises:
        InvalidInput: One is no date, or the end lies before the start.
    """
    first = None if start is None else day("startDate", start)
    last = None if end is None else day("endDate", end)
    if first is not None and last is not None and last < first:
        raise InvalidInput("endDate", "it must not lie before startDate.")
    return first, None if last is None else last + DAY_MILLISECONDS


def check_order(start: int | None, due: int | None) -> None:
    """Checks that work does not start after it is due.

    Raises:
        InvalidInput: It does.
    """
    if start is not None and due is not None and start > due:
        raise InvalidInput("startDate", "it must not lie after dueDate.")


def show_time(milliseconds: int | None) -> str | None:
    """Returns a stored time as a UTC date-time, such as `2026-06-30T17:00:00Z`."""
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds // MILLISECONDS, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _quoted(text: str) -> str:
    return f'"{text[:40]}"'
