"""The tool calls of one step: checked, approved, run, and answered in the conversation.

Reads that stand side by side run side by side; a write waits for what came before it, and what
follows waits for the write. Whatever happens, each call gets exactly one `ToolMessage`.
"""

import asyncio
import difflib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from agent.context import is_too_large, result_text
from agent.conversation import Conversation, ToolCall, ToolMessage
from agent.errors import AgentError, ApprovalError, OutcomeUnknownError, SignInError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Decision,
    Event,
    ToolCallFinished,
    ToolCallProgress,
    ToolCallStarted,
)
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.names import NameIndex, describe_arguments, describe_subject, lookup_tool
from agent.tools.policy import Policy, Verdict, effect_of
from agent.tools.schema import FunctionTable, parse_arguments, validate_arguments
from agent.tools.tool import Effect, Tool, ToolResult

_PARALLEL_READS = 8
_BETWEEN_PROGRESS = 0.1
_DECLINED = "The user declined this call. Do not repeat it; ask what to do instead."


Progress = Callable[[float, float | None, str], None]


class Toolbox(Protocol):
    """Whatever serves tools; the workspace in earnest."""

    async def tools(self) -> Sequence[Tool]:
        """List the tools."""
        ...

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        """Call one.

        Args:
            name: The tool.
            arguments: What it is given.
            on_progress: Is told how much is done, of how much if that is known, and what is being done.

        Raises:
            AgentError: The call has no result; the message says why.
        """
        ...


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call whose tool exists and whose arguments fit."""

    call: ToolCall
    tool: Tool
    arguments: JsonObject
    effect: Effect

    @property
    def started(self) -> ToolCallStarted:
        """The event that announces it."""
        return ToolCallStarted(self.call, self.tool.title, self.arguments, self.effect)


class CallRunner:
    """Runs the calls of a conversation.

    Args:
        toolbox: Where the tools are.
        policy: Which calls ask first.
        names: Learns names from results and gives them to approvals.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        policy: Policy,
        names: NameIndex,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._toolbox = toolbox
        self._policy = policy
        self._names = names
        self._clock = clock

    async def run(
        self, calls: Sequence[ToolCall], table: FunctionTable, conversation: Conversation
    ) -> AsyncGenerator[Event, None]:
        """Run the calls of one step and append their results to the conversation.

        Raises:
            SignInError: The sign-in was lost; the call that found out, and those after it, are answered.
        """
        batch: list[PreparedCall] = []
        for call in calls:
            prepared = prepare(call, table)
            if isinstance(prepared, PreparedCall) and prepared.effect is Effect.READ:
                batch.append(prepared)
                continue
            async with aclosing(self._run_reads(batch, conversation)) as events:
                async for event in events:
                    yield event
            batch = []
            if isinstance(prepared, ToolCallFinished):
                _answer(conversation, prepared)
                yield prepared
            else:
                async with aclosing(self._run_write(prepared, table, conversation)) as events:
                    async for event in events:
                        yield event
        async with aclosing(self._run_reads(batch, conversation)) as events:
            async for event in events:
                yield event

    async def _run_reads(
        self, batch: Sequence[PreparedCall], conversation: Conversation
    ) -> AsyncGenerator[Event, None]:
        for prepared in batch:
            yield prepared.started
        async with aclosing(self._run_together(batch, conversation)) as events:
            async for event in events:
                yield event

    async def _run_together(
        self, batch: Sequence[PreparedCall], conversation: Conversation, decision: Decision | None = None
    ) -> AsyncGenerator[Event, None]:
        """Make calls side by side; what they tell comes as it arrives, the ends in the order they end."""
        slots = asyncio.Semaphore(_PARALLEL_READS)
        arrivals: asyncio.Queue[tuple[int, ToolCallProgress | ToolCallFinished | Exception]] = asyncio.Queue()

        async def make(position: int, prepared: PreparedCall) -> None:
            def tell(event: ToolCallProgress) -> None:
                arrivals.put_nowait((position, event))

            try:
                async with slots:
                    finished = await self._call(prepared, decision, tell)
            except Exception as error:
                arrivals.put_nowait((position, error))
            else:
                arrivals.put_nowait((position, finished))

        tasks = [asyncio.ensure_future(make(*numbered)) for numbered in enumerate(batch)]
        told: dict[int, ToolCallFinished] = {}
        answered = 0
        try:
            while len(told) < len(batch):
                position, event = await arrivals.get()
                if isinstance(event, Exception):
                    raise event
                if isinstance(event, ToolCallFinished):
                    told[position] = event
                    # Results stand in the model's order, whatever the order in which they come.
                    while answered in told:
                        _answer(conversation, told[answered])
                        answered += 1
                yield event
        finally:
            for position in range(answered, len(batch)):
                if position in told:
                    _answer(conversation, told[position])
                else:
                    conversation.append(interrupted_message(batch[position].call))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        _raise_lost_sign_in(list(told.values()))

    async def _run_write(
        self, prepared: PreparedCall, table: FunctionTable, conversation: Conversation
    ) -> AsyncGenerator[Event, None]:
        yield prepared.started
        verdict = self._policy.judge(prepared.tool)
        decision: Decision | None = None
        if verdict is Verdict.ASK:
            request = await self._ask(prepared, table)
            yield request
            decision = request.decision
            if decision is Decision.ALLOWED_FOR_SESSION:
                self._policy.remember(prepared.tool)
            reason = request.reason
        else:
            reason = "Writes are refused in this run (read-only)."
        if verdict is Verdict.REFUSE:
            finished = _declined(prepared, reason, "Writes are allowed again without --read-only.")
        elif decision is Decision.DECLINED:
            hint = f"Allow it with --allow {prepared.tool.name}, or every write with --yes."
            finished = _declined(prepared, reason, hint)
        else:
            async with aclosing(self._run_together([prepared], conversation, decision)) as events:
                async for event in events:
                    yield event
            return
        _answer(conversation, finished)
        yield finished

    async def _ask(self, prepared: PreparedCall, table: FunctionTable) -> ApprovalRequested:
        for argument, value in self._names.unknown(prepared.arguments):
            await self._learn_name(argument, value, table)
        subject = describe_subject(prepared.tool, prepared.arguments, self._names)
        summary = f"{prepared.tool.title}: {subject}" if subject else prepared.tool.title
        details = describe_arguments(prepared.tool, prepared.arguments, self._names)
        return ApprovalRequested(
            prepared.call,
            prepared.tool,
            prepared.arguments,
            prepared.effect,
            summary,
            details,
            reason=_DECLINED,
        )

    async def _learn_name(self, argument: str, value: JsonValue, table: FunctionTable) -> None:
        found = lookup_tool(argument, table.tools.values())
        if found is None:
            return
        tool, needed = found
        try:
            result = await self._toolbox.call_tool(tool.name, {needed: value})
        except AgentError:
            # The question is asked with the bare id; the call itself will meet the same error.
            return
        self._names.learn(result.structured)

    async def _call(
        self, prepared: PreparedCall, decision: Decision | None, tell: Callable[[ToolCallProgress], None]
    ) -> ToolCallFinished:
        begun = self._clock()
        told = begun - _BETWEEN_PROGRESS

        def on_progress(done: float, total: float | None, message: str) -> None:
            nonlocal told
            # A server may tell a thousand times a second; nobody reads that fast.
            if (now := self._clock()) - told >= _BETWEEN_PROGRESS:
                told = now
                tell(ToolCallProgress(prepared.call, done, total, message))

        def finished(
            outcome: CallOutcome,
            text: str,
            structured: JsonValue = None,
            error: AgentError | None = None,
        ) -> ToolCallFinished:
            return ToolCallFinished(
                prepared.call,
                prepared.tool.title,
                outcome,
                text,
                structured,
                self._clock() - begun,
                decision,
                error,
            )

        try:
            result = await self._toolbox.call_tool(prepared.tool.name, prepared.arguments, on_progress)
        except OutcomeUnknownError as error:
            return finished(CallOutcome.UNKNOWN, f"{error} Look before trying again.", error=error)
        except AgentError as error:
            return finished(CallOutcome.FAILED, str(error), error=error)
        if not is_too_large(result.structured):
            self._names.learn(result.structured)
        outcome = CallOutcome.FAILED if result.is_error else CallOutcome.SUCCEEDED
        return finished(outcome, result_text(result), result.structured)


