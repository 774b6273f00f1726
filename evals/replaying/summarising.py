"""Keeps the context of a replay: it is summarised where it was, however much the model could read."""

from collections.abc import Callable

from agent.context.budget import ContextBudget
from agent.context.keeper import ContextKeeper, Functions
from agent.context.kept_results import KeptResults
from agent.conversation import Conversation
from agent.errors import ContextError
from agent.usage.ruler import Ruler

# Nothing else is left out of requests.
_ENDLESS = 10**9


class RecordedContext(ContextKeeper):
    """The context of a conversation that is replayed.

    Args:
        conversation: What is said.
        ruler: Measures.
        results: The conversation's results.
        is_summarised: Says whether a summary comes next in the recording.
    """

    def __init__(
        self,
        conversation: Conversation,
        ruler: Ruler,
        results: KeptResults,
        *,
        is_summarised: Callable[[], bool],
    ) -> None:
        super().__init__(conversation, ContextBudget("", "", chosen=_ENDLESS), ruler, results)
        self._is_summarised = is_summarised

    @property
    def compacts_at(self) -> int:
        """Any length will do where the recording has a summary, and none elsewhere."""
        return -1 if self._is_summarised() else _ENDLESS

    async def fit_functions(self, functions: Functions) -> Functions:
        """Offer them as they are."""
        return functions

    async def shrink(self, error: ContextError) -> bool:
        """Send the request again, as the recording does."""
        return error.tokens is None
