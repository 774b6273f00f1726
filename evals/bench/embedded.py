"""How soon the embedded model answers, with its real weights.

How long the child takes to load the weights, to evaluate the prefix once, and to restore its state; then,
over conversations of two turns with the sandbox, how long the first token of the choice and the first item
of the answer take. From the second request on nothing of the prefix may be evaluated again. The weights are
fetched into the folders of this installation (see `ASTRAVUE_HOME`) when they are missing.
"""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from agent.demo.consent import sign_in_as
from agent.demo.sandbox_process import SandboxProcess
from agent.events import ApprovalRequested, Decision
from agent.model.embedded.dialogue import Dialogue
from agent.model.embedded.engine import Engine
from agent.model.embedded.fetch import fetch_model
from agent.model.embedded.model import EmbeddedModel
from agent.model.embedded.naming import read_signatures
from agent.model.embedded.offer import Offer
from agent.model.embedded.prefix import build_prefix, divide
from agent.model.embedded.process import start_child
from agent.model.embedded.weights import QWEN_CODER
from agent.model.protocol import ModelRequest, StreamItem, Usage
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.system.folders import find_folders
from agent.tools.policy import Policy
from evals.bench.figures import Figure, summarise
from evals.embedded.functions import load_functions

CONVERSATIONS = (
    ("Which of my tasks are overdue?", "What is due next week?"),
    ("Hello", "Show the tasks of Website relaunch"),
    ("List the projects in Product", "Show the tasks of Mobile app that are open"),
    ('Create a task "Water the plants" in Office move', "Give it to Maria"),
    ('Create a task "Sort the cables" in Office move', "Start a timer on it"),
    ("Is a timer running?", "Stop the timer"),
    ('Create a task "Buy lamps" in Office move due tomorrow', "Set its priority to high"),
    ("Who is in my workspace?", "Thank you"),
    ("Find tasks about photos", "How many tasks do I have?"),
    ('Create a task "Label the keys" in Office move', "Comment on it: the green ones are spare"),
    ("Which tags do we have?", "Show my saved filters"),
    ('Create a task "Check the alarm" in Office move', "Add a checklist item 'Ask for the code' to it"),
    ("What spaces do we have?", "Who am I signed in as?"),
    ("Any unread notifications?", "Mark every notification as read"),
    ("How is the Mobile app project doing?", "Which custom fields does Mobile app have?"),
    ('Create a task "Empty the fridge" in Office move', "Mark it as done"),
    ('Create a task "Order a sofa" in Office move', "Log 30 minutes on it"),
    ("Show me the timesheet for last week", "And what is the weather like?"),
    ('Create a task "Hang the pictures" in Office move', "Delete it"),
    ("Good morning", "Add a task called Wash the cups to Office move, low priority, due on Friday"),
)


@dataclass(slots=True)
class Moments:
    """What one request took.

    Args:
        request: The user's words.
        first_token: Seconds to the first piece of the choice.
        first_item: Seconds to the first item of the answer, a text or a call.
        cached: Tokens of the prompt that were not evaluated again.
        evaluated: Those that were.
    """

    request: str
    first_token: float = 0.0
    first_item: float = 0.0
    cached: int = 0
    evaluated: int = 0


class TimedModel(EmbeddedModel):
    """The embedded model with a watch; a session that ends does not end it."""

    def __init__(self) -> None:
        super().__init__(find_folders(os.environ), on_progress=lambda _text, _fraction: None)
        self.taken: list[Moments] = []
        self._now: Moments | None = None
        self._begun = 0.0

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message, and note how long its first item takes."""
        self._begun, self._now = time.monotonic(), None
        async with aclosing(super().respond(request)) as items:
            async for item in items:
                # Requests that go on with a plan do not ask the weights.
                if self._now is not None and not self._now.first_item:
                    self._now.first_item = time.monotonic() - self._begun
                    self.taken.append(self._now)
                yield item

    async def _ask(self, offer: Offer, dialogue: Dialogue) -> AsyncGenerator[str | Usage, None]:
        now = self._now = Moments(dialogue.request)
        async with aclosing(super()._ask(offer, dialogue)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    now.cached, now.evaluated = piece.cached_tokens, piece.input_tokens - piece.cached_tokens
                elif not now.first_token:
                    now.first_token = time.monotonic() - self._begun
                yield piece

    async def aclose(self) -> None:
        """Stay for the next session."""

    async def end(self) -> None:
        """End the child."""
        await super().aclose()


async def prepare() -> list[Figure]:
    """Load, evaluate once, and restore in a second child."""
    folders = find_folders(os.environ)
    weights = fetch_model(folders.models)
    prefix = build_prefix(divide(read_signatures(load_functions())))
    loads: list[float] = []
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="states-") as states:
        for what in ("the prefix evaluated for the first time", "its state restored"):
            begun = time.monotonic()
            child = await start_child(weights, Path(states), folders.logs / "embedded-bench.log")
            loaded = time.monotonic()
            engine = Engine(child.endpoint, Path(states), QWEN_CODER.sha256)
            try:
                await engine.prepare(prefix, lambda _done: None)
                base = figures[0] if figures else None
                figures.append(summarise(what, "s", [time.monotonic() - loaded], base=base))
            finally:
                await engine.aclose()
                await child.aclose()
            loads.append(loaded - begun)
    return [summarise("weights loaded", "s", loads), *figures]


async def converse() -> list[Moments]:
    """Hold the conversations, every write approved; return what the second turns took."""
    model = TimedModel()
    second: list[Moments] = []
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as home:
            async with SandboxProcess(["--data", f"{home}/sandbox", "--rate-limit", "0"]) as sandbox:
                environ = {"ASTRAVUE_HOME": home, "ASTRAVUE_VAULT_KEY": secrets.token_hex(32)}
                for number, says in enumerate(CONVERSATIONS):
                    session = Session(
                        Settings(server=sandbox.url, profile="bench"),
                        find_folders(environ),
                        SessionOptions(policy=Policy(), model=model, record=False, offer_all=True),
                        environ=environ,
                    )
                    try:
                        if number == 0:
                            await sign_in_as(sandbox.users[0], session)
                        for text in says:
                            await say(session, text)
                    finally:
                        await session.aclose()
                    second += model.taken[-1:]
    finally:
        await model.end()
    for moments in model.taken[1:]:
        assert moments.cached > moments.evaluated, f"the prefix was evaluated again for: {moments.request}"
    return second


async def say(session: Session, text: str) -> None:
    async with aclosing(session.turn(text)) as events:
        async for event in events:
            if isinstance(event, ApprovalRequested):
                event.decision = Decision.ALLOWED


def measure() -> list[Figure]:
    """Prepare, then hold the conversations; what their second turns took."""
    figures = asyncio.run(prepare())
    second = asyncio.run(converse())
    token = summarise("first token", "s", [moments.first_token for moments in second])
    return [
        *figures,
        token,
        summarise("first item of the answer", "s", [moments.first_item for moments in second], base=token),
        summarise("tokens evaluated", "", [moments.evaluated for moments in second]),
    ]
