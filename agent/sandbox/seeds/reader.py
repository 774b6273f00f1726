"""Reads the files of a seed."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

SEED_NAMES = ("demo", "empty", "large")


@dataclass(frozen=True, slots=True)
class SeedUser:
    """A user that a seed makes. Its password is public: the account exists for trying things out."""

    key: str
    user_id: int
    first_name: str
    last_name: str
    email: str
    role: str
    about: str
    password: str = field(repr=False)

    def announcement(self) -> dict[str, str]:
        """Returns what the ready line says of the user."""
        name = f"{self.first_name} {self.last_name}"
        return {"email": self.email, "name": name, "role": self.role, "password": self.password}


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed: the organisation and its users, with the work in it as the files have it.

    Args:
        name: The seed's name.
        organisation: What it is called.
        users: Its members.
        spaces: The spaces, as the files write them; so are all that follow.
        projects: The projects, with their tasks.
        fields: The custom fields.
        personal_tasks: Tasks that belong to no project.
        added_tasks: Tasks of projects that were made after everything else, and have the highest ids.
        filters: Saved filters.
        shape: What the work is generated from, where the files do not hold it.
    """

    name: str
    organisation: str
    users: tuple[SeedUser, ...]
    spaces: tuple[dict[str, Any], ...] = ()
    projects: tuple[dict[str, Any], ...] = ()
    fields: tuple[dict[str, Any], ...] = ()
    personal_tasks: tuple[dict[str, Any], ...] = ()
    added_tasks: tuple[dict[str, Any], ...] = ()
    filters: tuple[dict[str, Any], ...] = ()
    shape: dict[str, Any] | None = None


def read_seed(name: str) -> Seed:
    """Returns the seed of that name, one of `SEED_NAMES`."""
    document = _read(name)
    company = _read(document["company"]) if "company" in document else document
    organisation = company["organisation"]
    users = tuple(
        SeedUser(
            key=entry["key"],
            user_id=entry["id"],
            first_name=entry["first"],
            last_name=entry["last"],
            email=f"{entry['key']}@{organisation['domain']}",
            role=entry["role"],
            about=entry.get("about", ""),
            password=organisation["password"],
        )
        for entry in company["users"]
    )
    return Seed(
        name=name,
        organisation=organisation["name"],
        users=users,
        spaces=tuple(document.get("spaces", [])),
        projects=tuple(document.get("projects", [])),
        fields=tuple(document.get("fields", [])),
        personal_tasks=tuple(document.get("personal_tasks", [])),
        added_tasks=tuple(document.get("added_tasks", [])),
        filters=tuple(document.get("filters", [])),
        shape=document.get("shape"),
    )


def _read(name: str) -> dict[str, Any]:
    """Returns a seed's file, or its folder of files as if they were one."""
    folder = resources.files("agent.sandbox.seeds")
    if not folder.joinpath(name).is_dir():
        return tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))
    document: dict[str, Any] = {}
    for file in sorted(folder.joinpath(name).iterdir(), key=lambda each: each.name):
        for key, value in tomllib.loads(file.read_text("utf-8")).items():
            document[key] = [*document.get(key, []), *value] if isinstance(value, list) else value
    return document
