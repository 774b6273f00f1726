"""Which calls ask first.

The effect of a tool comes from the server's annotations where it gives them, else from the rule of
names; a missing hint means ask. A decision for the session is remembered by tool, never for
destructive tools.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from agent.tools.tool import Effect, Tool

# A verb inside a name says nothing: `create_list_item` is no read, nor is `get_or_create_tag`.
_READ = re.compile(r"(?:astravue_)?(?:internal_)?(?:get|list|find|search|preview|read)_(?!(?:and|or)_)")
_DESTRUCTIVE = re.compile(r"(?:^|_)(?:delete|destroy|purge)(?:_|$)")


def effect_of(tool: Tool) -> Effect:
    """Say what a call of this tool does to the workspace.

    A tool is a read only if its server says so, or says nothing and the name begins with a read
    verb. `destructiveHint` counts for tools that are not reads; MCP's default for it is true, but a
    server that leaves it out while naming nothing destructive gets the milder question.

    Source: MCP 2025-11-25, schema, `ToolAnnotations`.
    """
    hints = tool.annotations
    if hints.read_only is True and hints.destructive is not True:
        return Effect.READ
    if hints.destructive is True or (hints.destructive is None and _DESTRUCTIVE.search(tool.name)):
        return Effect.DESTRUCTIVE
    if hints.read_only is None and hints.destructive is None and _READ.match(tool.name):
        return Effect.READ
    return Effect.WRITE


def may_repeat(tool: Tool) -> bool:
    """Say whether a call may be sent again when its answer was lost."""
    return effect_of(tool) is Effect.READ or tool.annotations.idempotent is True


class Verdict(StrEnum):
    """What the policy says about a call before anybody is asked."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(slots=True)
class Policy:
    """The standing decisions about writes.

    Args:
        allow_all: Every write is allowed (`--yes`).
        allow: Globs of tool names whose writes are allowed (`--allow`).
        read_only: No write leaves the process (`--read-only`); stronger than the others.
        for_session: Tools that the user allowed until the end of the session.
    """

    allow_all: bool = False
    allow: tuple[str, ...] = ()
    read_only: bool = False
    for_session: set[str] = field(default_factory=set[str])

    def judge(self, tool: Tool) -> Verdict:
        """Decide whether a call of this tool runs, asks or is refused."""
        effect = effect_of(tool)
        if effect is Effect.READ:
            return Verdict.ALLOW
        if self.read_only:
            return Verdict.REFUSE
        if self.allow_all or any(fnmatchcase(tool.name, glob) for glob in self.allow):
            return Verdict.ALLOW
        if effect is Effect.WRITE and tool.name in self.for_session:
            return Verdict.ALLOW
        return Verdict.ASK

    def remember(self, tool: Tool) -> None:
        """Allow further calls of this tool until the session ends; destructive ones always ask."""
        if effect_of(tool) is not Effect.DESTRUCTIVE:
            self.for_session.add(tool.name)
