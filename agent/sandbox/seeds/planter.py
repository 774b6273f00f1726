"""Fills an empty database from a seed."""

import json
from collections.abc import Mapping
from typing import Any

from agent.sandbox.clock import DAY_MILLISECONDS, Clock
from agent.sandbox.database import SCHEMA_VERSION, Database
from agent.sandbox.domain import labels
from agent.sandbox.domain.values import match_name
from agent.sandbox.passwords import hash_password
from agent.sandbox.seeds.batch import Batch
from agent.sandbox.seeds.generator import generate
from agent.sandbox.seeds.reader import Seed
from agent.sandbox.seeds.task_planter import TaskPlanter
from agent.sandbox.seeds.workplace import EVENING, MORNING, ORGANISATION_ID, Field, Workplace

_FOUNDED = -400
_SPACES_MADE = -300
_FIELDS_MADE = -30
_STATUS_COLOUR = "#9b51e0"
_OPTION_COLOURS = ("#2f80ed", "#27ae60", "#f2994a", "#eb5757", "#9b51e0", "#56ccf2")


def plant(database: Database, clock: Clock, seed: Seed) -> None:
    """Makes the schema and everything that the seed holds, in one transaction."""
    database.create_schema()
    with database.transaction():
        facts = {"schema_version": str(SCHEMA_VERSION), "seed": seed.name}
        database.run_many("INSERT INTO meta (key, value) VALUES (?, ?)", list(facts.items()))
        _Planting(Batch(database), clock.start_of_today(), seed).run()
    database.run("PRAGMA optimize")


class _Planting:
    def __init__(self, batch: Batch, today: int, seed: Seed) -> None:
        self._batch = batch
        self._today = today
        self._seed = seed if seed.shape is None else generate(seed)
        users = self._seed.users
        self._place = Workplace(
            users={user.key: user.user_id for user in users},
            names={user.user_id: f"{user.first_name} {user.last_name}" for user in users},
        )

    def run(self) -> None:
        self._organisation()
        self._users()
        for space in self._seed.spaces:
            self._space(space)
        for project in self._seed.projects:
            self._project(project)
        for field in self._seed.fields:
            self._field(field)
        tasks = TaskPlanter(self._batch, self._place, self._today)
        for project in self._seed.projects:
            tasks.project_tasks(project["id"], project["tasks"])
            self._batch.write()
        tasks.subtasks()
        for entry in self._seed.personal_tasks:
            tasks.personal_task(entry)
        for added in self._seed.added_tasks:
            tasks.project_tasks(added["project"], added["tasks"])
        tasks.subtasks()
        tasks.dependencies()
        for entry in self._seed.filters:
            self._filter(entry)
        self._batch.write()

    def _organisation(self) -> None:
        self._batch.add(
            "organisations",
            organisation_id=ORGANISATION_ID,
            name=self._seed.organisation,
            created_time=self._time(_FOUNDED, MORNING),
        )
        for position, (label, color, is_default) in enumerate(labels.DEFAULT_PRIORITIES):
            self._place.priorities[match_name(label)] = self._batch.add(
                "priorities",
                organisation_id=ORGANISATION_ID,
                label=label,
                color=color,
                position=position,
                is_default=int(is_default),
            )
        self._statuses(None, [])

    def _users(self) -> None:
        # The passwords of a seed are public and few: a hash of each will do for all who share it.
        hashes = {
            password: hash_password(password) for password in {user.password for user in self._seed.users}
        }
        for user in self._seed.users:
            self._batch.add(
                "users",
                user_id=user.user_id,
                organisation_id=ORGANISATION_ID,
                first_name=user.first_name,
                last_name=user.last_name,
                email=user.email,
                org_role=user.role,
                about=user.about,
                password_hash=hashes[user.password],
                created_time=self._time(_FOUNDED, MORNING),
            )

    def _space(self, space: Mapping[str, Any]) -> None:
        created = self._time(_SPACES_MADE, MORNING)
        self._batch.add(
            "spaces",
            space_id=space["id"],
            organisation_id=ORGANISATION_ID,
            space_name=space["name"],
            description=space["description"],
            color=space["color"],
            created_by=self._place.users[space["admins"][0]],
            created_time=created,
            update_time=created,
        )
        for user_id, role in self._members(space):
            self._batch.add("space_members", space_id=space["id"], user_id=user_id, role=role)

    def _project(self, project: Mapping[str, Any]) -> None:
        creator = self._place.users[project["admins"][0]]
        created = self._time(project["start"] - 7, MORNING)
        self._place.spaces[project["id"]] = project["space"]
        self._place.project_admins[project["id"]] = creator
        self._batch.add(
            "projects",
            project_id=project["id"],
            space_id=project["space"],
            project_name=project["name"],
            description=project["description"],
            status=project["status"],
            health=project["health"],
            priority_id=self._place.priority(project["priority"]),
            start_date=self._time(project["start"], MORNING),
            due_date=self._time(project["due"], EVENING),
            budget=project.get("budget"),
            budget_spent=project.get("spent", 0),
            created_by=creator,
            created_time=created,
            update_time=created,
        )
        self._statuses(project["id"], project.get("statuses", []))
        for user_id, role in self._members(project):
            self._batch.add("project_members", project_id=project["id"], user_id=user_id, role=role)

    def _statuses(self, project_id: int | None, own: list[str]) -> None:
        """Gives a project the default statuses, and before the last of them those of its own."""
        middle = [(name, labels.IN_PROGRESS, _STATUS_COLOUR) for name in own]
        statuses = [*labels.DEFAULT_STATUSES[:-1], *middle, labels.DEFAULT_STATUSES[-1]]
        for position, (name, category, color) in enumerate(statuses):
            status_id = self._batch.add(
                "statuses",
                organisation_id=ORGANISATION_ID,
                project_id=project_id,
                status_name=name,
                category=category,
                color=color,
                position=position,
            )
            self._place.statuses[project_id, match_name(name)] = labels.Status(status_id, name, category)

    def _field(self, entry: Mapping[str, Any]) -> None:
        field_id = self._batch.add(
            "custom_fields",
            space_id=entry.get("space"),
            project_id=entry.get("project"),
            field_name=entry["name"],
            field_type=entry["type"],
            created_by=self._place.users[entry["by"]],
            created_time=self._time(_FIELDS_MADE, MORNING),
        )
        options = {
            name: self._batch.add(
                "custom_field_options",
                field_id=field_id,
                option_name=name,
                match_name=match_name(name),
                color=_OPTION_COLOURS[position % len(_OPTION_COLOURS)],
                position=position,
            )
            for position, name in enumerate(entry.get("options", []))
        }
        scope = ("space", entry["space"]) if "space" in entry else ("project", entry["project"])
        self._place.fields[scope, entry["name"]] = Field(field_id, entry["type"], options)

    def _filter(self, entry: Mapping[str, Any]) -> None:
        saved = self._time(-entry["days_ago"], MORNING)
        self._batch.add(
            "filters",
            user_id=self._place.users[entry["by"]],
            filter_name=entry["name"],
            match_name=match_name(entry["name"]),
            criteria=json.dumps(entry["criteria"], ensure_ascii=False),
            created_time=saved,
            update_time=saved,
        )

    def _members(self, entry: Mapping[str, Any]) -> list[tuple[int, str]]:
        admins = [(self._place.users[key], "ADMIN") for key in entry["admins"]]
        return admins + [(self._place.users[key], "MEMBER") for key in entry["members"]]

    def _time(self, day: int, time_of_day: int) -> int:
        return self._today + day * DAY_MILLISECONDS + time_of_day
