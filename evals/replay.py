"""Strict replay: a recorded conversation again, with the recorded model and a fresh sandbox.

The model's answers come from the transcript; everything else is real: a sandbox with the same seed
at the same moment, the sign-in, the MCP session, validation and approvals. The events that come of it
must be those of the recording.
"""

import difflib
import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence, Set
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from agent.consent import sign_in_as
from agent.conversation import ToolCall
from agent.errors import AgentError
from agent.event_json import encode_event
from agent.events import ApprovalRequested, Decision, Event
from agent.folders import Folders, find_folders
from agent.jsontypes import JsonObject, JsonValue, is_object, parse_object
from agent.model.protocol import Finish, FinishReason, StreamItem, TextDelta, Usage
from agent.model.scripted import ScriptedModel
from agent.sandbox_process import SandboxProcess
from agent.session import Session
from agent.session_options import SessionOptions
from agent.settings import Settings
from agent.tools.catalogue import FIND_TOOLS
from agent.tools.policy import Policy
from agent.transcripts.transcript import Transcript
from evals.normalise import normalise_events

_CONTEXT_LINES = 3


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """The events of one turn of a transcript, `turn_started` first."""

    events: tuple[JsonObject, ...]

    @property
    def text(self) -> str:
        """What the user said."""
        return str(self.events[0].get("text", ""))

    @property
    def context(self) -> str:
        """The facts of that moment."""
        return str(self.events[0].get("context", ""))

    @property
    def by_hand(self) -> ToolCall | None:
        """The call that the user made in the model's place, if this turn is one."""
        for event in self.events:
            if event.get("type") == "step_finished" and event.get("step") == 0:
                return next(_calls(event), None)
        return None

    @property
    def interrupted(self) -> bool:
        """The user stopped it, so it cannot be run again to the same point."""
        return any(event.get("type") == "turn_interrupted" for event in self.events)

    @property
    def offers_search(self) -> bool:
        """Its model was shown a few functions, and one that finds the others."""
        for event in self.events:
            functions = event.get("functions")
            if any(is_object(each) and each.get("name") == FIND_TOOLS for each in _items(functions)):
                return True
        return False

    def answers(self) -> Iterator[list[StreamItem]]:
        """What the model said in each step."""
        for event in self.events:
            if event.get("type") == "step_finished" and event.get("step") != 0:
                text = str(event.get("text", ""))
                items: list[StreamItem] = [TextDelta(text)] if text else []
                items += [*_calls(event), Usage(), Finish(FinishReason(str(event["finish_reason"])))]
                yield items

    def declined(self) -> frozenset[str]:
        """The ids of the calls that were not approved."""
        calls = (event.get("call") for event in self.events if event.get("outcome") == "declined")
        return frozenset(str(call["id"]) for call in calls if is_object(call))

    def edited(self) -> dict[str, JsonObject]:
        """The arguments that the user put in place of those of a call, by the call's id."""
        questions = (event for event in self.events if event.get("type") == "approval_requested")
        return {
            str(event.get("call_id")): arguments
            for event in questions
            if is_object(arguments := event.get("edited"))
        }


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _calls(event: JsonObject) -> Iterator[ToolCall]:
    for call in _items(event.get("tool_calls")):
        if is_object(call):
            yield ToolCall(str(call["id"]), str(call["name"]), str(call["arguments"]))


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a replay found.

    Args:
        turns: How many turns were run again.
        tool_calls: How many tool calls they made.
        difference: The first difference as a diff, recording against replay; empty when there is none.
        where: Names the turn and event of the difference.
    """

    turns: int
    tool_calls: int
    difference: str = ""
    where: str = ""


def split_turns(events: Sequence[JsonObject]) -> list[RecordedTurn]:
    """Cut the events of a transcript into turns."""
    starts = [index for index, event in enumerate(events) if event.get("type") == "turn_started"]
    ends = [*starts[1:], len(events)]
    return [RecordedTurn(tuple(events[start:end])) for start, end in zip(starts, ends, strict=True)]


async def replay(transcript: Transcript, folders: Folders) -> ReplayResult:
    """Run a recorded conversation again and compare.

    Args:
        transcript: Recorded with `astravue try`, so that its workspace can be built again.
        folders: Of this installation; a folder for the sandbox is made in the cache and removed.

    Raises:
        AgentError: The transcript does not say how to build its workspace, or the sandbox cannot start.
    """
    workspace = transcript.header.workspace
    if "seed" not in workspace or "start_time" not in workspace:
        raise AgentError(
            f"{transcript.path} was recorded with {transcript.header.server}, which cannot be rebuilt here.",
            "Record a conversation with: astravue try",
        )
    turns = split_turns(transcript.events)
    # The sandbox and the vault of a replay are nobody's but its own.
    folders.cache.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="replay-", dir=folders.cache))
    options = ["--data", str(home / "sandbox"), "--seed", workspace["seed"], "--rate-limit", "0"]
    try:
        async with SandboxProcess([*options, "--start-time", workspace["start_time"]]) as sandbox:
            replayer = _Replayer(turns, sandbox.url, home)
            try:
                await sign_in_as(sandbox.users[0], replayer.session)
                return await replayer.run()
            finally:
                await replayer.session.aclose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


class _Replayer:
    def __init__(self, turns: Sequence[RecordedTurn], server: str, home: Path) -> None:
        self._turns = turns
        self._turn = turns[0] if turns else RecordedTurn(({},))
        self.session = Session(
            Settings(server=server, profile="replay"),
            find_folders({"ASTRAVUE_HOME": str(home)}),
            SessionOptions(
                policy=Policy(),
                model=ScriptedModel(answer for turn in turns for answer in turn.answers()),
                context=lambda: self._turn.context,
                record=False,
                offer_all=not any(turn.offers_search for turn in turns),
            ),
            environ={"ASTRAVUE_VAULT_KEY": secrets.token_hex(32)},
        )

    async def run(self) -> ReplayResult:
        await self.session.start()
        calls = 0
        for number, turn in enumerate(self._turns, start=1):
            if turn.interrupted:
                return ReplayResult(number - 1, calls)
            self._turn = turn
            replayed = await self._replay(turn)
            calls += sum(event.get("type") == "tool_call_finished" for event in replayed)
            where, difference = _compare(list(turn.events), replayed)
            if difference:
                return ReplayResult(number, calls, difference, f"turn {number} (“{turn.text}”), {where}")
        return ReplayResult(len(self._turns), calls)

    async def _replay(self, turn: RecordedTurn) -> list[JsonObject]:
        declined, edited = turn.declined(), turn.edited()
        encoded: list[JsonObject] = []
        async with aclosing(self._events(turn)) as events:
            async for event in events:
                if isinstance(event, ApprovalRequested):
                    _decide(event, declined, edited)
                encoded.append(encode_event(event))
        return encoded

    def _events(self, turn: RecordedTurn) -> AsyncGenerator[Event, None]:
        call = turn.by_hand
        if call is None:
            return self.session.turn(turn.text)
        return self.session.call(call.name, parse_object(call.arguments))


def _decide(request: ApprovalRequested, declined: Set[str], edited: Mapping[str, JsonObject]) -> None:
    """Answer as the user did."""
    call_id = request.call.id
    if call_id in edited and not request.is_edited:
        request.decision, request.edited = Decision.EDITED, edited[call_id]
    elif call_id not in declined:
        request.decision = Decision.ALLOWED


def _compare(recorded: list[JsonObject], replayed: list[JsonObject]) -> tuple[str, str]:
    """Name the first event that differs, and show how; two empty texts when none does."""
    expected, actual = normalise_events(recorded), normalise_events(replayed)
    for index in range(max(len(expected), len(actual))):
        left = expected[index] if index < len(expected) else {}
        right = actual[index] if index < len(actual) else {}
        if left != right:
            kind = str(left.get("type") or right.get("type"))
            return f"event {index + 1} ({kind})", _diff(left, right)
    return "", ""


def _diff(recorded: JsonObject, replayed: JsonObject) -> str:
    lines = difflib.unified_diff(
        json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True).splitlines(),
        json.dumps(replayed, indent=1, ensure_ascii=False, sort_keys=True).splitlines(),
        "recorded",
        "replayed",
        lineterm="",
        n=_CONTEXT_LINES,
    )
    return "\n".join(lines)
