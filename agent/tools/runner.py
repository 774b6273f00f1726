"""The tool calls of one step: checked, approved, run, and answered in the conversation.

Reads that stand side by side run side by side; a write waits for what came before it, and what
follows waits for the write. Whatever happens, each call gets exactly one `ToolMessage`.
"""

import asyncio
import difflib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from agent.context.kept_results import KeptResults
from agent.context.shown_results import is_too_large
from agent.conversation import Conversation, ToolCall, ToolMessage
from agent.errors import AgentError, ApprovalError, OutcomeUnknownError, SignInError
from agent.events import (
    CallOutcome,
    Decision,
    Event,
    Notice,
    ToolCallFinished,
    ToolCallProgress,
    ToolCallStarted,
)
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.approval import Approver, Oversight, PreparedCall, Ruling
from agent.tools.arguments import fit_arguments, parse_arguments
from agent.tools.effects import effect_of
from agent.tools.fence import fence
from agent.tools.look_ups import LookUps
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.schema import FunctionTable
from agent.tools.tool import Effect
from agent.tools.toolbox import Toolbox
from agent.undo.before import Surroundings
from agent.undo.journal import Journal

_PARALLEL_READS = 8
_BETWEEN_PROGRESS = 0.1
_EDITED = "The user changed the arguments before allowing this call; it was made with these instead of yours:"


