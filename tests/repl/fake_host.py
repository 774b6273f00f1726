"""A host that plays a script: honest async generators of real events, no network and no model."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from agent.available_models.records import ListedModels, ModelPlace
from agent.context.report import ContextReport
from agent.conversation import ToolCall
from agent.doctor.finding import Finding, Outcome
from agent.errors import AgentError, ModelError, SignInError, UsageError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Compacted,
    CompactionUndone,
    Decision,
    Event,
    Notice,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.mentions.mention import Mention
from agent.model.protocol import FinishReason, TextDelta, Usage
from agent.server_features import (
    Prompt,
    PromptArgument,
    PromptMessage,
    PromptText,
    Resource,
    ResourceContents,
)
from agent.session.standing import Standing
from agent.tools.effects import effect_of
from agent.tools.policy import Policy
from agent.tools.tool import Annotations, Effect, Tool
from agent.transcripts.header import Header, Origin
from agent.transcripts.saved import Saved
from agent.transcripts.turns import Turn
from agent.undo.plan import Listed, UndoPlan
from agent.usage.ledger import Ledger

LIST_OVERDUE = Tool(
    name="astravue_list_overdue_tasks",
    title="List overdue tasks",
    description="Tasks whose due date has passed.",
    input_schema={
        "type": "object",
        "properties": {"projectId": {"type": "integer", "description": "Only of this project"}},
        "required": ["projectId"],
    },
    annotations=Annotations(read_only=True),
)
CREATE_TASK = Tool(
    name="astravue_create_task",
    title="Create task",
    description="Make a task.",
    input_schema={"type": "object", "properties": {"title": {"type": "string"}}},
    annotations=Annotations(read_only=False, destructive=False),
)
DELETE_TASK = Tool(
    name="astravue_delete_task",
    title="Delete task",
    description="Delete a task for good.",
    input_schema={"type": "object", "properties": {"taskId": {"type": "integer"}}},
    annotations=Annotations(read_only=False, destructive=True),
)
TOOLS = (LIST_OVERDUE, CREATE_TASK, DELETE_TASK)
OVERDUE: JsonValue = {"tasks": [{"id": number, "title": f"Task {number}"} for number in range(6)]}


class FakeFeatures:
    """A server with one prompt and one resource."""

    async def prompts(self) -> tuple[Prompt, ...]:
        arguments = (PromptArgument("project", "Which project", required=True), PromptArgument("tone"))
        return (Prompt("weekly_report", "Weekly report", "What happened this week", arguments),)

    async def get_prompt(self, name: str, arguments: dict[str, str]) -> PromptText:
        return PromptText("", (PromptMessage("user", f"{name} {dump(dict(arguments))}"),))

    async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
        return ("Apollo", "Zeus") if argument == "project" else ()

    async def resources(self) -> tuple[Resource, ...]:
        return (
            Resource("demo://handbook", "handbook", "Handbook", "How we work", "text/markdown"),
            Resource("demo://pages/{page}", "page", "Page", is_template=True),
        )

    async def template_names(self, template: str) -> tuple[str, ...]:
        return ("page",)

    async def fill_template(self, template: str, values: Mapping[str, str]) -> str:
        return template.replace("{page}", values["page"])

    async def read_resource(self, uri: str) -> tuple[ResourceContents, ...]:
        if uri == "demo://tasks":
            return (ResourceContents(uri, "application/json", dump(OVERDUE)),)
        return (ResourceContents(uri, "text/markdown", "# Handbook\n\nBe kind."),)


class FakeMentions:
    """Knows one project and one task."""

    problem = ""

    def offer(self, typed: str) -> Sequence[Mention]:
        known = (Mention("project", "12", "Website relaunch", "Marketing"), Mention("task", "7", "Report"))
        return [each for each in known if typed.lower() in each.name.lower()]

    def on_arrival(self, arrived: Callable[[], None]) -> None:
        pass


class FakeSigningIn:
    """A sign-in by a pasted address.

    Args:
        note: Told what was pasted.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    async def login(self, show: Callable[[str], None], read_pasted: Callable[[], Awaitable[str]]) -> str:
        show("Open https://demo.example/authorize and paste where it leads.")
        pasted = await read_pasted()
        self._note(f"pasted {pasted}")
        if not pasted.startswith("https://"):
            raise SignInError("That was no address; you are still signed out.", "Try /login again.")
        return "Signed in as Alex."

    async def logout(self) -> str:
        return "Signed out."


SERVER = "https://demo.example/mcp"


def _saved(id: str, title: str, server: str = SERVER) -> Saved:
    return Saved(Header(id, 1_795_000_000.0, server), Path(f"{id}.jsonl"), title, 3, 1_795_000_000.0)


OTHERS = (
    _saved("20261101-000000-aaaa", "With another server", "https://other.example/mcp"),
    _saved("20261101-000000-bbbb", "The \x1b[31mlaunch in May"),
    _saved("20261101-000000-cccc", "Who is on holiday?"),
)


