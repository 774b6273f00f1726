"""Filters that users keep for themselves: a name, and the conditions that tasks have to meet."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

from agent.sandbox.domain import access, labels, users
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.values import TAG_LENGTH, date_time, match_name, show_time, title
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

FILTERS_LIMIT = 100
SORT_KEYS = ("dueDate", "startDate", "priority", "status", "taskTitle", "completion")
SORT_ORDERS = ("asc", "desc")

_VALUES_LIMIT = 50
_KEYWORD_LENGTH = 255
_NAME_LENGTH = 100
_FILTER = "SELECT * FROM filters WHERE user_id = ? "

_Check = Callable[[Context, str, Any], Any]


def list_filters(context: Context) -> list[Json]:
    """Returns the caller's filters by name."""
    rows = context.database.rows(_FILTER + "ORDER BY match_name", (context.caller.user_id,))
    return [_show(row) for row in rows]


def create_filter(context: Context, name: str, criteria: Mapping[str, Any]) -> Json:
    """Keeps a filter for the caller and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The name or a condition cannot be used.
        NotFound: A condition names something that the caller does not see.
        Conflict: The caller has a filter of that name, or too many filters.
    """
    access.require_writer(context)
    caller_id = context.caller.user_id
    count = context.database.value("SELECT COUNT(*) FROM filters WHERE user_id = ?", (caller_id,))
    if count >= FILTERS_LIMIT:
        raise Conflict(f"You have {FILTERS_LIMIT} filters already; delete one with astravue_delete_filter.")
    name = _free_name(context, name, None)
    now = context.clock.milliseconds()
    filter_id = context.database.insert(
        "INSERT INTO filters (user_id, filter_name, match_name, criteria, created_time, update_time) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (caller_id, name, match_name(name), _stored(context, criteria), now, now),
    )
    return _show(_find(context, filter_id))


def update_filter(
    context: Context, filter_id: int, name: str | None, criteria: Mapping[str, Any] | None
) -> Json:
    """Renames a filter of the caller's or replaces all its conditions, and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: The caller has no such filter, or a condition names something they do not see.
        InvalidInput: Neither is given, or the name or a condition cannot be used.
        Conflict: The caller has another filter of that name.
    """
    access.require_writer(context)
    row = _find(context, filter_id)
    if name is None and criteria is None:
        raise InvalidInput("filterName", "give filterName or criteria to change.")
    kept: str = row["filter_name"]
    new_name = kept if name is None else _free_name(context, name, filter_id)
    context.database.run(
        "UPDATE filters SET filter_name = ?, match_name = ?, criteria = ?, update_time = ? "
        "WHERE filter_id = ?",
        (
            new_name,
            match_name(new_name),
            row["criteria"] if criteria is None else _stored(context, criteria),
            context.clock.milliseconds(),
            filter_id,
        ),
    )
    return _show(_find(context, filter_id))


def delete_filter(context: Context, filter_id: int) -> Json:
    """Deletes a filter of the caller's and returns what went.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: The caller has no such filter.
    """
    access.require_writer(context)
    shown = _show(_find(context, filter_id))
    context.database.run("DELETE FROM filters WHERE filter_id = ?", (filter_id,))
    return {
        "deleted": True,
        "filterId": filter_id,
        "filterName": shown["filterName"],
        "criteria": shown["criteria"],
    }


def _find(context: Context, filter_id: int) -> sqlite3.Row:
    row = context.database.row(_FILTER + "AND filter_id = ?", (context.caller.user_id, filter_id))
    if row is None:
        raise NotFound("filterId", f"you have no filter {filter_id}.")
    return row


def _free_name(context: Context, text: str, own_id: int | None) -> str:
    name = title("filterName", text, _NAME_LENGTH)
    if not match_name(name):
        raise InvalidInput("filterName", "it needs at least one letter or digit.")
    taken = context.database.row(
        _FILTER + "AND match_name = ? AND filter_id IS NOT ?",
        (context.caller.user_id, match_name(name), own_id),
    )
    if taken is not None:
        raise Conflict(f'filterName: you already have a filter "{taken["filter_name"]}".', "filterName")
    return name


