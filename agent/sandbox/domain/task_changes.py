"""The fields of a task that a caller gives, read and checked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.sandbox.domain import access, labels, users
from agent.sandbox.domain.context import Context
from agent.sandbox.domain.values import TAG_LENGTH, body, date_time, match_name, title
from agent.sandbox.errors import InvalidInput

TAGS_LIMIT = 50
"""How many tags a task can carry."""

_OWNERS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class TaskChanges:
    """Fields of a task; None where one is left alone. Times are milliseconds since the Unix epoch."""

    title: str | None = None
    description: str | None = None
    owners: tuple[int, ...] | None = None
    start_date: int | None = None
    due_date: int | None = None
    completion: int | None = None
    status: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] | None = None


def read_changes(arguments: Mapping[str, Any]) -> TaskChanges:
    """Returns the fields among a tool's arguments, which fit the tool's schema already.

    Raises:
        InvalidInput: A value cannot be used.
    """
    given = arguments.get
    return TaskChanges(
        title=title("taskTitle", arguments["taskTitle"]) if "taskTitle" in arguments else None,
        description=body("description", arguments["description"]) if "description" in arguments else None,
        owners=_owners(arguments["owners"]) if "owners" in arguments else None,
        start_date=date_time("startDate", arguments["startDate"]) if "startDate" in arguments else None,
        due_date=date_time("dueDate", arguments["dueDate"]) if "dueDate" in arguments else None,
        completion=given("completion"),
        status=given("status"),
        priority=given("priority"),
        tags=_tags(arguments["tags"]) if "tags" in arguments else None,
    )


def write_owners(
    context: Context, task_id: int, project_id: int | None, owners: tuple[int, ...]
) -> list[int]:
    """Makes these users the owners of a task, in this order.

    Returns:
        Those who were no owners before.

    Raises:
        NotFound: One is no active member of the organisation.
        InvalidInput: One does not see the task's project.
    """
    for user_id in owners:
        users.member_id(context, "owners", user_id)
        check_sees_project(context, "owners", user_id, project_id)
    rows = context.database.rows("SELECT user_id FROM task_owners WHERE task_id = ?", (task_id,))
    before = {row["user_id"] for row in rows}
    context.database.run("DELETE FROM task_owners WHERE task_id = ?", (task_id,))
    context.database.run_many(
        "INSERT INTO task_owners (task_id, user_id, position) VALUES (?, ?, ?)",
        [(task_id, user_id, position) for position, user_id in enumerate(owners)],
    )
    return [user_id for user_id in owners if user_id not in before]


def check_sees_project(context: Context, field: str, user_id: int, project_id: int | None) -> None:
    """Checks that a member of the organisation belongs to the project that a task of theirs is in.

    Raises:
        InvalidInput: They do not; the message names the tool that adds them.
    """
    if project_id is not None and not access.sees_project(context, user_id, project_id):
        name = users.full_name(context.database, user_id)
        problem = (
            f"{name} (user {user_id}) is not a member of project {project_id}; "
            "astravue_add_project_member can add them."
        )
        raise InvalidInput(field, problem)


def write_tags(context: Context, task_id: int, names: tuple[str, ...]) -> None:
    """Puts exactly these tags on a task; a tag that the organisation lacks comes into being."""
    context.database.run("DELETE FROM task_tags WHERE task_id = ?", (task_id,))
    for position, name in enumerate(names):
        context.database.run(
            "INSERT INTO tags (organisation_id, tag_name, match_name) VALUES (?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (context.caller.organisation_id, name, match_name(name)),
        )
        context.database.run(
            "INSERT INTO task_tags (task_id, tag_id, position) "
            "SELECT ?, tag_id, ? FROM tags WHERE organisation_id = ? AND match_name = ?",
            (task_id, position, context.caller.organisation_id, match_name(name)),
        )


def completion_after(before: labels.Status | None, after: labels.Status, kept: int, given: int | None) -> int:
    """Returns the percentage that goes with a change of status.

    A given percentage wins; completing a task makes it 100, reopening a finished one makes it 0.
    """
    if given is not None:
        return given
    was_completed = before is not None and before.category == labels.COMPLETED
    is_completed = after.category == labels.COMPLETED
    if is_completed and not was_completed:
        return 100
    if was_completed and not is_completed and kept == 100:
        return 0
    return kept


def _owners(ids: list[int]) -> tuple[int, ...]:
    owners = tuple(users.distinct(ids))
    if len(owners) > _OWNERS_LIMIT:
        raise InvalidInput("owners", f"a task has at most {_OWNERS_LIMIT} owners.")
    return owners


def _tags(names: list[str]) -> tuple[str, ...]:
    tags = {match_name(name): title("tags", name, TAG_LENGTH) for name in reversed(names)}
    if len(tags) > TAGS_LIMIT:
        raise InvalidInput("tags", f"a task has at most {TAGS_LIMIT} tags.")
    if "" in tags:
        raise InvalidInput("tags", "a tag needs at least one letter or digit.")
    return tuple(reversed(tags.values()))
