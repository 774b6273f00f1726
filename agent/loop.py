"""One turn: ask the model, run the calls it wants, hand the results back, until it answers.

A turn is an async generator of events (see `agent.events`), and events are its only way out. It may
be cancelled or closed at any point: the conversation it leaves behind is one that every endpoint
accepts, with what was said until then kept and every call answered.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from agent.context.keeper import ContextKeeper
from agent.context.kept_results import KeptResults
from agent.conversation import AssistantMessage, Conversation, ToolCall, ToolMessage, UserMessage
from agent.errors import AgentError, ContextError, LimitError, ModelError, UsageError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Compacted,
    Event,
    Notice,
    RequestPrefix,
    StepFinished,
    StepStarted,
    ToolCallFinished,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    WaitStarted,
)
from agent.jsontypes import JsonObject, JsonValue, dump, well_formed
from agent.limits import Limits, Spent
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    Model,
    ModelRequest,
    ReasoningDelta,
    RetryScheduled,
    StreamItem,
    TextDelta,
    Usage,
)
from agent.tools.approval import Oversight
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.runner import CallRunner, answer_interrupted
from agent.tools.schema import FunctionTable, build_functions
from agent.tools.tool import Tool
from agent.tools.toolbox import Toolbox
from agent.undo.journal import Journal
from agent.undo.plan import UndoPlan, failures_in
from agent.undo.record import Undone
from agent.wording.hints import GO_ON

# How often in a turn a request may be made shorter because the endpoint found it too long.
_MOST_REFUSALS = 3

Offer: TypeAlias = Callable[[FunctionTable], tuple[FunctionDefinition, ...]]
"""Chooses which functions of a table a request offers."""


def _offer_all(table: FunctionTable) -> tuple[FunctionDefinition, ...]:
    return table.definitions


@dataclass(slots=True)
class _Answer:
    """The model's message as it comes in.

    Args:
        ended: The stream was read to its end, so that the message is whole if it said how it finished.
    """

    text: list[str] = field(default_factory=list[str])
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    usage: Usage = field(default_factory=Usage)
    finish: Finish | None = None
    ended: bool = False

    def take(self, item: StreamItem) -> None:
        match item:
            case TextDelta(text):
                self.text.append(text)
            case ToolCall():
                self.calls.append(item)
            case Usage():
                self.usage = item
            case Finish():
                self.finish = item
            case ReasoningDelta() | RetryScheduled():
                pass

    @property
    def message(self) -> AssistantMessage:
        # Calls of a broken stream may be cut short, so they are dropped rather than run.
        text = "".join(self.text)
        if self.finish is None or not self.ended:
            return AssistantMessage(text, interrupted=True)
        return AssistantMessage(text, tuple(self.calls), provider_items=self.finish.provider_items)


@dataclass(slots=True)
class _Progress:
    """What a turn has used so far.

    Args:
        began: When it began, by the loop's clock.
        asking: Seconds that it waited for a person's decision.
    """

    began: float
    asking: float = 0.0
    steps: int = 0
    usage: Usage = field(default_factory=Usage)

    def spent(self, now: float) -> Spent:
        return Spent(self.steps, self.usage, now - self.began - self.asking)


class Loop:
    """The turns of one conversation.

    Args:
        model: Asked at every step.
        toolbox: Lists and runs the tools.
        policy: Which calls ask first.
        conversation: Appended to; resumed conversations come with their messages.
        system: The system prompt.
        limits: What a turn may use.
        clock: Seconds, monotonic; measures calls and turns.
        oversight: Is told of each decision about a call, and keeps secrets from leaving.
        journal: Notes how each write is taken back.
        results: Keeps what is too long for the model.
    """

    def __init__(
        self,
        *,
        model: Model,
        toolbox: Toolbox,
        policy: Policy,
        conversation: Conversation,
        system: str,
        limits: Limits | None = None,
        session_id: str = "",
        clock: Callable[[], float] = time.monotonic,
        oversight: Oversight | None = None,
        journal: Journal | None = None,
        results: KeptResults | None = None,
    ) -> None:
        self._model = model
        self._toolbox = toolbox
        self._conversation = conversation
        self._system = system
        self._limits = limits or Limits()
        self._strict = False
        self._listed: tuple[Tool, ...] | None = None
        self._table = build_functions(())
        self._offer: Offer = _offer_all
        self._session_id = session_id
        self._clock = clock
        self._names = names = NameIndex()
        self._call_ids: set[str] = set()
        for message in conversation.messages:
            if isinstance(message, ToolMessage):
                names.learn(message.structured)
                self._call_ids.add(message.call_id)
        self._journal = journal or Journal(clock=clock)
        self._runner = CallRunner(
            toolbox, policy, names, clock, oversight, results=results, journal=self._journal
        )
        self._context: ContextKeeper | None = None
        self._prefix: RequestPrefix | None = None

    def learn_names(self, told: JsonValue) -> None:
        """Take in what things are called that the user is about to speak of.

        Args:
            told: As a result of the server would tell it.
        """
        self._names.learn(told)

    def use(
        self,
        model: Model,
        *,
        strict: bool = False,
        offer: "Offer | None" = None,
        context: ContextKeeper | None = None,
    ) -> None:
        """Ask another model from the next step on.

        Args:
            model: The model.
            strict: Have its endpoint hold it to the functions' schemas, where they allow it.
            offer: Chooses the functions of each request; all of them when left out.
            context: Keeps requests within what the model can read; nothing does when left out.
        """
        self._model, self._offer = model, offer or _offer_all
        if strict is not self._strict:
            self._strict, self._listed = strict, None
        self._context = context

    async def functions(self) -> tuple[FunctionDefinition, ...]:
        """The functions that the next request offers.

        Raises:
            AgentError: The server cannot list its tools.
        """
        return await self._fitting(await self._list_functions())

    async def _list_functions(self) -> FunctionTable:
        listed = tuple(await self._toolbox.tools())
        if listed != self._listed:
            self._listed, self._table = listed, build_functions(listed, strict=self._strict)
        return self._table

    async def _fitting(self, table: FunctionTable) -> tuple[FunctionDefinition, ...]:
        functions = self._offer(table)
        return functions if self._context is None else await self._context.fit_functions(functions)

    async def turn(self, text: str, context: str = "", typed: str = "") -> AsyncGenerator[Event, None]:
        """Answer one message of the user.

        Args:
            text: The user's words.
            context: Facts of the moment, such as the date; see `UserMessage`.
            typed: What the user typed, where the text was made from it.
        """
        text = well_formed(text)
        self._conversation.append(UserMessage(text, context))
        progress = _Progress(self._clock())
        yield TurnStarted(text, context, well_formed(typed))
        try:
            async with aclosing(self._steps(progress)) as events:
                async for event in events:
                    yield event
        except AgentError as error:
            answer_interrupted(self._conversation)
            yield TurnFailed(error, progress.usage, progress.steps)
        finally:
            answer_interrupted(self._conversation)

    async def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        """Run one tool by hand, with the same checks and approvals; the model learns of it later.

        It is written down as a turn whose one step the user took in the model's place, so there is no
        `StepStarted`.
        """
        text = f"(I ran {name} by hand.)"
        async with aclosing(self._by_hand(text, [(name, arguments)])) as events:
            async for event in events:
                yield event

    async def undo(self, plan: UndoPlan) -> AsyncGenerator[Event, None]:
        """Take a write back, with the same checks and approvals as in a turn; the model learns of it later.

        The calls are made one after the other, until one is not done.
        """
        text = f"(I undo {plan.did} by hand, to {plan.says}.)"
        calls = [(call.tool, call.arguments) for _, call in plan.calls]
        undone = [Undone(plan.call_id, position) for position, _ in plan.calls]
        async with aclosing(self._by_hand(text, calls, undone)) as events:
            async for event in events:
                yield event

    async def _by_hand(
        self, text: str, calls: Sequence[tuple[str, JsonObject]], undone: Sequence[Undone] = ()
    ) -> AsyncGenerator[Event, None]:
        self._conversation.append(UserMessage(text))
        yield TurnStarted(text)
        try:
            table = build_functions(await self._toolbox.tools())
            for position, (name, arguments) in enumerate(calls):
                call_id = f"call_by_hand_{len(self._conversation.messages) - 1}"
                call = ToolCall(call_id, table.function_of(name), dump(arguments))
                if undone:
                    self._journal.announce(call_id, undone[position])
                self._conversation.append(AssistantMessage("", (call,)))
                yield StepFinished(0, "", (call,), FinishReason.TOOL_CALLS, Usage())
                finished: ToolCallFinished | None = None
                async with aclosing(self._runner.run([call], table, self._conversation)) as events:
                    async for event in events:
                        yield event
                        finished = event if isinstance(event, ToolCallFinished) else finished
                if undone and finished is not None and (failures := failures_in(finished.structured)):
                    yield Notice(failures)
                if finished is None or finished.outcome is not CallOutcome.SUCCEEDED:
                    if left := len(calls) - position - 1:
                        yield Notice(f"{left} more {'call was' if left == 1 else 'calls were'} not made.")
                    break
            yield TurnFinished("", Usage(), 0)
        except AgentError as error:
            answer_interrupted(self._conversation)
            yield TurnFailed(error, Usage(), 0)
        finally:
            answer_interrupted(self._conversation)

    async def compact(self, *, undo: bool = False) -> AsyncGenerator[Event, None]:
        """Summarise all but the last turns, or undo that; see `ContextKeeper.compact_now`."""
        if self._context is None:
            raise UsageError("This model reads no long history, so there is nothing to summarise.")
        functions = await self.functions()
        events = self._context.compact_now(self._model, self._system, functions, undo=undo)
        async with aclosing(events):
            async for event in events:
                yield event

    async def _steps(self, progress: _Progress) -> AsyncGenerator[Event, None]:
        unfit: Counter[str] = Counter()
        refusals = 0
        while True:
            self._limits.check(progress.spent(self._clock()))
            progress.steps += 1
            table = await self._list_functions()
            functions = await self._fitting(table)
            if prefix := self._changed_prefix(functions):
                yield prefix
            async with aclosing(self._make_room(functions, progress)) as events:
                async for event in events:
                    yield event
            answer = _Answer()
            try:
                async with aclosing(self._ask(functions, answer, progress)) as events:
                    async for event in events:
                        yield event
            except ContextError as error:
                refusals += 1
                if refusals > _MOST_REFUSALS or not await self._can_shrink(error):
                    raise
                continue
            if not answer.calls:
                yield TurnFinished(answer.message.text, progress.usage, progress.steps)
                return
            async with aclosing(self._runner.run(answer.calls, table, self._conversation)) as events:
                async for event in events:
                    handed_over = self._clock()
                    yield event
                    if isinstance(event, ApprovalRequested):
                        progress.asking += self._clock() - handed_over
                    self._count_unfit(event, unfit)

    async def _make_room(
        self, functions: tuple[FunctionDefinition, ...], progress: _Progress
    ) -> AsyncGenerator[Event, None]:
        if self._context is None:
            return
        async with aclosing(self._context.prepare(self._model, self._system, functions)) as events:
            async for event in events:
                if isinstance(event, Compacted):
                    progress.usage += event.usage
                yield event

    async def _can_shrink(self, error: ContextError) -> bool:
        return self._context is not None and await self._context.shrink(error)

    async def _ask(
        self, functions: tuple[FunctionDefinition, ...], answer: _Answer, progress: _Progress
    ) -> AsyncGenerator[Event, None]:
        history = self._conversation.messages if self._context is None else self._context.messages
        request = ModelRequest(self._system, history, functions, session_id=self._session_id)
        yield StepStarted(progress.steps)
        try:
            async with aclosing(self._model.respond(request)) as items:
                while (item := await self._next(items, progress)) is not None:
                    answer.take(self._with_own_id(item) if isinstance(item, ToolCall) else item)
                    if isinstance(item, TextDelta | ReasoningDelta):
                        yield item
                    elif isinstance(item, RetryScheduled):
                        yield WaitStarted(item.reason, item.seconds)
            answer.ended = True
        finally:
            message = answer.message
            progress.usage += answer.usage
            if message.text or message.tool_calls:
                self._conversation.append(message)
        if answer.finish is None:
            raise ModelError("The model's answer broke off; what came of it is kept.", f"{GO_ON}.")
        reason = FinishReason.TOOL_CALLS if answer.calls else answer.finish.reason
        yield StepFinished(
            progress.steps,
            message.text,
            message.tool_calls,
            reason,
            answer.usage,
            provider_items=message.provider_items,
        )
        _refuse_unfinished(reason, message)

    async def _next(self, items: AsyncGenerator[StreamItem, None], progress: _Progress) -> StreamItem | None:
        """The next item of an answer, waited for no longer than the turn may still take."""
        left = self._limits.seconds_left(progress.spent(self._clock()))
        try:
            async with asyncio.timeout(left):
                return await anext(items, None)
        except TimeoutError:
            raise self._limits.out_of_time() from None

    def _with_own_id(self, call: ToolCall) -> ToolCall:
        # Some endpoints count the calls of each answer from the same number.
        repeated = call.id in self._call_ids
        own = replace(call, id=f"{call.id}_{len(self._call_ids)}") if repeated else call
        self._call_ids.add(own.id)
        return own

    def _changed_prefix(self, functions: tuple[FunctionDefinition, ...]) -> RequestPrefix | None:
        prefix = RequestPrefix(self._model.name, self._system, functions)
        if prefix == self._prefix:
            return None
        self._prefix = prefix
        return prefix

    def _count_unfit(self, event: Event, unfit: Counter[str]) -> None:
        if not isinstance(event, ToolCallFinished) or event.outcome is not CallOutcome.INVALID:
            return
        unfit[event.call.name] += 1
        if unfit[event.call.name] > self._limits.corrections:
            raise ModelError(
                f"The model called {event.call.name} {unfit[event.call.name]} times with arguments that do "
                "not fit; nothing was changed by these calls.",
                "Say it in other words, or use /call.",
            )


def _refuse_unfinished(reason: FinishReason, message: AssistantMessage) -> None:
    if reason is FinishReason.LENGTH:
        raise LimitError("The answer reached the model's length limit; what came is kept.", f"{GO_ON}.")
    if reason is FinishReason.CONTENT_FILTER:
        raise ModelError("The endpoint's content filter stopped the answer.", "Say it in other words.")
    if not message.text.strip() and not message.tool_calls:
        raise ModelError("The model answered with nothing.", "Ask again, or try another model.")
