"""What is known of each table of the sandbox: what names a row, and which of its columns count.

Each column of `agent/sandbox/schema.sql` stands here once, with the reason why it counts or does not:

- `key`: what tells rows apart. The same key before and after is the same row.
- `holds`: what counts.
- `volatile`: only tells when something was done, or by how many others it was preceded.
- `derived`: follows from what counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.state.shapes import Shape, shape_entry, shape_notification, shape_option

LEFT_OUT = frozenset(
    {
        "meta",
        "oauth_clients",
        "token_families",
        "authorization_codes",
        "access_tokens",
        "refresh_tokens",
        "sqlite_sequence",
    }
)
"""Tables that are no part of the workspace: how it was made, and who signed in."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Args:
        name: Its name.
        noun: What people call one of its rows.
        says: What names a row, part by part: `{column}` stands for the column's text, or for the name of what
            it refers to. A part with an empty column is left out.
        key: The columns that tell rows apart.
        holds: The columns that count.
        volatile: Those that only tell when it was done, and in which order.
        derived: Those that follow from others.
        refers: What columns refer to.
        parents: The columns whose row it belongs to: it goes when that goes, which is no change of its own.
        times: The columns that hold times.
        flags: The columns that hold yes or no.
        json: The columns that hold JSON text, each with what its fields refer to.
        shape: Puts others in place of columns that count only in part.
        replaced: The columns that are never shown for it.
        instead: The columns that are shown in their place.
        silent_unless: A row that was added counts only where this column is true.
    """

    name: str
    noun: str
    says: tuple[str, ...]
    key: tuple[str, ...]
    holds: tuple[str, ...]
    volatile: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    refers: Mapping[str, str] = field(default_factory=dict[str, str])
    parents: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    json: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    shape: Shape | None = None
    replaced: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    silent_unless: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """All its columns."""
        return self.key + self.holds + self.volatile + self.derived

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns that changes hold, for what they are compared by."""
        return tuple(name for name in self.holds if name not in self.replaced) + self.instead

    @property
    def has_id(self) -> bool:
        """Whether a row has an id of its own, which is a new one in each run."""
        return len(self.key) == 1


