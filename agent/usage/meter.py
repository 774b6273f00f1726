"""How many tokens a conversation took, what they cost, and how long its next request is.

A reader of events like any other: it adds up what each step says of itself, and compares it in the
background with what this machine would have counted.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Protocol

from agent.conversation import Conversation, Message
from agent.events import Compacted, Event, RequestPrefix, StepFinished, StepStarted, TurnStarted
from agent.model.protocol import FunctionDefinition, Usage
from agent.usage.calibration import Calibration, InputEstimator
from agent.usage.ledger import Ledger
from agent.usage.ruler import Ruler
from agent.usage.tokens import TokenCounter
from agent.usage.words import describe_usage


class Shown(Protocol):
    """What has the history of a conversation."""

    @property
    def messages(self) -> Sequence[Message]:
        """The history, oldest message first."""
        ...


class Meter:
    """Counts for one conversation with one model.

    Args:
        conversation: What is said.
        base_url: The model's endpoint; empty for one without.
        model: The model's name.
        price_date: The day of the list that costs are taken from, if they are.
        calibration: What was learnt of how the model counts.
        ledger: Where it is written down what each turn took.
        learns: Load the encoding with the first request, and learn from every answer; worth it only where
            several questions follow each other.
    """

    def __init__(
        self,
        conversation: Conversation,
        *,
        base_url: str,
        model: str,
        price_date: date | None = None,
        calibration: Calibration | None = None,
        ledger: Ledger | None = None,
        learns: bool = False,
    ) -> None:
        calibration = calibration or Calibration()
        self._counter = TokenCounter(base_url, model)
        self._estimator = InputEstimator(self._counter, calibration, base_url, model)
        self._conversation = conversation
        self._shown: Shown = conversation
        self.ruler = Ruler(self._counter, calibration, base_url, model)
        self._model = model
        self._price_date = price_date
        self._learns = learns
        self._prefix = RequestPrefix(model, "", ())
        self._history: tuple[Message, ...] = ()
        self._learning: asyncio.Task[None] | None = None
        self._ledger = ledger or Ledger()

    def look_at(self, shown: Shown | None) -> None:
        """Count what requests show, where that is not the whole conversation.

        Args:
            shown: Has the history as a request shows it; the conversation itself when left out.
        """
        self._shown = shown or self._conversation

    def take(self, event: Event) -> None:
        """Take in an event of the conversation."""
        match event:
            case TurnStarted(text=text):
                self._ledger.begin(text)
            case RequestPrefix():
                self._prefix = event
            case StepStarted():
                self._history = tuple(self._shown.messages)
                if self._learns:
                    self._counter.start_loading()
            case Compacted(usage=usage):
                self._ledger.add(usage, self._model, self._price_date)
            case StepFinished(usage=usage):
                self._ledger.add(usage, self._model, self._price_date)
                if self._learns and usage.input_tokens and self._learning is None:
                    self._learning = asyncio.create_task(self._learn(self._history, usage))
            case _:
                pass

    async def _learn(self, history: tuple[Message, ...], usage: Usage) -> None:
        try:
            await self._estimator.estimate(self._prefix.system, history, self._prefix.functions)
            await self._estimator.learn(usage)
        finally:
            self._learning = None

    async def estimate(self, system: str, functions: tuple[FunctionDefinition, ...]) -> int:
        """The tokens of the next request, as well as is known.

        Args:
            system: The system prompt.
            functions: The functions on offer.
        """
        await self._counter.load()
        return await self._estimator.estimate(system, self._shown.messages, functions)

    def rows(self) -> tuple[tuple[str, str], ...]:
        """What the conversation took, for people: its last turn, and all of it."""
        ledger = self._ledger
        if not ledger.total.total_tokens:
            return ()
        return (
            ("Last turn", describe_usage(ledger.turn, self._price_date)),
            ("Conversation so far", describe_usage(ledger.total, ledger.as_of)),
        )

    async def aclose(self) -> None:
        """Give up what is still being learnt."""
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.gather(self._learning, return_exceptions=True)
