"""A running program: settings, sign-in, workspace, model, conversation and transcript put together.

The chat, one-shot commands and replays all run on this. It is made before anything slow is imported,
and `start` does the slow part beside whatever the front end is doing.
"""

import asyncio
import importlib
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.context.kept_results import delete_results
from agent.doctor import opening as doctor
from agent.doctor.case import Case
from agent.doctor.finding import Finding
from agent.errors import ModelError, SignInError
from agent.events import Event, Notice, OutsideEvent, Question, SignInRequested
from agent.jsontypes import JsonObject, JsonValue
from agent.limits import make_limits
from agent.loop import Loop
from agent.mentions.finder import Finder
from agent.model.protocol import Model
from agent.model.scripted import ScriptedModel
from agent.model_choice.choice import ModelChoices
from agent.prompt_files import read_prompt
from agent.session.features import Features
from agent.session.notices import NoticeBoard, describe
from agent.session.open_conversation import OpenConversation
from agent.session.options import SessionOptions
from agent.session.saved_conversations import SavedConversations
from agent.session.signing_in import SigningIn, open_address
from agent.session.standing import Stage, Standing
from agent.session.standings import describe_standing
from agent.session.token_use import InUse, TokenUse
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.tools.approval import Oversight
from agent.tools.catalogue import FIND_TOOLS
from agent.tools.fence import holds_fenced
from agent.tools.local_functions import make_toolbelt
from agent.tools.look_ups import LookUps
from agent.tools.policy import Policy
from agent.tools.tool import Tool
from agent.tools.toolbelt import Toolbelt
from agent.tracing.tracing import Tracing
from agent.transcripts.transcript import Transcript
from agent.undo.plan import Listed, UndoPlan, list_writes
from agent.usage.meter import Meter
from agent.wording.moment import describe_moment

if TYPE_CHECKING:
    from agent.session.backend import Backend
    from agent.workspace.workspace import Workspace