@dataclass
class FakeConversations:
    """Saved conversations in memory.

    Args:
        note: Told what is done.
        others: Those that are saved.
        last_turn: Where the one that is open was left.
    """

    note: Callable[[str], None]
    others: tuple[Saved, ...] = ()
    last_turn: Turn | None = None
    id: str = "20261123-090000-0001"
    server: str = SERVER

    def results_by_turn(self) -> Sequence[Sequence[JsonValue]]:
        return [[OVERDUE]]

    async def saved(self) -> tuple[tuple[Saved, ...], tuple[str, ...]]:
        return self.others, ()

    async def search(self, text: str) -> tuple[Saved, ...]:
        return ()

    def is_here(self, header: Header) -> bool:
        return header.server == self.server

    async def resume(self, wanted: str) -> tuple[str, str]:
        self.note(f"resume {wanted}")
        self.last_turn = Turn(
            2,
            [{"type": "turn_started", "text": "And Priya?"}, {"type": "step_finished", "text": "**Nine**."}],
        )
        return "Overdue tasks", ""

    async def begin(self) -> None:
        self.note("begin")

    async def fork(self, turn: int | None) -> Origin:
        self.note(f"fork {turn}")
        return Origin(self.id, turn or 3)

    async def export(self, form: str, path: Path | None, *, overwrite: bool) -> Path:
        self.note(f"export {form} {path} {overwrite}")
        return path or Path(f"{self.id}.{form}")


