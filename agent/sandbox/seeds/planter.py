"""Fills an empty database from a seed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from agent.sandbox.clock import DAY_MILLISECONDS, MILLISECONDS, Clock
from agent.sandbox.database import SCHEMA_VERSION, Database
from agent.sandbox.domain import labels
from agent.sandbox.domain.context import Caller, Context
from agent.sandbox.domain.task_changes import write_owners, write_tags
from agent.sandbox.passwords import hash_password
from agent.sandbox.seeds.reader import Seed

_HOUR = 60 * 60 * MILLISECONDS
_MORNING = 9 * _HOUR
_EVENING = 17 * _HOUR
_ORGANISATION_ID = 1


def plant(database: Database, clock: Clock, seed: Seed) -> None:
    """Makes the schema and everything that the seed holds, in one transaction."""
    database.create_schema()
    with database.transaction():
        _Planting(database, clock, seed).run()


class _Planting:
    def __init__(self, database: Database, clock: Clock, seed: Seed) -> None:
        self._database = database
        self._clock = clock
        self._today = clock.start_of_today()
        self._seed = seed
        self._ids = {user.key: user.user_id for user in seed.users}
        self._roles = {user.user_id: user.role for user in seed.users}

    def run(self) -> None:
        self._organisation()
        self._users()
        for space in self._seed.spaces:
            self._space(space)
        subtasks: list[tuple[int, int, Mapping[str, Any]]] = []
        for project in self._seed.projects:
            self._project(project)
            for entry in project["tasks"]:
                task_id = self._task(project["id"], None, entry)
                subtasks += [(project["id"], task_id, child) for child in entry.get("subtasks", [])]
        for project_id, parent_id, entry in subtasks:
            self._task(project_id, parent_id, entry)
        for entry in self._seed.personal_tasks:
            self._task(None, None, entry)

    def _organisation(self) -> None:
        created = self._time(-400, _MORNING)
        self._database.run(
            "INSERT INTO organisations (organisation_id, name, created_time) VALUES (?, ?, ?)",
            (_ORGANISATION_ID, self._seed.organisation, created),
        )
        facts = {"schema_version": str(SCHEMA_VERSION), "seed": self._seed.name}
        self._database.run_many("INSERT INTO meta (key, value) VALUES (?, ?)", list(facts.items()))
        self._database.run_many(
            "INSERT INTO priorities (organisation_id, label, color, position, is_default) "
            "VALUES (?, ?, ?, ?, ?)",
            [
                (_ORGANISATION_ID, label, color, position, int(is_default))
                for position, (label, color, is_default) in enumerate(labels.DEFAULT_PRIORITIES)
            ],
        )
        labels.create_default_statuses(self._context(self._seed.users[0].user_id), None)

    def _users(self) -> None:
        with ThreadPoolExecutor(max_workers=4) as threads:
            hashes = list(threads.map(hash_password, [user.password for user in self._seed.users]))
        self._database.run_many(
            "INSERT INTO users (user_id, organisation_id, first_name, last_name, email, org_role, about, "
            "password_hash, created_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    user.user_id,
                    _ORGANISATION_ID,
                    user.first_name,
                    user.last_name,
                    user.email,
                    user.role,
                    user.about,
                    password_hash,
                    self._time(-400, _MORNING),
                )
                for user, password_hash in zip(self._seed.users, hashes, strict=True)
            ],
        )

    def _space(self, space: Mapping[str, Any]) -> None:
        created = self._time(-300, _MORNING)
        self._database.run(
            "INSERT INTO spaces (space_id, organisation_id, space_name, description, color, created_by, "
            "created_time, update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                space["id"],
                _ORGANISATION_ID,
                space["name"],
                space["description"],
                space["color"],
                self._ids[space["admins"][0]],
                created,
                created,
            ),
        )
        self._database.run_many(
            "INSERT INTO space_members (space_id, user_id, role) VALUES (?, ?, ?)",
            self._members(space["id"], space),
        )

    def _project(self, project: Mapping[str, Any]) -> None:
        creator = self._ids[project["admins"][0]]
        created = self._time(project["start"] - 7, _MORNING)
        context = self._context(creator)
        self._database.run(
            "INSERT INTO projects (project_id, space_id, project_name, description, status, health, "
            "priority_id, start_date, due_date, budget, budget_spent, created_by, created_time, update_time) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                project["id"],
                project["space"],
                project["name"],
                project["description"],
                project["status"],
                project["health"],
                labels.find_priority(context, project["priority"]),
                self._time(project["start"], _MORNING),
                self._time(project["due"], _EVENING),
                project.get("budget"),
                project.get("spent", 0),
                creator,
                created,
                created,
            ),
        )
        labels.create_default_statuses(context, project["id"])
        self._database.run_many(
            "INSERT INTO project_members (project_id, user_id, role) VALUES (?, ?, ?)",
            self._members(project["id"], project),
        )

    def _task(self, project_id: int | None, parent_id: int | None, entry: Mapping[str, Any]) -> int:
        creator = self._project_admin(project_id) if project_id else self._ids[entry["by"]]
        owners = tuple(self._ids[key] for key in entry.get("owners", [entry["by"]] if "by" in entry else []))
        context = self._context(creator)
        status = labels.find_status(context, project_id, entry.get("status", "Open"))
        start = self._time(entry["start"], _MORNING) if "start" in entry else None
        due = self._time(entry["due"], _EVENING) if "due" in entry else None
        created = self._time(min(entry.get("start", -14), entry.get("due", -14), -10) - 4, _MORNING)
        task_id = self._database.insert(
            "INSERT INTO tasks (organisation_id, project_id, parent_task_id, task_title, description, "
            "status_id, priority_id, start_date, due_date, completion, created_by, modified_by, "
            "created_time, update_time) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _ORGANISATION_ID,
                project_id,
                parent_id,
                entry["title"],
                entry.get("text", ""),
                status.status_id,
                labels.find_priority(context, entry.get("priority", "Medium")),
                start,
                due,
                100 if status.category == labels.COMPLETED else entry.get("completion", 0),
                creator,
                creator,
                created,
                created,
            ),
        )
        write_owners(context, task_id, project_id, owners)
        write_tags(context, task_id, tuple(entry.get("tags", [])))
        self._comments(task_id, entry.get("comments", []))
        self._time_entries(task_id, entry.get("time", []))
        return task_id

    def _comments(self, task_id: int, comments: Sequence[Mapping[str, Any]]) -> None:
        for comment in comments:
            written = self._time(comment["day"], _MORNING + 2 * _HOUR)
            self._database.run(
                "INSERT INTO comments (task_id, user_id, comment, created_time, update_time) "
                "VALUES (?, ?, ?, ?, ?)",
                (task_id, self._ids[comment["by"]], comment["text"], written, written),
            )

    def _time_entries(self, task_id: int, entries: Sequence[Mapping[str, Any]]) -> None:
        for entry in entries:
            start = self._time(entry["day"], _MORNING)
            end = start + int(entry["hours"] * _HOUR)
            self._database.run(
                "INSERT INTO time_entries (task_id, user_id, entry_type, start_time, end_time, billable, "
                "notes, created_time) VALUES (?, ?, 'RANGE', ?, ?, ?, ?, ?)",
                (
                    task_id,
                    self._ids[entry["by"]],
                    start,
                    end,
                    int(entry.get("billable", False)),
                    entry.get("notes", ""),
                    end,
                ),
            )

    def _members(self, owner_id: int, entry: Mapping[str, Any]) -> list[tuple[int, int, str]]:
        admins = [(owner_id, self._ids[key], "ADMIN") for key in entry["admins"]]
        return admins + [(owner_id, self._ids[key], "MEMBER") for key in entry["members"]]

    def _project_admin(self, project_id: int) -> int:
        project = next(each for each in self._seed.projects if each["id"] == project_id)
        return self._ids[project["admins"][0]]

    def _context(self, user_id: int) -> Context:
        return Context(self._database, self._clock, Caller(user_id, _ORGANISATION_ID, self._roles[user_id]))

    def _time(self, day: int, time_of_day: int) -> int:
        return self._today + day * DAY_MILLISECONDS + time_of_day
