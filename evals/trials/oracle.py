"""Plays the model by the golden calls and answers of a case: whole, with one mistake, or not at all."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace

from agent.conversation import ToolCall
from agent.errors import AgentError, ModelError
from agent.events import CallOutcome, Event, ToolCallFinished
from agent.jsontypes import JsonValue, dump
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.scripted import say
from agent.session.session import Session
from evals.definitions.case import Case, GoldenCall, Moment, Turn
from evals.definitions.references import names_in, resolve
from evals.definitions.tools import KnownTools, tools_of
from evals.definitions.trial import Kind, TrialPlan
from evals.trials.mutants import mutants
from evals.trials.plays import ScriptedUser

_NULL_ANSWER = "I am sorry, but I have left everything as it is."
_USUAL_ANSWER = "Done."
_MOST_REPEATS = 2


def golden_play(plan: TrialPlan) -> "GoldenPlay":
    """The play of a trial by the oracle, by one of its mutants, or by the null agent.

    Args:
        plan: Of such a kind.

    Raises:
        AgentError: The workspace of the case cannot be made.
    """
    case = plan.case
    match plan.kind:
        case Kind.NULL:
            turns = tuple(replace(turn, calls=(), answer=_NULL_ANSWER) for turn in case.turns)
        case Kind.MUTANT:
            turns = mutants(case)[plan.number - 1].turns
        case _:
            turns = case.turns
    return GoldenPlay(case, turns)


class GoldenPlay(ScriptedUser):
    """The user of a case, and a model that knows what to do.

    Args:
        case: The case.
        turns: The calls and answers, turn by turn.
    """

    def __init__(self, case: Case, turns: Sequence[Turn]) -> None:
        self._golden = GoldenModel(str(case.path), tools_of(case))
        super().__init__(case, self._golden)
        self._scripts = iter(turns)

    def open(self, session: Session, turn: Turn) -> AsyncGenerator[Event, None]:
        """Say what the user says, to a model that knows the answer."""
        self._golden.begin(next(self._scripts))
        return super().open(session, turn)

    def note(self, event: Event) -> None:
        """Let the model see results whole, however long they are."""
        if isinstance(event, ToolCallFinished):
            self._golden.take(event)


class GoldenModel:
    """Makes golden calls and gives golden answers.

    A call that the server did not get to answer is made again. One that it refused is not, nor one that may
    have been done.

    Args:
        where: Names the case in errors.
        tools: Those that the case may name.
    """

    def __init__(self, where: str, tools: KnownTools) -> None:
        self._where = where
        self._tools = tools
        self._steps: list[tuple[GoldenCall, ...]] = []
        self._answer = ""
        self._made: dict[str, GoldenCall] = {}
        self._results: dict[str, JsonValue] = {}
        self._again: list[GoldenCall] = []
        self._repeats = 0
        self._count = 0

    @property
    def name(self) -> str:
        """What transcripts say."""
        return "golden"

    def begin(self, turn: Turn) -> None:
        """Go on with the next turn, whatever was left of the last one.

        Args:
            turn: Has the calls and the answer.
        """
        self._steps = list(steps_of(turn, self._tools))
        self._answer = turn.answer or _USUAL_ANSWER
        self._again = []
        self._repeats = 0

    def take(self, event: ToolCallFinished) -> None:
        """Look at the result of a call."""
        call = self._made.get(event.call.id)
        if call is None:
            return
        if event.outcome is CallOutcome.SUCCEEDED and call.name:
            self._results[call.name] = event.structured
        elif event.outcome is CallOutcome.FAILED and event.error is not None:
            self._again.append(call)

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Make the next calls, or answer.

        Raises:
            ModelError: A call refers to what no result holds.
        """
        del request
        for item in say(*self._next()):
            yield item

    async def aclose(self) -> None:
        """There is nothing to close."""

    def _next(self) -> tuple[str, *tuple[ToolCall, ...]]:
        if self._again and self._repeats < _MOST_REPEATS:
            self._repeats += 1
            calls = tuple(self._again)
        elif self._steps:
            self._repeats = 0
            calls = self._steps.pop(0)
        else:
            return (self._answer,)
        self._again = []
        return ("", *map(self._write, calls))

    def _write(self, call: GoldenCall) -> ToolCall:
        self._count += 1
        try:
            arguments = resolve(call.arguments, self._results, f"{self._where}:{call.line}: {call.tool}")
        except AgentError as error:
            raise ModelError(error.message) from error
        written = ToolCall(f"golden_{self._count}", call.tool, dump(arguments))
        self._made[written.id] = call
        return written


def steps_of(turn: Turn, tools: KnownTools) -> Iterator[tuple[GoldenCall, ...]]:
    """Put calls into steps: each alone, but for neighbouring reads that need nothing of each other.

    Args:
        turn: Has the calls in their order.
        tools: Those that the case may name.
    """
    # What happens before or after a call happens at the same place every time.
    disturbed = {each.tool for each in turn.disturbances if each.moment is not Moment.START}
    together: list[GoldenCall] = []
    for call in turn.calls:
        if _is_free(call, tools) and not disturbed & {"", call.tool}:
            together.append(call)
            continue
        if together:
            yield tuple(together)
            together = []
        yield (call,)
    if together:
        yield tuple(together)


def _is_free(call: GoldenCall, tools: KnownTools) -> bool:
    tool = tools.get(call.tool)
    # What this program's own functions give depends on what was read before.
    is_read = tool is not None and not tool.writes and not tool.is_local
    return is_read and not any(names_in(call.arguments))
