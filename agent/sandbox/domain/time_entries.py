"""Timers and logged time. A time entry without an end is a running timer; durations are milliseconds."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from agent.sandbox.clock import DAY_MILLISECONDS
from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.users import show_person
from agent.sandbox.domain.values import NOTES_LENGTH, body, show_time
from agent.sandbox.errors import AccessDenied, Conflict, InvalidInput, NotFound

ENTRY_ROWS = """
SELECT e.*, t.task_title, t.project_id, p.project_name, u.first_name, u.last_name, u.email
FROM time_entries e
JOIN tasks t USING (task_id)
JOIN users u ON u.user_id = e.user_id
LEFT JOIN projects p ON p.project_id = t.project_id
"""
"""Selects time entries with everything that `show_entry` needs."""

_LONGEST_ENTRY = DAY_MILLISECONDS


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """What a caller says of a time entry; None where nothing is said."""

    billable: bool | None = None
    notes: str | None = None

    def checked_notes(self) -> str | None:
        """Returns the notes.

        Raises:
            InvalidInput: They are too long.
        """
        return None if self.notes is None else body("notes", self.notes, NOTES_LENGTH)


def start_timer(context: Context, task: TaskAccess, details: EntryDetails) -> Json:
    """Starts the caller's timer on a task and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        Conflict: A timer of the caller's is running already.
    """
    access.require_writer(context)
    running = _running(context)
    if running is not None:
        raise Conflict(
            f"Timer {running['timer_id']} is already running on task {running['task_id']} "
            f'"{running["task_title"]}" since {show_time(running["start_time"])}; '
            "stop it with astravue_stop_timer first."
        )
    timer_id = _insert(context, task.task_id, "TIMER", context.clock.milliseconds(), None, details)
    return show_entry(context, _find(context, timer_id))


def stop_timer(
    context: Context,
    timer_id: int | None,
    task_id: int | None,
    project_id: int | None,
    details: EntryDetails,
) -> Json:
    """Stops the caller's running timer and returns it.

    Raises:
        AccessDenied: The caller is a Guest.
        Conflict: No timer of the caller's is running.
        NotFound: The running timer is another one, or on another task.
    """
    access.require_writer(context)
    row = _running(context)
    if row is None:
        raise Conflict("You have no running timer.")
    for field, wanted, actual in (
        ("timerId", timer_id, row["timer_id"]),
        ("taskId", task_id, row["task_id"]),
        ("projectId", project_id, row["project_id"]),
    ):
        if wanted is not None and wanted != actual:
            raise NotFound(
                field,
                f"your running timer is {row['timer_id']}, on task {row['task_id']} "
                f'"{row["task_title"]}", not the one named.',
            )
    notes = details.checked_notes()
    context.database.run(
        "UPDATE time_entries SET end_time = ?, billable = ?, notes = ? WHERE timer_id = ?",
        (
            max(context.clock.milliseconds(), row["start_time"]),
            row["billable"] if details.billable is None else int(details.billable),
            row["notes"] if notes is None else notes,
            row["timer_id"],
        ),
    )
    return show_entry(context, _find(context, row["timer_id"]))


def active_timers(context: Context) -> list[Json]:
    """Returns the caller's running timer as a list of at most one."""
    row = _running(context)
    return [] if row is None else [show_entry(context, row)]


def log_duration(
    context: Context, task: TaskAccess, duration: int, start: int | None, details: EntryDetails
) -> Json:
    """Logs a duration in milliseconds that began at `start`, or that ends now for None.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The duration is 0 or over a day, or the work would end in the future.
    """
    if duration <= 0:
        raise InvalidInput("minutes", "the time logged must be at least one minute.")
    if duration > _LONGEST_ENTRY:
        raise InvalidInput("hours", "a time entry can hold at most 24 hours.")
    begin = context.clock.milliseconds() - duration if start is None else start
    return _log(context, task, "MANUAL", begin, begin + duration, "startTime", details)


