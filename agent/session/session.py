"""A running program: settings, sign-in, workspace, model, conversation and transcript put together.

The chat, one-shot commands and replays all run on this. It is made before anything slow is imported,
and `start` does the slow part beside whatever the front end is doing.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import date, datetime
from pathlib import Path

from agent.available_models.switching import AvailableModels
from agent.context.kept_results import delete_results
from agent.doctor import opening as doctor
from agent.doctor.case import Case
from agent.doctor.finding import Finding
from agent.errors import ModelError
from agent.events import Event, Notice
from agent.jsontypes import JsonObject, JsonValue
from agent.mentions.finder import Finder
from agent.session.assembly import Assembly
from agent.session.features import Features
from agent.session.open_conversation import OpenConversation
from agent.session.options import SessionOptions
from agent.session.person import Person
from agent.session.saved_conversations import SavedConversations
from agent.session.signing_in import SigningIn, open_address
from agent.session.standing import Standing, describe_standing
from agent.session.token_use import TokenUse
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.tools.fence import holds_fenced
from agent.tools.look_ups import LookUps
from agent.tools.policy import Policy
from agent.tools.tool import Tool
from agent.transcripts.transcript import Transcript
from agent.undo.plan import Listed, UndoPlan, list_writes
from agent.wording.moment import describe_moment


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
        self._folders = folders
        self._options = options
        self._environ = environ
        self._clock = clock
        self._person = Person(options.say, options.on_stage)
        self._parts = Assembly(settings, folders, options, environ, self._person, lambda: self._open)
        self._open = self._open_conversation(options.resumed)
        self.features = Features(self._parts.open_workspace)
        self.signing_in = SigningIn(self._parts.open_backend)
        self.mentions = Finder(self._parts.free_reads, self.last_results)
        self.conversations = SavedConversations(
            settings,
            folders,
            current=lambda: self._open,
            go_on_with=self.go_on_with,
            secrets=lambda: self._parts.backend.secrets if self._parts.backend else None,
            clock=clock,
        )
        self.models = AvailableModels(
            self._parts.open_keys, lambda: self._parts.settings, folders, self._parts.use_model
        )
        self.tokens = TokenUse(self.start, lambda: self._open, lambda: self._parts.in_use)

    def _open_conversation(self, resumed: Transcript | None) -> OpenConversation:
        return OpenConversation(
            self._folders,
            self._parts.settings.server,
            resumed,
            profile=self._parts.settings.profile,
            workspace=self._options.workspace,
            say=self._person.say,
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
        return self._parts.ready

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
        return self._parts.backend.price_date if self._parts.backend else None

    @property
    def standing(self) -> Standing:
        """What it is doing and what it took so far; looked at often."""
        backend = self._parts.backend
        return describe_standing(
            self._person.stage,
            self._parts.settings,
            self._parts.model,
            backend.account if backend else "",
            backend.sign_in_problem(self._clock()) if backend else "",
            self._open.ledger,
        )

    async def start(self) -> None:
        """Import, connect, list the tools and choose the model.

        May be called again after a failure; calls that overlap share one attempt.

        Raises:
            AgentError: Something is missing or cannot be reached.
        """
        if self._options.goes_on:
            self.conversations.tidy()
        await self._parts.start()

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
        loop = await self._parts.open_loop()
        brings_text = bool(tools) or holds_fenced(text)
        if brings_text and self._parts.backend is not None and self._parts.backend.selects_tools:
            raise ModelError(
                "The embedded model cannot follow a workflow or read an attached text; nothing was sent.",
                "Choose another model: `astravue model list`.",
            )
        if self._parts.belt is not None:
            self._parts.belt.wish_for(tools)
        loop.learn_names(self.mentions.picked(text))
        async with aclosing(self._observe(loop.turn(text, self._describe_moment(), typed))) as events:
            async for event in events:
                yield event

    async def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        """Call one tool by hand, with the same approvals and events as in a turn; no model is needed."""
        async with aclosing(self._prepare(self._parts.has_loop, self._parts.open_loop)) as events:
            async for event in events:
                yield event
        loop = await self._parts.open_loop()
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
        await self._parts.begin_anew()

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
        await self._parts.open_loop()
        assert self._parts.belt is not None
        tools = {tool.name: tool for tool in await self._parts.belt.tools()}
        look_ups = LookUps(self._parts.belt, self._options.policy)
        return await self._open.journal.plan(number, tools, look_ups.call_tool)

    async def undo(self, plan: UndoPlan) -> AsyncGenerator[Event, None]:
        """Take a change back, with the same approvals and events as in a turn; no model is needed."""
        self._person.begin_turn()
        loop = await self._parts.open_loop()
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
        loop = await self._parts.open_loop()
        async with aclosing(self._observe(loop.compact(undo=undo))) as events:
            async for event in events:
                yield event

    def _prepare(
        self, ready: bool, make_ready: Callable[[], Awaitable[object]]
    ) -> AsyncGenerator[Event, None]:
        async def begin() -> AsyncGenerator[Event, None]:
            if not ready:
                if told := self._parts.waits_for:
                    yield Notice(f"One moment: {told} …")
                await make_ready()

        self._person.begin_turn()
        return self._person.weave(begin())

    async def _observe(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        base_url = self._parts.backend.base_url if self._parts.backend else ""
        events = self._parts.tracing.watch(self._person.weave(events), self._open.id, base_url)
        if self._options.record:
            events = self._open.recorder.record(events)
        async with aclosing(events) as source:
            async for event in source:
                if self._parts.meter is not None:
                    self._parts.meter.take(event)
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
        backend = await self._parts.open_backend()
        return await backend.tools()

    async def status(self) -> tuple[tuple[str, str], ...]:
        """Describe the present state as pairs of a label and a value."""
        backend = await self._parts.open_backend()
        rows = (await backend.status()).rows(self._clock())
        if self._parts.model is None:
            return (*rows, ("Model", await backend.describe_model()))
        return (
            *rows,
            ("Model", f"{self._parts.model.name} ({self._parts.model_origin})"),
            *await self.tokens.rows(),
            ("Conversation", f"{self._open.id} ({self._open.path})"),
        )

    def examine(self) -> AsyncGenerator[Finding, None]:
        """Find out what may be wrong, and what helps; nothing is changed."""
        key = self._options.vault_key
        return doctor.examine(
            Case(self._parts.settings, self._folders, self._environ, key, clock=self._clock)
        )

    async def report(self) -> JsonObject:
        """Describe the present state for scripts."""
        backend = await self._parts.open_backend()
        return {**(await backend.status()).to_json(), "model": await backend.describe_model()}

    async def aclose(self) -> None:
        """Close what is open and stop what was started."""
        await self.mentions.aclose()
        await self._parts.aclose()
        await self.conversations.aclose()
        self._open.close()
        if not self._options.record:
            with suppress(OSError):
                await asyncio.to_thread(delete_results, self._open.results_folder)
