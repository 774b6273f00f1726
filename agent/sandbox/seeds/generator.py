"""Invents the work of a large company from the shape of it, the same every time."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from agent.sandbox.seeds.draws import Draws
from agent.sandbox.seeds.reader import Seed, SeedUser

Entry = dict[str, Any]

_FIRST_COLLEAGUE = 201
_FIRST_SPACE = 501
_FIRST_PROJECT = 11272
_PAST_DAYS = 365
_FUTURE_DAYS = 180
_SPACE_COLOURS = ("#1f8f75", "#d9822b", "#2f6fde", "#7a4fc9")


def generate(seed: Seed) -> Seed:
    """Returns a seed with users, spaces, projects and tasks in the place of its shape."""
    assert seed.shape is not None
    return _Generator(seed, seed.shape).run()


class _Generator:
    def __init__(self, seed: Seed, shape: Entry) -> None:
        self._seed = seed
        self._shape = shape
        self._draws = Draws(shape["random"])

    def run(self) -> Seed:
        colleagues = self._colleagues()
        workers = [user.key for user in (*self._seed.users, *colleagues) if user.role != "Guest"]
        spaces = [self._space(number, workers) for number in range(self._shape["spaces"])]
        return replace(
            self._seed,
            users=(*self._seed.users, *colleagues),
            spaces=tuple(spaces),
            projects=tuple(self._projects(workers)),
            shape=None,
        )

    def _colleagues(self) -> list[SeedUser]:
        first = self._seed.users[0]
        domain = first.email.partition("@")[2]
        names = list(product(self._shape["first_names"], self._shape["last_names"]))
        chosen = self._draws.several(names, self._shape["colleagues"])
        return [
            SeedUser(
                key=f"{first_name}.{last_name}".lower(),
                user_id=_FIRST_COLLEAGUE + number,
                first_name=first_name,
                last_name=last_name,
                email=f"{first_name}.{last_name}@{domain}".lower(),
                role="Member",
                about="",
                password=first.password,
            )
            for number, (first_name, last_name) in enumerate(chosen)
        ]

    def _space(self, number: int, workers: list[str]) -> Entry:
        area = self._shape["areas"][number % len(self._shape["areas"])]
        return {
            "id": _FIRST_SPACE + number,
            "name": f"{area} {number + 1}",
            "description": f"Everything about {area.lower()}.",
            "color": _SPACE_COLOURS[number % len(_SPACE_COLOURS)],
            "admins": [workers[number % 3]],
            "members": [key for key in workers if key != workers[number % 3]],
        }

    def _projects(self, workers: list[str]) -> Iterator[Entry]:
        """Yields the giant project, and then those that share the rest of the tasks."""
        shape = self._shape
        others = shape["projects"] - 1
        rest, extra = divmod(shape["tasks"] - shape["giant_project"], others)
        for number in range(shape["projects"]):
            size = shape["giant_project"] if number == 0 else rest + (number <= extra)
            place = shape["places"][number % len(shape["places"])]
            goal = shape["goals"][number // len(shape["places"]) % len(shape["goals"])]
            # The first users belong to the giant project, so that each of them can list it.
            team = workers if number == 0 else self._draws.several(workers, shape["members_a_project"])
            yield {
                "id": _FIRST_PROJECT + number,
                "space": _FIRST_SPACE + number % shape["spaces"],
                "name": f"{place} {goal} {number + 1}",
                "description": f"The {goal} at the branch in {place}.",
                "status": "In Progress",
                "health": self._draws.pick(["On Track", "On Track", "At Risk", "Off Track"]),
                "priority": "Medium",
                "start": -_PAST_DAYS,
                "due": _FUTURE_DAYS,
                "admins": team[:1],
                "members": team[1:],
                "tasks": self._tasks(size, team),
            }

    def _tasks(self, size: int, team: list[str]) -> Iterator[Entry]:
        """Yields tasks until they and their subtasks are as many as asked for."""
        subtasks = size * self._shape["subtasks"] // 100
        previous = ""
        for number in range(1, size - subtasks + 1):
            task = self._task(number, team)
            if previous and self._chance("waiting"):
                task["after"] = [previous]
            previous = task["title"]
            if number <= subtasks:
                task["subtasks"] = [self._task(size - subtasks + number, team)]
            yield task

    def _task(self, number: int, team: list[str]) -> Entry:
        shape, pick = self._shape, self._draws.pick
        words = (
            pick(shape["verbs"]),
            pick(shape["adjectives"]),
            pick(shape["things"]),
            pick(shape["places"]),
        )
        task: Entry = {"title": f"{words[0]} the {words[1]} {words[2]} for {words[3]}, no. {number}"}
        task["text"] = pick(shape["texts"])
        task["priority"] = pick(["Low", "Medium", "Medium", "High", "Critical"])
        if not self._chance("undated"):
            task["due"] = self._draws.between(-_PAST_DAYS, _FUTURE_DAYS)
            task["start"] = task["due"] - self._draws.between(0, 20)
        if self._chance("finished"):
            task["status"] = "Completed"
        elif self._chance("started"):
            task |= {"status": "In-Progress", "completion": 5 * self._draws.between(1, 19)}
        if not self._chance("unassigned"):
            task["owners"] = self._draws.several(team, self._draws.pick([1, 1, 1, 2]))
        if self._chance("with_tags"):
            task["tags"] = self._draws.several(shape["tags"], 2)
        if self._chance("with_comments"):
            day = -self._draws.between(1, 60)
            task["comments"] = [{"by": pick(team), "day": day, "text": pick(shape["comments"])}]
        if self._chance("with_time"):
            day = -self._draws.between(1, 90)
            task["time"] = [{"by": pick(team), "day": day, "hours": pick([0.5, 1, 2, 4])}]
        return task

    def _chance(self, share: str) -> bool:
        return self._draws.below(100) < self._shape[share]
