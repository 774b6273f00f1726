"""Which calls run, which ask first, and which never leave.

What a call does is said by `agent.tools.effects`; what the user wants of such calls stands here. From the
strongest down: `--read-only`, `deny`, the command line's `--yes` and `--allow`, `ask`, `allow`, what was
allowed for this session. Reads run unless `deny` or `ask` names them; all other calls ask.

Nothing that a tool returns comes in here: rules are made of the command line, the user's own settings file
and the keys that the user pressed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from agent.tools.effects import effect_of, is_careful
from agent.tools.tool import Effect, Tool

FOR_SESSION = "always for this session"


class Verdict(StrEnum):
    """What the policy says about a call before anybody is asked."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policy says, and which rule says it.

    Args:
        verdict: Run, ask or refuse.
        rule: The rule in the user's own spelling; empty where no rule was needed.
    """

    verdict: Verdict
    rule: str = ""


@dataclass(slots=True)
class Policy:
    """The standing decisions.

    Args:
        allow_all: Every write is allowed (`--yes`).
        allow_now: Globs of tool names whose writes are allowed in this run (`--allow`).
        allow: The same from the settings, for good.
        ask: Globs of tool names whose calls always ask, from the settings.
        deny: Globs of tool names that are never called, from the settings.
        read_only: No write leaves the process (`--read-only`); stronger than all others.
        for_session: Tools, or globs of tool names, that the user allowed until the end of the session.
        keep: Writes a tool's name into the settings as allowed; `None` where nothing can be kept.
    """

    allow_all: bool = False
    allow_now: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    read_only: bool = False
    for_session: set[str] = field(default_factory=set[str])
    keep: Callable[[str], None] | None = field(default=None, repr=False)

    def judge(self, tool: Tool) -> Judgement:
        """Decide whether a call of this tool runs, asks or is refused."""
        reads = effect_of(tool) is Effect.READ
        if self.read_only and not reads:
            return Judgement(Verdict.REFUSE, "--read-only")
        if glob := _match(tool, self.deny):
            return Judgement(Verdict.REFUSE, f"deny = {glob}")
        asked = _match(tool, self.ask)
        if reads and not asked:
            return Judgement(Verdict.ALLOW)
        if self.allow_all:
            return Judgement(Verdict.ALLOW, "--yes")
        if glob := _match(tool, self.allow_now):
            return Judgement(Verdict.ALLOW, f"--allow {glob}")
        if asked:
            return Judgement(Verdict.ASK, f"ask = {asked}")
        if glob := _match(tool, self.allow):
            return Judgement(Verdict.ALLOW, f"allow = {glob}")
        if any(self.names(glob, tool) for glob in self.for_session) and self.may_remember(tool):
            return Judgement(Verdict.ALLOW, FOR_SESSION)
        return Judgement(Verdict.ASK)

    def may_remember(self, tool: Tool) -> bool:
        """Say whether a yes may hold for further calls of this tool."""
        return not is_careful(tool) and not _match(tool, self.ask)

    def may_keep(self, tool: Tool) -> bool:
        """Say whether a yes may hold for good."""
        return self.keep is not None and self.may_remember(tool)

    def remember(self, tool: Tool) -> None:
        """Allow further calls of this tool until the session ends, if a yes may hold for them."""
        if self.may_remember(tool):
            self.for_session.add(tool.name)

    def names(self, glob: str, tool: Tool) -> bool:
        """Say whether a tool's name, or a glob of names, means a tool."""
        return tool.name == glob or fnmatchcase(tool.name, glob)

    def allow_for_session(self, glob: str) -> None:
        """Allow calls of the tools that a glob names until the session ends, if a yes may hold for them."""
        self.for_session.add(glob)

    def forget(self, glob: str = "") -> tuple[str, ...]:
        """Take back what was allowed for the session.

        Args:
            glob: What was allowed, as it was; all of it when empty.

        Returns:
            What was taken back.
        """
        taken = sorted(each for each in self.for_session if each == glob or not glob)
        self.for_session.difference_update(taken)
        return tuple(taken)

    def remember_for_good(self, tool: Tool) -> None:
        """Allow further calls of this tool in this session and in all later ones.

        Raises:
            SettingsError: It cannot be written down, so it holds for this session only.
        """
        self.remember(tool)
        if self.keep is not None and self.may_remember(tool):
            self.keep(tool.name)
            self.allow = (*self.allow, tool.name)


def _match(tool: Tool, globs: Iterable[str]) -> str:
    """The first of some globs that matches the whole name of a tool; empty if none does."""
    return next((glob for glob in globs if fnmatchcase(tool.name, glob)), "")