class CallRunner:
    """Runs the calls of a conversation.

    Args:
        toolbox: Where the tools are.
        policy: Which calls ask first.
        names: Learns names from results and gives them to approvals.
        clock: Seconds, monotonic.
        oversight: Is told of each decision, and keeps secrets from leaving.
        results: Keeps what is too long for the model.
        journal: Notes how each write is taken back.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        policy: Policy,
        names: NameIndex,
        clock: Callable[[], float] = time.monotonic,
        oversight: Oversight | None = None,
        results: KeptResults | None = None,
        journal: Journal | None = None,
    ) -> None:
        self._toolbox = toolbox
        self._journal = journal or Journal()
        self._names = names
        self._clock = clock
        self._results = results or KeptResults()
        self._numbers: dict[str, int] = {}
        self._look_ups = LookUps(toolbox, policy)
        self._approver = Approver(policy, names, toolbox.call_tool, oversight or Oversight())

    async def run(
        self, calls: Sequence[ToolCall], table: FunctionTable, conversation: Conversation
    ) -> AsyncGenerator[Event, None]:
        """Run the calls of one step and append their results to the conversation.

        Raises:
            SignInError: The sign-in was lost; the call that found out, and those after it, are answered.
        """
        # Each call gets one result, in this order.
        answered = sum(isinstance(message, ToolMessage) for message in conversation.messages)
        self._numbers = {call.id: number for number, call in enumerate(calls, answered + 1)}
        batch: list[PreparedCall] = []
        for call in calls:
            prepared = prepare(call, table)
            if isinstance(prepared, PreparedCall) and self._approver.runs_freely(prepared):
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
                async with aclosing(self._run_decided(prepared, table, conversation)) as events:
                    async for event in events:
                        yield event
        async with aclosing(self._run_reads(batch, conversation)) as events:
            async for event in events:
                yield event

    async def _run_reads(
        self, batch: Sequence[PreparedCall], conversation: Conversation
    ) -> AsyncGenerator[Event, None]:
        for prepared in batch:
            yield _started(prepared)
        async with aclosing(self._run_together(batch, conversation)) as events:
            async for event in events:
                yield event

    async def _run_together(
        self, batch: Sequence[PreparedCall], conversation: Conversation, ruling: Ruling | None = None
    ) -> AsyncGenerator[Event, None]:
        """Make calls side by side; what they tell comes as it arrives, the ends in the order they end."""
        slots = asyncio.Semaphore(_PARALLEL_READS)
        arrivals: asyncio.Queue[tuple[int, ToolCallProgress | ToolCallFinished | Exception]] = asyncio.Queue()

        async def make(position: int, prepared: PreparedCall) -> None:
            def tell(event: ToolCallProgress) -> None:
                arrivals.put_nowait((position, event))

            try:
                async with slots:
                    finished = await self._call(prepared, ruling, tell)
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

    async def _run_decided(
        self, prepared: PreparedCall, table: FunctionTable, conversation: Conversation
    ) -> AsyncGenerator[Event, None]:
        yield _started(prepared)
        ruling = self._approver.rule(prepared, conversation)
        undo = await self._foresee(prepared, ruling, table, conversation)
        written, problem, may_edit = prepared, "", not self._journal.is_announced(prepared.call.id)
        while not isinstance(ruling, Ruling):
            request = await self._approver.ask(
                prepared, list(table.tools.values()), because=ruling, problem=problem, may_edit=may_edit
            )
            request.undo = undo
            yield request
            if may_edit and request.decision is Decision.EDITED and request.edited is not None:
                try:
                    prepared, ruling = self._approver.edit(written, request.edited, conversation)
                except ValueError as error:
                    problem = str(error)
                else:
                    problem, undo = "", await self._foresee(prepared, ruling, table, conversation)
                continue
            ruling = self._approver.settle(request)
            if ruling.notice:
                yield Notice(ruling.notice)
        self._approver.note(prepared, ruling)
        if ruling.may_run:
            await self._journal.refresh(prepared.call.id)
            async with aclosing(self._run_together([prepared], conversation, ruling)) as events:
                async for event in events:
                    if isinstance(event, ToolCallFinished) and event.outcome is CallOutcome.SUCCEEDED:
                        self._approver.ran(event.structured)
                    yield event
            return
        self._journal.drop(prepared.call.id)
        finished = _declined(prepared, ruling)
        _answer(conversation, finished)
        yield finished

    async def _foresee(
        self, prepared: PreparedCall, ruling: Ruling | str, table: FunctionTable, conversation: Conversation
    ) -> str:
        if prepared.effect is Effect.READ or (isinstance(ruling, Ruling) and not ruling.may_run):
            return ""
        tools = {tool.name: tool for tool in table.tools.values()}
        around = Surroundings(tools, self._names, conversation.messages, self._look_ups.call_tool)
        return await self._journal.foresee(prepared.call.id, prepared.tool, prepared.arguments, around)

    def _note(
        self, prepared: PreparedCall, outcome: CallOutcome, structured: JsonValue = None
    ) -> JsonObject | None:
        if prepared.effect is not Effect.READ:
            return self._journal.finish(prepared.call.id, outcome, structured)
        if outcome is CallOutcome.SUCCEEDED:
            self._journal.saw(structured)
        return None

    async def _call(
        self, prepared: PreparedCall, ruling: Ruling | None, tell: Callable[[ToolCallProgress], None]
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
            undo: JsonObject | None = None,
        ) -> ToolCallFinished:
            return ToolCallFinished(
                prepared.call,
                prepared.tool.title,
                outcome,
                text,
                structured,
                self._clock() - begun,
                ruling.decision if ruling else None,
                error,
                ruling.rule if ruling else "",
                undo,
                prepared.edited,
            )

        try:
            result = await self._toolbox.call_tool(prepared.tool.name, prepared.arguments, on_progress)
        except OutcomeUnknownError as error:
            undo = self._note(prepared, CallOutcome.UNKNOWN)
            return finished(CallOutcome.UNKNOWN, str(error), error=error, undo=undo)
        except AgentError as error:
            undo = self._note(prepared, CallOutcome.FAILED)
            return finished(CallOutcome.FAILED, str(error), error=error, undo=undo)
        except asyncio.CancelledError:
            self._journal.interrupt(prepared.call.id)
            raise
        if not is_too_large(result.structured):
            self._names.learn(result.structured)
        outcome = CallOutcome.FAILED if result.is_error else CallOutcome.SUCCEEDED
        undo = self._note(prepared, outcome, result.structured)
        shown = await self._results.show(self._numbers[prepared.call.id], prepared.tool.name, result)
        return finished(outcome, shown.text, result.structured, undo=undo)


def prepare(call: ToolCall, table: FunctionTable) -> PreparedCall | ToolCallFinished:
    """Find the tool of a call and fit its arguments to it; a call that cannot run is finished at once."""
    tool = table.tools.get(call.name)
    if tool is None:
        close = difflib.get_close_matches(call.name, table.tools, n=3)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        return _invalid(call, call.name, f"There is no tool named {call.name}.{hint}")
    try:
        written = parse_arguments(call.arguments)
    except ValueError as error:
        return _invalid(call, tool.title, f"The arguments are not a JSON object: {error}.")
    arguments, fault = fit_arguments(tool, written, strict=table.is_strict(call.name))
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


def text_for_model(call: ToolCall, outcome: CallOutcome, text: str, edited: JsonObject | None = None) -> str:
    """The text of a result as it stands in the conversation: fenced, but for what this program says itself.

    Args:
        call: The call.
        outcome: How it ended.
        text: What it ended with.
        edited: What it was made with, where the user had changed the arguments.
    """
    if outcome is CallOutcome.DECLINED:
        return text
    fenced = fence(text, call.name, is_error=outcome is not CallOutcome.SUCCEEDED)
    if edited is None:
        return fenced
    return "\n".join((fenced, _EDITED, fence(dump(edited), call.name)))


def _invalid(call: ToolCall, title: str, text: str) -> ToolCallFinished:
    return ToolCallFinished(call, title, CallOutcome.INVALID, text)


def _started(prepared: PreparedCall) -> ToolCallStarted:
    return ToolCallStarted(prepared.call, prepared.tool.title, prepared.arguments, prepared.effect)


def _declined(prepared: PreparedCall, ruling: Ruling) -> ToolCallFinished:
    return ToolCallFinished(
        prepared.call,
        prepared.tool.title,
        CallOutcome.DECLINED,
        ruling.told,
        decision=ruling.decision,
        error=ApprovalError(f"{prepared.tool.title} was not approved, so nothing was changed.", ruling.hint),
        rule=ruling.rule,
    )


def _answer(conversation: Conversation, finished: ToolCallFinished) -> None:
    conversation.append(
        ToolMessage(
            finished.call.id,
            finished.call.name,
            text_for_model(finished.call, finished.outcome, finished.text, finished.edited),
            is_error=finished.outcome is not CallOutcome.SUCCEEDED,
            structured=None if is_too_large(finished.structured) else finished.structured,
            declined=finished.outcome is CallOutcome.DECLINED,
        )
    )


def _raise_lost_sign_in(finished: Sequence[ToolCallFinished]) -> None:
    for each in finished:
        if isinstance(each.error, SignInError):
            raise each.error
