"""Finding tasks: in a project, by words, overdue, scheduled, and how many there are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from agent.sandbox.domain import access, labels
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_views import TASK_ROWS, Page, show_tasks
from agent.sandbox.domain.users import member_id
from agent.sandbox.domain.values import day_range, match_name
from agent.sandbox.errors import InvalidInput

_ORDER = {
    "dueDate": "t.due_date ASC NULLS LAST",
    "startDate": "t.start_date ASC NULLS LAST",
    "priority": "(SELECT position FROM priorities q WHERE q.priority_id = t.priority_id) ASC",
    "status": "st.position ASC, st.status_id ASC",
    "taskTitle": "t.task_title COLLATE NOCASE ASC",
    "completion": "t.completion ASC",
}
_TASKS = "FROM tasks t"
# In this order SQLite reads the pages of a list by status from two indexes, however long the list is.
_TASKS_BY_STATUS = (
    "FROM statuses st CROSS JOIN tasks t ON t.project_id = st.project_id AND t.status_id = st.status_id"
)
_OWNED_TASKS = (
    "FROM task_owners o CROSS JOIN tasks t ON t.task_id = o.task_id JOIN statuses st USING (status_id) "
    "JOIN task_access a ON a.task_id = t.task_id AND a.user_id = o.user_id"
)
# The projects are looked up once, not for every task.
_SEEN = (
    "(t.project_id IN (SELECT project_id FROM project_access WHERE user_id = :caller_id) "
    "OR (t.project_id IS NULL AND EXISTS "
    "(SELECT 1 FROM task_access a WHERE a.task_id = t.task_id AND a.user_id = :caller_id)))"
)
_WORDS_LIMIT = 20


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of a project's tasks is narrowed to, and how it is sorted."""

    status: str | None = None
    priority: str | None = None
    owner_id: int | None = None
    tag: str | None = None
    due_before: int | None = None
    due_after: int | None = None
    sort_by: str | None = None
    descending: bool = False


def list_project_tasks(
    context: Context, project_id: int, space_id: int, narrowed: TaskFilter, page: Page
) -> tuple[list[Json], int]:
    """Returns one page of a project's tasks, without subtasks, and how many there are in all.

    Unless asked otherwise they come in the order of their statuses, and by id inside each.

    Raises:
        NotFound: The caller sees no such project, or it is in another space.
        InvalidInput: A filter names something that does not exist.
    """
    access.project(context, project_id, space_id)
    conditions = ["t.project_id = :project_id", "t.parent_task_id IS NULL"]
    parameters: dict[str, object] = {"project_id": project_id}
    if narrowed.status is not None:
        conditions.append("t.status_id = :status_id")
        parameters["status_id"] = labels.find_status(context, project_id, narrowed.status).status_id
    if narrowed.priority is not None:
        conditions.append("t.priority_id = :priority_id")
        parameters["priority_id"] = labels.find_priority(context, narrowed.priority)
    if narrowed.owner_id is not None:
        conditions.append("t.task_id IN (SELECT task_id FROM task_owners WHERE user_id = :owner)")
        parameters["owner"] = member_id(context, "ownerId", narrowed.owner_id)
    if narrowed.tag is not None:
        conditions.append("t.task_id IN (SELECT task_id FROM task_tags WHERE tag_id = :tag)")
        parameters["tag"] = _tag_id(context, narrowed.tag)
    if narrowed.due_before is not None:
        conditions.append("t.due_date < :due_before")
        parameters["due_before"] = narrowed.due_before
    if narrowed.due_after is not None:
        conditions.append("t.due_date > :due_after")
        parameters["due_after"] = narrowed.due_after
    order = _ORDER[narrowed.sort_by or "status"]
    if narrowed.descending:
        order = order.replace(" NULLS LAST", "").replace(" ASC", " DESC")
    source = _TASKS
    if order.startswith("st."):
        source = _TASKS_BY_STATUS
        conditions.append("st.project_id = :project_id")
    return _page(context, source, conditions, parameters, order, page)


