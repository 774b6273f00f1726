"""Conversations about one task, in which "it" has to mean the right thing throughout.

Everything but the person is real: the sandbox, the sign-in, session and loop. Every write is approved.
"""

import secrets
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from agent.conversation import ToolCall
from agent.demo.consent import sign_in_as
from agent.demo.sandbox_process import SandboxProcess
from agent.events import ApprovalRequested, Decision, ToolCallFinished, TurnFailed, TurnFinished
from agent.jsontypes import JsonObject, parse_object
from agent.model.protocol import Model
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.system.folders import find_folders
from agent.tools.policy import Policy

_WANTED = ("create_task", "update_task", "start_timer", "update_task", "delete_task")
_START = "2026-11-23T11:00:00Z"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said and the first line of the answer."""

    said: str
    answer: str


@dataclass(frozen=True, slots=True)
class DialogueOutcome:
    """What came of a dialogue.

    Args:
        exchanges: What was said.
        is_right: One task was created, handed to somebody, timed, done and deleted, in this order.
    """

    exchanges: tuple[Exchange, ...]
    is_right: bool


async def try_dialogue(model: Model, says: Sequence[str]) -> DialogueOutcome:
    """Hold a dialogue in a fresh sandbox.

    Args:
        model: Closed when the dialogue is over.
        says: What the user says.
    """
    exchanges: list[Exchange] = []
    writes: list[tuple[ToolCall, JsonObject]] = []
    async with _session(model) as session:
        for text in says:
            async with aclosing(session.turn(text)) as events:
                async for event in events:
                    if isinstance(event, ApprovalRequested):
                        event.decision = Decision.ALLOWED
                    elif isinstance(event, ToolCallFinished) and event.decision is not None:
                        writes.append((event.call, _read(event.text)))
                    elif isinstance(event, TurnFinished | TurnFailed):
                        answer = event.text if isinstance(event, TurnFinished) else str(event.error)
                        exchanges.append(Exchange(text, answer.splitlines()[0]))
    return DialogueOutcome(tuple(exchanges), _is_right(writes))


def _is_right(writes: Sequence[tuple[ToolCall, JsonObject]]) -> bool:
    tools = tuple(call.name.removeprefix("astravue_") for call, _ in writes)
    if tools != _WANTED:
        return False
    made = writes[0][1].get("taskId")
    later = [parse_object(call.arguments) for call, _ in writes[1:]]
    return all(arguments.get("taskId") == made for arguments in later) and "owners" in later[0]


def _read(text: str) -> JsonObject:
    try:
        return parse_object(text)
    except ValueError:
        return {}


@asynccontextmanager
async def _session(model: Model) -> AsyncGenerator[Session]:
    with tempfile.TemporaryDirectory(prefix="dialogue-") as home:
        options = ["--data", f"{home}/sandbox", "--rate-limit", "0", "--start-time", _START]
        async with SandboxProcess(options) as sandbox:
            session = Session(
                Settings(server=sandbox.url, profile="dialogue"),
                find_folders({"ASTRAVUE_HOME": home}),
                SessionOptions(policy=Policy(), model=model, record=False, offer_all=True),
                environ={"ASTRAVUE_VAULT_KEY": secrets.token_hex(32)},
            )
            try:
                await sign_in_as(sandbox.users[0], session)
                yield session
            finally:
                await session.aclose()
