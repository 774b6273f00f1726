"""What always holds in the sandbox's database, whatever was called."""

from agent.sandbox.database import Database

BROKEN = {
    "two running timers of one user": """
        SELECT user_id FROM time_entries WHERE end_time IS NULL GROUP BY user_id HAVING COUNT(*) > 1""",
    "a time entry that ends before it begins": """
        SELECT timer_id FROM time_entries WHERE end_time < start_time""",
    "a finished time entry of more than a day that was no timer": """
        SELECT timer_id FROM time_entries WHERE end_time - start_time > 86400000 AND entry_type <> 'TIMER'""",
    "a status of another project": """
        SELECT t.task_id FROM tasks t JOIN statuses s USING (status_id)
        WHERE s.project_id IS NOT t.project_id OR s.organisation_id <> t.organisation_id""",
    "a priority of another organisation": """
        SELECT t.task_id FROM tasks t JOIN priorities p USING (priority_id)
        WHERE p.organisation_id <> t.organisation_id""",
    "a subtask in another project than its parent": """
        SELECT c.task_id FROM tasks c JOIN tasks p ON p.task_id = c.parent_task_id
        WHERE c.project_id IS NOT p.project_id OR c.organisation_id <> p.organisation_id""",
    "a subtask of a subtask": """
        SELECT c.task_id FROM tasks c JOIN tasks p ON p.task_id = c.parent_task_id
        WHERE p.parent_task_id IS NOT NULL""",
    "a task in a project of another organisation": """
        SELECT t.task_id FROM tasks t JOIN projects p USING (project_id) JOIN spaces s USING (space_id)
        WHERE s.organisation_id <> t.organisation_id""",
    "an owner who does not see the project": """
        SELECT o.task_id, o.user_id FROM task_owners o JOIN tasks t USING (task_id)
        WHERE t.project_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM project_access a WHERE a.project_id = t.project_id AND a.user_id = o.user_id)""",
    "a mention of someone who does not see the project": """
        SELECT m.comment_id, m.user_id FROM comment_mentions m JOIN comments c USING (comment_id)
        JOIN tasks t USING (task_id) WHERE t.project_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM project_access a WHERE a.project_id = t.project_id AND a.user_id = m.user_id)""",
    "a project without statuses": """
        SELECT project_id FROM projects WHERE project_id NOT IN (
            SELECT project_id FROM statuses WHERE project_id IS NOT NULL)""",
    "a start after the due date": """
        SELECT task_id FROM tasks WHERE start_date > due_date
        UNION ALL SELECT project_id FROM projects WHERE start_date > due_date""",
    "a title that is blank, too long or of several lines": r"""
        SELECT task_title FROM tasks WHERE TRIM(task_title) = '' OR LENGTH(task_title) > 255
            OR INSTR(task_title, CHAR(10)) OR INSTR(task_title, CHAR(0))
        UNION ALL SELECT project_name FROM projects
            WHERE TRIM(project_name) = '' OR LENGTH(project_name) > 255
        UNION ALL SELECT space_name FROM spaces WHERE TRIM(space_name) = '' OR LENGTH(space_name) > 255""",
    "two projects of a name in one space": """
        SELECT space_id, project_name FROM projects
        GROUP BY space_id, project_name COLLATE NOCASE HAVING COUNT(*) > 1""",
    "two spaces of a name": """
        SELECT space_name FROM spaces GROUP BY organisation_id, space_name COLLATE NOCASE
        HAVING COUNT(*) > 1""",
    "tasks that wait for each other in a circle": """
        WITH RECURSIVE waits (task_id, blocker_id) AS (
            SELECT task_id, depends_on_task_id FROM dependencies
            UNION
            SELECT w.task_id, d.depends_on_task_id
            FROM waits w JOIN dependencies d ON d.task_id = w.blocker_id
        )
        SELECT task_id FROM waits WHERE task_id = blocker_id""",
    "a task that waits for its parent, its subtask, a stranger's task or in a way of no known name": """
        SELECT d.dependency_id FROM dependencies d
        JOIN tasks t ON t.task_id = d.task_id JOIN tasks b ON b.task_id = d.depends_on_task_id
        WHERE t.parent_task_id = b.task_id OR b.parent_task_id = t.task_id
            OR t.organisation_id <> b.organisation_id OR d.dependency_type NOT IN ('BLOCKS', 'WAITING_ON')""",
    "a checklist item that is blank, too long or of several lines": """
        SELECT checklist_item_id FROM checklist_items
        WHERE TRIM(title) = '' OR LENGTH(title) > 255 OR INSTR(title, CHAR(10)) OR INSTR(title, CHAR(0))""",
    "two checklist items in one place": """
        SELECT task_id, position FROM checklist_items GROUP BY task_id, position HAVING COUNT(*) > 1""",
    "a checklist without bounds": """
        SELECT task_id FROM checklist_items GROUP BY task_id HAVING COUNT(*) > 200""",
    "a tag of another organisation, or more tags than a task can carry": """
        SELECT t.task_id FROM task_tags tt JOIN tasks t USING (task_id) JOIN tags g USING (tag_id)
        WHERE g.organisation_id <> t.organisation_id
        UNION ALL SELECT task_id FROM task_tags GROUP BY task_id HAVING COUNT(*) > 50""",
    "a number that is none, or text where a number belongs": """
        SELECT project_id FROM projects WHERE TYPEOF(COALESCE(budget, 0.0)) <> 'real' OR budget < 0
            OR TYPEOF(COALESCE(due_date, 0)) <> 'integer' OR TYPEOF(COALESCE(start_date, 0)) <> 'integer'
        UNION ALL SELECT task_id FROM tasks WHERE TYPEOF(completion) <> 'integer'
            OR TYPEOF(COALESCE(due_date, 0)) <> 'integer' OR TYPEOF(COALESCE(start_date, 0)) <> 'integer'""",
}


def broken(database: Database) -> list[str]:
    """Returns what does not hold, each with the first rows at fault; empty when all is well."""
    found: list[str] = []
    for name, query in BROKEN.items():
        rows = database.rows(query)
        if rows:
            found.append(f"{name}: {[tuple(row) for row in rows[:3]]}")
    orphans = database.rows("PRAGMA foreign_key_check")
    if orphans:
        found.append(f"rows that hang on nothing: {[tuple(row) for row in orphans[:3]]}")
    return found
