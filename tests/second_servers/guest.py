"""Somebody who uses a server through the program's own session."""

import secrets
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2

from agent.auth.login import Login
from agent.auth.vault import Vault
from agent.events import (
    ApprovalRequested,
    Decision,
    ElicitationAction,
    ElicitationRequested,
    Event,
    SignInRequested,
    ToolCallFinished,
    ToolCallProgress,
)
from agent.forms.form import FormValue
from agent.jsontypes import JsonValue
from agent.model.protocol import StreamItem
from agent.model.scripted import ScriptedModel
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.system.folders import find_folders
from agent.tools.policy import Policy

Answers = Iterable[Iterable[StreamItem]]
_EVENT = TypeVar("_EVENT", bound=Event)


async def follow(address: str) -> None:
    """Go through a sign-in page that asks nothing, as a browser does, to wherever it leads."""
    async with httpx2.AsyncClient(follow_redirects=True, timeout=30) as browser:
        (await browser.get(address)).raise_for_status()


@dataclass(frozen=True)
class Home:
    """An installation of the program.

    Args:
        folder: Where everything of it lies.
        url: The server that it is used with.
        key: Of its vault.
    """

    folder: Path
    url: str
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)

    @property
    def environ(self) -> dict[str, str]:
        return {"ASTRAVUE_HOME": str(self.folder), "ASTRAVUE_VAULT_KEY": self.key}

    @property
    def login(self) -> Login:
        """The sign-in as it is stored."""
        (login,) = self._vault.logins()
        return login

    def replace_login(self, login: Login) -> None:
        """Store another sign-in in its place."""
        self._vault.save(login)

    @property
    def _vault(self) -> Vault:
        return Vault(find_folders(self.environ), self.environ)

    def session(self, answers: Answers, *, trust: bool = False) -> Session:
        """A window, in which a scripted model answers.

        Args:
            answers: Of the model.
            trust: The settings say that the server may say what its tools do.
        """
        return Session(
            Settings(server=self.url, trust=trust),
            find_folders(self.environ),
            SessionOptions(policy=Policy(), model=ScriptedModel(answers)),
            environ=self.environ,
        )


def fill_in(**content: FormValue) -> Callable[[ElicitationRequested], None]:
    """Answer a form with these values."""

    def answer(question: ElicitationRequested) -> None:
        question.action = ElicitationAction.ACCEPTED
        question.content = content

    return answer


def answer_with(action: ElicitationAction) -> Callable[[ElicitationRequested], None]:
    """Answer a question without saying anything."""

    def answer(question: ElicitationRequested) -> None:
        question.action = action

    return answer


class Guest:
    """Sits before a session, and says yes or no.

    Args:
        session: The window.
        approves: What is said to every write.
        signs_in: Whether to sign in when that is asked for.
    """

    def __init__(self, session: Session, *, approves: bool = True, signs_in: bool = False) -> None:
        self.session = session
        self.approves = approves
        self.signs_in = signs_in
        self.answer = answer_with(ElicitationAction.CANCELLED)
        self.heard: list[Event] = []

    def all(self, kind: type[_EVENT]) -> list[_EVENT]:
        """What was heard of one kind."""
        return [event for event in self.heard if isinstance(event, kind)]

    async def sign_in(self) -> str:
        """Sign in through the whole flow; the browser only follows."""
        return await self.session.signing_in.login(_show_nothing, None, open_browser=follow)

    async def call(self, name: str, /, **arguments: JsonValue) -> ToolCallFinished:
        """Call a tool by hand, and give how it ended."""
        await self._hear(self.session.call(name, arguments))
        return self.all(ToolCallFinished)[-1]

    async def begin(self, name: str, /, **arguments: JsonValue) -> None:
        """Call a tool by hand, and stop it once it tells how far it is."""
        await self._hear(self.session.call(name, arguments), until=ToolCallProgress)

    async def say(self, text: str) -> None:
        """Say something to the model."""
        await self._hear(self.session.turn(text))

    async def _hear(
        self, events: AsyncGenerator[Event, None], until: type[ToolCallProgress] | None = None
    ) -> None:
        async with aclosing(events) as source:
            async for event in source:
                self.heard.append(event)
                if until is not None and isinstance(event, until):
                    return
                match event:
                    case ApprovalRequested() if self.approves:
                        event.decision = Decision.ALLOWED
                    case ElicitationRequested():
                        self.answer(event)
                    case SignInRequested() if self.signs_in:
                        await self.sign_in()
                        event.signed_in = True
                    case _:
                        pass


def _show_nothing(_: str) -> None:
    """Nobody has to open the address."""


@asynccontextmanager
async def visit(
    home: Home,
    answers: Sequence[Iterable[StreamItem]] = (),
    *,
    approves: bool = True,
    signs_in: bool = False,
    trust: bool = False,
) -> AsyncGenerator[Guest]:
    """Open a window, and close it whatever happens.

    Args:
        home: The installation.
        answers: Of the model, one for each request.
        approves: What is said to every write.
        signs_in: Whether to sign in when that is asked for.
        trust: The settings say that the server may say what its tools do.
    """
    session = home.session(answers, trust=trust)
    try:
        yield Guest(session, approves=approves, signs_in=signs_in)
    finally:
        await session.aclose()
