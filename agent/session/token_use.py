"""What a session tells of its tokens: where they go, and what they cost so far."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.context.keeper import ContextKeeper
from agent.context.report import ContextReport, measure_context
from agent.loop import Loop
from agent.prompt_files import read_prompt
from agent.session.open_conversation import OpenConversation
from agent.tools.toolbelt import Toolbelt
from agent.usage.ledger import Ledger
from agent.usage.meter import Meter


@dataclass(frozen=True, slots=True)
class InUse:
    """What a session answers with.

    Args:
        model: The model's name.
        loop: Makes the requests.
        belt: Has the tools.
        meter: Counts.
        keeper: Keeps requests within what the model can read; nothing does for one that chooses by itself.
    """

    model: str
    loop: Loop
    belt: Toolbelt
    meter: Meter
    keeper: ContextKeeper | None


class TokenUse:
    """The tokens of a session.

    Args:
        start: Waits until there is something that answers.
        conversation: The conversation that is open.
        in_use: What answers; nothing yet before that.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[None]],
        conversation: Callable[[], OpenConversation],
        in_use: Callable[[], InUse | None],
    ) -> None:
        self._start = start
        self._conversation = conversation
        self._in_use = in_use

    @property
    def ledger(self) -> Ledger:
        """What each turn of the conversation took."""
        return self._conversation().ledger

    async def context(self) -> ContextReport:
        """Tell where the tokens of the next request go.

        Raises:
            AgentError: Something is missing, or the server cannot list its tools.
        """
        await self._start()
        it, messages = self._in_use(), self._conversation().messages
        assert it is not None
        functions, tools = await it.loop.functions(), await it.belt.tools()
        # Of this program's own functions those count that are of use now.
        offered = {function.name for function in functions}
        available = sum(not tool.is_local or tool.name in offered for tool in tools)
        return await measure_context(it.model, it.meter, messages, it.keeper, functions, available)

    async def rows(self) -> tuple[tuple[str, str], ...]:
        """What was taken so far and how long the next request is, for people; empty while nobody answers."""
        it = self._in_use()
        if it is None:
            return ()
        tokens = await it.meter.estimate(read_prompt("system"), await it.loop.functions())
        return (*it.meter.rows(), ("Context", f"about {tokens:,} tokens"))
