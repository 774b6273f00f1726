"""A user played by a model: somebody with a manner and a goal, who sees what a user sees and no more."""

import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.conversation import AssistantMessage, Message, ToolCall, UserMessage
from agent.errors import AgentError, EndpointError, LimitError, ModelError, UsageError
from agent.events import ApprovalRequested, Decision
from agent.jsontypes import parse_object
from agent.model.protocol import FunctionDefinition, Model, Usage
from agent.system.logs import redact_text
from agent.tools.fence import fence
from evals.definitions.case import Case, SimulatedUser, Turn
from evals.definitions.trial import End, PlayedUser, TrialRecord, UserDecision
from evals.trials.asking import Reply, ask, read_prompt
from evals.trials.judging import add_verdict
from evals.trials.open_models import OpenModels
from evals.trials.plays import ScriptedUser

_LONGEST_ANSWER = 20_000
_BEGIN = "The conversation begins. Write your first message."
_SAY_SOMETHING = "You wrote nothing. Write the person's next message, or finish."
_DECIDE = "You did not decide. Say only whether the person would allow it, and why."
_FINISHED = re.compile(r"\s*FINISHED: *(reached|gave up)\b[;:,. ]*(.*)", re.DOTALL | re.IGNORECASE)
_DECISION = re.compile(r"\s*DECISION: *(yes|no)\b[;:,. ]*(.*)", re.DOTALL | re.IGNORECASE)


def _function(name: str, description: str, answer: str, asked: str, because: str) -> FunctionDefinition:
    return FunctionDefinition(
        name,
        description,
        {
            "type": "object",
            "properties": {
                answer: {"type": "boolean", "description": asked},
                "reason": {"type": "string", "description": because},
            },
            "required": [answer, "reason"],
            "additionalProperties": False,
        },
    )


