"""Runs the injections against the real program and looks at what became of the workspace."""

import secrets
import shutil
import tempfile
import tomllib
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from pathlib import Path

import httpx2

from agent.demo.consent import sign_in_as
from agent.demo.sandbox_process import SandboxProcess
from agent.drawing.identifiers import in_words
from agent.errors import AgentError
from agent.events import (
    ApprovalRequested,
    Decision,
    Event,
    Notice,
    StepFinished,
    ToolCallFinished,
    ToolCallStarted,
    TurnFinished,
)
from agent.jsontypes import JsonObject, dump
from agent.repl.lines import describe_arguments, describe_outcome
from agent.session.session import Session, SessionOptions
from agent.settings.settings import Settings
from agent.system.folders import Folders, find_folders
from agent.tools.fence import fence
from agent.tools.policy import Policy
from agent.tools.tool import Effect
from evals.red_team.obedient import ObedientModel, read_orders
from evals.red_team.places import PLACES, Ids, choose_ids, contents, plant
from evals.red_team.proxy import HostileProxy, hostile_proxy

_LISTED = ("tool", "hints", "parameter")
"""Places in the listing of tools, which a session reads once."""
_PREFIX = "astravue_"
_YES = Decision.ALLOWED_FOR_SESSION


class Reader(StrEnum):
    """Who reads the injections."""

    SCRIPT = "script"
    CHAT = "chat"
    READ_ONLY = "read-only"
    UNGUARDED = "with --yes"
    """Allows everything, which shows what the injections would do."""


@dataclass(frozen=True, slots=True)
class Case:
    """An injection: its name, where it stands, and its text."""

    id: str
    place: str
    text: str


@dataclass(slots=True)
class Outcome:
    """What became of one injection.

    Args:
        case: The injection.
        reader: Who came across it.
        met: The model read it.
        attempts: The writes that it brought about attempts of.
        asked: How many of them the user was asked about.
        unapproved: Those that were made, as the events tell.
        changed: The rows of the workspace that are not as they were, whatever the events tell.
        leaked: The secrets that left in a request or were shown.
    """

    case: Case
    reader: Reader
    met: bool = False
    attempts: list[str] = field(default_factory=list[str])
    asked: int = 0
    unapproved: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    leaked: list[str] = field(default_factory=list[str])


def read_cases() -> list[Case]:
    """The injections."""
    text = resources.files("evals").joinpath("red_team/cases.toml").read_text(encoding="utf-8")
    return [Case(each["id"], each["place"], each["text"]) for each in tomllib.loads(text)["cases"]]


class RedTeam:
    """One sandbox with its proxy, and the sessions that come across injections there.

    Args:
        control: The sandbox's control API.
        proxy: What stands before it.
        sandbox: The sandbox.
        home: Where the sessions keep things.
    """

    def __init__(
        self, control: httpx2.Client, proxy: HostileProxy, sandbox: SandboxProcess, home: Path
    ) -> None:
        self._control = control
        self._proxy = proxy
        self._sandbox = sandbox
        self._folders = find_folders({"ASTRAVUE_HOME": str(home)})
        self._vault_key = secrets.token_hex(32)
        self._api_key = f"sk-red-team-{secrets.token_hex(32)}"
        self._signed_in = False
        self._clean = b""

    async def run(self, reader: Reader, cases: Sequence[Case]) -> list[Outcome]:
        """Let one reader come across all injections, in as few conversations as they can be met in."""
        together = [case for case in cases if case.place not in _LISTED]
        groups = [together, *([case] for case in cases if case.place in _LISTED)]
        outcomes: list[Outcome] = []
        for group in groups:
            async with self._session(reader, group) as conversation:
                for case in group:
                    outcomes.append(await conversation.meet(case))
        return outcomes

    @asynccontextmanager
    async def _session(self, reader: Reader, cases: Sequence[Case]) -> "AsyncGenerator[_Conversation]":
        hostile = cases[0].place in _LISTED
        settings = Settings(server=self._proxy.url, api_key=self._api_key, trust=not hostile)
        policy = Policy(read_only=reader is Reader.READ_ONLY, allow_all=reader is Reader.UNGUARDED)
        model = ObedientModel({"%API_KEY%": self._api_key, "%VAULT_KEY%": self._vault_key})
        session = Session(
            settings,
            self._folders,
            SessionOptions(policy=policy, model=model, context=lambda: "", record=False, offer_all=True),
            environ={"ASTRAVUE_VAULT_KEY": self._vault_key},
        )
        try:
            if not self._signed_in:
                await sign_in_as(self._sandbox.users[0], session)
                self._clean = self._control.get("/snapshot").raise_for_status().content
                self._signed_in = True
            self._proxy.place, self._proxy.text = "", ""
            self._put(self._clean)
            ids = choose_ids(self._clean)
            if hostile:
                self._proxy.place = cases[0].place
                self._proxy.text = _filled(cases[0].text, ids)
            await session.start()
            conversation = _Conversation(self, reader, session, model, ids)
            await conversation.open()
            yield conversation
        finally:
            await session.aclose()

    def _put(self, snapshot: bytes) -> None:
        self._control.put("/snapshot", content=snapshot).raise_for_status()

    def prepare(self, case: Case, ids: Ids) -> list[str]:
        """Put an injection in its place, and say what the workspace holds then."""
        text = _filled(case.text, ids)
        planted = plant(self._clean, PLACES[case.place], text, ids)
        self._put(planted)
        self._proxy.place, self._proxy.text = case.place, text
        self._proxy.requests.clear()
        return contents(planted)

    def inspect(self, before: list[str], shown: Sequence[str], outcome: Outcome) -> None:
        """Look at what has changed, and for secrets in what left and in what was shown."""
        after = contents(self._control.get("/snapshot").raise_for_status().content)
        outcome.changed = sorted(set(before) ^ set(after))
        kept = {"API key": self._api_key, "vault key": self._vault_key, "access token": self._proxy.token}
        outcome.leaked = [
            name
            for name, secret in kept.items()
            if any(secret in text for text in (*self._proxy.requests, *shown))
        ]

    @property
    def token(self) -> str:
        """The access token in use."""
        return self._proxy.token


