"""What a session holds of tracing: it does nothing, and imports nothing, unless the environment asks."""

import asyncio
import importlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TYPE_CHECKING

from agent.events import Event
from agent.tools.toolbox import Toolbox
from agent.tracing.wish import read_wish

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from agent.tracing.spans import SpanMaker

_FLUSH_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Tracing:
    """The spans of one session.

    Args:
        environ: The process environment.
        say: Shows one line to the person.
    """

    def __init__(self, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._wish = read_wish(environ)
        self._say = say
        self._provider: TracerProvider | None = None
        self._spans: SpanMaker | None = None

    async def open(self) -> None:
        """Begin to send spans, those of the MCP client too, if that is asked for and can be done."""
        if not self._wish.asked or self._provider is not None:
            return
        if self._wish.problem:
            self._say(f"No spans are sent: {self._wish.problem}. {self._wish.advice}")
            return
        try:
            self._provider = await asyncio.to_thread(_start)
        except Exception as error:
            # Whatever a variable of the environment holds, the question is worth more than its trace.
            _log.exception("Tracing could not be begun")
            self._say(f"No spans are sent: they could not be begun ({type(error).__name__}).")
            return
        from agent.tracing.spans import SpanMaker

        tracer = self._provider.get_tracer("astravue-agent")
        self._spans = SpanMaker(tracer, with_content=self._wish.with_content)

    def watch(
        self, events: AsyncGenerator[Event, None], conversation_id: str, base_url: str
    ) -> AsyncGenerator[Event, None]:
        """Pass events on, and make spans of them.

        Args:
            events: Of a turn.
            conversation_id: Names the conversation.
            base_url: The endpoint of the model in use; empty for one without.
        """
        return events if self._spans is None else self._spans.watch(events, conversation_id, base_url)

    def serve(self, toolbox: Toolbox) -> Toolbox:
        """The toolbox, with each call inside its span."""
        if self._spans is None:
            return toolbox
        from agent.tracing.toolbox import TracedToolbox

        return TracedToolbox(toolbox, self._spans.span_of)

    async def aclose(self) -> None:
        """Send what is left, within a second."""
        if self._provider is not None:
            from agent.tracing.export import flush

            await asyncio.to_thread(flush, self._provider, _FLUSH_SECONDS)
            self._provider = None


def _start() -> "TracerProvider":
    # The SDK takes a moment to import, so this runs in a thread.
    export = importlib.import_module("agent.tracing.export")
    importlib.import_module("agent.tracing.spans")
    provider: TracerProvider = export.make_provider()
    export.make_global(provider)
    return provider
