"""Tags: they belong to the organisation, and any task can carry those there are.

Putting on a tag that the task has, or taking off one that it lacks, changes nothing and is no error.
"""

import sqlite3
from difflib import get_close_matches

from agent.sandbox.domain import access
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.task_changes import TAGS_LIMIT
from agent.sandbox.domain.tasks import TaskAccess
from agent.sandbox.domain.values import match_name
from agent.sandbox.errors import Conflict, InvalidInput, NotFound

_NEAR_NAMES = 5
_LISTED = "astravue_list_tags lists those there are"


def list_tags(context: Context) -> list[Json]:
    """Returns every tag of the organisation by name, with how many tasks of the caller's carry it.

    Those are the tasks and subtasks that the caller sees.
    """
    caller = context.caller
    rows = context.database.rows(
        "SELECT g.tag_id, g.tag_name, COALESCE(c.tasks, 0) AS tasks FROM tags g LEFT JOIN ("
        "SELECT tt.tag_id, COUNT(*) AS tasks FROM task_access a JOIN task_tags tt ON tt.task_id = a.task_id "
        "WHERE a.user_id = ? GROUP BY tt.tag_id"
        ") c ON c.tag_id = g.tag_id WHERE g.organisation_id = ? ORDER BY g.match_name",
        (caller.user_id, caller.organisation_id),
    )
    return [_show(row) | {"taskCount": row["tasks"]} for row in rows]


def add_tag(context: Context, task: TaskAccess, tag_id: int | None, tag_name: str | None) -> Json:
    """Puts an existing tag on a task, named by its id, its name or both.

    Returns:
        The tag, and whether the task lacked it before.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: No tag has that id.
        InvalidInput: No tag has that name, or id and name are two different tags'.
        Conflict: The task has as many tags as it can.
    """
    access.require_writer(context)
    tag = _named(context, tag_id, tag_name)
    database = context.database
    carried = database.rows("SELECT tag_id, position FROM task_tags WHERE task_id = ?", (task.task_id,))
    if tag["tag_id"] in {row["tag_id"] for row in carried}:
        return {"tag": _show(tag), "added": False}
    if len(carried) >= TAGS_LIMIT:
        raise Conflict(
            f"taskId: task {task.task_id} has {TAGS_LIMIT} tags, and more are not allowed.", "taskId"
        )
    database.run(
        "INSERT INTO task_tags (task_id, tag_id, position) VALUES (?, ?, ?)",
        (task.task_id, tag["tag_id"], max((row["position"] for row in carried), default=-1) + 1),
    )
    _mark_changed(context, task)
    return {"tag": _show(tag), "added": True}


def remove_tag(context: Context, task: TaskAccess, tag_id: int | None, tag_name: str | None) -> Json:
    """Takes a tag off a task, named by its id, its name or both.

    Returns:
        The tag, and whether the task had it before.

    Raises:
        AccessDenied: The caller is a Guest.
        NotFound: No tag has that id.
        InvalidInput: No tag has that name, or id and name are two different tags'.
    """
    access.require_writer(context)
    tag = _named(context, tag_id, tag_name)
    removed = context.database.run(
        "DELETE FROM task_tags WHERE task_id = ? AND tag_id = ?", (task.task_id, tag["tag_id"])
    )
    if removed:
        _mark_changed(context, task)
    return {"tag": _show(tag), "removed": bool(removed)}


def _named(context: Context, tag_id: int | None, tag_name: str | None) -> sqlite3.Row:
    by_id = None if tag_id is None else _by_id(context, tag_id)
    by_name = None if tag_name is None else _by_name(context, tag_name)
    if by_id is not None and by_name is not None and by_id["tag_id"] != by_name["tag_id"]:
        raise InvalidInput("tagName", "tagId and tagName name two different tags; give one of them.")
    tag = by_name if by_id is None else by_id
    assert tag is not None
    return tag


def _by_id(context: Context, tag_id: int) -> sqlite3.Row:
    row = context.database.row(
        "SELECT * FROM tags WHERE tag_id = ? AND organisation_id = ?",
        (tag_id, context.caller.organisation_id),
    )
    if row is None:
        raise NotFound("tagId", f"there is no tag {tag_id}; {_LISTED}.")
    return row


def _by_name(context: Context, name: str) -> sqlite3.Row:
    wanted = match_name(name)
    tags = {
        str(row["match_name"]): row
        for row in context.database.rows(
            "SELECT * FROM tags WHERE organisation_id = ? ORDER BY match_name",
            (context.caller.organisation_id,),
        )
    }
    if wanted in tags:
        return tags[wanted]
    inside = [each for each in tags if wanted and (wanted in each or each in wanted)]
    near = [*inside, *get_close_matches(wanted[:100], tags)]
    names = ", ".join(tags[each]["tag_name"] for each in dict.fromkeys(near[:_NEAR_NAMES]))
    hint = f"similar ones are {names}, and astravue_list_tags lists all" if names else _LISTED
    raise InvalidInput("tagName", f'there is no tag "{name[:40]}"; {hint}.')


def _mark_changed(context: Context, task: TaskAccess) -> None:
    context.database.run(
        "UPDATE tasks SET modified_by = ?, update_time = ? WHERE task_id = ?",
        (context.caller.user_id, context.clock.milliseconds(), task.task_id),
    )


def _show(row: sqlite3.Row) -> Json:
    return {"tagId": row["tag_id"], "tagName": row["tag_name"]}