_FINISH = _function(
    "finish",
    "End the conversation, because the goal is reached or the person gives up.",
    "reached",
    "Whether what the person wants is done.",
    "Why, in one sentence.",
)
_DECIDE_FUNCTION = _function(
    "decide",
    "Say whether the person allows what the assistant asks for.",
    "allow",
    "Whether the person allows it.",
    "Why, in one sentence.",
)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Yes or no, and why."""

    yes: bool
    reason: str


@dataclass(slots=True)
class Person:
    """Somebody whom a model plays.

    Args:
        definition: Who it is.
        usage: What the model took, all requests together.
    """

    definition: SimulatedUser
    usage: Usage = field(default_factory=Usage)
    _messages: list[Message] = field(default_factory=list[Message])
    _calls_functions: bool = True

    async def speak(self, model: Model, answer: str) -> str | _Choice:
        """The next message, or that there is none and why.

        Args:
            model: Plays the person.
            answer: What the assistant said last; empty at the start.

        Raises:
            AgentError: The model cannot be asked, or says nothing.
        """
        heard = fence(answer[:_LONGEST_ANSWER], "assistant") if answer else _BEGIN
        self._messages.append(UserMessage(heard))
        for _ in range(2):
            reply = await self._ask(model, self._messages, _FINISH)
            if (finished := _read(reply, _FINISH.name, "reached", _FINISHED, "reached")) is not None:
                return finished
            if reply.text:
                self._messages.append(AssistantMessage(reply.text))
                return reply.text
            self._messages += [AssistantMessage("(nothing)"), UserMessage(_SAY_SOMETHING)]
        raise AgentError("The simulated user said nothing, twice.")

    async def allow(self, model: Model, question: str) -> _Choice:
        """Whether the person allows something.

        Args:
            model: Plays the person.
            question: What the assistant asks for, as it is shown.

        Raises:
            AgentError: The model cannot be asked, or does not decide.
        """
        asked = read_prompt("user-decides").replace("{question}", fence(question, "assistant"))
        # What is asked in the middle of a turn is no part of what is said in it.
        messages = [*self._messages, UserMessage(asked)]
        for _ in range(2):
            reply = await self._ask(model, messages, _DECIDE_FUNCTION)
            if (choice := _read(reply, _DECIDE_FUNCTION.name, "allow", _DECISION, "yes")) is not None:
                return choice
            messages += [AssistantMessage(reply.text or "(nothing)"), UserMessage(_DECIDE)]
        raise AgentError("The simulated user did not decide about a change, twice.")

    async def _ask(self, model: Model, messages: list[Message], function: FunctionDefinition) -> Reply:
        try:
            reply = await self._ask_once(model, messages, function)
        except (ModelError, LimitError) as error:
            raise AgentError(f"The model that plays the user failed: {error}") from error
        self.usage += reply.usage
        return reply

    async def _ask_once(self, model: Model, messages: list[Message], function: FunctionDefinition) -> Reply:
        system = self._system()
        if self._calls_functions:
            try:
                return await ask(model, system, messages, [function])
            except EndpointError:
                raise
            except ModelError:
                # It may be one without functions, which then says in words what it would have called.
                self._calls_functions = False
        return await ask(model, system, messages)

    def _system(self) -> str:
        who = self.definition
        parts = {"{persona}": who.persona, "{goal}": who.goal, "{turns}": str(who.turns)}
        # In one pass, so that a part may hold the mark of another.
        return re.sub("|".join(map(re.escape, parts)), lambda mark: parts[mark[0]], read_prompt("user"))


def _read(reply: Reply, name: str, key: str, line: re.Pattern[str], yes: str) -> _Choice | None:
    """What a call or a line in its place says; `None` where there is neither."""
    for call in reply.calls:
        if call.name == name and (choice := _read_call(call, key)) is not None:
            return choice
    found = line.match(reply.text)
    return None if found is None else _Choice(found[1].lower() == yes, " ".join(found[2].split()))


def _read_call(call: ToolCall, key: str) -> _Choice | None:
    try:
        arguments = parse_object(call.arguments)
    except ValueError:
        return None
    answer, reason = arguments.get(key), arguments.get("reason")
    if not isinstance(answer, bool):
        return None
    return _Choice(answer, reason if isinstance(reason, str) else "")


def simulated_play(case: Case, models: OpenModels) -> "SimulatedPlay":
    """The play of a simulated trial.

    Raises:
        UsageError: The case does not say who its user is.
    """
    if case.simulated is None:
        raise UsageError(f"{case.path}: nobody can play its user; it has no “simulated”.")
    return SimulatedPlay(case, case.simulated, models)


class SimulatedPlay(ScriptedUser):
    """A user whom a model plays, before a real model.

    What the case's turns say of the server, and of what its user never allows, holds here too.

    Args:
        case: The case.
        user: Who its user is.
        models: The models.
    """

    def __init__(self, case: Case, user: SimulatedUser, models: OpenModels) -> None:
        model = models.answering()
        super().__init__(case, model, models.settings, offer_all=model is not None)
        self._models = models
        self._person = Person(user)
        self._said = 0
        self._end: End | None = None
        self._reason = ""
        self._decisions: list[UserDecision] = []

    @property
    def cache(self) -> Path | None:
        """What one trial learns of an endpoint, the others need not."""
        return self._models.cache

    def admitted(self) -> AbstractAsyncContextManager[None]:
        """Wait for the embedded model, which does one trial at a time."""
        return self._models.admitted()

    async def next_turn(self, answer: str, /) -> Turn | None:
        """What the person says next.

        Raises:
            AgentError: The model that plays them cannot be asked, or says nothing.
        """
        said = await self._person.speak(await self._models.user(), answer)
        if not isinstance(said, str):
            if not self._said:
                raise AgentError(f"The simulated user left before the conversation began: {said.reason}")
            self._end, self._reason = End.REACHED if said.yes else End.GAVE_UP, said.reason
            return None
        if self._said >= self._person.definition.turns:
            self._end = End.OUT_OF_TURNS
            return None
        self._said += 1
        return self._turn(said)

    def _turn(self, text: str) -> Turn:
        turns = self._case.turns
        at_once = turns[self._said - 1].disturbances if self._said <= len(turns) else ()
        return Turn(text, signs_in=any(turn.signs_in for turn in turns), disturbances=at_once)

    async def decide(self, request: ApprovalRequested, turn: Turn) -> None:
        """Decline what the case's user never allows; else ask the person."""
        del turn
        name = request.tool.name
        if not any(turn.allows(name) for turn in self._case.turns):
            choice = _Choice(False, "The user of this case never allows it.")
        else:
            question = "\n".join([request.summary, *request.details])
            choice = await self._person.allow(await self._models.user(), question)
        if choice.yes:
            request.decision = Decision.ALLOWED
        self._decisions.append(UserDecision(name, choice.yes, redact_text(choice.reason)))

    async def conclude(self, record: TrialRecord, /) -> TrialRecord:
        """Say how the conversation ended and what the user took; and ask the judge, if there is one."""
        user = PlayedUser(
            self._end,
            redact_text(self._reason),
            self._models.user_settings.model,
            self._person.usage,
            tuple(self._decisions),
        )
        return await add_verdict(replace(record, user=user), self._case.expect.judge, self._models)
