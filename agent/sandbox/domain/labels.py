"""Statuses and priorities: text on the way in, objects on the way out."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.values import match_name
from agent.sandbox.errors import InvalidInput

OPEN = "OPEN"
IN_PROGRESS = "IN_PROGRESS"
COMPLETED = "COMPLETED"
CATEGORIES = (OPEN, IN_PROGRESS, COMPLETED)
"""What a status counts as, in the order in which the statuses of a project come."""

_NAMES_LENGTH = 300

# The statuses that every new project starts with: name, category, colour.
DEFAULT_STATUSES = (
    ("OPEN", OPEN, "#2f80ed"),
    ("IN-PROGRESS", IN_PROGRESS, "#f2994a"),
    ("COMPLETED", COMPLETED, "#27ae60"),
)
# The priorities that every new organisation starts with: label, colour, whether it is the default.
DEFAULT_PRIORITIES = (
    ("Low", "#8c96a3", False),
    ("Medium", "#2f80ed", True),
    ("High", "#f2994a", False),
    ("Critical", "#eb5757", False),
)


@dataclass(frozen=True, slots=True)
class Status:
    """A status of one project, or of personal tasks."""

    status_id: int
    name: str
    category: str


def project_statuses(context: Context, project_id: int | None) -> list[Status]:
    """Returns the statuses of a project in their order, or those of personal tasks for None."""
    rows = context.database.rows(
        "SELECT status_id, status_name, category FROM statuses "
        "WHERE organisation_id = ? AND project_id IS ? ORDER BY position, status_id",
        (context.caller.organisation_id, project_id),
    )
    return [Status(row["status_id"], row["status_name"], row["category"]) for row in rows]


def find_status(context: Context, project_id: int | None, text: str) -> Status:
    """Returns the status that the text names, whatever its case, spaces and hyphens.

    Raises:
        InvalidInput: None has that name; the message lists those there are.
    """
    statuses = project_statuses(context, project_id)
    for status in statuses:
        if match_name(status.name) == match_name(text):
            return status
    names = name_list([status.name for status in statuses])
    raise InvalidInput("status", f'"{text[:40]}" is not a status of this project; it has {names}.')


def default_status(context: Context, project_id: int | None) -> Status:
    """Returns the status that new tasks get: the first open one, of which each project keeps at least one."""
    return project_statuses(context, project_id)[0]


def matching_status(context: Context, project_id: int | None, status: Status) -> Status:
    """Returns the status of another project that comes nearest: same name, else same category."""
    statuses = project_statuses(context, project_id)
    by_name = [each for each in statuses if match_name(each.name) == match_name(status.name)]
    by_category = [each for each in statuses if each.category == status.category]
    return [*by_name, *by_category, *statuses][0]


def find_priority(context: Context, text: str | None) -> int:
    """Returns the id of the priority that the text names, or of the default one for None.

    Raises:
        InvalidInput: None has that label; the message lists those there are.
    """
    rows = context.database.rows(
        "SELECT priority_id, label, is_default FROM priorities WHERE organisation_id = ? ORDER BY position",
        (context.caller.organisation_id,),
    )
    for row in rows:
        chosen = row["is_default"] if text is None else match_name(row["label"]) == match_name(text)
        if chosen:
            priority_id: int = row["priority_id"]
            return priority_id
    labels = name_list([row["label"] for row in rows])
    raise InvalidInput("priority", f'"{(text or "")[:40]}" is not a priority; there are {labels}.')


def name_list(names: Sequence[str]) -> str:
    """Returns names for a sentence, and how many more there are if they would make it long."""
    shown = [name for index, name in enumerate(names) if len(", ".join(names[: index + 1])) <= _NAMES_LENGTH]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def create_default_statuses(context: Context, project_id: int | None) -> None:
    """Gives a new project, or the personal tasks of a new organisation, the default statuses."""
    organisation_id = context.caller.organisation_id
    context.database.run_many(
        "INSERT INTO statuses (organisation_id, project_id, status_name, category, color, position) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (organisation_id, project_id, name, category, color, position)
            for position, (name, category, color) in enumerate(DEFAULT_STATUSES)
        ],
    )


def show_status(row: sqlite3.Row) -> Json:
    """Returns the status object of a row that has the columns of `statuses`."""
    return {
        "taskStatusId": row["status_id"],
        "statusName": row["status_name"],
        "statusCategory": row["category"],
        "color": row["status_color"],
    }


def show_priority(row: sqlite3.Row) -> Json:
    """Returns the priority object of a row that has the columns of `priorities`."""
    return {
        "taskPriorityId": row["priority_id"],
        "priorityLabel": row["priority_label"],
        "color": row["priority_color"],
    }
