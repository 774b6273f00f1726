"""Plants the tasks of a seed with everything that hangs on them."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from agent.sandbox.clock import DAY_MILLISECONDS, MILLISECONDS
from agent.sandbox.domain.labels import COMPLETED
from agent.sandbox.domain.values import match_name
from agent.sandbox.seeds.batch import Batch
from agent.sandbox.seeds.workplace import EVENING, HOUR, MORNING, ORGANISATION_ID, Workplace

Entry = Mapping[str, Any]

_DONE = "[x] "
_TO_DO = "[ ] "
_READ_BEFORE = -3
_ASSIGNED_SINCE = -10


class TaskPlanter:
    """Makes rows of a seed's tasks.

    People are told what concerns them: that a task was given to them, that someone wrote on it, that they
    were mentioned. What is older than a few days they have read.

    Args:
        batch: Takes the rows.
        place: Everything that tasks refer to.
        today: Midnight UTC of the day of seeding, in milliseconds since the Unix epoch.
    """

    def __init__(self, batch: Batch, place: Workplace, today: int) -> None:
        self._batch = batch
        self._place = place
        self._today = today
        self._tags: dict[str, int] = {}
        self._titles: dict[tuple[int, str], int] = {}
        self._waiting: list[tuple[int, int, list[str]]] = []
        self._children: list[tuple[int, int, Entry]] = []

    def project_tasks(self, project_id: int, entries: Iterable[Entry]) -> None:
        """Plants the tasks of a project, and keeps their subtasks for later."""
        for entry in entries:
            task_id = self._task(project_id, None, self._place.project_admins[project_id], entry)
            self._children += [(project_id, task_id, child) for child in entry.get("subtasks", [])]

    def subtasks(self) -> None:
        """Plants the subtasks that were kept."""
        for project_id, parent_id, entry in self._children:
            self._task(project_id, parent_id, self._place.project_admins[project_id], entry)
        self._children.clear()

    def personal_task(self, entry: Entry) -> None:
        """Plants a task of one user's own."""
        self._task(None, None, self._place.users[entry["by"]], {"owners": [entry["by"]], **entry})

    def dependencies(self) -> None:
        """Plants what tasks wait for, once all of them are there."""
        for project_id, task_id, titles in self._waiting:
            for title in titles:
                self._batch.add(
                    "dependencies",
                    task_id=task_id,
                    depends_on_task_id=self._titles[project_id, title],
                    dependency_type="WAITING_ON",
                    created_by=self._place.project_admins[project_id],
                    created_time=self._time(_ASSIGNED_SINCE, MORNING),
                )
        self._waiting.clear()

    def _task(self, project_id: int | None, parent_id: int | None, creator: int, entry: Entry) -> int:
        status = self._place.status(project_id, entry.get("status", "Open"))
        created_day = min(entry.get("start", -14), entry.get("due", -14), -10) - 4
        created = self._time(created_day, MORNING)
        task_id = self._batch.add(
            "tasks",
            organisation_id=ORGANISATION_ID,
            project_id=project_id,
            parent_task_id=parent_id,
            task_title=entry["title"],
            description=entry.get("text", ""),
            status_id=status.status_id,
            priority_id=self._place.priority(entry.get("priority", "Medium")),
            start_date=self._time(entry["start"], MORNING) if "start" in entry else None,
            due_date=self._time(entry["due"], EVENING) if "due" in entry else None,
            completion=100 if status.category == COMPLETED else entry.get("completion", 0),
            created_by=creator,
            modified_by=creator,
            created_time=created,
            update_time=created,
        )
        owners = [self._place.users[key] for key in entry.get("owners", [])]
        for position, user_id in enumerate(owners):
            self._batch.add("task_owners", task_id=task_id, user_id=user_id, position=position)
        for position, name in enumerate(entry.get("tags", [])):
            self._batch.add("task_tags", task_id=task_id, tag_id=self._tag(name), position=position)
        if status.category != COMPLETED and entry.get("start", _ASSIGNED_SINCE - 1) >= _ASSIGNED_SINCE:
            told = self._told("assigned you the task", creator, task_id, entry)
            for user_id in owners:
                self._notify(user_id, "ASSIGNED", min(entry["start"], 0) - 1, told)
        self._comments(task_id, [*owners, creator], entry)
        self._time_entries(task_id, entry)
        self._checklist(task_id, creator, created_day, entry)
        self._attachments(task_id, entry)
        if project_id is not None:
            self._titles[project_id, entry["title"]] = task_id
            self._field_values(task_id, project_id, entry)
            if "after" in entry:
                self._waiting.append((project_id, task_id, entry["after"]))
        return task_id

    def _comments(self, task_id: int, concerned: list[int], entry: Entry) -> None:
        for comment in entry.get("comments", []):
            author = self._place.users[comment["by"]]
            written = self._time(comment["day"], MORNING + 2 * HOUR)
            comment_id = self._batch.add(
                "comments",
                task_id=task_id,
                user_id=author,
                comment=comment["text"],
                created_time=written,
                update_time=written,
            )
            mentioned = [self._place.users[key] for key in comment.get("mentions", [])]
            for user_id in mentioned:
                self._batch.add("comment_mentions", comment_id=comment_id, user_id=user_id)
            told = self._told("mentioned you in a comment on", author, task_id, entry, comment_id)
            for user_id in mentioned:
                self._notify(user_id, "MENTIONED", comment["day"], told)
            told = self._told("commented on", author, task_id, entry, comment_id)
            for user_id in dict.fromkeys(concerned):
                if user_id not in mentioned:
                    self._notify(user_id, "COMMENTED", comment["day"], told)

    def _time_entries(self, task_id: int, entry: Entry) -> None:
        for spent in entry.get("time", []):
            start = self._time(spent["day"], MORNING)
            end = start + int(spent["hours"] * HOUR)
            self._batch.add(
                "time_entries",
                task_id=task_id,
                user_id=self._place.users[spent["by"]],
                entry_type="RANGE",
                start_time=start,
                end_time=end,
                billable=int(spent.get("billable", False)),
                notes=spent.get("notes", ""),
                created_time=end,
            )

    def _checklist(self, task_id: int, creator: int, day: int, entry: Entry) -> None:
        for position, line in enumerate(entry.get("checklist", [])):
            self._batch.add(
                "checklist_items",
                task_id=task_id,
                title=line.removeprefix(_DONE).removeprefix(_TO_DO),
                completed=int(line.startswith(_DONE)),
                position=position,
                created_by=creator,
                created_time=self._time(day, MORNING),
                update_time=self._time(day, MORNING),
            )

    def _attachments(self, task_id: int, entry: Entry) -> None:
        for file in entry.get("files", []):
            self._batch.add(
                "attachments",
                task_id=task_id,
                file_name=file["name"],
                content_type=file["type"],
                size=file["size"],
                uploaded_by=self._place.users[file["by"]],
                created_time=self._time(file["day"], MORNING + HOUR),
            )

    def _field_values(self, task_id: int, project_id: int, entry: Entry) -> None:
        for name, value in entry.get("fields", {}).items():
            field = self._place.custom_field(project_id, name)
            if field.options:
                for option in value:
                    option_id = field.options[option]
                    row = {"field_id": field.field_id, "task_id": task_id, "option_id": option_id}
                    self._batch.add("custom_field_choices", **row)
            else:
                shown = self._day(value) if field.field_type == "DATE" else value
                row = {"field_id": field.field_id, "task_id": task_id, "value": json.dumps(shown)}
                self._batch.add("custom_field_values", **row)

    def _told(
        self, deed: str, actor_id: int, task_id: int, entry: Entry, comment_id: int | None = None
    ) -> dict[str, object]:
        message = f'{self._place.names[actor_id]} {deed} "{entry["title"]}".'
        return {"actor_id": actor_id, "task_id": task_id, "comment_id": comment_id, "message": message}

    def _notify(self, user_id: int, kind: str, day: int, told: Mapping[str, object]) -> None:
        if user_id == told["actor_id"]:
            return
        created = self._time(day, MORNING + 2 * HOUR)
        self._batch.add(
            "notifications",
            user_id=user_id,
            notification_type=kind,
            created_time=created,
            read_time=created + HOUR if day < _READ_BEFORE else None,
            **told,
        )

    def _tag(self, name: str) -> int:
        match = match_name(name)
        if match not in self._tags:
            self._tags[match] = self._batch.add(
                "tags", organisation_id=ORGANISATION_ID, tag_name=name, match_name=match
            )
        return self._tags[match]

    def _day(self, day: int) -> str:
        return datetime.fromtimestamp(self._time(day, 0) // MILLISECONDS, UTC).date().isoformat()

    def _time(self, day: int, time_of_day: int) -> int:
        return self._today + day * DAY_MILLISECONDS + time_of_day
