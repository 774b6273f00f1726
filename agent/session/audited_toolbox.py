"""A toolbox that writes each call, and each decision about one, to the audit log.

Which tool, on what, how it ended, what was decided and by which rule; never a text.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeGuard

from agent.auth.audit import AuditLog
from agent.errors import AgentError, OutcomeUnknownError
from agent.events import Decision
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.tool import Tool, ToolResult
from agent.tools.toolbox import Progress, Toolbox


class AuditedToolbox:
    """Serves the tools of another toolbox.

    Args:
        toolbox: Where the tools are.
        audit: Where calls are recorded.
        server: The MCP endpoint, for the record.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, toolbox: Toolbox, audit: AuditLog, server: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._toolbox = toolbox
        self._audit = audit
        self._server = server
        self._clock = clock

    async def tools(self) -> Sequence[Tool]:
        """List the tools."""
        return await self._toolbox.tools()

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call a tool and record the call, whatever comes of it.

        Raises: As the toolbox that is served.
        """
        started = self._clock()
        outcome = "failed"
        try:
            result = await self._toolbox.call_tool(name, arguments, on_progress)
            outcome = "refused" if result.is_error else "done"
            return result
        except asyncio.CancelledError:
            outcome = "interrupted"
            raise
        except OutcomeUnknownError:
            outcome = "unknown"
            raise
        except AgentError as error:
            outcome = type(error).__name__.removesuffix("Error").lower()
            raise
        finally:
            self._audit.record(
                "tools/call",
                server=self._server,
                outcome=outcome,
                seconds=self._clock() - started,
                tool=name,
                **_ids(arguments),
            )

    def note(self, tool: Tool, arguments: JsonObject, decision: Decision, rule: str) -> None:
        """Record what was decided about a call, before it is made or refused."""
        self._audit.record(
            "approval",
            server=self._server,
            outcome=decision.value,
            seconds=None,
            tool=tool.name,
            rule=rule or None,
            **_ids(arguments),
        )


def _ids(arguments: JsonObject) -> dict[str, str | int | None]:
    """Which things a call names: its arguments that are numbers and called so, as `taskId` and `taskIds`."""
    ids: dict[str, str | int | None] = {}
    for name, value in arguments.items():
        if _is_number(value) and name.lower().endswith("id"):
            ids[name] = value
        elif isinstance(value, list) and all(map(_is_number, value)) and name.lower().endswith("ids"):
            ids[name] = ",".join(map(str, value))
    return ids


def _is_number(value: JsonValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
