"""Read the events of a turn onto a screen."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Event,
    Notice,
    StepFinished,
    ToolCallFinished,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
)
from agent.jsontypes import dump, is_object
from agent.model.protocol import TextDelta
from agent.repl.approvals import draw_request
from agent.repl.lines import describe_call, describe_outcome
from agent.repl.markdown import AnswerWriter, open_answer, preload
from agent.repl.palette import Palette
from agent.repl.sanitize import strip, strip_line
from agent.repl.screen import Kind, Screen, Scrollback

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAMES_PER_SECOND = 8


@dataclass(slots=True)
class _RunningCall:
    started: ToolCallStarted
    since: float
    request: ApprovalRequested | None = None


class TurnReader:
    """Shows one turn, or one call by hand.

    Args:
        screen: Where the turn is shown.
        scrollback: The screen's scrollback.
        clock: Seconds that only ever grow.
        waiting_for: Says what is waited for when neither text nor a call is under way.
        with_results: Show the results of calls too, not just how they ended.
    """

    def __init__(
        self,
        screen: Screen,
        scrollback: Scrollback,
        *,
        clock: Callable[[], float],
        waiting_for: Callable[[], str],
        with_results: bool = False,
    ) -> None:
        self._screen = screen
        self._palette = screen.palette
        self._scrollback = scrollback
        self._clock = clock
        self._waiting_for = waiting_for
        self._with_results = with_results
        self._since = clock()
        self._calls: dict[str, _RunningCall] = {}
        self._answer: AnswerWriter | None = None
        self.stopping = False

    async def read(self, events: AsyncGenerator[Event, None]) -> None:
        """Show every event until the generator ends, and close it whatever happens."""
        self._screen.set_live(self.draw_live)
        try:
            async with aclosing(events):
                async for event in events:
                    await self._show(event)
                    self._screen.refresh()
        finally:
            self._finish_answer()
            self._screen.set_live(None)

    def draw_live(self, columns: int) -> str:
        """Draw what is under way: the end of the answer, the running calls or a spinner."""
        parts: list[str] = []
        tail = self._answer.draw_tail(columns) if self._answer else ""
        if tail:
            parts.append(tail.rstrip("\n"))
        parts += [self._draw_call(call, columns) for call in self._calls.values()]
        if not parts:
            parts.append(self._spin(self._waiting_for(), self._since))
        return "\n".join(parts)

    async def _show(self, event: Event) -> None:
        match event:
            case TextDelta():
                answer = self._answer or await self._open_answer()
                answer.feed(event.text)
            case StepFinished():
                self._finish_answer()
                self._since = self._clock()
            case ToolCallStarted():
                self._calls[event.call.id] = _RunningCall(event, self._clock())
            case ApprovalRequested():
                await self._ask(event)
            case ToolCallFinished():
                self._finish_call(event)
            case Notice():
                self._write(Kind.REMARK, self._palette.dim(f"· {strip_line(event.text)}"))
            case TurnFailed():
                self._finish_answer()
                if not self.stopping:
                    self._write(Kind.REMARK, draw_error(event.error, self._palette))
            case TurnFinished():
                self._finish_answer()
            case _:
                pass

    async def _open_answer(self) -> AnswerWriter:
        plain = self._palette.plain
        if not plain:
            await asyncio.to_thread(preload)
        self._answer = open_answer(
            lambda text: self._scrollback.write(Kind.ANSWER, text), lambda: self._screen.columns, plain=plain
        )
        return self._answer

    def _finish_answer(self) -> None:
        if self._answer:
            self._answer.finish()

    async def _ask(self, request: ApprovalRequested) -> None:
        call = self._calls.get(request.call.id)
        if call:
            call.request = request
        request.decision = await self._screen.ask_approval(request)
        if call:
            call.request = None
            call.since = self._clock()

    def _finish_call(self, event: ToolCallFinished) -> None:
        self._calls.pop(event.call.id, None)
        self._since = self._clock()
        line = describe_outcome(event, self._screen.columns - 1)
        mark, rest = line[:1], line[1:]
        match event.outcome:
            case CallOutcome.SUCCEEDED:
                mark = self._palette.good(mark)
            case CallOutcome.DECLINED:
                mark = self._palette.warning(mark)
            case _:
                mark = self._palette.bad(mark)
        self._write(Kind.CALLS, mark + rest)
        if self._with_results and event.outcome is CallOutcome.SUCCEEDED:
            self._write(Kind.ANSWER, _draw_result(event))

    def _draw_call(self, call: _RunningCall, columns: int) -> str:
        if call.request:
            return draw_request(call.request, self._palette)
        title = describe_call(call.started, columns - len("⠋  · 999 s"))
        return self._spin(title, call.since)

    def _spin(self, text: str, since: float) -> str:
        elapsed = max(0.0, self._clock() - since)
        frame = _SPINNER[int(elapsed * _FRAMES_PER_SECOND) % len(_SPINNER)]
        return f"{self._palette.accent(frame)} {text} {self._palette.dim(f'· {int(elapsed)} s')}"

    def _write(self, kind: Kind, line: str) -> None:
        self._scrollback.write(kind, line + "\n")


def draw_error(error: AgentError, palette: Palette) -> str:
    """Put an error in one line: what happened, and what helps."""
    hint = f" {strip_line(error.hint)}" if error.hint else ""
    return f"{palette.bad('✗')} {strip_line(error.message)}{palette.dim(hint)}"


def _draw_result(event: ToolCallFinished) -> str:
    if is_object(event.structured) or isinstance(event.structured, list):
        return strip(json.dumps(event.structured, ensure_ascii=False, indent=2)) + "\n"
    text = event.text if event.structured is None else dump(event.structured)
    return strip(text).rstrip("\n") + "\n"