def _stored(context: Context, criteria: Mapping[str, Any]) -> str:
    """Returns the conditions as they are kept, checked one by one."""
    checked: Json = {}
    for key, value in criteria.items():
        if key not in _CHECKS:
            names = ", ".join(_CHECKS)
            raise InvalidInput("criteria", f"{json.dumps(key[:40])} is not a condition; there are {names}.")
        checked[key] = _CHECKS[key](context, f"criteria.{key}", value)
    _check_together(context, checked)
    return json.dumps(checked, ensure_ascii=False)


def _check_together(context: Context, criteria: Json) -> None:
    project_id, space_id = criteria.get("projectId"), criteria.get("spaceId")
    if project_id is not None:
        project = access.project(context, project_id, field="criteria.projectId")
        if space_id is not None and project.row["space_id"] != space_id:
            raise InvalidInput("criteria.spaceId", f"project {project_id} is not in space {space_id}.")
    before, after = criteria.get("dueBefore"), criteria.get("dueAfter")
    if before is not None and after is not None and before <= after:
        raise InvalidInput("criteria.dueBefore", "it must lie after dueAfter.")


def _space(context: Context, field: str, value: Any) -> int:
    space_id = _number(field, value)
    access.space(context, space_id, field)
    return space_id


def _project(_context: Context, field: str, value: Any) -> int:
    return _number(field, value)


def _owner(context: Context, field: str, value: Any) -> int:
    return users.member_id(context, field, _number(field, value))


def _priority(context: Context, field: str, value: Any) -> str:
    text = _text(field, value)
    try:
        labels.find_priority(context, text)
    except InvalidInput as refusal:
        raise InvalidInput(field, refusal.message.partition(": ")[2]) from refusal
    return text


def _status(_context: Context, field: str, value: Any) -> str:
    # Each project has statuses of its own, and a filter may go over many of them.
    return title(field, _text(field, value))


def _tag(_context: Context, field: str, value: Any) -> str:
    return title(field, _text(field, value), TAG_LENGTH)


def _keyword(_context: Context, field: str, value: Any) -> str:
    return title(field, _text(field, value), _KEYWORD_LENGTH)


def _moment(_context: Context, field: str, value: Any) -> str | None:
    return show_time(date_time(field, _text(field, value)))


def _flag(_context: Context, field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(field, "it must be true or false.")
    return value


def _one_of(choices: Sequence[str]) -> _Check:
    def check(_context: Context, field: str, value: Any) -> str:
        if value not in choices:
            raise InvalidInput(field, f"it must be one of {', '.join(choices)}.")
        return value

    return check


def _one_or_many(check: _Check) -> _Check:
    def check_each(context: Context, field: str, value: Any) -> Any:
        return _many(check)(context, field, value) if _is_list(value) else check(context, field, value)

    return check_each


def _many(check: _Check) -> _Check:
    def check_each(context: Context, field: str, value: Any) -> list[Any]:
        if not _is_list(value):
            raise InvalidInput(field, "it must be a list.")
        if not 1 <= len(value) <= _VALUES_LIMIT:
            raise InvalidInput(field, f"it has {len(value)} items; from 1 to {_VALUES_LIMIT} are allowed.")
        return [check(context, f"{field}[{index}]", each) for index, each in enumerate(value)]

    return check_each


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _number(field: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(field, "it must be a whole number.")
    return value


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput(field, "it must be text.")
    return value


# The conditions by name; those of a list of tasks, and those that the examples of the documentation need.
_CHECKS: dict[str, _Check] = {
    "spaceId": _space,
    "projectId": _project,
    "status": _one_or_many(_status),
    "priority": _one_or_many(_priority),
    "ownerId": _owner,
    "owners": _many(_owner),
    "assignedToMe": _flag,
    "tag": _tag,
    "tags": _many(_tag),
    "dueBefore": _moment,
    "dueAfter": _moment,
    "overdue": _flag,
    "keyword": _keyword,
    "sortBy": _one_of(SORT_KEYS),
    "sortOrder": _one_of(SORT_ORDERS),
}


def _show(row: sqlite3.Row) -> Json:
    return {
        "filterId": row["filter_id"],
        "filterName": row["filter_name"],
        "criteria": json.loads(row["criteria"]),
        "createdTime": show_time(row["created_time"]),
        "updateTime": show_time(row["update_time"]),
    }