class FakeModels:
    """Two places with models.

    Args:
        note: Told which one is to be used.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    async def list(self) -> ListedModels:
        places = (
            ModelPlace(
                "https://demo.example/v1 (configured)", ("scripted-model", "other-model"), "scripted-model"
            ),
            ModelPlace("embedded (installed; 1.12 GB, fetched)", ("small-model",)),
        )
        return ListedModels(places, "In use: scripted-model at https://demo.example/v1, configured")

    async def use(self, name: str) -> str:
        self._note(f"model {name}")
        if name == "no-model":
            raise ModelError(f"There is no model {name} anywhere; the one before stays.")
        return f"{name} (https://demo.example/v1, configured by /model)"


class FakeTokens:
    """A conversation that took a little."""

    @property
    def ledger(self) -> Ledger:
        ledger = Ledger()
        ledger.begin("Which are overdue?")
        ledger.add(Usage(12_000, 345, cost=0.0123), "scripted-model", date(2026, 11, 1))
        return ledger

    async def context(self) -> ContextReport:
        return ContextReport(
            model="scripted-model",
            window=128_000,
            compacts_at=95_846,
            system=1_200,
            functions=9_000,
            offered=14,
            available=60,
            summary=0,
            user=300,
            answers=700,
            results=21_000,
            largest=((LIST_OVERDUE.name, 21_000),),
            left_out=0,
        )


@dataclass
class FakeHost:
    """Answers by what a message says.

    Args:
        loading: Is waited for by `start`, and by every turn; nothing when left out.
        start_error: What `start` fails with.
        chunk: How many characters of an answer come at a time.
        changes: What `/undo list` lists.
        plan: What `/undo` would do; nothing when left out.
        others: Saved conversations.
        left: Where the conversation was left that goes on; it is new when left out.
        model: The name of the model in use.
    """

    loading: asyncio.Event | None = None
    start_error: AgentError | None = None
    chunk: int = 7
    changes: tuple[Listed, ...] = ()
    plan: UndoPlan | None = None
    others: tuple[Saved, ...] = OTHERS
    left: Turn | None = None
    model: str = "scripted-model"
    ready: bool = False
    log: list[str] = field(default_factory=list[str])
    notes: asyncio.Queue[str] = field(default_factory=asyncio.Queue[str])
    policy: Policy = field(default_factory=Policy)
    features: FakeFeatures = field(default_factory=FakeFeatures)
    mentions: FakeMentions = field(default_factory=FakeMentions)

    def __post_init__(self) -> None:
        self.conversations = FakeConversations(self.note, self.others, self.left)

    @property
    def models(self) -> FakeModels:
        return FakeModels(self.note)

    @property
    def tokens(self) -> FakeTokens:
        return FakeTokens()

    @property
    def signing_in(self) -> FakeSigningIn:
        return FakeSigningIn(self.note)

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        return [(LIST_OVERDUE.name, OVERDUE)]

    @property
    def standing(self) -> Standing:
        if self.ready:
            return Standing(model=self.model, account="demo")
        return Standing(stage="loading model", share=0.43)

    async def start(self) -> None:
        if self.start_error:
            raise self.start_error
        if self.loading:
            await self.loading.wait()
        self.ready = True

    async def turn(
        self, text: str, tools: Sequence[str] = (), typed: str = ""
    ) -> AsyncGenerator[Event, None]:
        self.note(f"turn {text!r}" + (f" with {', '.join(tools)}" if tools else ""))
        yield TurnStarted(text)
        if self.loading and not self.ready:
            yield Notice("Waiting for the model to load.")
            await self.loading.wait()
        yield StepStarted(1)
        try:
            async for event in self._script(text):
                yield event
        except asyncio.CancelledError:
            self.note("cancelled")
            raise
        yield TurnFinished("", Usage(), 1)

    async def _script(self, text: str) -> AsyncGenerator[Event, None]:
        if text == "overdue":
            async for event in self.call(LIST_OVERDUE.name, {"projectId": 4}):
                yield event
            async for event in self._say(
                "**Six** tasks are overdue:\n\n- Task 0\n- Task 1\n\nShall I `move` them?"
            ):
                yield event
        elif text == "create":
            for title in ("Write report", "Send report"):
                async for event in self.call(CREATE_TASK.name, {"title": title}):
                    yield event
        elif text == "delete":
            async for event in self.call(DELETE_TASK.name, {"taskId": 7}):
                yield event
        elif text == "endless":
            async for event in self._say("Beginning of a long answer.\n\nAnd then"):
                yield event
            await asyncio.Event().wait()
        elif text == "stubborn":
            async for event in self._say("Hard to stop."):
                yield event
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.Event().wait()
        elif text == "fail":
            yield TurnFailed(ModelError("The model did not answer.", "Try /status."), Usage(), 1)
        elif text == "crash":
            raise ZeroDivisionError
        elif text == "hostile":
            async for event in self._say("safe\x1b]0;owned\x07 \x1b[2Jtext \u202eesrever"):
                yield event
        elif text == "table":
            async for event in self._say(
                "| Task | Due |\n| --- | --- |\n| Write | Monday |\n| Send | Tuesday |\n"
            ):
                yield event
        else:
            async for event in self._say(f"You said {dump(text)}."):
                yield event

    async def _say(self, text: str) -> AsyncGenerator[Event, None]:
        for start in range(0, len(text), self.chunk):
            yield TextDelta(text[start : start + self.chunk])
            await asyncio.sleep(0)
        yield StepFinished(1, text, (), FinishReason.STOP, Usage())

    async def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        self.note(f"call {name} {dump(arguments)}")
        tool = next(tool for tool in TOOLS if tool.name == name)
        call = ToolCall(f"call-{len(self.log)}", name, dump(arguments))
        effect = effect_of(tool)
        yield ToolCallStarted(call, tool.title, arguments, effect)
        decision: Decision | None = None
        if effect is not Effect.READ:
            request = ApprovalRequested(
                call, tool, arguments, effect, f"{tool.title} “Report”", ("Project: Apollo",)
            )
            yield request
            decision = request.decision
            self.note(f"decision {decision.value}")
        await asyncio.sleep(0)
        if decision is Decision.DECLINED:
            yield ToolCallFinished(call, tool.title, CallOutcome.DECLINED, "declined", decision=decision)
        elif effect is Effect.READ:
            yield ToolCallFinished(call, tool.title, CallOutcome.SUCCEEDED, "six", OVERDUE, 0.1)
        else:
            yield ToolCallFinished(
                call, tool.title, CallOutcome.SUCCEEDED, "done", {"id": 7, "title": "Report"}, 0.2, decision
            )

    def writes(self) -> tuple[Listed, ...]:
        return self.changes

    async def plan_undo(self, number: int | None) -> UndoPlan:
        self.note(f"plan {number}")
        if self.plan is None:
            raise UsageError("There is nothing to undo in this conversation.")
        return self.plan

    async def undo(self, plan: UndoPlan) -> AsyncGenerator[Event, None]:
        for _, each in plan.calls:
            async for event in self.call(each.tool, each.arguments):
                yield event

    def note(self, text: str) -> None:
        self.log.append(text)
        self.notes.put_nowait(text)

    async def compact(self, *, undo: bool = False) -> AsyncGenerator[Event, None]:
        self.note("compaction undone" if undo else "compact")
        await asyncio.sleep(0)
        if undo:
            yield CompactionUndone()
        else:
            yield Compacted("Task 7 (Report) was made.", 12, 9_000, 1_200)

    async def tools(self) -> tuple[Tool, ...]:
        return TOOLS

    async def status(self) -> tuple[tuple[str, str], ...]:
        return (("server", "https://demo.example/mcp"), ("model", "scripted-model"))

    async def examine(self) -> AsyncGenerator[Finding, None]:
        yield Finding("network", Outcome.OK, "demo.example is reached")
        await asyncio.sleep(0)
        yield Finding(
            "sign-in", Outcome.PROBLEM, "none for https://demo.example/mcp", "Run `astravue login`."
        )

    def open_address(self, address: str) -> None:
        self.note(f"opened {address}")

    async def aclose(self) -> None:
        self.note("closed")