class Session:
    """One conversation with one workspace.

    Args:
        settings: What to use.
        folders: Where things are kept.
        options: What is special about this session.
        environ: The process environment.
        clock: Unix seconds.
    """

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        options: SessionOptions,
        *,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._folders = folders
        self._options = options
        self._environ = environ
        self._clock = clock
        self._notices = NoticeBoard()
        self._say = options.say or self._post_line
        self._may_ask_to_sign_in = True
        self._open = self._open_conversation(options.resumed)
        self.features = Features(self._open_workspace)
        self.signing_in = SigningIn(self._open_backend)
        self.mentions = Finder(self._free_reads, self.last_results)
        self.conversations = SavedConversations(
            settings,
            folders,
            current=lambda: self._open,
            go_on_with=self.go_on_with,
            secrets=lambda: self._backend.secrets if self._backend else None,
            clock=clock,
        )
        self.models = ModelChoices(self._open_backend, lambda: self._settings, folders, self.use_model)
        self.tokens = TokenUse(self.start, lambda: self._open)
        self._tracing = Tracing(environ, self._say)
        self._starting: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._stage = Stage(options.on_stage)
        self._meter: Meter | None = None
        self._backend: Backend | None = None
        self._model: Model | None = None
        self._model_origin = ""
        self._loop: Loop | None = None
        self._belt: Toolbelt | None = None

    def _open_conversation(self, resumed: Transcript | None) -> OpenConversation:
        return OpenConversation(
            self._folders,
            self._settings.server,
            resumed,
            profile=self._settings.profile,
            workspace=self._options.workspace,
            say=self._say,
            clock=self._clock,
        )

    @property
    def id(self) -> str:
        """The conversation's id, for `--resume`."""
        return self._open.id

    @property
    def transcript_path(self) -> Path:
        """Where the conversation is saved."""
        return self._open.path

    @property
    def ready(self) -> bool:
        """Whether everything is loaded and connected."""
        return self._loop is not None and self._model is not None

    @property
    def policy(self) -> Policy:
        """The standing decisions about writes."""
        return self._options.policy

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        """The structured results of this conversation, newest first, each with its tool's name."""
        return self._open.last_results()

    def open_address(self, address: str) -> None:
        """Open an address in the browser, without waiting for it."""
        open_address(address)

    @property
    def price_date(self) -> date | None:
        """The day of the list that costs are taken from, if they are."""
        return self._backend.price_date if self._backend else None

    @property
    def standing(self) -> Standing:
        """What it is doing and what it took so far; looked at often."""
        return describe_standing(
            self._stage, self._settings, self._model, self._backend, self._open.ledger, self._clock()
        )

    async def start(self) -> None:
        """Import, connect, list the tools and choose the model.

        May be called again after a failure; calls that overlap share one attempt.

        Raises:
            AgentError: Something is missing or cannot be reached.
        """
        if self.ready:
            return
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        self._stage.set("loading")
        if self._options.goes_on:
            self.conversations.tidy()
        # Both run to their end, so that a failure of one leaves nothing half open in the other.
        opened = await asyncio.gather(self._open_loop(), self._open_model(), return_exceptions=True)
        for failure in opened:
            if isinstance(failure, BaseException):
                self._stage.set("sign in with /login" if isinstance(failure, SignInError) else "not ready")
                raise failure
        assert self._loop is not None
        assert self._model is not None
        backend = await self._open_backend()
        assert self._belt is not None
        selects = backend.selects_tools or self._options.offer_all
        offer = self._belt.offer_all if selects else self._belt.offer
        self._meter = self._meter or self._open.make_meter(
            backend.base_url, self._model.name, backend.price_date, learns=self._options.goes_on
        )
        chosen, own = int(self._settings.limits.get("context", 0)), self._options.keeper
        keeper = self._open.make_keeper(backend.base_url, self._model.name, chosen, self._meter, own)
        # A model without an endpoint selects what it reads by itself.
        context = keeper if backend.base_url or own else None
        self._meter.look_at(context)
        self.tokens.watch(InUse(self._model.name, self._loop, self._belt, self._meter, context))
        strict = backend.strict or (self._options.model is not None and self._settings.strict)
        self._loop.use(self._model, strict=strict, offer=offer, context=context)
        self._open.recorder.set_model(self._model.name)
        backend.warm_up(await backend.tools())

    async def _open_backend(self) -> "Backend":
        async with self._opening:
            if self._backend is None:
                await self._tracing.open()
                # The MCP SDK takes more than a second to import; a thread keeps the prompt alive meanwhile.
                module = await asyncio.to_thread(importlib.import_module, "agent.session.backend")
                backend: Backend = module.Backend(
                    self._settings,
                    self._folders,
                    self._environ,
                    say=self._say,
                    on_event=self._tell,
                    ask=self._ask,
                    on_stage=self._stage.set,
                    vault_key=self._options.vault_key,
                    show_request=self._options.show_request,
                )
                await backend.open()
                self._backend = backend
        return self._backend

    async def _open_workspace(self) -> "Workspace":
        return (await self._open_backend()).workspace

    def _free_reads(self) -> LookUps | None:
        connected = self._backend if self._loop is not None else None
        return LookUps(connected.toolbox, self._options.policy) if connected else None

    async def _open_loop(self) -> Loop:
        if self._loop is None:
            backend = await self._open_backend()
            self._stage.set("connecting")
            await backend.tools()
            self._stage.set("")
            # A turn and a call by hand may both have waited here; the first one's loop serves both.
            self._loop = self._loop or self._make_loop(backend)
        return self._loop

    def _make_loop(self, backend: "Backend") -> Loop:
        self._belt = make_toolbelt(
            self._tracing.serve(backend.toolbox),
            self._options.policy,
            self._settings.tools,
            self._open.messages,
            self._open.results,
        )
        if FIND_TOOLS in self._open.offered:
            # What a workflow brought along is needed after the answer to its question too.
            self._belt.wish_for(self._open.offered)
        return Loop(
            model=self._model or ScriptedModel([]),
            toolbox=self._belt,
            policy=self._options.policy,
            conversation=self._open.messages,
            system=read_prompt("system"),
            limits=make_limits(self._settings.limits),
            session_id=self._open.id,
            oversight=Oversight(backend.toolbox.note, backend.secrets.are_in),
            journal=self._open.journal,
            results=self._open.results,
        )

    async def _open_model(self) -> None:
        if self._options.model is not None:
            self._model = self._options.model
        elif self._model is None:
            backend = await self._open_backend()
            self._model, self._model_origin = await backend.open_model(self._settings)

    def _post_line(self, text: str) -> None:
        self._notices.post(Notice(text))

    def _tell(self, event: OutsideEvent) -> None:
        if self._notices.is_read or self._options.say is None:
            self._notices.post(event)
        else:
            self._options.say(describe(event))

    async def _ask(self, question: Question) -> None:
        if isinstance(question, SignInRequested):
            # Whoever said no in this turn means all of it.
            if not self._may_ask_to_sign_in:
                return
            await self._notices.ask(question)
            self._may_ask_to_sign_in = question.signed_in
        else:
            await self._notices.ask(question)

    async def turn(
        self, text: str, tools: Sequence[str] = (), typed: str = ""
    ) -> AsyncGenerator[Event, None]:
        """Answer a message of the user; waits until everything is ready.

        Args:
            text: The message.
            tools: Globs of tools that it takes, offered to the model at once.
            typed: What the user typed, where the message was made from it.

        Raises:
            ModelError: The message takes several steps, and the model does one at a time.
        """
        async with aclosing(self._prepare(self.ready, self.start)) as events:
            async for event in events:
                yield event
        loop = await self._open_loop()
        brings_text = bool(tools) or holds_fenced(text)
        if brings_text and self._backend is not None and self._backend.selects_tools:
            raise ModelError(
                "The embedded model cannot follow a workflow or read an attached text; nothing was sent.",
                "Choose another model: `astravue model list`.",
            )
        if self._belt is not None:
            self._belt.wish_for(tools)
        loop.learn_names(self.mentions.picked(text))
        async with aclosing(self._observe(loop.turn(text, self._describe_moment(), typed))) as events:
            async for event in events:
                yield event

    async def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        """Call one tool by hand, with the same approvals and events as in a turn; no model is needed."""
        async with aclosing(self._prepare(self._loop is not None, self._open_loop)) as events:
            async for event in events:
                yield event
        loop = await self._open_loop()
        async with aclosing(self._observe(loop.call(name, arguments))) as events:
            async for event in events:
                yield event

    async def go_on_with(self, transcript: Transcript | None) -> None:
        """Leave the conversation as it is saved, and go on with another one or begin a new one.

        Connection, sign-in, model and what was allowed stay. Only between two turns.

        Args:
            transcript: The conversation; a new one when left out.

        Raises:
            AgentError: Another window has it, and this one stays as it was; or it is open, but something is
                missing to go on with it.
        """
        opened = self._open_conversation(transcript)
        self._open.close()
        self._open = opened
        await self._begin_anew()

    async def use_model(self, settings: Settings) -> str:
        """Answer with another model from the next turn on; the conversation goes on.

        Args:
            settings: Say which one.

        Returns:
            The model and why it is this one.

        Raises:
            ModelError: It cannot be used; the one before stays.
        """
        backend = await self._open_backend()
        before = self._model
        self._model, self._model_origin = await backend.open_model(settings)
        self._settings = settings
        if before is not None:
            await before.aclose()
        await self._begin_anew()
        return f"{self._model.name} ({self._model_origin})"

    async def _begin_anew(self) -> None:
        if self._meter is not None:
            await self._meter.aclose()
        self._meter = self._loop = self._belt = None
        await self.start()

    def writes(self) -> tuple[Listed, ...]:
        """The newest changes of this conversation, those of earlier runs of it included."""
        return list_writes(self._open.journal.log)

    async def plan_undo(self, number: int | None) -> UndoPlan:
        """Plan how a change is taken back; nothing is changed yet.

        Args:
            number: Its number among the newest; the last that can be undone when left out.

        Raises:
            AgentError: There is none, it cannot be undone, or the server cannot be asked.
        """
        await self._open_loop()
        assert self._belt is not None
        tools = {tool.name: tool for tool in await self._belt.tools()}
        look_ups = LookUps(self._belt, self._options.policy)
        return await self._open.journal.plan(number, tools, look_ups.call_tool)

    async def undo(self, plan: UndoPlan) -> AsyncGenerator[Event, None]:
        """Take a change back, with the same approvals and events as in a turn; no model is needed."""
        self._may_ask_to_sign_in = True
        loop = await self._open_loop()
        async with aclosing(self._observe(loop.undo(plan))) as events:
            async for event in events:
                yield event

    async def compact(self, *, undo: bool = False) -> AsyncGenerator[Event, None]:
        """Summarise all but the last turns, or take the last summary back.

        Args:
            undo: Take it back.

        Raises:
            AgentError: There is nothing to do, or the summary could not be made; everything is as it was.
        """
        await self.start()
        loop = await self._open_loop()
        async with aclosing(self._observe(loop.compact(undo=undo))) as events:
            async for event in events:
                yield event

    def _prepare(
        self, ready: bool, make_ready: Callable[[], Awaitable[object]]
    ) -> AsyncGenerator[Event, None]:
        async def begin() -> AsyncGenerator[Event, None]:
            if not ready:
                if told := "trying again" if self._starting and self._starting.done() else self._stage.text:
                    yield Notice(f"One moment: {told} …")
                await make_ready()

        self._may_ask_to_sign_in = True
        return self._notices.weave(begin())

    async def _observe(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        base_url = self._backend.base_url if self._backend else ""
        events = self._tracing.watch(self._notices.weave(events), self._open.id, base_url)
        if self._options.record:
            events = self._open.recorder.record(events)
        async with aclosing(events) as source:
            async for event in source:
                if self._meter is not None:
                    self._meter.take(event)
                yield event

    def _describe_moment(self) -> str:
        if self._options.context is not None:
            return self._options.context()
        return describe_moment(datetime.fromtimestamp(self._clock()).astimezone())

    async def tools(self) -> tuple[Tool, ...]:
        """List the server's tools.

        Raises:
            AgentError: The server cannot be asked.
        """
        backend = await self._open_backend()
        return await backend.tools()

    async def status(self) -> tuple[tuple[str, str], ...]:
        """Describe the present state as pairs of a label and a value."""
        backend = await self._open_backend()
        rows = (await backend.status()).rows(self._clock())
        if self._model is None:
            return (*rows, ("Model", await backend.describe_model()))
        return (
            *rows,
            ("Model", f"{self._model.name} ({self._model_origin})"),
            *await self.tokens.rows(),
            ("Conversation", f"{self._open.id} ({self._open.path})"),
        )

    def examine(self) -> AsyncGenerator[Finding, None]:
        """Find out what may be wrong, and what helps; nothing is changed."""
        key = self._options.vault_key
        return doctor.examine(Case(self._settings, self._folders, self._environ, key, clock=self._clock))

    async def report(self) -> JsonObject:
        """Describe the present state for scripts."""
        backend = await self._open_backend()
        return {**(await backend.status()).to_json(), "model": await backend.describe_model()}

    async def aclose(self) -> None:
        """Close what is open and stop what was started."""
        await self.mentions.aclose()
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await self.conversations.aclose()
        if self._meter is not None:
            await self._meter.aclose()
        if self._model is not None:
            await self._model.aclose()
        if self._backend is not None:
            await self._backend.aclose()
        await self._tracing.aclose()
        self._open.close()
        if not self._options.record:
            with suppress(OSError):
                await asyncio.to_thread(delete_results, self._open.results_folder)
