"""Calls of the sandbox's tools past HTTP: what is made before a trial, and what leads to its goal."""

from functools import lru_cache

from agent.jsontypes import JsonObject
from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.domain.users import find_caller
from agent.sandbox.errors import Refusal
from agent.sandbox.tools.catalogue import Catalogue, load_catalogue, run_tool


@lru_cache
def catalogue() -> Catalogue:
    """The sandbox's tools."""
    return load_catalogue()


class CallRefused(Exception):
    """The sandbox does not do what a call asks for."""


class Calls:
    """The tools of one workspace, for any of its users.

    Args:
        database: The workspace.
        clock: Its clock.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def knows(self, tool: str) -> bool:
        """Whether the sandbox has a tool of that name."""
        return catalogue().find(tool) is not None

    def writes(self, tool: str) -> bool:
        """Whether a tool may change something."""
        found = catalogue().find(tool)
        return found is not None and not found.annotations.get("readOnlyHint")

    def make(self, email: str, tool: str, arguments: JsonObject) -> JsonObject:
        """Make a call.

        Args:
            email: Who makes it.
            tool: The tool.
            arguments: What it is given.

        Returns:
            Its structured result.

        Raises:
            CallRefused: The sandbox refuses it, or has no such tool or user.
        """
        definition = catalogue().find(tool)
        if definition is None:
            raise CallRefused(f"there is no tool {tool}.")
        user_id = self._database.value("SELECT user_id FROM users WHERE email = ?", (email,))
        caller = None if user_id is None else find_caller(self._database, user_id)
        if caller is None:
            raise CallRefused(f"nobody has the address {email}.")
        try:
            return run_tool(self._database, self._clock, caller, definition, arguments).structured
        except Refusal as refusal:
            raise CallRefused(refusal.message) from refusal
