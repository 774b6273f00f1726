"""What a seed has made so far, by the names that its files use."""

from dataclasses import dataclass, field

from agent.sandbox.clock import MILLISECONDS
from agent.sandbox.domain.labels import Status
from agent.sandbox.domain.values import match_name

ORGANISATION_ID = 1
HOUR = 60 * 60 * MILLISECONDS
MORNING = 9 * HOUR
EVENING = 17 * HOUR

Scope = tuple[str, int]
"""`space` or `project`, with its id."""


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field with the ids of its options by their names."""

    field_id: int
    field_type: str
    options: dict[str, int]


@dataclass(slots=True)
class Workplace:
    """The ids of what is there.

    Args:
        users: By key.
        names: Of users, by id.
        priorities: By the form of the label that is compared.
        statuses: By project, None for personal tasks, and by the form of the name that is compared.
        spaces: The space of each project.
        project_admins: Who made each project.
        fields: By scope and name.
    """

    users: dict[str, int]
    names: dict[int, str]
    priorities: dict[str, int] = field(default_factory=dict[str, int])
    statuses: dict[tuple[int | None, str], Status] = field(
        default_factory=dict[tuple[int | None, str], Status]
    )
    spaces: dict[int, int] = field(default_factory=dict[int, int])
    project_admins: dict[int, int] = field(default_factory=dict[int, int])
    fields: dict[tuple[Scope, str], Field] = field(default_factory=dict[tuple[Scope, str], Field])

    def priority(self, label: str) -> int:
        """Returns the id of a priority."""
        return self.priorities[match_name(label)]

    def status(self, project_id: int | None, name: str) -> Status:
        """Returns a status of a project, or of personal tasks for None."""
        return self.statuses[project_id, match_name(name)]

    def custom_field(self, project_id: int, name: str) -> Field:
        """Returns a field of a project, or else of its space."""
        own = self.fields.get((("project", project_id), name))
        return own or self.fields[("space", self.spaces[project_id]), name]