def log_range(context: Context, task: TaskAccess, start: int, end: int, details: EntryDetails) -> Json:
    """Logs the time from `start` to `end`.

    Raises:
        AccessDenied: The caller is a Guest.
        InvalidInput: The end is not after the start, in the future, or over a day later.
    """
    if end <= start:
        raise InvalidInput("endTime", "it must lie after startTime.")
    if end - start > _LONGEST_ENTRY:
        raise InvalidInput("endTime", "a time entry can hold at most 24 hours.")
    return _log(context, task, "RANGE", start, end, "endTime", details)


def task_entries(context: Context, task: TaskAccess) -> list[Json]:
    """Returns everyone's entries on a task, the oldest first."""
    rows = context.database.rows(
        ENTRY_ROWS + "WHERE e.task_id = ? ORDER BY e.start_time, e.timer_id", (task.task_id,)
    )
    return [show_entry(context, row) for row in rows]


def delete_entry(context: Context, timer_id: int) -> Json:
    """Deletes a time entry, a running one included, and returns what went.

    Raises:
        NotFound: The caller sees no such entry.
        AccessDenied: It is someone else's, and the caller does not administer the project.
    """
    access.require_writer(context)
    row = context.database.row(
        "SELECT e.*, t.task_title, a.is_admin FROM time_entries e JOIN tasks t USING (task_id) "
        "JOIN task_access a ON a.task_id = e.task_id AND a.user_id = ? WHERE e.timer_id = ?",
        (context.caller.user_id, timer_id),
    )
    if row is None:
        raise NotFound("timerId", f"there is no time entry {timer_id} that you can see.")
    if row["user_id"] != context.caller.user_id and not row["is_admin"]:
        raise AccessDenied("deleting someone else's time entry needs the Project Admin role.")
    context.database.run("DELETE FROM time_entries WHERE timer_id = ?", (timer_id,))
    return {
        "deleted": True,
        "timerId": timer_id,
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
        "duration": duration_of(context, row),
    }


def duration_of(context: Context, row: sqlite3.Row) -> int:
    """Returns how long an entry is in milliseconds; a running timer's goes on until now."""
    end = context.clock.milliseconds() if row["end_time"] is None else row["end_time"]
    return max(0, end - row["start_time"])


def total_duration(context: Context, rows: Sequence[sqlite3.Row]) -> int:
    """Returns how long the entries are together, in milliseconds."""
    return sum(duration_of(context, row) for row in rows)


def show_entry(context: Context, row: sqlite3.Row) -> Json:
    """Returns a row of `ENTRY_ROWS` as a time entry object."""
    return {
        "timerId": row["timer_id"],
        "taskId": row["task_id"],
        "taskTitle": row["task_title"],
        "projectId": row["project_id"],
        "projectName": row["project_name"],
        "user": show_person(row),
        "entryType": row["entry_type"],
        "startTime": show_time(row["start_time"]),
        "endTime": show_time(row["end_time"]),
        "duration": duration_of(context, row),
        "running": row["end_time"] is None,
        "billable": bool(row["billable"]),
        "notes": row["notes"],
    }


def _log(
    context: Context, task: TaskAccess, kind: str, start: int, end: int, field: str, details: EntryDetails
) -> Json:
    access.require_writer(context)
    if end > context.clock.milliseconds():
        raise InvalidInput(field, "the work must not end in the future.")
    return show_entry(context, _find(context, _insert(context, task.task_id, kind, start, end, details)))


def _insert(
    context: Context, task_id: int, kind: str, start: int, end: int | None, details: EntryDetails
) -> int:
    return context.database.insert(
        "INSERT INTO time_entries (task_id, user_id, entry_type, start_time, end_time, billable, notes, "
        "created_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            task_id,
            context.caller.user_id,
            kind,
            start,
            end,
            int(bool(details.billable)),
            details.checked_notes() or "",
            context.clock.milliseconds(),
        ),
    )


def _running(context: Context) -> sqlite3.Row | None:
    return context.database.row(
        ENTRY_ROWS + "WHERE e.user_id = ? AND e.end_time IS NULL", (context.caller.user_id,)
    )


def _find(context: Context, timer_id: int) -> sqlite3.Row:
    row = context.database.row(ENTRY_ROWS + "WHERE e.timer_id = ?", (timer_id,))
    assert row is not None
    return row
