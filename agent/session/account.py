"""The account that is signed in, as the server's resource for the user tells it."""

from dataclasses import dataclass

from agent.jsontypes import JsonObject, is_object, parse_object
from agent.workspace.workspace import Workspace

USER_RESOURCE = "astravue://user/me"


@dataclass(frozen=True, slots=True)
class Account:
    """A person at the server; empty texts where it tells nothing.

    Args:
        name: The e-mail address, else the name.
        role: The role in the organisation.
    """

    name: str = ""
    role: str = ""


async def read_account(workspace: Workspace) -> Account:
    """Ask who is signed in, if the server lists a resource for that.

    Raises:
        AgentError: The server cannot be asked.
    """
    if all(resource.uri != USER_RESOURCE for resource in await workspace.resources()):
        return Account()
    parts = await workspace.read_resource(USER_RESOURCE)
    return parse_account(parts[0].text) if parts else Account()


def parse_account(text: str) -> Account:
    """Read the resource's JSON; what is missing or malformed stays empty."""
    try:
        data = parse_object(text)
    except ValueError:
        return Account()
    name = " ".join(filter(None, (_text(data, "firstName"), _text(data, "lastName"))))
    return Account(_text(data, "email") or _text(data, "name") or name, _role(data))


def _role(data: JsonObject) -> str:
    role = data.get("role")
    return _text(role, "roleName") if is_object(role) else _text(data, "role")


def _text(data: JsonObject, name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""