def prepare(call: ToolCall, table: FunctionTable) -> PreparedCall | ToolCallFinished:
    """Find the tool of a call and check its arguments; a call that cannot run is finished at once."""
    tool = table.tools.get(call.name)
    if tool is None:
        close = difflib.get_close_matches(call.name, table.tools, n=3)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        return _invalid(call, call.name, f"There is no tool named {call.name}.{hint}")
    try:
        arguments = parse_arguments(call.arguments)
    except ValueError as error:
        return _invalid(call, tool.title, f"The arguments are not a JSON object: {error}.")
    fault = validate_arguments(tool, arguments)
    if fault is not None:
        return _invalid(call, tool.title, f"The arguments do not fit the tool's schema: {fault}")
    return PreparedCall(call, tool, arguments, effect_of(tool))


def answer_interrupted(conversation: Conversation) -> None:
    """Give every call without a result one that says it was interrupted, so that the history is sound."""
    for call in conversation.unanswered_calls():
        conversation.append(interrupted_message(call))


def interrupted_message(call: ToolCall) -> ToolMessage:
    """The result of a call whose turn ended first."""
    return ToolMessage(
        call.id,
        call.name,
        "The turn ended before this call did. If it changes something, that may have happened: look before "
        "trying again.",
        is_error=True,
    )


def _invalid(call: ToolCall, title: str, text: str) -> ToolCallFinished:
    return ToolCallFinished(call, title, CallOutcome.INVALID, text)


def _declined(prepared: PreparedCall, reason: str, hint: str) -> ToolCallFinished:
    return ToolCallFinished(
        prepared.call,
        prepared.tool.title,
        CallOutcome.DECLINED,
        reason,
        decision=Decision.DECLINED,
        error=ApprovalError(f"{prepared.tool.title} was not approved, so nothing was changed.", hint),
    )


def _answer(conversation: Conversation, finished: ToolCallFinished) -> None:
    conversation.append(
        ToolMessage(
            finished.call.id,
            finished.call.name,
            finished.text,
            is_error=finished.outcome is not CallOutcome.SUCCEEDED,
            structured=None if is_too_large(finished.structured) else finished.structured,
        )
    )


def _raise_lost_sign_in(finished: Sequence[ToolCallFinished]) -> None:
    for each in finished:
        if isinstance(each.error, SignInError):
            raise each.error
