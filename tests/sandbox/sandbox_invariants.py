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
    "a project without an open and a completed status": """
        SELECT p.project_id FROM projects p LEFT JOIN statuses s USING (project_id) GROUP BY p.project_id
        HAVING COUNT(DISTINCT CASE WHEN s.category <> 'IN_PROGRESS' THEN s.category END) < 2""",
    "two statuses of a name or in one place": """
        SELECT project_id FROM statuses
        GROUP BY organisation_id, project_id, status_name COLLATE NOCASE HAVING COUNT(*) > 1
        UNION ALL SELECT project_id FROM statuses
        GROUP BY organisation_id, project_id, position HAVING COUNT(*) > 1""",
    "a status before one of an earlier category": """
        SELECT a.status_id FROM statuses a JOIN statuses b
            ON b.project_id IS a.project_id AND b.organisation_id = a.organisation_id
        WHERE b.position > a.position AND ((a.category = 'COMPLETED' AND b.category <> 'COMPLETED')
            OR (a.category = 'IN_PROGRESS' AND b.category = 'OPEN'))""",
    "too many statuses": """
        SELECT project_id FROM statuses GROUP BY project_id HAVING COUNT(*) > 30""",
    "more than five custom fields of a type, or two of a name, in one scope": """
        SELECT field_type FROM custom_fields GROUP BY space_id, project_id, field_type HAVING COUNT(*) > 5
        UNION ALL SELECT field_name FROM custom_fields
        GROUP BY space_id, project_id, field_name COLLATE NOCASE HAVING COUNT(*) > 1""",
    "an option of a field that is no dropdown, or more options than a field can have": """
        SELECT o.field_id FROM custom_field_options o JOIN custom_fields f USING (field_id)
        WHERE f.field_type NOT LIKE '%_DROPDOWN'
        UNION ALL SELECT field_id FROM custom_field_options GROUP BY field_id HAVING COUNT(*) > 100""",
    "a choice of another field's option": """
        SELECT c.task_id FROM custom_field_choices c JOIN custom_field_options o USING (option_id)
        WHERE o.field_id <> c.field_id""",
    "two choices where one is allowed": """
        SELECT c.task_id FROM custom_field_choices c JOIN custom_fields f USING (field_id)
        WHERE f.field_type = 'SINGLE_SELECT_DROPDOWN' GROUP BY c.field_id, c.task_id HAVING COUNT(*) > 1""",
    "a value of a dropdown that is no choice, or one that is no JSON": """
        SELECT v.task_id FROM custom_field_values v JOIN custom_fields f USING (field_id)
        WHERE f.field_type LIKE '%_DROPDOWN' OR NOT JSON_VALID(v.value) OR v.value = 'null'""",
    "a value of a field that the task's project does not have": """
        SELECT v.task_id, v.field_id FROM (
            SELECT task_id, field_id FROM custom_field_values
            UNION SELECT task_id, field_id FROM custom_field_choices) v
        JOIN custom_fields f USING (field_id) JOIN tasks t USING (task_id)
        LEFT JOIN projects p ON p.project_id = t.project_id
        WHERE f.project_id IS NOT t.project_id AND f.space_id IS NOT p.space_id""",
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
    "two filters of a name of one user": """
        SELECT user_id, match_name FROM filters GROUP BY user_id, match_name HAVING COUNT(*) > 1""",
    "more filters of one user than are allowed": """
        SELECT user_id FROM filters GROUP BY user_id HAVING COUNT(*) > 100""",
    "conditions of a filter that are no object": """
        SELECT filter_id FROM filters WHERE JSON_TYPE(criteria) <> 'object'""",
    "a notification of what someone did themselves": """
        SELECT notification_id FROM notifications WHERE actor_id = user_id""",
    "a notification of a comment on another task": """
        SELECT n.notification_id FROM notifications n JOIN comments c USING (comment_id)
        WHERE c.task_id <> n.task_id""",
    "a notification of a comment without one, or of something else with one": """
        SELECT notification_id FROM notifications
        WHERE (comment_id IS NULL) = (notification_type IN ('MENTIONED', 'COMMENTED'))""",
    "two notifications of one comment to one user": """
        SELECT user_id, comment_id FROM notifications WHERE comment_id IS NOT NULL
        GROUP BY user_id, comment_id HAVING COUNT(*) > 1""",
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
