"""The resources: what the caller may see of the workspace under an address."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.sandbox.domain import projects, spaces, task_queries, users
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.errors import NotFound
from agent.sandbox.tools.results import listed

_PARAMETER = re.compile(r"{(\w+)}")
_ID = r"([1-9][0-9]{0,15})"

Ids = Mapping[str, int]
"""The ids in an address, by the name that the template gives them."""


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """A resource, or a template of resources.

    Args:
        uri: The address, with `{name}` where an id goes.
        name: What it is called.
        description: What it holds and what it is good for.
        read: Returns the content, or raises a Refusal.
    """

    uri: str
    name: str
    description: str
    read: Callable[[Context, Ids], Json]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the ids in the address; none for a resource that is no template."""
        return tuple(_PARAMETER.findall(self.uri))

    def match(self, uri: str) -> Ids | None:
        """Returns the ids of an address that fits, or None."""
        pattern = _ID.join(re.escape(part) for part in re.split(r"{\w+}", self.uri))
        found = re.fullmatch(pattern, uri)
        if found is None:
            return None
        return dict(zip(self.parameters, map(int, found.groups()), strict=True))


RESOURCES: tuple[ResourceDefinition, ...] = (
    ResourceDefinition(
        "astravue://user/me",
        "Current User Profile",
        "The signed-in user's ID, name, e-mail address and role; read it at the start of a session.",
        lambda context, _ids: users.current_user(context),
    ),
    ResourceDefinition(
        "astravue://org/members",
        "Organisation Members",
        "The active members with user ID, name, e-mail address and role; turns names into user IDs.",
        lambda context, _ids: listed("members", users.list_members(context)),
    ),
    ResourceDefinition(
        "astravue://org/spaces",
        "Organisation Spaces",
        "The spaces that the signed-in user belongs to, with their IDs.",
        lambda context, _ids: listed("spaces", spaces.list_spaces(context)),
    ),
    ResourceDefinition(
        "astravue://dashboard/overview",
        "Dashboard Overview",
        "How many tasks the signed-in user owns: total, pending, completed and overdue.",
        lambda context, _ids: task_queries.count_tasks(context),
    ),
    ResourceDefinition(
        "astravue://spaces/{spaceId}/projects",
        "Projects in Space",
        "The projects of a space that the signed-in user belongs to.",
        lambda context, ids: listed("projects", projects.list_projects(context, ids["spaceId"])),
    ),
    ResourceDefinition(
        "astravue://spaces/{spaceId}/projects/{projectId}/overview",
        "Project Overview",
        "A project with its dates, health, budget, task counts, statuses and members.",
        lambda context, ids: projects.get_project(context, ids["projectId"], ids["spaceId"]),
    ),
)
"""Every resource, in the order in which they are listed."""


def find_template(uri: str) -> ResourceDefinition | None:
    """Returns the template with that address, or None."""
    return next((each for each in RESOURCES if each.parameters and each.uri == uri), None)


def read_resource(context: Context, uri: str) -> Json:
    """Returns what the caller may see under an address.

    Raises:
        NotFound: There is no such resource, or none that the caller may see.
    """
    for definition in RESOURCES:
        ids = definition.match(uri)
        if ids is not None:
            with context.database.transaction():
                return definition.read(context, ids)
    raise NotFound("uri", f"there is no resource {uri[:200]}.")


def complete_id(context: Context, parameter: str, given: Mapping[str, str]) -> list[tuple[int, str]]:
    """Returns the ids and names that a parameter of a template may take, as the caller sees them.

    Args:
        context: Who asks.
        parameter: `spaceId` or `projectId`.
        given: The parameters that are known so far; `spaceId` narrows the projects down.
    """
    seen = [(space["spaceId"], space["spaceName"]) for space in spaces.list_spaces(context)]
    if parameter == "spaceId":
        return seen
    wanted = given.get("spaceId", "")
    return [
        (project["projectId"], project["projectName"])
        for space_id, _ in seen
        if not wanted or str(space_id) == wanted
        for project in projects.list_projects(context, space_id)
    ]
