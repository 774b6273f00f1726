"""Read the events of a turn onto a screen."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from agent.drawing.identifiers import in_words
from agent.drawing.sanitize import strip, strip_line
from agent.drawing.widths import wrap_lines
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
    StepStarted,
    ToolCallFinished,
    ToolCallProgress,
    ToolCallStarted,
    TurnFailed,
    TurnFinished,
    WaitStarted,
)
from agent.model.protocol import ReasoningDelta, TextDelta
from agent.repl.answers.markdown import AnswerWriter, open_answer, preload
from agent.repl.compacting import describe_compaction
from agent.repl.dialogs.questions import Questions
from agent.repl.lines import describe_outcome, describe_stopped, draw_error
from agent.repl.screens.live import draw_call, draw_countdown, draw_waiting, fold
from agent.repl.screens.screen import Kind, Screen, Scrollback
from agent.repl.spoken import Spoken
from agent.repl.views.hint import ViewHint
from agent.session.notices import describe
from agent.wording.moment import local_now

# An answer that stops in its middle for so many seconds is waited for like one that has not begun.
_SILENCE = 2.0
_GOES_ON = "The answer goes on:"
_BEGINS = "The answer:"


@dataclass(slots=True)
class _RunningCall:
    started: ToolCallStarted
    since: float
    is_asked: bool = False
    # How long it waited for the user, who was asked in its middle.
    held_up: float = 0.0
    progress: ToolCallProgress | None = None


class TurnReader:
    """Shows one turn, or one call by hand.

    Args:
        screen: Where the turn is shown.
        scrollback: The screen's scrollback.
        questions: Asks what the server wants to know.
        clock: Seconds that only ever grow.
        waiting_for: Says what is waited for when neither text nor a call is under way, for so many seconds.
        with_results: Show the results of calls too, not just how they ended.
        hint: Tells that results of turns can be drawn; nothing is told when left out.
        settled: Waits until a command that was given meanwhile has written what it can at once.
        now: Tells the user's moment.
    """

    def __init__(
        self,
        screen: Screen,
        scrollback: Scrollback,
        questions: Questions,
        *,
        clock: Callable[[], float],
        waiting_for: Callable[[float], str],
        with_results: bool = False,
        hint: ViewHint | None = None,
        settled: Callable[[], Awaitable[None]] | None = None,
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
        self._settled = settled
        self._now = now
        self._is_by_hand = False
        self._since = clock()
        self._calls: dict[str, _RunningCall] = {}
        self._answer: AnswerWriter | None = None
        self._waits_for = ""
        self._waits_until = 0.0
        # Since when somebody is asked; time stands still on the screen meanwhile.
        self._asked_at: float | None = None
        # How much had been written when this last wrote, and whether something else came between.
        self._pieces = scrollback.pieces
        self._is_torn = False
        self._has_begun = False
        self._spoken = Spoken(self._write_call, clock)
        self.stopping = False

    async def read(self, events: AsyncGenerator[Event, None]) -> None:
        """Show every event until the generator ends, and close it whatever happens."""
        self._screen.set_live(self.draw_live)
        try:
            async with aclosing(events):
                async for event in events:
                    if self._settled:
                        await self._settled()
                    await self._show(event)
                    # Pieces of text come faster than anybody reads; they are drawn with the next tick.
                    if not isinstance(event, TextDelta | ReasoningDelta):
                        self._screen.refresh()
        finally:
            self._finish_answer()
            self._tell_stopped()
            self._screen.set_live(None)

    def tick(self) -> None:
        """Show that time passes: a spinner turns, a countdown goes on, a long wait is told in words."""
        if not self._palette.plain:
            self._screen.tick()
        elif self._asked_at is None:
            self._spoken.remind(self._describe_wait())

    def _describe_wait(self) -> str:
        if self._calls:
            return f"Waiting for {', '.join(in_words(each.started.title) for each in self._calls.values())}"
        return self._waiting_for(self._clock() - self._since)

    def draw_live(self, columns: int) -> str:
        """Draw what is under way: the end of the answer, calls, a wait or a spinner; nothing in words."""
        if self._palette.plain:
            return ""
        now = self._clock() if self._asked_at is None else self._asked_at
        room = columns - 1
        parts: list[str] = []
        tail = self._answer.draw_tail(columns) if self._answer else ""
        if tail:
            parts.append(tail.rstrip("\n"))
        calls = [
            draw_call(call.started, call.progress, max(0.0, now - call.since), room, self._palette)
            for call in self._calls.values()
            if not call.is_asked
        ]
        parts += fold(calls, self._palette)
        left = self._waits_until - now if self._waits_for else 0.0
        if left > 0:
            parts.append(draw_countdown(left, room, self._palette))
        waited = max(0.0, now - self._since)
        is_silent = not self._calls and left <= 0 and waited >= _SILENCE
        if self._asked_at is None and (not parts or is_silent):
            parts.append(draw_waiting(self._waiting_for(waited), waited, room, self._palette))
        return "\n".join(parts)

    async def _show(self, event: Event) -> None:
        match event:
            case TextDelta():
                answer = self._answer or await self._open_answer()
                answer.feed(event.text)
                self._since = self._clock()
                self._spoken.restart()
            case StepStarted():
                if self._palette.plain and event.step == 1:
                    self._spoken.say(self._waiting_for(0.0))
            case StepFinished():
                self._is_by_hand = event.step == 0
                self._finish_answer()
                self._since = self._clock()
            case ToolCallStarted():
                self._calls[event.call.id] = _RunningCall(event, self._clock())
                if self._palette.plain:
                    self._spoken.start(event)
            case ApprovalRequested():
                await self._ask(event)
            case ToolCallFinished():
                self._finish_call(event)
            case ToolCallProgress():
                if call := self._calls.get(event.call.id):
                    call.progress = event
                    if self._palette.plain:
                        self._spoken.progress(event, call.started.title)
            case Notice() | ListChanged() | ServerLog() | WaitStarted():
                self._tell(event)
            case Compacted() | CompactionUndone():
                self._show_compaction(event)
            case ElicitationRequested():
                await self._wait_in_calls(self._questions.elicit(event))
            case SignInRequested():
                await self._wait_in_calls(self._questions.ask_to_sign_in(event))
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
        if isinstance(event, WaitStarted):
            self._waits_until = self._clock() + event.seconds
            # Each further wait for the same is seen as it passes, or else has to be said.
            if event.reason == self._waits_for and not self._palette.plain:
                return
            self._waits_for = event.reason
        mark = "" if self._palette.plain else "· "
        line = f"{mark}{strip_line(describe(event))}"
        serious = isinstance(event, ServerLog)
        self._write(Kind.REMARK, self._palette.warning(line) if serious else self._palette.dim(line))

    def _show_compaction(self, event: Compacted | CompactionUndone) -> None:
        lines = [f"{'' if self._palette.plain else '· '}{describe_compaction(event)}"]
        if isinstance(event, Compacted):
            lines += [f"  {line}" for line in strip(event.text).splitlines()]
        self._write(Kind.REMARK, "\n".join(self._palette.dim(line) for line in lines))

    async def _open_answer(self) -> AnswerWriter:
        plain = self._palette.plain
        if not plain:
            await asyncio.to_thread(preload)
        self._answer = open_answer(
            self._write_answer,
            lambda: self._screen.columns,
            plain=plain,
            theme=self._palette.theme,
        )
        return self._answer

    def _finish_answer(self) -> None:
        if self._answer:
            self._answer.finish()

    async def _wait_for(self, question: Awaitable[None]) -> None:
        self._asked_at = self._clock()
        # What is drawn already may show a spinner, and the next tick may be a second away.
        self._screen.refresh()
        self._look_for_others()
        try:
            await question
        finally:
            self._pieces = self._scrollback.pieces
            self._asked_at = None
            self._since = self._clock()
            self._spoken.restart()

    async def _wait_in_calls(self, question: Awaitable[None]) -> None:
        """Wait for an answer that calls wait for too; it is no time of theirs."""
        began = self._clock()
        try:
            await self._wait_for(question)
        finally:
            thought = self._clock() - began
            for call in self._calls.values():
                call.since += thought
                call.held_up += thought

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
        call = self._calls.pop(event.call.id, None)
        if call and call.held_up:
            event = replace(event, duration=max(0.0, event.duration - call.held_up))
        self._since = self._clock()
        # Of a call whose outcome is unknown nothing may be left out; the others fit on a line.
        is_unknown = event.outcome is CallOutcome.UNKNOWN
        if self._palette.plain:
            self._spoken.finish(event, named=call is None or bool(self._calls))
        else:
            self._draw_outcome(event, is_unknown=is_unknown)
        if event.outcome is not CallOutcome.SUCCEEDED:
            return
        if self._hint and not self._is_by_hand:
            self._hint.take(event.structured)
        if self._with_results:
            self._put(Kind.ANSWER, self._draw_result(event))

    def _draw_outcome(self, event: ToolCallFinished, *, is_unknown: bool) -> None:
        line = describe_outcome(event, None if is_unknown else self._screen.columns - 1)
        mark, rest = line[:1], line[1:]
        match event.outcome:
            case CallOutcome.SUCCEEDED:
                mark = self._palette.good(mark)
            case CallOutcome.DECLINED:
                mark = self._palette.warning(mark)
            case _:
                mark = self._palette.bad(mark)
        self._write_call(mark + rest)

    def _tell_stopped(self) -> None:
        """Say what is known of the calls that were under way when the turn was stopped."""
        for call in self._calls.values():
            line = describe_stopped(call.started, asking=call.is_asked, plain=self._palette.plain)
            self._write_call(self._palette.warning(line))
        self._calls.clear()

    def _draw_result(self, event: ToolCallFinished) -> str:
        from agent.repl.views.result import draw_result

        return draw_result(event.structured, event.text, self._screen.columns, self._palette, self._now())

    def _write_answer(self, text: str) -> None:
        self._look_for_others()
        if self._is_torn:
            self._is_torn = False
            said = _GOES_ON if self._has_begun else _BEGINS
            line = said if self._palette.plain else f"… {said[:1].lower()}{said[1:]}"
            self._write(Kind.RESUMPTION, self._palette.dim(line))
            text = text.removeprefix("\n")
        self._has_begun = True
        self._put(Kind.ANSWER, text)

    def _write_call(self, line: str) -> None:
        if not self._screen.shows_input:
            line = "\n".join(wrap_lines(line, self._screen.columns))
        self._write(Kind.CALLS, line)

    def _write(self, kind: Kind, line: str) -> None:
        self._put(kind, line + "\n")

    def _put(self, kind: Kind, text: str) -> None:
        self._look_for_others()
        self._scrollback.write(kind, text)
        self._pieces = self._scrollback.pieces

    def _look_for_others(self) -> None:
        """Notice what was written by something else, such as a command that was given meanwhile."""
        self._is_torn = self._is_torn or self._scrollback.pieces != self._pieces
        self._pieces = self._scrollback.pieces
