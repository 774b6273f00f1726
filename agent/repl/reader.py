"""Read the events of a turn onto a screen."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Compacted,
    CompactionUndone,
    ElicitationRequested,
    Event,
    ListChanged,
    Notice,
    OutsideEvent,
    ServerLog,
    SignInRequested,
    StepFinished,
    ToolCallFinished,
    ToolCallProgress,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    WaitStarted,
)
from agent.model.protocol import TextDelta
from agent.moment import local_now
from agent.notices import describe
from agent.repl.cells import width
from agent.repl.compacting import describe_compaction
from agent.repl.lines import (
    describe_call,
    describe_outcome,
    describe_progress,
    describe_stopped,
    draw_error,
)
from agent.repl.markdown import AnswerWriter, open_answer, preload
from agent.repl.questions import Questions
from agent.repl.sanitize import strip, strip_line
from agent.repl.screen import Kind, Screen, Scrollback
from agent.repl.views.hint import ViewHint

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAMES_PER_SECOND = 8


@dataclass(slots=True)
class _RunningCall:
    started: ToolCallStarted
    since: float
    is_asked: bool = False
    progress: ToolCallProgress | None = None


class TurnReader:
    """Shows one turn, or one call by hand.

    Args:
        screen: Where the turn is shown.
        scrollback: The screen's scrollback.
        questions: Asks what the server wants to know.
        clock: Seconds that only ever grow.
        waiting_for: Says what is waited for when neither text nor a call is under way.
        with_results: Show the results of calls too, not just how they ended.
        hint: Tells that results of turns can be drawn; nothing is told when left out.
        now: Tells the user's moment.
    """

    def __init__(
        self,
        screen: Screen,
        scrollback: Scrollback,
        questions: Questions,
        *,
        clock: Callable[[], float],
        waiting_for: Callable[[], str],
        with_results: bool = False,
        hint: ViewHint | None = None,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        self._screen = screen
        self._palette = screen.palette
        self._scrollback = scrollback
        self._questions = questions
        self._clock = clock
        self._waiting_for = waiting_for
        self._with_results = with_results
        self._hint = hint
        self._now = now
        self._is_by_hand = False
        self._since = clock()
        self._calls: dict[str, _RunningCall] = {}
        self._answer: AnswerWriter | None = None
        self._wait: tuple[str, float] | None = None
        self._is_asking = False
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
            self._tell_stopped()
            self._screen.set_live(None)

    def draw_live(self, columns: int) -> str:
        """Draw what is under way: the end of the answer, calls, a wait or a spinner."""
        parts: list[str] = []
        tail = self._answer.draw_tail(columns) if self._answer else ""
        if tail:
            parts.append(tail.rstrip("\n"))
        parts += [self._draw_call(call, columns) for call in self._calls.values() if not call.is_asked]
        if self._wait and (left := self._wait[1] - self._clock()) > 0:
            parts.append(self._palette.warning(f"{self._wait[0]} · {math.ceil(left)} s left"))
        if not parts and not self._is_asking:
            parts.append(self._spin(self._waiting_for(), self._since))
        return "\n".join(parts)

    async def _show(self, event: Event) -> None:
        match event:
            case TextDelta():
                answer = self._answer or await self._open_answer()
                answer.feed(event.text)
            case StepFinished():
                self._is_by_hand = event.step == 0
                self._finish_answer()
                self._since = self._clock()
            case ToolCallStarted():
                self._calls[event.call.id] = _RunningCall(event, self._clock())
            case ApprovalRequested():
                await self._ask(event)
            case ToolCallFinished():
                self._finish_call(event)
            case ToolCallProgress():
                if call := self._calls.get(event.call.id):
                    call.progress = event
            case Notice() | ListChanged() | ServerLog() | WaitStarted():
                self._tell(event)
            case Compacted() | CompactionUndone():
                self._show_compaction(event)
            case ElicitationRequested():
                await self._wait_for(self._questions.elicit(event))
            case SignInRequested():
                await self._wait_for(self._questions.ask_to_sign_in(event))
            case TurnFailed():
                self._finish_answer()
                if not self.stopping:
                    self._write(Kind.REMARK, draw_error(event.error, self._palette))
            case TurnFinished():
                self._finish_answer()
                if self._hint and (line := self._hint.tell()):
                    self._write(Kind.REMARK, self._palette.dim(line))
            case _:
                pass

    def _tell(self, event: OutsideEvent) -> None:
        line = f"· {strip_line(describe(event))}"
        serious = isinstance(event, ServerLog)
        self._write(Kind.REMARK, self._palette.warning(line) if serious else self._palette.dim(line))
        if isinstance(event, WaitStarted):
            self._wait = strip_line(event.reason), self._clock() + event.seconds

    def _show_compaction(self, event: Compacted | CompactionUndone) -> None:
        lines = [f"· {describe_compaction(event)}"]
        if isinstance(event, Compacted):
            lines += [f"  {line}" for line in strip(event.text).splitlines()]
        self._write(Kind.REMARK, "\n".join(self._palette.dim(line) for line in lines))

    async def _open_answer(self) -> AnswerWriter:
        plain = self._palette.plain
        if not plain:
            await asyncio.to_thread(preload)
        self._answer = open_answer(
            lambda text: self._scrollback.write(Kind.ANSWER, text),
            lambda: self._screen.columns,
            plain=plain,
            theme=self._palette.theme,
        )
        return self._answer

    def _finish_answer(self) -> None:
        if self._answer:
            self._answer.finish()

    async def _wait_for(self, question: Awaitable[None]) -> None:
        self._is_asking = True
        try:
            await question
        finally:
            self._is_asking = False
            self._since = self._clock()

    async def _ask(self, request: ApprovalRequested) -> None:
        call = self._calls.get(request.call.id)
        if call:
            call.is_asked = True
        await self._wait_for(self._questions.decide(request))
        if call:
            call.started = replace(call.started, arguments=request.arguments)
            call.is_asked = False
            call.since = self._clock()

    def _finish_call(self, event: ToolCallFinished) -> None:
        self._calls.pop(event.call.id, None)
        self._since = self._clock()
        # Of a call whose outcome is unknown nothing may be left out; the others fit on a line.
        is_unknown = event.outcome is CallOutcome.UNKNOWN
        line = describe_outcome(event, None if is_unknown else self._screen.columns - 1)
        mark, rest = line[:1], line[1:]
        match event.outcome:
            case CallOutcome.SUCCEEDED:
                mark = self._palette.good(mark)
            case CallOutcome.DECLINED:
                mark = self._palette.warning(mark)
            case _:
                mark = self._palette.bad(mark)
        self._write(Kind.REMARK if is_unknown else Kind.CALLS, mark + rest)
        if event.outcome is not CallOutcome.SUCCEEDED:
            return
        if self._hint and not self._is_by_hand:
            self._hint.take(event.structured)
        if self._with_results:
            self._scrollback.write(Kind.ANSWER, self._draw_result(event))

    def _tell_stopped(self) -> None:
        """Say what is known of the calls that were under way when the turn was stopped."""
        for call in self._calls.values():
            line = describe_stopped(call.started, asking=call.is_asked)
            self._write(Kind.REMARK, self._palette.warning(line))
        self._calls.clear()

    def _draw_result(self, event: ToolCallFinished) -> str:
        from agent.repl.views.result import draw_result

        return draw_result(event.structured, event.text, self._screen.columns, self._palette, self._now())

    def _draw_call(self, call: _RunningCall, columns: int) -> str:
        progress = f" · {describe_progress(call.progress)}" if call.progress else ""
        title = describe_call(call.started, columns - len("⠋  · 999 s") - width(progress))
        return self._spin(title + progress, call.since)

    def _spin(self, text: str, since: float) -> str:
        elapsed = max(0.0, self._clock() - since)
        frame = _SPINNER[int(elapsed * _FRAMES_PER_SECOND) % len(_SPINNER)]
        return f"{self._palette.accent(frame)} {text} {self._palette.dim(f'· {int(elapsed)} s')}"

    def _write(self, kind: Kind, line: str) -> None:
        self._scrollback.write(kind, line + "\n")
