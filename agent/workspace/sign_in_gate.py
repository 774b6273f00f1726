"""One question for a sign-in, shared by all requests that were refused for want of one."""

import asyncio
from collections.abc import Awaitable, Callable

from agent.errors import AgentError, SignInError, VaultError
from agent.events import Question, SignInRequested


def wants_sign_in(error: AgentError) -> bool:
    """Say whether a new sign-in would help; a vault that cannot be opened wants something else."""
    return isinstance(error, SignInError) and not isinstance(error, VaultError)


class SignInGate:
    """Asks for a sign-in, once for all who need it.

    Args:
        ask: Returns once the question is answered, or will not be.
    """

    def __init__(self, ask: Callable[[Question], Awaitable[None]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[bool] | None = None
        self._signed_in = False
        self.asked = 0
        """How many questions were answered until now."""

    async def pass_through(self, error: AgentError, asked: int) -> bool:
        """Wait until the user has signed in, or has said no.

        Args:
            error: Why the request was refused.
            asked: The number of questions when the request was sent; if there was one since, its
                answer is that of this request too.
        """
        if asked != self.asked:
            return self._signed_in
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._question(error))
        # Shielded: the others that wait for the same answer are not to lose it.
        return await asyncio.shield(self._asking)

    async def aclose(self) -> None:
        """Stop waiting for an answer."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _question(self, error: AgentError) -> bool:
        question = SignInRequested(error)
        try:
            await self._ask(question)
        finally:
            self._signed_in = question.signed_in
            self.asked += 1
        return self._signed_in