_ALL = (
    Table("organisations", "organisation", ("{name}",), ("organisation_id",), ("name",), ("created_time",)),
    Table(
        "users",
        "user",
        ("{first_name last_name}",),
        ("user_id",),
        ("first_name", "last_name", "email", "org_role", "about", "status"),
        ("created_time",),
        # Nobody changes it, and a report is no place for it.
        ("organisation_id", "password_hash"),
        refers={"organisation_id": "organisations"},
    ),
    Table(
        "spaces",
        "space",
        ("{space_name}",),
        ("space_id",),
        ("space_name", "description", "color", "created_by"),
        ("created_time", "update_time"),
        ("organisation_id",),
        refers={"organisation_id": "organisations", "created_by": "users"},
    ),
    Table(
        "space_members",
        "member",
        ("{user_id}", "of {space_id}"),
        ("space_id", "user_id"),
        ("role",),
        refers={"space_id": "spaces", "user_id": "users"},
        parents=("space_id",),
    ),
    Table(
        "priorities",
        "priority",
        ("{label}",),
        ("priority_id",),
        ("label", "color", "position", "is_default"),
        derived=("organisation_id",),
        refers={"organisation_id": "organisations"},
        flags=("is_default",),
    ),
    Table(
        "projects",
        "project",
        ("{project_name}",),
        ("project_id",),
        (
            "space_id",
            "project_name",
            "description",
            "status",
            "health",
            "priority_id",
            "start_date",
            "due_date",
            "budget",
            "budget_spent",
            "created_by",
        ),
        ("created_time", "update_time"),
        refers={"space_id": "spaces", "priority_id": "priorities", "created_by": "users"},
        parents=("space_id",),
        times=("start_date", "due_date"),
    ),
    Table(
        "project_members",
        "member",
        ("{user_id}", "of {project_id}"),
        ("project_id", "user_id"),
        ("role",),
        refers={"project_id": "projects", "user_id": "users"},
        parents=("project_id",),
    ),
    Table(
        "statuses",
        "status",
        ("{status_name}", "of {project_id}"),
        ("status_id",),
        ("project_id", "status_name", "category", "color"),
        # It is the last of its category, whichever others came before.
        ("position",),
        ("organisation_id",),
        refers={"organisation_id": "organisations", "project_id": "projects"},
        parents=("project_id",),
    ),
    Table(
        "tasks",
        "task",
        ("{task_title}",),
        ("task_id",),
        (
            "project_id",
            "parent_task_id",
            "task_title",
            "description",
            "status_id",
            "priority_id",
            "start_date",
            "due_date",
            "completion",
            "created_by",
        ),
        ("created_time", "update_time"),
        ("organisation_id", "modified_by"),
        refers={
            "organisation_id": "organisations",
            "project_id": "projects",
            "parent_task_id": "tasks",
            "status_id": "statuses",
            "priority_id": "priorities",
            "created_by": "users",
            "modified_by": "users",
        },
        parents=("project_id", "parent_task_id"),
        times=("start_date", "due_date"),
    ),
    Table(
        "task_owners",
        "owner",
        ("{user_id}", "of {task_id}"),
        ("task_id", "user_id"),
        (),
        ("position",),
        refers={"task_id": "tasks", "user_id": "users"},
        parents=("task_id",),
    ),
    Table(
        "tags",
        "tag",
        ("{tag_name}",),
        ("tag_id",),
        ("tag_name",),
        derived=("organisation_id", "match_name"),
        refers={"organisation_id": "organisations"},
    ),
    Table(
        "task_tags",
        "mark",
        ("{tag_id}", "on {task_id}"),
        ("task_id", "tag_id"),
        (),
        ("position",),
        refers={"task_id": "tasks", "tag_id": "tags"},
        parents=("task_id",),
    ),
    Table(
        "comments",
        "comment",
        ("{comment}", "on {task_id}"),
        ("comment_id",),
        ("task_id", "user_id", "comment"),
        ("created_time", "update_time"),
        refers={"task_id": "tasks", "user_id": "users"},
        parents=("task_id",),
    ),
    Table(
        "comment_mentions",
        "mention",
        ("of {user_id}", "in {comment_id}"),
        ("comment_id", "user_id"),
        (),
        refers={"comment_id": "comments", "user_id": "users"},
        parents=("comment_id",),
    ),
    Table(
        "time_entries",
        "time entry",
        ("of {user_id}", "on {task_id}"),
        ("timer_id",),
        ("task_id", "user_id", "entry_type", "start_time", "end_time", "billable", "notes"),
        ("created_time",),
        refers={"task_id": "tasks", "user_id": "users"},
        parents=("task_id",),
        times=("start_time",),
        flags=("billable", "running"),
        shape=shape_entry,
        replaced=("end_time",),
        instead=("minutes", "running"),
    ),
    Table(
        "checklist_items",
        "checklist item",
        ("{title}", "of {task_id}"),
        ("checklist_item_id",),
        ("task_id", "title", "completed", "created_by"),
        ("position", "created_time", "update_time"),
        refers={"task_id": "tasks", "created_by": "users"},
        parents=("task_id",),
        flags=("completed",),
    ),
    Table(
        "dependencies",
        "dependency",
        ("of {task_id}", "on {depends_on_task_id}"),
        # There is one between two tasks: taken away and made again, it is the same.
        ("task_id", "depends_on_task_id"),
        ("dependency_type", "created_by"),
        ("created_time",),
        ("dependency_id",),
        refers={"task_id": "tasks", "depends_on_task_id": "tasks", "created_by": "users"},
        parents=("task_id", "depends_on_task_id"),
    ),
    Table(
        "attachments",
        "attachment",
        ("{file_name}", "on {task_id}"),
        ("attachment_id",),
        ("task_id", "file_name", "content_type", "size", "uploaded_by"),
        ("created_time",),
        refers={"task_id": "tasks", "uploaded_by": "users"},
        parents=("task_id",),
    ),
    Table(
        "custom_fields",
        "custom field",
        ("{field_name}",),
        ("field_id",),
        ("space_id", "project_id", "field_name", "field_type", "created_by"),
        ("created_time",),
        refers={"space_id": "spaces", "project_id": "projects", "created_by": "users"},
        parents=("space_id", "project_id"),
    ),
    Table(
        "custom_field_options",
        "option",
        ("{option_name}", "of {field_id}"),
        ("option_id",),
        ("field_id", "option_name", "color"),
        ("position",),
        ("match_name",),
        refers={"field_id": "custom_fields"},
        parents=("field_id",),
        shape=shape_option,
    ),
    Table(
        "custom_field_values",
        "value",
        ("of {field_id}", "on {task_id}"),
        ("field_id", "task_id"),
        ("value",),
        refers={"field_id": "custom_fields", "task_id": "tasks"},
        parents=("field_id", "task_id"),
        json={"value": {}},
    ),
    Table(
        "custom_field_choices",
        "choice",
        ("{option_id}", "on {task_id}"),
        ("field_id", "task_id", "option_id"),
        (),
        refers={"field_id": "custom_fields", "task_id": "tasks", "option_id": "custom_field_options"},
        parents=("field_id", "task_id", "option_id"),
    ),
    Table(
        "filters",
        "filter",
        ("{filter_name}",),
        ("filter_id",),
        ("user_id", "filter_name", "criteria"),
        ("created_time", "update_time"),
        ("match_name",),
        refers={"user_id": "users"},
        json={
            "criteria": {"spaceId": "spaces", "projectId": "projects", "ownerId": "users", "owners": "users"}
        },
    ),
    Table(
        "notifications",
        "notification",
        ("to {user_id}", "about {task_id}"),
        ("notification_id",),
        ("user_id", "notification_type", "actor_id", "task_id", "comment_id", "read_time"),
        ("created_time",),
        ("message",),
        refers={"user_id": "users", "actor_id": "users", "task_id": "tasks", "comment_id": "comments"},
        parents=("task_id", "comment_id"),
        flags=("read",),
        shape=shape_notification,
        replaced=("read_time",),
        instead=("read",),
        # The sandbox tells people of what was done to their tasks; that they read it is done by somebody.
        silent_unless="read",
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}
"""The tables of the workspace by their names; each stands after those that it refers to."""
