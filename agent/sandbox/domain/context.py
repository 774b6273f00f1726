"""What every operation on the workspace works with: the database, the clock and who asks."""

from dataclasses import dataclass
from typing import Any

from agent.sandbox.clock import Clock
from agent.sandbox.database import Database

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user on whose behalf an operation runs."""

    user_id: int
    organisation_id: int
    org_role: str

    @property
    def is_org_admin(self) -> bool:
        """Whether the caller may see and do everything in the organisation."""
        return self.org_role in ("Account Admin", "Admin")

    @property
    def is_manager(self) -> bool:
        """Whether the caller manages every space and project that they belong to."""
        return self.org_role == "Manager"

    @property
    def is_guest(self) -> bool:
        """Whether the caller may only read."""
        return self.org_role == "Guest"


@dataclass(frozen=True, slots=True)
class Context:
    """One operation: its database, its clock and its caller."""

    database: Database
    clock: Clock
    caller: Caller
