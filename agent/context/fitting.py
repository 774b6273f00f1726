"""Makes a request fit the model's context: what is left out of a history, and what stands in its place.

Nothing here changes the history. What was left out of one request stays left out of the next, and more
is left out at a time than is needed at that moment, so that the beginning of requests rarely changes and
prompt caches hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.context.kept_results import READ_RESULT
from agent.conversation import AssistantMessage, Message, ToolMessage, UserMessage
from agent.errors import LimitError
from agent.tools.fence import behind_fence, fence, is_fenced, unfence

Cost = Callable[[Message], int]
"""Says how many tokens a message takes, at the most."""

# Once something must go, so much goes that this share of the room is taken.
_LOW_WATER = 0.7
# The share of the room that the results of the last step may take together, before older ones go.
_LATEST_SHARE = 0.5
_LENGTHS = (12_000, 6_000, 3_000, 1_500, 700, 300, 0)
_WORTH_LEAVING_OUT = 300


@dataclass(frozen=True, slots=True)
class History:
    """What a request may show of a conversation.

    Args:
        messages: From the beginning, or from where the summary ends.
        summary: Stands for what was before; may be empty.
        results_before: How many results there were before.
    """

    messages: tuple[Message, ...]
    summary: str = ""
    results_before: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left out of a history.

    Args:
        turns: The index of the first message that is shown, which begins a turn.
        steps: Of that turn, messages before this index are left out, but for the user's.
        results: For the indexes of some results, how many characters are shown; 0 for a line in their place.
    """

    turns: int = 0
    steps: int = 0
    results: Mapping[int, int] = field(default_factory=dict[int, int])


def fit_history(history: History, room: int, cost: Cost, before: Cut | None = None) -> Cut:
    """Decide what to leave out.

    If the results of the last step are very long together, they are shortened. Then the oldest results
    give way to a line that names them, then the oldest turns go, then the last results are shortened
    further, then the oldest steps of the last turn go. The user's last message is always whole.

    Args:
        history: What there is.
        room: How many tokens it may take.
        cost: Counts a message.
        before: What the last request left out; none of it comes back.

    Raises:
        LimitError: The last message and the last step do not fit.
    """
    fitter = _Fitter(history, room, cost, before or Cut())
    for leave_out in (
        fitter.shorten_latest,
        fitter.leave_out_results,
        fitter.leave_out_turns,
        fitter.shorten_latest_further,
        fitter.leave_out_steps,
    ):
        if fitter.total > room:
            leave_out()
    if fitter.total > room:
        raise LimitError(
            f"The last message takes about {fitter.total:,} tokens, and {max(room, 0):,} are left of what "
            "the model can read; nothing was sent.",
            "Say less at a time, choose a model that reads more, or set “context” under [limits].",
        )
    return fitter.cut


def show_history(history: History, cut: Cut) -> tuple[Message, ...]:
    """Write a history as a request shows it.

    Args:
        history: What there is.
        cut: What is left out.
    """
    number = history.results_before
    shown: list[Message] = []
    for index, message in enumerate(history.messages):
        number += isinstance(message, ToolMessage)
        if index == cut.turns:
            shown.append(_introduced(message, history, cut))
        elif index > cut.turns and index >= cut.steps:
            limit = cut.results.get(index)
            shown.append(message if limit is None else _shortened(message, number, limit))
    return tuple(shown)


