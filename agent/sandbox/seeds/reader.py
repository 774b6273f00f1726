"""Reads a seed file."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

SEED_NAMES = ("demo", "empty")


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
    """A seed file: the organisation and its users, with the work in it as the file has it."""

    name: str
    organisation: str
    users: tuple[SeedUser, ...]
    spaces: tuple[dict[str, Any], ...]
    projects: tuple[dict[str, Any], ...]
    personal_tasks: tuple[dict[str, Any], ...]


def read_seed(name: str) -> Seed:
    """Returns the seed of that name, one of `SEED_NAMES`."""
    text = resources.files("agent.sandbox.seeds").joinpath(f"{name}.toml").read_text("utf-8")
    document = tomllib.loads(text)
    organisation = document["organisation"]
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
        for entry in document["users"]
    )
    return Seed(
        name=name,
        organisation=organisation["name"],
        users=users,
        spaces=tuple(document.get("spaces", [])),
        projects=tuple(document.get("projects", [])),
        personal_tasks=tuple(document.get("personal_tasks", [])),
    )
