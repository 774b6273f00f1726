"""Whether the calls that the model chose are the ones wanted, once code has dealt with their words."""

import time
from dataclasses import dataclass
from typing import TypeAlias

from agent.jsontypes import JsonValue
from agent.model.embedded.choice import Choice, ChosenCall
from agent.model.embedded.dates import find_duration, find_moment, find_period
from agent.model.embedded.dialogue import Dialogue, Focus, read_moment
from agent.model.embedded.entities import Entity
from agent.model.embedded.lookup import points
from agent.model.embedded.matching import content_tokens, is_mentioned, similarity, tokens
from agent.model.embedded.model import EmbeddedModel
from agent.model.embedded.naming import PARENTS, Parameter, Role, read_signatures
from agent.model.embedded.repairs import complete
from agent.model.embedded.values import settle_value
from evals.embedded.cases import Case
from evals.embedded.functions import load_functions
from evals.embedded.offers import OfferFor

Call: TypeAlias = tuple[str, dict[str, object]]
"""A call by what it comes down to."""

_NOW = read_moment("Today is Monday, 2026-11-23 (Europe/Berlin, UTC+01:00).", time.time)
_SIGNATURES = {signature.tool: signature for signature in read_signatures(load_functions())}
_SAME = 0.85


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case.

    Args:
        case: The case.
        choice: What the model chose.
        seconds: How long that took.
        is_right: Tools and arguments are those wanted.
        is_right_tool: The tools are.
    """

    case: Case
    choice: Choice
    seconds: float
    is_right: bool
    is_right_tool: bool


async def try_case(model: EmbeddedModel, case: Case, offer_for: OfferFor) -> Outcome:
    """Ask the model for one choice and compare it with what is wanted.

    Args:
        model: The model.
        case: The request and what it wants.
        offer_for: Which functions the model chooses from.
    """
    focus = Focus(
        Entity("task", 1, case.last_task) if case.last_task else None,
        Entity("project", 2, case.last_project) if case.last_project else None,
    )
    begun = time.monotonic()
    choice = await model.choose(offer_for(case.request), Dialogue(case.request, _NOW, focus=focus))
    seconds = time.monotonic() - begun
    got = [simplify(call, case) for call in choice.calls]
    wanted = [[simplify(call, case) for call in calls] for calls in case.wanted] or [[]]
    return Outcome(
        case,
        choice,
        seconds,
        is_right=got in wanted,
        is_right_tool=_tools(got) in [_tools(calls) for calls in wanted],
    )


def simplify(call: ChosenCall, case: Case) -> Call:
    """What a call comes down to: its tool, and its arguments with words as code reads them."""
    signature = _SIGNATURES.get(call.tool)
    if signature is None:
        return call.tool, {}
    call = complete(call, signature, case.request)
    found = {
        parameter.shown: value
        for parameter in signature.parameters
        if parameter.shown in call.arguments
        and (value := _meaning(parameter, call.arguments[parameter.shown], case)) is not None
    }
    for parameter in signature.parameters if case.last_task else ():
        # Code looks a part up on what was talked about last when nothing else is named.
        if parameter.kind == "task" and any(PARENTS.get(p.kind) == ("task",) for p in signature.parameters):
            found.setdefault(parameter.shown, ["it"])
    return call.tool, found


def _tools(calls: list[Call]) -> list[str]:
    return [tool for tool, _ in calls]


def _meaning(parameter: Parameter, value: JsonValue, case: Case) -> object:
    """What a value comes down to once code has dealt with it; `None` when it is dropped."""
    if parameter.role is Role.REFERENCE:
        return _reference(parameter, value, case)
    if parameter.role is Role.LITERAL:
        settled = settle_value(parameter, value, case.request)
        return tokens(settled) if isinstance(settled, str) else settled
    if not set(tokens(str(value))) & set(tokens(case.request)):
        return None
    if parameter.role is Role.FIELD_VALUE:
        return tokens(str(value))
    if parameter.role is Role.DURATION:
        return find_duration(str(value))
    if parameter.role is Role.PERIOD:
        return find_period(str(value), _NOW.date())
    return find_moment(str(value), _NOW)


def _reference(parameter: Parameter, value: JsonValue, case: Case) -> list[str] | None:
    """The names that a reference comes down to; "it" where it means what was talked about last."""
    words = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    named = {
        " ".join(content_tokens(word))
        for word in words
        if is_mentioned(word, case.request) and not _means_last(word, case)
    }
    return sorted(named) or (["it"] if case.last_task and parameter.kind == "task" else None)


def _means_last(words: str, case: Case) -> bool:
    return points(words) or bool(case.last_task and similarity(words, case.last_task) > _SAME)