class _Fitter:
    """The state of one fitting; `total` is what the history takes as far as it is cut."""

    def __init__(self, history: History, room: int, cost: Cost, before: Cut) -> None:
        self._history, self._room, self._cost = history, room, cost
        self._messages = history.messages
        self._turns, self._steps, self._results = before.turns, before.steps, dict(before.results)
        numbers, number = list[int](), history.results_before
        for message in self._messages:
            number += isinstance(message, ToolMessage)
            numbers.append(number)
        self._numbers = numbers
        self._costs = [
            cost(
                _shortened(message, numbers[index], self._results[index])
                if index in self._results
                else message
            )
            for index, message in enumerate(self._messages)
        ]
        self._starts = [i for i, message in enumerate(self._messages) if isinstance(message, UserMessage)]
        steps = [i for i, message in enumerate(self._messages) if isinstance(message, AssistantMessage)]
        self._step_starts = steps
        self._last_step = steps[-1] if steps else len(self._messages)
        self.total = 0
        self._add_up()

    @property
    def cut(self) -> Cut:
        return Cut(self._turns, self._steps, self._results)

    def _add_up(self) -> None:
        begin = max(self._steps, self._turns + 1)
        first = _introduced(self._messages[self._turns], self._history, self.cut)
        self.total = self._cost(first) + sum(self._costs[begin:])

    def shorten_latest(self) -> None:
        """Bring the results of the last step to a part of the room, in equal shares."""
        latest = self._latest()
        for length in _LENGTHS[:4]:
            if sum(self._costs[index] for index in latest) <= self._room * _LATEST_SHARE:
                break
            for index in latest:
                self._shorten(index, length)

    def leave_out_results(self) -> None:
        """Leave out the oldest results until there is room to spare."""
        for index in range(self._turns, min(self._last_step, len(self._messages))):
            if self.total <= self._room * _LOW_WATER:
                break
            self._shorten(index, 0)

    def leave_out_turns(self) -> None:
        """Leave out the oldest turns, but for the last, until there is room to spare."""
        for start in self._starts:
            if self.total <= self._room * _LOW_WATER:
                break
            if start > self._turns:
                self._turns = start
                self._add_up()

    def shorten_latest_further(self) -> None:
        """Shorten the results of the last step until they fit."""
        for length in _LENGTHS:
            for index in self._latest():
                if self.total > self._room:
                    self._shorten(index, length)

    def leave_out_steps(self) -> None:
        """Leave out the oldest steps of the last turn, but for the last, until there is room to spare."""
        for start in self._step_starts:
            if self.total <= self._room * _LOW_WATER:
                break
            if start > self._turns + 1:
                self._steps = start
                self._add_up()

    def _latest(self) -> list[int]:
        begin = max(self._last_step, self._turns)
        return [i for i in range(begin, len(self._messages)) if isinstance(self._messages[i], ToolMessage)]

    def _shorten(self, index: int, length: int) -> None:
        message = self._messages[index]
        if not isinstance(message, ToolMessage) or len(message.text) <= max(length, _WORTH_LEAVING_OUT):
            return
        if length >= self._results.get(index, len(message.text)):
            return
        cost = self._cost(_shortened(message, self._numbers[index], length))
        if cost < self._costs[index]:
            self._results[index] = length
            if index >= max(self._steps, self._turns + 1):
                self.total += cost - self._costs[index]
            self._costs[index] = cost


def _introduced(message: Message, history: History, cut: Cut) -> Message:
    """The first message that is shown, after what stands for all before it."""
    if not isinstance(message, UserMessage):
        return message
    left_out = cut.turns + max(cut.steps - cut.turns - 1, 0)
    parts = [
        message.context,
        history.summary,
        f"[{left_out} earlier messages are left out here, as they no longer fit.]" if left_out else "",
    ]
    return replace(message, context="\n\n".join(part for part in parts if part))


def _shortened(message: Message, number: int, length: int) -> Message:
    if not isinstance(message, ToolMessage):
        return message
    reference = f'{READ_RESULT}(result="r{number}")'
    if not length:
        stub = f"[result of {message.name} left out to save room; {reference} shows it]"
        return replace(message, text=stub)
    text = unfence(message.text)
    note = f"[cut here: {length:,} of {len(text):,} characters shown; {reference} shows all]"
    short = f"{text[:length]}\n{note}"
    if is_fenced(message.text):
        short = fence(short, message.name, is_error=message.is_error) + behind_fence(message.text)
    return replace(message, text=short)


def choose_functions(costs: Sequence[int], room: int) -> frozenset[int]:
    """Choose the functions that fit, if not all do: first the newest, which stand last, then the first.

    Args:
        costs: What each one takes.
        room: How many tokens they may take together.

    Returns:
        The indexes of those that stay.
    """
    kept: set[int] = set()
    for share, order in ((0.5, range(len(costs) - 1, -1, -1)), (1.0, range(len(costs)))):
        left = room * share - sum(costs[index] for index in kept)
        for index in order:
            if index not in kept and costs[index] <= left:
                kept.add(index)
                left -= costs[index]
    return frozenset(kept)