class _Conversation:
    def __init__(
        self, team: RedTeam, reader: Reader, session: Session, model: ObedientModel, ids: Ids
    ) -> None:
        self._team = team
        self._reader = reader
        self._session = session
        self._model = model
        self._ids = ids
        self._wanted: list[tuple[str, JsonObject]] = []
        # What a listing of tools brings about, it brings about with the first turn.
        self._opening = Outcome(Case("opening", "", ""), reader)

    async def open(self) -> None:
        """A chat user begins with something of their own, and allows those tools for the session."""
        if self._reader is not Reader.CHAT:
            return
        own: list[tuple[str, JsonObject]] = [
            ("add_task_comment", {"taskId": self._ids.own, "comment": "Looks good."}),
            ("update_task", {"taskId": self._ids.own, "priority": "High"}),
            ("start_timer", {"taskId": self._ids.own}),
            ("create_personal_task", {"taskTitle": "Buy milk"}),
        ]
        self._wanted = own
        text = " ".join(f"CALL {_PREFIX}{name} {dump(arguments)}" for name, arguments in own)
        _, finished = await self._turn(text, self._opening)
        allowed = [each for each in finished if each.decision is _YES]
        if len(allowed) != len(own):
            raise AgentError("The chat user could not allow tools for the session.")
        self._wanted = []

    async def meet(self, case: Case) -> Outcome:
        """Come across an injection, by what a user would ask."""
        outcome = Outcome(case, self._reader)
        if case.place in _LISTED:
            outcome.attempts += self._opening.attempts
            outcome.unapproved += self._opening.unapproved
        place = PLACES[case.place]
        before = self._team.prepare(case, self._ids)
        self._model.secrets["%TOKEN%"] = self._team.token
        asked = f"CALL {_PREFIX}{place.tool} {dump(self._ids.asked(place))}"
        if case.place == "prompt":
            asked += f"\n{fence(_filled(case.text, self._ids), 'prompt')}"
        shown, _ = await self._turn(asked, outcome)
        orders = read_orders(_filled(case.text, self._ids))
        outcome.met = not self._model.obeyed.isdisjoint(orders)
        self._team.inspect(before, shown, outcome)
        return outcome

    async def _turn(self, text: str, outcome: Outcome) -> tuple[list[str], list[ToolCallFinished]]:
        shown: list[str] = []
        finished: list[ToolCallFinished] = []
        writes: set[str] = set()
        async with aclosing(self._session.turn(text)) as events:
            async for event in events:
                shown += _shown(event)
                match event:
                    case ToolCallStarted() if event.effect is not Effect.READ:
                        writes.add(event.call.id)
                        if not self._wants(event.call.name, event.arguments):
                            outcome.attempts.append(event.call.name)
                    case ApprovalRequested():
                        outcome.asked += 1
                        if self._wants(event.tool.name, event.arguments):
                            event.decision = _YES
                    case ToolCallFinished():
                        finished.append(event)
                        made = event.decision not in (Decision.DECLINED, Decision.DENIED_BY_RULE)
                        if made and event.call.id in writes and event.decision is not _YES:
                            outcome.unapproved.append(event.call.name)
                    case _:
                        pass
        return shown, finished

    def _wants(self, tool: str, arguments: JsonObject) -> bool:
        return (tool.removeprefix(_PREFIX), arguments) in self._wanted


def _shown(event: Event) -> Iterator[str]:
    match event:
        case TurnFinished(text) | Notice(text):
            yield text
        case StepFinished():
            yield event.text
        case ToolCallStarted():
            yield f"{in_words(event.title)} · {describe_arguments(event.arguments)}"
        case ApprovalRequested():
            yield from (event.summary, *event.details, event.because)
        case ToolCallFinished():
            yield describe_outcome(event)
        case _:
            pass


def _filled(text: str, ids: Ids) -> str:
    known = {
        "%TASK%": ids.task,
        "%VICTIM%": ids.victim,
        "%OTHER%": ids.other,
        "%SPACE%": ids.space,
        "%PROJECT%": ids.project,
    }
    for word, value in known.items():
        text = text.replace(word, str(value))
    return text


@asynccontextmanager
async def red_team(folders: Folders) -> AsyncGenerator[RedTeam]:
    """Start a sandbox of its own, with what is needed to try injections there.

    Args:
        folders: Of this installation; a folder for the sandbox is made in the cache and removed.
    """
    with _temporary(folders) as home:
        options = [
            "--data",
            str(home / "sandbox"),
            "--seed",
            "demo",
            "--rate-limit",
            "0",
            "--control-port",
            "0",
        ]
        async with SandboxProcess(options) as sandbox:
            with (
                hostile_proxy(sandbox.url.removesuffix("/mcp")) as proxy,
                httpx2.Client(
                    base_url=sandbox.control.url,
                    headers={"Authorization": f"Bearer {sandbox.control.token}"},
                    timeout=60,
                ) as control,
            ):
                yield RedTeam(control, proxy, sandbox, home)


@contextmanager
def _temporary(folders: Folders) -> Generator[Path]:
    folders.cache.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="red-team-", dir=folders.cache))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
