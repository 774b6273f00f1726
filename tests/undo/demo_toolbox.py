"""The sandbox's tools in this process, as a toolbox whose clock tests move, and its content to compare."""

from collections.abc import Sequence

from agent.jsontypes import JsonObject
from agent.sandbox.clock import Clock
from agent.sandbox.domain.users import find_caller
from agent.sandbox.errors import Refusal
from agent.sandbox.tools.catalogue import run_tool
from agent.tools.tool import Annotations, Tool, ToolResult
from agent.tools.toolbox import Progress
from tests.sandbox.sandbox_workspace import ALEX, Workspace, demo_workspace

# What tells when, by whom or in which order something was changed last.
_VOLATILE = frozenset(("created_time", "update_time", "modified_by", "position"))
# A link that is made again is another one, made by whoever makes it.
_RENEWED = {"dependencies": frozenset(("dependency_id", "created_by"))}
# What was told to others is never taken back, and names of tags stay known.
_LEFT_OUT = ("notifications", "tags", "sqlite_sequence")


class DemoToolbox:
    """Serves the demo workspace.

    Args:
        user_id: Who calls.
    """

    def __init__(self, user_id: int = ALEX) -> None:
        self.workspace: Workspace = demo_workspace()
        self._user_id = user_id
        self.called: list[str] = []
        self._tools = [
            Tool(
                each.name,
                each.title,
                each.description,
                each.input_schema,
                Annotations(
                    each.annotations.get("readOnlyHint"),
                    each.annotations.get("destructiveHint"),
                    each.annotations.get("idempotentHint"),
                ),
            )
            for each in self.workspace.catalogue.definitions
        ]

    async def tools(self) -> Sequence[Tool]:
        return self._tools

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        self.called.append(name)
        definition = self.workspace.catalogue.find(name)
        assert definition is not None, name
        database, clock = self.workspace.database, Clock(self.workspace.time)
        caller = find_caller(database, self._user_id)
        assert caller is not None
        try:
            answer = run_tool(database, clock, caller, definition, arguments)
        except Refusal as refusal:
            return ToolResult(refusal.message, is_error=True)
        return ToolResult(answer.text, answer.structured)

    def state(self) -> dict[str, list[str]]:
        """What the workspace holds, in a form that is the same however it came about."""
        database = self.workspace.database
        names = [
            str(row["name"]) for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: sorted(self._rows(name)) for name in names if name not in _LEFT_OUT}

    def _rows(self, table: str) -> list[str]:
        columns = [str(row["name"]) for row in self.workspace.database.rows(f"PRAGMA table_info({table})")]
        kept = [column for column in columns if column not in _VOLATILE | _RENEWED.get(table, frozenset())]
        rows = self.workspace.database.rows(" ".join(("SELECT", ", ".join(kept), "FROM", table)))
        return [repr(tuple(row)) for row in rows]
