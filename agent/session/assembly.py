"""What a session answers with, put together piece by piece: backend, tools, loop and model.

Made before anything slow is imported; what is slow comes with the piece that needs it, in a thread.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from agent.errors import SignInError
from agent.limits import make_limits
from agent.loop import Loop
from agent.model.protocol import Model
from agent.model.scripted import ScriptedModel
from agent.prompt_files import read_prompt
from agent.session.open_conversation import OpenConversation
from agent.session.options import SessionOptions
from agent.session.person import Person
from agent.session.token_use import InUse
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.system.long_imports import long_imports
from agent.tools.approval import Oversight
from agent.tools.catalogue import FIND_TOOLS
from agent.tools.local_functions import make_toolbelt
from agent.tools.look_ups import LookUps
from agent.tools.toolbelt import Toolbelt
from agent.tracing.tracing import Tracing
from agent.usage.meter import Meter

if TYPE_CHECKING:
    from agent.auth.model_keys import KeyLookup
    from agent.session.backend import Backend
    from agent.workspace.workspace import Workspace


class Assembly:
    """The parts of a session; each is opened once, by whoever needs it first.

    Args:
        settings: What to use.
        folders: Where things are kept.
        options: What is special about this session.
        environ: The process environment.
        person: Whom the session serves.
        conversation: The conversation that is open.
    """

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        options: SessionOptions,
        environ: Mapping[str, str],
        person: Person,
        conversation: Callable[[], OpenConversation],
    ) -> None:
        self.settings = settings
        self.tracing = Tracing(environ, person.say)
        self.backend: Backend | None = None
        self.model: Model | None = None
        self.model_origin = ""
        self.belt: Toolbelt | None = None
        self.meter: Meter | None = None
        self.in_use: InUse | None = None
        self._folders = folders
        self._options = options
        self._environ = environ
        self._person = person
        self._conversation = conversation
        self._starting: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._loop: Loop | None = None

    @property
    def ready(self) -> bool:
        """Whether everything is loaded and connected."""
        return self.has_loop and self.model is not None

    @property
    def has_loop(self) -> bool:
        """Whether tools can be called, by hand at least."""
        return self._loop is not None

    @property
    def waits_for(self) -> str:
        """What somebody who needs it all waits for, in words; empty if that is not known."""
        return "trying again" if self._starting and self._starting.done() else self._person.stage.text

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
        stage = self._person.stage
        stage.set("loading")
        # Both run to their end, so that a failure of one leaves nothing half open in the other.
        opened = await asyncio.gather(self.open_loop(), self._open_model(), return_exceptions=True)
        for failure in opened:
            if isinstance(failure, BaseException):
                stage.set("sign in with /login" if isinstance(failure, SignInError) else "not ready")
                raise failure
        assert self._loop is not None
        assert self.model is not None
        assert self.belt is not None
        backend = await self.open_backend()
        self._let_answer(self._loop, self.model, self.belt, backend)
        backend.warm_up(await backend.tools())

    def _let_answer(self, loop: Loop, model: Model, belt: Toolbelt, backend: "Backend") -> None:
        """Put a model in the loop, with what counts its tokens and keeps its requests short enough."""
        conversation, options = self._conversation(), self._options
        self.meter = self.meter or conversation.make_meter(
            backend.base_url, model.name, backend.price_date, learns=options.goes_on
        )
        chosen = int(self.settings.limits.get("context", 0))
        keeper = conversation.make_keeper(backend.base_url, model.name, chosen, self.meter, options.keeper)
        # A model without an endpoint selects what it reads by itself.
        context = keeper if backend.base_url or options.keeper else None
        self.meter.look_at(context)
        self.in_use = InUse(model.name, loop, belt, self.meter, context)
        selects = backend.selects_tools or options.offer_all
        strict = backend.strict or (options.model is not None and self.settings.strict)
        loop.use(model, strict=strict, offer=belt.offer_all if selects else belt.offer, context=context)
        conversation.recorder.set_model(model.name)

    async def open_backend(self) -> "Backend":
        """Load what is slow to import, and begin to connect.

        Raises:
            AgentError: The vault cannot be opened.
        """
        async with self._opening:
            if self.backend is None:
                await self.tracing.open()
                # The MCP SDK takes more than a second to import; a thread keeps the prompt alive meanwhile.
                backend = (await asyncio.to_thread(_import_backend))(
                    self.settings,
                    self._folders,
                    self._environ,
                    self._person,
                    vault_key=self._options.vault_key,
                    show_request=self._options.show_request,
                )
                await backend.open()
                self.backend = backend
        return self.backend

    async def open_workspace(self) -> "Workspace":
        """Begin to connect; whoever asks the workspace waits for the connection."""
        return (await self.open_backend()).workspace

    async def open_keys(self) -> "KeyLookup":
        """The stored keys of models."""
        return (await self.open_backend()).stored_keys

    async def open_loop(self) -> Loop:
        """Connect, list the tools, and make the loop that calls them.

        Raises:
            AgentError: The server cannot be asked.
        """
        if self._loop is None:
            backend = await self.open_backend()
            self._person.stage.set("connecting")
            await backend.tools()
            self._person.stage.set("")
            # A turn and a call by hand may both have waited here; the first one's loop serves both.
            self._loop = self._loop or self._make_loop(backend)
        return self._loop

    def _make_loop(self, backend: "Backend") -> Loop:
        conversation, policy = self._conversation(), self._options.policy
        self.belt = make_toolbelt(
            self.tracing.serve(backend.toolbox),
            policy,
            self.settings.tools,
            conversation.messages,
            conversation.results,
        )
        if FIND_TOOLS in conversation.offered:
            # What a workflow brought along is needed after the answer to its question too.
            self.belt.wish_for(conversation.offered)
        return Loop(
            model=self.model or ScriptedModel([]),
            toolbox=self.belt,
            policy=policy,
            conversation=conversation.messages,
            system=read_prompt("system"),
            limits=make_limits(self.settings.limits),
            session_id=conversation.id,
            oversight=Oversight(backend.toolbox.note, backend.secrets.are_in),
            journal=conversation.journal,
            results=conversation.results,
        )

    async def _open_model(self) -> None:
        if self._options.model is not None:
            self.model = self._options.model
        elif self.model is None:
            backend = await self.open_backend()
            self.model, self.model_origin = await backend.open_model(self.settings)

    def free_reads(self) -> LookUps | None:
        """Calls of tools that read, outside of any turn; none as long as nothing is connected."""
        if self.backend is None or not self.has_loop:
            return None
        return LookUps(self.backend.toolbox, self._options.policy)

    async def use_model(self, settings: Settings) -> str:
        """Answer with another model from the next turn on.

        Args:
            settings: Say which one.

        Returns:
            The model and why it is this one.

        Raises:
            ModelError: It cannot be used; the one before stays.
        """
        backend = await self.open_backend()
        before = self.model
        self.model, self.model_origin = await backend.open_model(settings)
        self.settings = settings
        if before is not None:
            await before.aclose()
        await self.begin_anew()
        return f"{self.model.name} ({self.model_origin})"

    async def begin_anew(self) -> None:
        """Put together again what belongs to a conversation and its model; connection and sign-in stay.

        Raises:
            AgentError: Something is missing or cannot be reached.
        """
        if self.meter is not None:
            await self.meter.aclose()
        self.meter = self._loop = self.belt = None
        await self.start()

    async def aclose(self) -> None:
        """Close what is open and stop what was started."""
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self.meter is not None:
            await self.meter.aclose()
        if self.model is not None:
            await self.model.aclose()
        if self.backend is not None:
            await self.backend.aclose()
        await self.tracing.aclose()


def _import_backend() -> "type[Backend]":
    with long_imports():
        from agent.session.backend import Backend
    return Backend
