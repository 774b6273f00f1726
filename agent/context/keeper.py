"""Keeps the requests of one conversation within what its model can read.

The loop asks before each request. What no longer fits is summarised first, then left out; see
`agent.context.compaction` and `agent.context.fitting`.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from agent.context.budget import ContextBudget
from agent.context.compaction import (
    ask_for_summary,
    complete_summary,
    covered_by_next,
    introduce,
    write_question,
)
from agent.context.fitting import Cut, History, choose_functions, fit_history, show_history
from agent.context.kept_results import KeptResults
from agent.conversation import Conversation, Message, Summary, ToolMessage, UserMessage
from agent.errors import ContextError, LimitError, ModelError, UsageError
from agent.events import Compacted, CompactionUndone, Event, Notice
from agent.model.protocol import FunctionDefinition, Model
from agent.prompt_files import read_prompt
from agent.tools.slim import slim_schema
from agent.usage.ruler import Ruler

Functions = tuple[FunctionDefinition, ...]

# From this share of the budget on, old turns are summarised.
_FULL = 0.8
_FUNCTIONS_SHARE = 0.5
_SUMMARY_SHARE = 0.15
# What is tried, one after the other, to offer all functions: the longest schema and description.
_SLIM = ((2_000, 400), (600, 160), (200, 80))


class ContextKeeper:
    """The context of one conversation with one model.

    Args:
        conversation: What is said.
        budget: How much the model can read.
        ruler: Measures for it.
        results: The conversation's results.
    """

    def __init__(
        self,
        conversation: Conversation,
        budget: ContextBudget,
        ruler: Ruler,
        results: KeptResults,
    ) -> None:
        self._conversation = conversation
        self._budget = budget
        self._ruler = ruler
        self._results = results
        self._cut = Cut()
        self._prefix: tuple[str, Functions] = ("", ())
        self._automatic = True
        self._failed_at = 0
        self._offered: tuple[Functions, int, Functions] = ((), 0, ())
        results.limit_to(budget.request)

    @property
    def budget(self) -> ContextBudget:
        """How much the model can read."""
        return self._budget

    @property
    def compacts_at(self) -> int:
        """From how many tokens of a request on old turns are summarised."""
        return int(self._budget.request * _FULL)

    @property
    def messages(self) -> Sequence[Message]:
        """The history as a request shows it."""
        return self._show()

    async def fit_functions(self, functions: Functions) -> Functions:
        """Keep the functions within their share of the budget.

        Long schemas and descriptions are written in fewer words; if that is not enough, some functions
        are not offered.

        Args:
            functions: What is to be offered.
        """
        room = int(self._budget.request * _FUNCTIONS_SHARE)
        if self._offered[:2] != (functions, room):
            self._offered = functions, room, await self._fit_functions(functions, room)
        return self._offered[2]

    async def _fit_functions(self, functions: Functions, room: int) -> Functions:
        if self._ruler.is_surely_within(room, "", (), functions):
            return functions
        await self._ruler.load()
        return await asyncio.to_thread(_choose, functions, room, self._ruler)

    async def prepare(self, model: Model, system: str, functions: Functions) -> AsyncGenerator[Event, None]:
        """Make the next request fit; `messages` is its history then.

        Args:
            model: Writes a summary if one is needed.
            system: The system prompt.
            functions: What is offered.

        Raises:
            LimitError: The last message alone does not fit.
        """
        if self._automatic and (covers := covered_by_next(self._conversation)) > self._failed_at:
            full = self.compacts_at
            before = await self._measure(system, functions, full)
            if before > full:
                try:
                    yield await self._compact(model, system, functions, covers, before)
                except (ModelError, LimitError) as error:
                    self._failed_at = covers
                    yield Notice(
                        f"The beginning could not be summarised ({error.message.rstrip('.')}); the oldest "
                        "results and turns are left out of requests instead, and kept."
                    )
        await self._fit(system, functions)

    async def compact_now(
        self, model: Model, system: str, functions: Functions, *, undo: bool = False
    ) -> AsyncGenerator[Event, None]:
        """Summarise all but the last turns because the user asks for it, or take the last summary back.

        Once one was taken back, none is made by itself until the user asks for one.

        Args:
            model: Writes the summary.
            system: The system prompt.
            functions: What is offered.
            undo: Take it back.

        Raises:
            UsageError: There is nothing to summarise, or nothing to take back.
            AgentError: The summary could not be made; everything is as it was.
        """
        if undo:
            yield self._undo_compaction()
            return
        covers = covered_by_next(self._conversation)
        if not covers:
            raise UsageError("There is nothing to summarise yet; the last two turns always stay as they are.")
        self._automatic = True
        before = await self._measure(system, functions, 0)
        yield await self._compact(model, system, functions, covers, before)

    def _undo_compaction(self) -> CompactionUndone:
        if self._conversation.take_back_summary() is None:
            raise UsageError("Nothing was summarised, so there is nothing to take back.")
        self._automatic = False
        self._cut = Cut()
        summary = self._conversation.summary
        return CompactionUndone(summary.covers if summary else 0)

    async def shrink(self, error: ContextError) -> bool:
        """Take in that the endpoint refused the last request as too long.

        Returns:
            Whether it is worth preparing it again.
        """
        is_smaller = await self._budget.learn(error.tokens, sent=await self._measure(*self._prefix, 0))
        self._results.limit_to(self._budget.request)
        return is_smaller

    async def _compact(
        self, model: Model, system: str, functions: Functions, covers: int, before: int
    ) -> Compacted:
        await self._ruler.load()
        messages, earlier = self._conversation.messages, self._conversation.summary
        begin = earlier.covers if earlier else 0
        prompt = self._ruler.prefix(read_prompt("compaction"), ())
        question = await asyncio.to_thread(
            write_question,
            messages[begin:covers],
            earlier.text if earlier else "",
            lambda message: prompt + self._ruler.message(message) <= self._budget.request,
        )
        if question is None:
            raise LimitError("It is too long to be summarised at once.")
        text, usage = await ask_for_summary(model, question)
        text = await asyncio.to_thread(self._bounded, complete_summary(text, messages[:covers]))
        self._conversation.summarise(Summary(text, covers))
        self._cut = Cut()
        after = await self._measure(system, functions, 0)
        return Compacted(text, covers, before, after, usage)

    def _bounded(self, text: str) -> str:
        room = int(self._budget.request * _SUMMARY_SHARE)
        while len(text) > 1 and self._ruler.message(UserMessage(text)) > room:
            text = text[: len(text) * 4 // 5]
        return text

    async def _measure(self, system: str, functions: Functions, enough: int) -> int:
        """How long the next request is as it is cut now; 0 if it surely has no more tokens than `enough`."""
        shown = self._show()
        if self._ruler.is_surely_within(enough, system, shown, functions):
            return 0
        await self._ruler.load()
        return await asyncio.to_thread(self._ruler.request, system, shown, functions)

    async def _fit(self, system: str, functions: Functions) -> None:
        self._prefix = system, functions
        if await self._measure(system, functions, self._budget.request) > self._budget.request:
            room = self._budget.request - await asyncio.to_thread(self._ruler.prefix, system, functions)
            self._cut = await asyncio.to_thread(
                fit_history, self._history(), room, self._ruler.message, self._cut
            )
            if self._cut.results or self._cut.turns or self._cut.steps:
                self._results.leave_out()

    def _show(self) -> tuple[Message, ...]:
        return show_history(self._history(), self._cut)

    def _history(self) -> History:
        messages, summary = tuple(self._conversation.messages), self._conversation.summary
        if summary is None or not 0 < summary.covers < len(messages):
            return History(messages)
        covered, shown = messages[: summary.covers], messages[summary.covers :]
        # A transcript that somebody changed may say anything.
        if not isinstance(shown[0], UserMessage):
            return History(messages)
        results = sum(isinstance(message, ToolMessage) for message in covered)
        return History(shown, introduce(summary.text), results)


def _choose(functions: Functions, room: int, ruler: Ruler) -> Functions:
    slim = functions
    for characters, described in _SLIM:
        if ruler.prefix("", slim) <= room:
            return slim
        slim = tuple(_slimmed(function, characters, described) for function in functions)
    if ruler.prefix("", slim) <= room:
        return slim
    kept = choose_functions([ruler.prefix("", (function,)) for function in slim], room)
    return tuple(function for index, function in enumerate(slim) if index in kept)


def _slimmed(function: FunctionDefinition, characters: int, described: int) -> FunctionDefinition:
    parameters = slim_schema(function.parameters, characters)
    description = function.description
    if len(description) > described:
        description = description[: described - 1] + "…"
    # What says less is no longer within strict mode.
    strict = function.strict and parameters is function.parameters
    return replace(function, description=description, parameters=parameters, strict=strict)
