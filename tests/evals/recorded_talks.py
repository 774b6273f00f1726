"""Conversations that are really held with a workspace in memory, and what was sent to their model."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.context.keeper import ContextKeeper
from agent.context.kept_results import KeptResults
from agent.conversation import Conversation, ToolCall
from agent.errors import ModelError
from agent.events import ApprovalRequested, Event
from agent.jsontypes import JsonObject, dump
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.scripted import ScriptedModel
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.tools.policy import Policy
from agent.transcripts.reading import read_transcript
from agent.transcripts.transcript import Transcript
from agent.usage.ruler import Ruler
from evals.definitions.case import Case, Category, WorkspaceDefinition
from evals.replaying.summarising import RecordedContext
from evals.workspaces.host import Host
from evals.workspaces.sign_ins import PROFILE
from evals.workspaces.starting import describe_workspace

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
Decide = Callable[[ApprovalRequested], None]


def call(number: int, tool: str, **arguments: object) -> ToolCall:
    """A call as a model writes it."""
    return ToolCall(f"c{number}", tool, dump(arguments))


def demo_case(path: Path, recorded: str = "") -> Case:
    """A case in the demo workspace, or with the answers of a recording."""
    definition = WorkspaceDefinition("demo", START, recorded=recorded)
    return Case(f"recorded/{path.stem}", path, "A talk", Category.RECORDED, definition, (), digest=str(path))


def _refuse(_request: ApprovalRequested) -> None:
    """Leave it as it is, which is a no."""


@dataclass
class Talk:
    """A conversation that goes on.

    Args:
        session: Its session.
        model: Answers, and keeps what it was sent.
        server: The address of the workspace.
        summarises: The next request is preceded by a summary.
    """

    session: Session
    model: ScriptedModel
    server: str
    summarises: bool = False

    @property
    def requests(self) -> list[ModelRequest]:
        """What the model was sent."""
        return self.model.requests

    @property
    def transcript(self) -> Transcript:
        """What was written down until now."""
        return read_transcript(self.session.transcript_path)

    async def say(
        self, text: str, decide: Decide = _refuse, typed: str = "", tools: tuple[str, ...] = ()
    ) -> None:
        """Say something, and answer what is asked."""
        await _read(self.session.turn(text, tools, typed), decide)

    async def call(self, name: str, arguments: JsonObject, decide: Decide = _refuse) -> None:
        """Make a call by hand."""
        await _read(self.session.call(name, arguments), decide)

    async def undo(self, decide: Decide) -> None:
        """Take the last change back."""
        await _read(self.session.undo(await self.session.plan_undo(None)), decide)

    async def compact(self, *, undo: bool = False) -> None:
        """Summarise now, or take that back."""
        await _read(self.session.compact(undo=undo), _refuse)


async def _read(events: AsyncGenerator[Event, None], decide: Decide) -> None:
    async with aclosing(events) as source:
        async for event in source:
            if isinstance(event, ApprovalRequested):
                decide(event)


@asynccontextmanager
async def talking(
    case: Case, answers: Iterable[Iterable[StreamItem] | ModelError], *, policy: Policy | None = None
) -> AsyncGenerator[Talk]:
    """Begin a conversation.

    Args:
        case: Has the workspace.
        answers: What the model says.
        policy: The user's rules.
    """
    model = ScriptedModel(answers, name="m")
    talks: list[Talk] = []

    def keep(conversation: Conversation, ruler: Ruler, results: KeptResults) -> ContextKeeper:
        def is_summarised() -> bool:
            wanted, talks[0].summarises = talks[0].summarises, False
            return wanted

        return RecordedContext(conversation, ruler, results, is_summarised=is_summarised)

    async with Host(1) as host, host.place(case) as place:
        recorded = case.workspace.recorded
        session = Session(
            Settings(server=place.url, profile=PROFILE, trust=bool(recorded)),
            place.folders,
            SessionOptions(
                policy=policy or Policy(),
                workspace={} if recorded else describe_workspace(case.workspace),
                model=model,
                context=lambda: "Today is Monday, 2026-11-23, 10:00 (CET, UTC+01:00).",
                keeper=keep,
            ),
            environ=place.environ,
        )
        talks.append(Talk(session, model, place.url))
        try:
            yield talks[0]
        finally:
            await session.aclose()
