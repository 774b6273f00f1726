"""Strict replay as a trial: the recorded user and the recorded model, with everything between them real."""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from agent.context.keeper import ContextKeeper
from agent.context.kept_results import KeptResults
from agent.conversation import Conversation
from agent.errors import AgentError, UsageError
from agent.event_json import encode_event
from agent.events import ApprovalRequested, Event
from agent.jsontypes import JsonObject, parse_object
from agent.session.options import MakeKeeper
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.transcripts.transcript import Transcript
from agent.usage.ruler import Ruler
from evals.definitions.case import Case, Disturbance, Moment, Turn
from evals.definitions.problems import shown_path
from evals.definitions.trial import TrialPlan
from evals.replaying.events import compare_events
from evals.replaying.offered import OWN_FUNCTIONS, offered_functions
from evals.replaying.reading import read_recording
from evals.replaying.requests import read_requests
from evals.replaying.strict_model import StrictModel
from evals.replaying.summarising import RecordedContext
from evals.replaying.turns import RecordedTurn, read_turns
from evals.trials.plays import PlainPlay

_SUMMARIES = ("compacted", "compaction_undone")


class Replay(PlainPlay):
    """Plays the user and the model of a recording.

    A conversation is replayed until a turn that was interrupted, as that cannot be done again to the same
    point.

    Args:
        transcript: The recording.
        turns: The turns of its case, which say what happened to the server meanwhile; none without a case.
        trust: The server's word on its tools counts.
        is_strict: Every request has to be the recorded one.
    """

    def __init__(
        self,
        transcript: Transcript,
        turns: Sequence[Turn] = (),
        *,
        trust: bool = False,
        is_strict: bool = True,
    ) -> None:
        self._events = transcript.events
        recorded = takewhile(lambda turn: not turn.interrupted, read_turns(transcript.events))
        self._recorded = iter(tuple(recorded))
        self._turns = iter(turns)
        self._turn = RecordedTurn(0, ({},))
        self._by_hand: list[tuple[str, JsonObject]] = []
        self._replayed: list[JsonObject] = []
        self._asked: Counter[str] = Counter()
        functions = [*offered_functions(transcript.events)]
        self._is_strict = is_strict
        self.model = StrictModel(
            [*read_requests(transcript.events)], transcript.header.model, compares=is_strict
        )
        self.settings = Settings(strict=any(each.get("strict") for each in functions), trust=trust)
        # A model that is offered none of this program's functions chooses among all of the server's itself.
        self.offer_all = not any(each.get("name") in OWN_FUNCTIONS for each in functions)

    @property
    def keeper(self) -> MakeKeeper | None:
        """Keeps the context, of a conversation that was summarised."""
        if any(event.get("type") in _SUMMARIES for event in self._events):
            return self._make_keeper
        return None

    def _make_keeper(self, conversation: Conversation, ruler: Ruler, results: KeptResults) -> ContextKeeper:
        def is_summarised() -> bool:
            return self.model.next is not None and self.model.next.is_summary

        return RecordedContext(conversation, ruler, results, is_summarised=is_summarised)

    async def next_turn(self, _answer: str, /) -> Turn | None:
        """What the user said next."""
        turn = next(self._recorded, None)
        if turn is None:
            return None
        self._turn = turn
        self._replayed.clear()
        self._asked.clear()
        if turn.is_by_hand:
            self._by_hand += turn.written_by_hand
            return Turn(turn.text, signs_in=turn.signs_in)
        said = next(self._turns, Turn(""))
        # Here the user does by themselves what else is done in their place.
        left = tuple(each for each in said.disturbances if not self._is_done(each))
        self._by_hand.clear()
        return replace(said, say=turn.text, disturbances=left)

    def _is_done(self, disturbance: Disturbance) -> bool:
        call = disturbance.call
        at_start = disturbance.moment is Moment.START
        return at_start and call is not None and (call.tool, call.arguments) in self._by_hand

    def context(self, _now: datetime, /) -> str:
        """The facts of the moment that was."""
        return self._turn.context

    async def open(self, session: Session, _turn: Turn, /) -> AsyncGenerator[Event, None]:
        """Say it again, or do again by hand what was done by hand."""
        async with aclosing(self._begin(session)) as events:
            async for event in events:
                yield event
        for between in self._turn.between:
            if between.get("type") in _SUMMARIES:
                undo = between.get("type") == "compaction_undone"
                async with aclosing(session.compact(undo=undo)) as events:
                    async for event in events:
                        yield event

    def _begin(self, session: Session) -> AsyncGenerator[Event, None]:
        turn = self._turn
        if turn.undoes:
            return _undo(session, turn.undoes)
        if (call := turn.by_hand) is not None:
            return session.call(call.name, parse_object(call.arguments))
        # What a workflow brings along is offered with its first request.
        return session.turn(turn.text, turn.offered if turn.typed else (), turn.typed)

    async def decide(self, request: ApprovalRequested, _turn: Turn, /) -> None:
        """Answer as the user did."""
        self._turn.decide(request, self._asked[request.call.id])
        self._asked[request.call.id] += 1

    def note(self, event: Event) -> None:
        """Keep it until the turn has ended."""
        self._replayed.append(encode_event(event))

    def difference(self) -> str:
        """The first difference of the turn to the recording: where it is, and a diff."""
        if not self._is_strict:
            return ""
        turn = self._turn
        different = self.model.difference or compare_events([*turn.events, *turn.between], self._replayed)
        return f"turn {turn.number} (“{turn.typed or turn.text}”), {different}" if different else ""


def replay_play(plan: TrialPlan, *, is_strict: bool = True) -> Replay:
    """Make the play of a trial from the transcript beside its case.

    Args:
        plan: Has the case.
        is_strict: Every request has to be the recorded one.

    Raises:
        AgentError: There is none, or it cannot be read.
    """
    case = plan.case
    if not case.transcript.is_file():
        raise UsageError(
            f"There is no transcript {shown_path(case.transcript)} beside the case.",
            f"Record one: astravue eval record --cases {shown_path(case.path)}",
        )
    transcript = read_recording(case.transcript)
    _check_length(transcript, case)
    # A recorded server says of its tools what the program took them for.
    trust = bool(case.workspace.recorded)
    return Replay(transcript, case.turns, trust=trust, is_strict=is_strict)


def _check_length(transcript: Transcript, case: Case) -> None:
    said = sum(not turn.is_by_hand for turn in read_turns(transcript.events))
    if case.turns and said != len(case.turns):
        raise AgentError(
            f"{transcript.path}:1: its turns are {said}, and those of its case {len(case.turns)}."
        )


async def _undo(session: Session, call_id: str) -> AsyncGenerator[Event, None]:
    await session.start()
    for write in session.writes():
        if not write.can:
            continue
        plan = await session.plan_undo(write.number)
        if plan.call_id == call_id:
            async with aclosing(session.undo(plan)) as events:
                async for event in events:
                    yield event
            return
    raise UsageError(f"There is nothing to undo of the call {call_id}.")
