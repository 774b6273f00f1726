"""Reports over logged time: a project's entries and totals, and the timesheet of everything.

Days are taken in UTC, and an entry counts for the day on which it began.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.sandbox.domain import access, users
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.time_entries import ENTRY_ROWS, show_entry, total_duration
from agent.sandbox.domain.users import show_person
from agent.sandbox.domain.values import day_range

_IN_PROJECT = """
WHERE t.project_id = :project_id
    AND (:first IS NULL OR e.start_time >= :first)
    AND (:after IS NULL OR e.start_time < :after)
    AND (:user_id IS NULL OR e.user_id = :user_id)
ORDER BY e.start_time, e.timer_id
"""

_IN_TIMESHEET = """
JOIN task_access a ON a.task_id = e.task_id AND a.user_id = :caller_id
WHERE (e.user_id = :caller_id OR (a.is_admin AND t.project_id IS NOT NULL))
    AND (:first IS NULL OR e.start_time >= :first)
    AND (:after IS NULL OR e.start_time < :after)
    AND (:billable IS NULL OR e.billable = :billable)
    AND (:users IS NULL OR e.user_id IN (SELECT value FROM json_each(:users)))
    AND (:projects IS NULL OR t.project_id IN (SELECT value FROM json_each(:projects)))
ORDER BY e.start_time, e.timer_id
"""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days as a caller gives it; None where it is open."""

    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class TimesheetFilter:
    """What a timesheet is narrowed to; None where it is not."""

    user_ids: Sequence[int] | None = None
    project_ids: Sequence[int] | None = None
    billable: bool | None = None


def project_entries(
    context: Context, project_id: int, space_id: int | None, period: Period, user_id: int | None
) -> Json:
    """Returns a project's time entries, grouped by member.

    Raises:
        NotFound: The caller sees no such project, or nobody has that user id.
        InvalidInput: A day does not exist, or the end lies before the start.
    """
    project = access.project(context, project_id, space_id)
    if user_id is not None:
        users.member_id(context, "userId", user_id)
    rows = _project_rows(context, project_id, period, user_id)
    return {
        "projectId": project_id,
        "projectName": project.row["project_name"],
        "members": _grouped(context, rows, lambda row: row["user_id"], show_person),
        "totals": _totals(context, rows),
    }


def project_summary(context: Context, project_id: int, space_id: int | None, period: Period) -> Json:
    """Returns a project's billable, non-billable and total time in milliseconds.

    Raises:
        NotFound: The caller sees no such project.
        InvalidInput: A day does not exist, or the end lies before the start.
    """
    project = access.project(context, project_id, space_id)
    totals = _totals(context, _project_rows(context, project_id, period, None))
    return {"projectId": project_id, "projectName": project.row["project_name"]} | totals


def timesheet(context: Context, period: Period, narrowed: TimesheetFilter, by_project: bool) -> Json:
    """Returns logged time grouped by member or project.

    Organisation admins see everyone's time, others see everyone's in the projects that they administer,
    and each sees their own.

    Raises:
        NotFound: Nobody has one of the user ids, or the caller sees no such project.
        InvalidInput: A day does not exist, or the end lies before the start.
    """
    for user_id in narrowed.user_ids or ():
        users.member_id(context, "userIds", user_id)
    for project_id in narrowed.project_ids or ():
        access.project(context, project_id, field="projectIds")
    rows = _timesheet_rows(context, period, narrowed)
    if by_project:
        groups = _grouped(context, rows, lambda row: row["project_id"], _show_project)
    else:
        groups = _grouped(context, rows, lambda row: row["user_id"], show_person)
    return {
        "groupBy": "project" if by_project else "member",
        "groups": groups,
        "totals": _totals(context, rows),
    }


def _timesheet_rows(context: Context, period: Period, narrowed: TimesheetFilter) -> list[sqlite3.Row]:
    first, after = day_range(period.start, period.end)
    return context.database.rows(
        ENTRY_ROWS + _IN_TIMESHEET,
        {
            "caller_id": context.caller.user_id,
            "first": first,
            "after": after,
            "billable": None if narrowed.billable is None else int(narrowed.billable),
            "users": None if narrowed.user_ids is None else json.dumps(list(narrowed.user_ids)),
            "projects": None if narrowed.project_ids is None else json.dumps(list(narrowed.project_ids)),
        },
    )


def _project_rows(
    context: Context, project_id: int, period: Period, user_id: int | None
) -> list[sqlite3.Row]:
    first, after = day_range(period.start, period.end)
    return context.database.rows(
        ENTRY_ROWS + _IN_PROJECT,
        {"project_id": project_id, "first": first, "after": after, "user_id": user_id},
    )


def _grouped(
    context: Context,
    rows: Sequence[sqlite3.Row],
    key: Callable[[sqlite3.Row], int | None],
    show: Callable[[sqlite3.Row], Json],
) -> list[Json]:
    groups: dict[int | None, list[sqlite3.Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return [
        show(group[0]) | {"entries": [show_entry(context, row) for row in group]} | _totals(context, group)
        for group in groups.values()
    ]


def _totals(context: Context, rows: Sequence[sqlite3.Row]) -> Json:
    billable = total_duration(context, [row for row in rows if row["billable"]])
    total = total_duration(context, rows)
    return {"billable": billable, "nonBillable": total - billable, "total": total}


def _show_project(row: sqlite3.Row) -> Json:
    return {"projectId": row["project_id"], "projectName": row["project_name"]}