def find_tasks(context: Context, keyword: str, page: Page) -> tuple[list[Json], int]:
    """Returns the tasks whose title or description holds every word, best titles first.

    Raises:
        InvalidInput: There is no word, or there are too many.
    """
    words = keyword.split()
    if not words:
        raise InvalidInput("keyword", "it must not be blank.")
    if len(words) > _WORDS_LIMIT:
        raise InvalidInput("keyword", f"at most {_WORDS_LIMIT} words are allowed.")
    conditions = [_SEEN]
    parameters: dict[str, object] = {"phrase": _like(keyword.strip())}
    for number, word in enumerate(words):
        name = f"word{number}"
        conditions.append(
            f"(t.task_title LIKE :{name} ESCAPE '\\' OR t.description LIKE :{name} ESCAPE '\\')"
        )
        parameters[name] = _like(word)
    return _page(context, _TASKS, conditions, parameters, "t.task_title LIKE :phrase ESCAPE '\\' DESC", page)


def list_overdue(context: Context, page: Page) -> tuple[list[Json], int]:
    """Returns the caller's unfinished tasks that were due before today (UTC), the oldest first."""
    conditions = ["o.user_id = :caller_id", "st.category <> 'COMPLETED'", "t.due_date < :today"]
    parameters: dict[str, object] = {"today": context.clock.start_of_today()}
    return _page(context, _OWNED_TASKS, conditions, parameters, "t.due_date", page)


def list_scheduled(
    context: Context, start: str | None, end: str | None, page: Page
) -> tuple[list[Json], int]:
    """Returns the caller's unfinished tasks that are due between two days, from today on by default.

    Raises:
        InvalidInput: A day does not exist, or the end lies before the start.
    """
    first, after = day_range(start, end)
    conditions = ["o.user_id = :caller_id", "st.category <> 'COMPLETED'", "t.due_date >= :first"]
    parameters: dict[str, object] = {"first": context.clock.start_of_today() if first is None else first}
    if after is not None:
        conditions.append("t.due_date < :after")
        parameters["after"] = after
    return _page(context, _OWNED_TASKS, conditions, parameters, "t.due_date", page)


def list_subtasks(context: Context, parent_task_id: int) -> list[Json]:
    """Returns the subtasks of a task that the caller is known to see, by id."""
    rows = context.database.rows(
        TASK_ROWS + "WHERE t.parent_task_id = :parent ORDER BY t.task_id",
        {"caller_id": context.caller.user_id, "parent": parent_task_id},
    )
    return show_tasks(context, rows)


def count_tasks(context: Context) -> Json:
    """Returns how many tasks the caller owns: total, pending, completed and overdue."""
    row = context.database.row(
        "SELECT COUNT(*) AS total, COALESCE(SUM(st.category = 'COMPLETED'), 0) AS completed, "
        "COALESCE(SUM(st.category <> 'COMPLETED' AND t.due_date < :today), 0) AS overdue "
        "FROM task_owners o JOIN tasks t USING (task_id) "
        "JOIN task_access a ON a.task_id = t.task_id AND a.user_id = o.user_id "
        "JOIN statuses st USING (status_id) WHERE o.user_id = :caller_id",
        {"caller_id": context.caller.user_id, "today": context.clock.start_of_today()},
    )
    assert row is not None
    return {
        "total": row["total"],
        "pending": row["total"] - row["completed"],
        "completed": row["completed"],
        "overdue": row["overdue"],
    }


def _page(
    context: Context,
    source: str,
    conditions: Sequence[str],
    parameters: dict[str, object],
    order: str,
    page: Page,
) -> tuple[list[Json], int]:
    # Counting and sorting read many tasks, so they read little of each; only a page is read whole.
    database = context.database
    caller = {"caller_id": context.caller.user_id}
    chosen = " ".join((source, "WHERE", " AND ".join(conditions)))
    total: int = database.value(" ".join(("SELECT COUNT(*)", chosen)), parameters | caller)
    found = database.rows(
        " ".join(("SELECT t.task_id", chosen, "ORDER BY", order, ", t.task_id LIMIT :limit OFFSET :offset")),
        parameters | caller | page.limits,
    )
    rows = database.rows(
        TASK_ROWS + "JOIN json_each(:ids) j ON j.value = t.task_id ORDER BY j.key",
        {"ids": json.dumps([row["task_id"] for row in found])} | caller,
    )
    return show_tasks(context, rows), total


def _tag_id(context: Context, name: str) -> int:
    tag_id: int | None = context.database.value(
        "SELECT tag_id FROM tags WHERE organisation_id = ? AND match_name = ?",
        (context.caller.organisation_id, match_name(name)),
    )
    if tag_id is None:
        raise InvalidInput("tag", f'there is no tag "{name[:40]}" in this organisation.')
    return tag_id


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
