"""Where the tokens of the next request go."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.context.compaction import introduce
from agent.context.keeper import ContextKeeper
from agent.conversation import AssistantMessage, Conversation, Message, ToolMessage, UserMessage
from agent.model.protocol import FunctionDefinition
from agent.prompt_files import read_prompt
from agent.usage.meter import Meter
from agent.usage.ruler import Ruler

_MOST_TOOLS = 3


@dataclass(frozen=True, slots=True)
class ContextReport:
    """What the next request holds, in tokens.

    Args:
        model: The model's name.
        window: How many tokens it can read; `None` for one that chooses by itself what it reads.
        compacts_at: From how many on old turns are summarised.
        system: The system prompt.
        functions: The functions on offer.
        offered: How many these are.
        available: How many tools there are.
        summary: What stands for the beginning of the conversation.
        user: What the user said.
        answers: What the model said, its calls included.
        results: What came of the calls.
        largest: The tools whose results take most, each with its tokens.
        left_out: How many messages are not in the request any more, summarised ones included.
    """

    model: str
    window: int | None
    compacts_at: int
    system: int
    functions: int
    offered: int
    available: int
    summary: int
    user: int
    answers: int
    results: int
    largest: tuple[tuple[str, int], ...]
    left_out: int

    @property
    def total(self) -> int:
        """The tokens of the request."""
        return self.system + self.functions + self.summary + self.user + self.answers + self.results


async def measure_context(
    model: str,
    meter: Meter,
    conversation: Conversation,
    keeper: ContextKeeper | None,
    functions: tuple[FunctionDefinition, ...],
    available: int,
) -> ContextReport:
    """Measure what the next request would hold.

    Args:
        model: The model's name.
        meter: Counts for it.
        conversation: All that was said.
        keeper: Has what is shown of it; everything is where it is left out.
        functions: The functions on offer.
        available: How many tools there are.
    """
    system = read_prompt("system")
    shown = conversation.messages if keeper is None else keeper.messages
    estimated = await meter.estimate(system, functions)
    measured = await asyncio.to_thread(_measure, meter.ruler, conversation, shown, system, functions)
    # The ruler measures rather too much; the shares are right, and the sum is the one that is told elsewhere.
    factor = estimated / max(sum(measured.parts.values()), 1)
    parts = {name: round(tokens * factor) for name, tokens in measured.parts.items()}
    largest = [(name, round(tokens * factor)) for name, tokens in measured.by_tool.most_common(_MOST_TOOLS)]
    return ContextReport(
        model=model,
        window=None if keeper is None else keeper.budget.window,
        compacts_at=0 if keeper is None else keeper.compacts_at,
        system=parts["system"],
        functions=parts["functions"],
        offered=len(functions),
        available=available,
        summary=parts["summary"],
        user=parts["user"],
        answers=parts["answers"],
        results=parts["results"],
        largest=tuple(largest),
        left_out=len(conversation.messages) - len(shown),
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    parts: dict[str, int]
    by_tool: Counter[str]


def _measure(
    ruler: Ruler,
    conversation: Conversation,
    shown: Sequence[Message],
    system: str,
    functions: Sequence[FunctionDefinition],
) -> _Measured:
    by_tool = Counter[str]()
    user = answers = 0
    for message in shown:
        tokens = ruler.message(message)
        match message:
            case UserMessage():
                user += tokens
            case AssistantMessage():
                answers += tokens
            case ToolMessage():
                by_tool[message.name] += tokens
    prompt = ruler.prefix(system, ())
    summary = 0
    if conversation.summary is not None and len(shown) < len(conversation.messages):
        # It stands before the user's words in the first message that is shown.
        summary = min(ruler.message(UserMessage(introduce(conversation.summary.text))), user)
    parts = {
        "system": prompt,
        "functions": ruler.prefix(system, functions) - prompt,
        "summary": summary,
        "user": user - summary,
        "answers": answers,
        "results": by_tool.total(),
    }
    return _Measured(parts, by_tool)
