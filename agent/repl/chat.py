"""The chat: takes what is typed, one thing after the other, and shows what comes of it."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from agent.drawing.sanitize import strip, strip_line
from agent.errors import AgentError, ExitCode, SignInError, UsageError
from agent.events import Event
from agent.repl import commands
from agent.repl.answers.markdown import preload
from agent.repl.command_context import CommandContext
from agent.repl.commands import COMMANDS, Command, Completes
from agent.repl.dialogs.choices import LeavableLine
from agent.repl.dialogs.filling import Left
from agent.repl.dialogs.questions import Questions
from agent.repl.host import Host
from agent.repl.lane import Lane
from agent.repl.leaving import leaving_on_signal
from agent.repl.lines import draw_error
from agent.repl.outgoing import compose, further_commands, is_message
from agent.repl.prompt.candidates import Choice, Source, make_sources
from agent.repl.prompt.pasting import shown_of_message
from agent.repl.reader import TurnReader
from agent.repl.recalling import show_last_turn
from agent.repl.screens.appearance import Appearance
from agent.repl.screens.live import FRAMES_PER_SECOND
from agent.repl.screens.screen import Kind, Screen, Scrollback
from agent.repl.screens.toolbar import draw_toolbar
from agent.repl.server_lists import ServerLists, watch_lists
from agent.repl.views.hint import ViewHint
from agent.server_features import Resource
from agent.workflows.library import Library

_LOGGER = logging.getLogger(__name__)
_TICK_BUSY = 1 / FRAMES_PER_SECOND
_TICK_IDLE = 1.0
# How long a turn that was stopped may take to put things in order once the user wants to leave.
_PATIENCE = 3.0
# From then on a wait says who it is for.
_LONG_WAIT = 10.0


class Chat:
    """The state of a chat: what waits, what runs, what is known.

    Args:
        host: The program behind the chat.
        clock: Seconds that only ever grow.
        workflows: What may be called like a command.
        appearance: The theme.
    """

    def __init__(
        self, host: Host, *, clock: Callable[[], float], workflows: Library, appearance: Appearance
    ) -> None:
        self._host = host
        self._clock = clock
        self._workflows = workflows
        self._appearance = appearance
        self._sources: dict[Completes, Source] = {}
        self._queue: deque[str] = deque()
        # Commands that wait for another one, but not for a turn.
        self._beside: deque[str] = deque()
        self._lane = Lane()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._current: asyncio.Task[None] | None = None
        self._reader: TurnReader | None = None
        self._view_hint = ViewHint(lambda: host.conversations.results_by_turn())
        self._stopping = False
        self._wants_to_leave = False
        self._started = False

    def commands(self) -> Sequence[Command]:
        """What can be given after a slash."""
        return (*COMMANDS, *further_commands(self._context))

    def resources(self) -> Sequence[Resource]:
        """The server's resources, as far as they are known."""
        return self._context.server_lists.resources()

    def choices(self, completes: Completes) -> Sequence[Choice]:
        """What is known of what a command takes."""
        source = self._sources.get(completes)
        return source() if source else ()

    async def run(self, screen: Screen, greeting: str, suggestions: Sequence[str]) -> ExitCode:
        """Chat on a screen until the user leaves.

        Args:
            screen: Where to draw.
            greeting: Lines to begin with.
            suggestions: What to ask first.
        """
        self._screen = screen
        self._palette = screen.palette
        self._scrollback = Scrollback(screen)
        lists = ServerLists(self._host.features, screen.offer_again)
        self._context = CommandContext(
            self._host,
            screen,
            self._scrollback,
            self._workflows,
            self._appearance,
            lists,
            read=self._read,
            sign_in=self._sign_in,
            submit=self.submit,
            leave=self.leave,
        )
        self._sources = make_sources(self._context)
        self._host.mentions.on_arrival(self._offer_again)
        self._greet(greeting, suggestions)
        for problem in self._workflows.problems:
            self._remark(self._palette.warning(strip_line(problem)))
        try:
            with leaving_on_signal(self.leave):
                await screen.run(self._begin)
        finally:
            await self._end()
        return ExitCode.DONE

    # What the screen tells.

    def submit(self, text: str) -> None:
        """Take a message or a command; it waits while another one runs."""
        self._wants_to_leave = False
        if (self._current or self._lane.is_held) and self._runs_beside(text):
            if commands.is_quit(text):
                # Nobody who wants to leave waits for what is being looked up.
                self._spawn(self._take(text))
                return
            self._beside.append(text)
            self._spawn(self._take_beside())
            self._screen.refresh()
            return
        if self._current and self._palette.plain:
            self._remark(f"Waiting for its turn: {strip_line(text)}")
        self._queue.append(text)
        self._idle.clear()
        self._wake.set()
        self._screen.refresh()

    def interrupt(self) -> None:
        """Stop what runs; else throw away the draft; else leave when asked twice."""
        if self._current:
            self._stop(self._current)
        elif self._screen.clear_draft():
            self._wants_to_leave = False
        elif self._wants_to_leave:
            self.leave()
        else:
            self._wants_to_leave = True
            self._screen.hint("Press Ctrl-C again to leave.")

    def leave(self) -> None:
        """End the chat."""
        self._screen.leave()

    def typed(self) -> None:
        """The user goes on typing and so does not mean to leave."""
        self._wants_to_leave = False

    def toolbar(self, columns: int) -> str:
        """What the host is doing and what it took so far."""
        return draw_toolbar(self._host.standing, len(self.queued()), columns)

    def queued(self) -> Sequence[str]:
        """What waits for its turn."""
        return (*self._beside, *self._queue)

    def take_back(self) -> str:
        """Take the message that was sent last out of the queue."""
        waiting = self._queue or self._beside
        return waiting.pop() if waiting else ""

    def complain(self, error: AgentError) -> None:
        """Say what could not be done at the prompt."""
        self._remark(draw_error(error, self._palette))

    async def idle(self) -> None:
        """Wait until everything that was sent is done."""
        await self._idle.wait()

    # From the first prompt to the end.

    def _greet(self, greeting: str, suggestions: Sequence[str]) -> None:
        lines = strip(greeting).splitlines()
        if suggestions:
            lines += [*([""] if lines else []), "Try asking:"]
            lines += [f"  {self._palette.accent(strip_line(suggestion))}" for suggestion in suggestions]
        if lines:
            self._scrollback.write(Kind.GREETING, "\n".join(lines) + "\n")

    def _begin(self) -> None:
        for work in (self._recall(), self._start(), self._work(), self._tick()):
            self._spawn(work)

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_PATIENCE)
        with suppress(AgentError):
            await self._host.aclose()

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _recall(self) -> None:
        """Show where a resumed conversation was left."""
        turn = self._host.conversations.last_turn
        if turn is not None:
            await show_last_turn(turn, self._screen, self._scrollback)

    async def _start(self) -> None:
        try:
            await self._guard(self._start_host())
        finally:
            self._started = True
            self._screen.refresh()

    async def _start_host(self) -> None:
        await self._host.start()
        with suppress(AgentError):
            await self._context.list_tools()
        self._context.server_lists.fetch()

    async def _tick(self) -> None:
        while True:
            busy = self._current is not None or not self._started
            await asyncio.sleep(_TICK_BUSY if busy else _TICK_IDLE)
            if self._reader:
                self._reader.tick()
            else:
                self._screen.tick()

    # One thing after the other.

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            if not self._queue:
                self._wake.clear()
                self._idle.set()
                continue
            self._stopping = False
            self._current = self._spawn(self._take_in_turn(self._queue.popleft()))
            try:
                await asyncio.wait({self._current})
            finally:
                self._current = None
                self._screen.refresh()

    def _stop(self, task: asyncio.Task[None]) -> None:
        if self._stopping:
            if self._wants_to_leave:
                self.leave()
            self._wants_to_leave = True
            self._screen.hint("Still stopping; press Ctrl-C again to leave without waiting.")
            return
        self._stopping = True
        if self._queue:
            self._screen.restore_draft("\n".join(self._queue))
            self._queue.clear()
        if self._reader:
            self._reader.stopping = True
        task.cancel()

    def _runs_beside(self, text: str) -> bool:
        if is_message(text, self._context):
            return False
        try:
            return commands.parse_command(text)[0].while_busy
        except UsageError:
            return True

    async def _take_in_turn(self, text: str) -> None:
        if is_message(text, self._context):
            await self._take(text)
        else:
            async with self._lane.hold():
                await self._take(text)

    async def _take_beside(self) -> None:
        async with self._lane.hold():
            # It may have been taken back by now.
            if not self._beside:
                return
            text = self._beside.popleft()
            self._screen.refresh()
            with suppress(UsageError):
                # Loaded first, so that nothing comes between the command and what it can say at once.
                await _load(text)
            await self._take(text)

    async def _take(self, text: str) -> None:
        self._echo(text)
        try:
            await self._guard(self._follow(text))
        except asyncio.CancelledError:
            self._remark(self._palette.warning("Stopped."))

    async def _guard(self, work: Coroutine[None, None, None]) -> None:
        """Let nothing that goes wrong end the chat."""
        try:
            await work
        except AgentError as error:
            self._remark(draw_error(error, self._palette))
        except Exception as error:
            _LOGGER.exception("the chat caught an error that nothing else had handled")
            inside = f"Something went wrong inside ({type(error).__name__}); the log tells more."
            self._remark(f"{'Error:' if self._palette.plain else self._palette.bad('✗')} {inside}")

    async def _follow(self, text: str) -> None:
        outgoing = await compose(text, self._context)
        if outgoing is None:
            await self._obey(text)
            return
        self._spawn(self._preload())
        events = self._host.turn(outgoing.text, outgoing.tools, typed=outgoing.typed)
        await self._read(events, kept="; what was said is kept")

    async def _obey(self, text: str) -> None:
        module, rest = await _load(text)
        await module.run(self._context, rest)

    async def _read(
        self, events: AsyncGenerator[Event, None], *, kept: str = "", results: bool = False
    ) -> None:
        reader = TurnReader(
            self._screen,
            self._scrollback,
            Questions(
                self._screen, self._scrollback, sign_in=self._sign_in, open_address=self._host.open_address
            ),
            clock=self._clock,
            waiting_for=self._describe_wait,
            with_results=results,
            hint=self._view_hint,
            settled=self._lane.settled,
        )
        self._reader = reader
        # What a command has the host do is like a turn, beside which others may run.
        self._lane.let_pass()
        try:
            await reader.read(watch_lists(events, self._context.server_lists))
        except asyncio.CancelledError:
            reader.stopping = True
        finally:
            self._reader = None
        if reader.stopping:
            self._remark(self._palette.warning(f"Stopped{kept}."))

    def _describe_wait(self, seconds: float) -> str:
        standing = self._host.standing
        if standing.stage:
            share = "" if standing.share is None else f" {standing.share:.0%}"
            return f"Getting ready: {strip_line(standing.stage)}{share}"
        if seconds < _LONG_WAIT or not standing.model:
            return "Thinking" if self._host.ready else "Getting ready"
        return f"Waiting for {strip_line(standing.model)}"

    async def _preload(self) -> None:
        if not self._palette.plain:
            await asyncio.to_thread(preload)

    async def _sign_in(self) -> str:
        return await self._host.signing_in.login(self._context.show_line, self._read_pasted)

    async def _read_pasted(self) -> str:
        desk = self._screen.desk
        keys = "Ctrl-C gives up" if desk is None else "Esc or Ctrl-C gives up"
        self._context.show_line(f"Paste the address that the browser ends at; {keys}.")
        if desk is None:
            return await self._screen.read_line("Paste here: ")
        pasted = await desk.ask(LeavableLine("Paste here:"))
        if isinstance(pasted, Left):
            raise SignInError("Nothing was pasted, so nobody was signed in.", "/login tries again.")
        return pasted

    def _offer_again(self) -> None:
        if problem := self._host.mentions.problem:
            self._screen.hint(problem)
        self._screen.offer_again()

    # Writing.

    def _echo(self, text: str) -> None:
        if self._screen.shows_input:
            return
        first, *rest = shown_of_message(text).split("\n")
        mark = "You:" if self._palette.plain else "❯"
        lines = [f"{mark} {first}", *(f"  {line}" for line in rest)]
        self._scrollback.write(Kind.MESSAGE, "".join(f"{self._palette.accent(line)}\n" for line in lines))

    def _remark(self, text: str) -> None:
        self._scrollback.write(Kind.REMARK, text.rstrip("\n") + "\n")


async def _load(text: str) -> tuple[Any, str]:
    """Load the module of a command, and return it with what followed the command's name."""
    command, rest = commands.parse_command(text)
    return await asyncio.to_thread(import_module, f"agent.repl.slash.{command.name}"), rest
