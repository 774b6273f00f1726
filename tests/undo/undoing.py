"""A conversation in which writes are made by hand and taken back."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from agent.conversation import Conversation
from agent.events import ApprovalRequested, CallOutcome, Decision, Event, ToolCallFinished
from agent.jsontypes import JsonObject, JsonValue
from agent.loop import Loop
from agent.model.scripted import ScriptedModel
from agent.tools.policy import Policy
from agent.tools.toolbox import Toolbox
from agent.undo.journal import Journal
from agent.undo.plan import UndoPlan
from agent.undo.record import Record, read_record


class Conversing:
    """Somebody who calls tools by hand, says yes unless the tool is among `declined`, and undoes.

    Args:
        toolbox: Where the tools are.
        journal: Notes the writes; a new one when left out.
    """

    def __init__(self, toolbox: Toolbox, journal: Journal | None = None) -> None:
        self.toolbox = toolbox
        self.journal = journal or Journal()
        self.conversation = Conversation()
        self.events: list[Event] = []
        self.decision = Decision.ALLOWED
        self.declined: set[str] = set()
        self._loop = Loop(
            model=ScriptedModel([]),
            toolbox=toolbox,
            policy=Policy(),
            conversation=self.conversation,
            system="",
            journal=self.journal,
        )

    async def call(self, name: str, /, **arguments: JsonValue) -> ToolCallFinished:
        """Call a tool of Astravue's."""
        await self._read(self._loop.call(f"astravue_{name}", arguments))
        return self.finished[-1]

    async def plan(self, number: int | None = None) -> UndoPlan:
        """Plan what `/undo` would do."""
        tools = {tool.name: tool for tool in await self.toolbox.tools()}
        return await self.journal.plan(number, tools, self.toolbox.call_tool)

    async def undo(self, number: int | None = None) -> UndoPlan:
        """Plan and do it."""
        plan = await self.plan(number)
        await self._read(self._loop.undo(plan))
        return plan

    @property
    def finished(self) -> list[ToolCallFinished]:
        """The ends of the calls so far."""
        return [event for event in self.events if isinstance(event, ToolCallFinished)]

    @property
    def questions(self) -> list[ApprovalRequested]:
        """What was asked so far."""
        return [event for event in self.events if isinstance(event, ApprovalRequested)]

    @property
    def record(self) -> Record:
        """What was noted last."""
        noted: JsonObject | None = self.finished[-1].undo
        assert noted is not None, self.finished[-1].text
        return read_record(noted)

    async def _read(self, events: AsyncGenerator[Event, None]) -> None:
        async with aclosing(events) as source:
            async for event in source:
                self.events.append(event)
                if isinstance(event, ApprovalRequested):
                    declined = event.tool.name in self.declined
                    event.decision = Decision.DECLINED if declined else self.decision


def succeeded(finished: ToolCallFinished) -> bool:
    """Whether a call succeeded."""
    return finished.outcome is CallOutcome.SUCCEEDED
