"""Who is signed in, as the server's resource for the user tells it."""

from dataclasses import dataclass

from agent.jsontypes import JsonObject, is_object, parse_object
from agent.workspace.workspace import Workspace

USER_RESOURCE = "astravue://user/me"


@dataclass(frozen=True, slots=True)
class User:
    """A person at the server; empty texts where it tells nothing.

    Args:
        account: The e-mail address, else the name.
        role: The role in the organisation.
    """

    account: str = ""
    role: str = ""


async def read_user(workspace: Workspace) -> User:
    """Ask who is signed in, if the server lists a resource for that.

    Raises:
        AgentError: The server cannot be asked.
    """
    if all(resource.uri != USER_RESOURCE for resource in await workspace.resources()):
        return User()
    parts = await workspace.read_resource(USER_RESOURCE)
    return parse_user(parts[0].text) if parts else User()


def parse_user(text: str) -> User:
    """Read the resource's JSON; what is missing or malformed stays empty."""
    try:
        data = parse_object(text)
    except ValueError:
        return User()
    name = " ".join(filter(None, (_text(data, "firstName"), _text(data, "lastName"))))
    return User(_text(data, "email") or _text(data, "name") or name, _role(data))


def _role(data: JsonObject) -> str:
    role = data.get("role")
    return _text(role, "roleName") if is_object(role) else _text(data, "role")


def _text(data: JsonObject, name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""
