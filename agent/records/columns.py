"""What a table of a server's records shows: which columns, and each value in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.wording.durations import describe_milliseconds

_CONSTANTS: Final = ("type", "category", "relation", "scope")
_TOTALS: Final = ("total", "billable", "nonBillable")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the key it shows, and its heading."""

    key: str
    heading: str


_KNOWN: Final[dict[str, tuple[Column, ...]]] = {
    "timerId": (
        Column("timerId", "Entry"),
        Column("taskTitle", "Task"),
        Column("projectName", "Project"),
        Column("user", "Who"),
        Column("startTime", "Start"),
        Column("endTime", "End"),
        Column("duration", "Duration"),
        Column("billable", "Billable"),
        Column("notes", "Notes"),
    ),
    "notificationId": (
        Column("notificationId", "Id"),
        Column("createdTime", "When"),
        Column("actor", "Who"),
        Column("message", "Message"),
        Column("projectName", "Project"),
    ),
    "checklistItemId": (
        Column("checklistItemId", "Id"),
        Column("title", "Item"),
        Column("completed", "Done"),
    ),
    "dependencyId": (
        Column("dependencyId", "Id"),
        Column("relation", "Relation"),
        Column("taskTitle", "Task"),
        Column("dependsOnTaskTitle", "Waits for"),
        Column("dependsOnTaskStatus", "Status of that"),
        Column("blocking", "Blocking"),
    ),
    "attachmentId": (
        Column("attachmentId", "Id"),
        Column("fileName", "File"),
        Column("contentType", "Type"),
        Column("size", "Size"),
        Column("uploadedBy", "Who"),
        Column("createdTime", "When"),
    ),
    "optionId": (
        Column("optionId", "Id"),
        Column("optionName", "Option"),
        Column("color", "Colour"),
    ),
    "fieldId": (
        Column("fieldId", "Id"),
        Column("fieldName", "Field"),
        Column("fieldType", "Type"),
        Column("value", "Value"),
        Column("options", "Options"),
        Column("scope", "Scope"),
    ),
    "taskStatusId": (
        Column("taskStatusId", "Id"),
        Column("statusName", "Status"),
        Column("statusCategory", "Category"),
        Column("color", "Colour"),
        Column("taskCount", "Tasks"),
    ),
    "filterId": (
        Column("filterId", "Id"),
        Column("filterName", "Filter"),
        Column("criteria", "Conditions"),
    ),
    "tagId": (
        Column("tagId", "Id"),
        Column("tagName", "Tag"),
        Column("taskCount", "Tasks"),
    ),
    "commentId": (
        Column("commentId", "Id"),
        Column("createdBy", "Who"),
        Column("createdTime", "When"),
        Column("comment", "Comment"),
    ),
    "taskId": (
        Column("taskId", "Id"),
        Column("taskTitle", "Title"),
        Column("projectName", "Project"),
        Column("dueDate", "Due"),
        Column("overdueDays", "Days late"),
        Column("status", "Status"),
        Column("priority", "Priority"),
        Column("owners", "Owners"),
    ),
    "projectId": (
        Column("projectId", "Id"),
        Column("projectName", "Project"),
        Column("spaceName", "Space"),
        Column("status", "Status"),
        Column("priority", "Priority"),
        Column("health", "Health"),
        Column("dueDate", "Due"),
        Column("completion", "% done"),
    ),
    "spaceId": (Column("spaceId", "Id"), Column("spaceName", "Space"), Column("description", "Description")),
    "userId": (
        Column("userId", "Id"),
        Column("firstName", "First name"),
        Column("lastName", "Last name"),
        Column("email", "E-mail"),
        Column("role", "Role"),
    ),
}


def columns_for(rows: Sequence[JsonObject]) -> tuple[Column, ...]:
    """The columns that show some objects: those known for their kind, else every key with a value."""
    rows = [name_durations(row) for row in rows]
    present = {key for row in rows for key, value in row.items() if value not in (None, "", [])}
    for key, columns in _KNOWN.items():
        if key in present:
            shown = tuple(column for column in columns if column.key in present)
            if len(shown) > 1:
                return shown[1:] if key == "taskId" and _tells_apart("taskTitle", rows) else shown
    keys = dict.fromkeys(key for row in rows for key in row if key in present)
    return tuple(Column(key, humanise(key)) for key in list(keys)[:10])


def _tells_apart(key: str, rows: Sequence[JsonObject]) -> bool:
    """Whether a title alone says which of several rows is which, so that their ids need no room."""
    titles = [row.get(key) for row in rows]
    return (
        len(rows) > 1
        and all(isinstance(each, str) for each in titles)
        and len({*map(str, titles)}) == len(rows)
    )


def name_durations(row: JsonObject) -> JsonObject:
    """An object whose totals of time say in their keys that they are durations."""
    if "nonBillable" not in row:
        return row
    return {f"{key}Duration" if key in _TOTALS else key: value for key, value in row.items()}


def humanise(key: str) -> str:
    """A key as a heading: `overdueDays` becomes "Overdue days"."""
    words = (
        re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: " " + match[1].lower(), key).replace("_", " ").strip()
    )
    return words[:1].upper() + words[1:]


def plain_cell(key: str, value: JsonValue, now: datetime) -> str:
    """A value as text for a cell.

    Args:
        key: What it is; durations are known by it.
        value: The value.
        now: The user's moment, for the time zone.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            if _is_duration(key):
                return describe_milliseconds(value)
            if key.lower().endswith("size"):
                return _size(value)
            return f"{value:g}" if isinstance(value, float) else str(value)
        case str():
            if key.lower().endswith(_CONSTANTS) and re.fullmatch(r"[A-Z]+(?:_[A-Z]+)*", value):
                return value.replace("_", " ").lower()
            return _moment(key, value, now)
        case list():
            return ", ".join(text for item in value if (text := plain_cell(key, item, now)))
        case _:
            return _label(value, now)


def _label(value: JsonObject, now: datetime) -> str:
    """What an object is called."""
    first, last = value.get("firstName"), value.get("lastName")
    if isinstance(first, str):
        return f"{first} {last}".strip() if isinstance(last, str) else first
    for key in value:
        if key.endswith(("Name", "Label", "Title")) or key in ("name", "title", "label"):
            return str(value[key])
    return ", ".join(
        f"{humanise(k).lower()} {plain_cell(k, v, now)}" for k, v in value.items() if not is_object(v)
    )


def _is_duration(key: str) -> bool:
    return key.lower().endswith(("duration", "durationms", "timetracked"))


def _size(size: float) -> str:
    """A number of bytes in the unit that suits it."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:.1f} GB"


def _moment(key: str, text: str, now: datetime) -> str:
    """A moment in the user's time zone; a due or start date as its day. Other text as it is."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?", text):
        return text
    if key.endswith("Date"):
        return text[:10]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        moment = moment.astimezone(now.tzinfo)
    return moment.strftime("%Y-%m-%d %H:%M")
