"""The first line of a transcript: which conversation it is, with which server."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from agent.errors import AgentError
from agent.event_json import FORMAT_VERSION
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.transcripts.lines import text_of
from agent.wording.addresses import hide_user


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fork comes from.

    Args:
        id: The conversation that it was forked from.
        turn: The last turn that both share, counted from 1.
    """

    id: str
    turn: int


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a transcript.

    Args:
        id: Names the conversation; sorts by the time it began.
        created: Unix seconds.
        server: The MCP server's address, without a user's name and password.
        model: The model's name.
        workspace: How to build the same workspace again: the sandbox's seed and clock; empty elsewhere.
        profile: Whose sign-in it was with; empty where that is not known.
        forked_from: Where it comes from, if it is a fork.
    """

    id: str
    created: float
    server: str
    model: str = ""
    workspace: Mapping[str, str] = field(default_factory=dict[str, str])
    profile: str = ""
    forked_from: Origin | None = None

    def to_json(self) -> JsonObject:
        """Write it as a JSON object."""
        line: JsonObject = {
            "type": "session",
            "version": FORMAT_VERSION,
            "id": self.id,
            "created": self.created,
            "server": self.server,
            "model": self.model,
            "workspace": dict(self.workspace),
        }
        if self.profile:
            line["profile"] = self.profile
        if self.forked_from is not None:
            line["forked_from"] = {"id": self.forked_from.id, "turn": self.forked_from.turn}
        return line


def new_session_id(now: float) -> str:
    """An id that sorts by time and that two windows do not share."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def read_header(line: JsonObject, path: Path) -> Header:
    """Read the first line of a file.

    Raises:
        AgentError: It is no transcript's, or one of a newer version.
    """
    version = line.get("version")
    if line.get("type") != "session" or not isinstance(version, int):
        raise AgentError(f"{path} is no transcript; it was left as it is.")
    if version > FORMAT_VERSION:
        raise AgentError(
            f"{path} has format version {version}, and this program reads up to {FORMAT_VERSION}.",
            "Update astravue-agent.",
        )
    created, workspace = line.get("created"), line.get("workspace")
    return Header(
        id=text_of(line, "id"),
        created=float(created) if isinstance(created, int | float) else 0.0,
        server=hide_user(text_of(line, "server")),
        model=text_of(line, "model"),
        workspace={key: str(value) for key, value in workspace.items()} if is_object(workspace) else {},
        profile=text_of(line, "profile"),
        forked_from=_read_origin(line.get("forked_from")),
    )


def _read_origin(value: JsonValue) -> Origin | None:
    turn = value.get("turn") if is_object(value) else None
    if not is_object(value) or not isinstance(turn, int):
        return None
    return Origin(text_of(value, "id"), turn)
