"""Rows for a new database, collected with their ids and written table by table."""

from agent.sandbox.database import Database

# The tables that a seed fills, each after those that it refers to, with the column of its own id.
_TABLES = {
    "organisations": "organisation_id",
    "priorities": "priority_id",
    "users": "user_id",
    "spaces": "space_id",
    "space_members": None,
    "projects": "project_id",
    "project_members": None,
    "statuses": "status_id",
    "custom_fields": "field_id",
    "custom_field_options": "option_id",
    "tags": "tag_id",
    "tasks": "task_id",
    "task_owners": None,
    "task_tags": None,
    "comments": "comment_id",
    "comment_mentions": None,
    "time_entries": "timer_id",
    "checklist_items": "checklist_item_id",
    "dependencies": "dependency_id",
    "attachments": "attachment_id",
    "custom_field_values": None,
    "custom_field_choices": None,
    "filters": "filter_id",
    "notifications": "notification_id",
}


class Batch:
    """Gives rows their ids at once, so that others can refer to them, and writes them later.

    Args:
        database: Has its schema, and nothing in these tables.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = {
            row["name"]: row["seq"] for row in database.rows("SELECT name, seq FROM sqlite_sequence")
        }
        self._rows: dict[str, list[dict[str, object]]] = {table: [] for table in _TABLES}

    def add(self, table: str, **row: object) -> int:
        """Keeps a row and returns its id, the next of its table's; 0 where a table has no ids.

        Every row of a table names the same columns. One that brings its id keeps it.
        """
        self._rows[table].append(row)
        column = _TABLES[table]
        if column is None:
            return 0
        row_id = row.get(column)
        if not isinstance(row_id, int):
            row_id = self._last[table] + 1
            row[column] = row_id
        self._last[table] = max(self._last[table], row_id)
        return row_id

    def write(self) -> None:
        """Writes the rows kept since the last time."""
        for table, rows in self._rows.items():
            if rows:
                columns = ", ".join(rows[0])
                values = ", ".join(f":{column}" for column in rows[0])
                self._database.run_many(
                    " ".join(("INSERT INTO", table, f"({columns}) VALUES ({values})")), rows
                )
                rows.clear()
