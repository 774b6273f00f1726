"""The checks: each says what was wanted and what was found, as lines for people, or nothing at all."""

from collections.abc import Iterable, Iterator, Sequence

from agent.jsontypes import JsonObject, JsonValue, dump
from evals.definitions.case import AnswerRule, CallRule
from evals.definitions.trial import Verdict
from evals.scoring.answers import find_faults
from evals.scoring.calls import is_meant
from evals.scoring.conversation import MadeCall, SeenTurn
from evals.state.changes import Change
from evals.state.difference import describe_difference
from evals.state.leaving_out import leave_out

_LONGEST = 300
_MOST_CALLS = 20


def check_state(goal: Sequence[Change], found: Sequence[Change], ignores: Iterable[str]) -> str:
    """The workspace is as the golden calls leave it.

    Args:
        goal: The changes that are wanted.
        found: The changes that were made.
        ignores: Columns that may hold anything.
    """
    columns = tuple(ignores)
    return describe_difference(leave_out(goal, columns), leave_out(found, columns))


def check_calls(rules: Iterable[CallRule], calls: Sequence[MadeCall]) -> str:
    """Each rule means a call that succeeded.

    Args:
        rules: The rules.
        calls: All calls.
    """
    missing = [rule for rule in rules if not any(call.succeeded and is_meant(rule, call) for call in calls)]
    if not missing:
        return ""
    return _lines([f"wanted: {_describe_rule(rule)}" for rule in missing] + list(_describe_found(calls)))


def check_never(rules: Sequence[CallRule], calls: Sequence[MadeCall]) -> str:
    """No rule means a call that succeeded.

    Args:
        rules: The rules.
        calls: All calls.
    """
    made = [(rule, call) for call in calls if call.succeeded for rule in rules if is_meant(rule, call)]
    return _lines(
        f"wanted: never {_describe_rule(rule)}; found: {_describe_call(call)}" for rule, call in made
    )


def check_answers(rules: Iterable[AnswerRule], turns: Sequence[SeenTurn], *, any_turn: bool) -> str:
    """The answers say what they have to.

    Args:
        rules: The rules.
        turns: The turns with their answers.
        any_turn: What a rule wants may stand in any answer, and what it forbids in none.
    """
    return _lines(line for rule in rules for line in _check_answer(rule, turns, any_turn=any_turn))


def check_end(wanted: int, turns: Sequence[SeenTurn]) -> str:
    """The last turn ended as it has to.

    Args:
        wanted: The exit code.
        turns: The turns.
    """
    if not turns:
        return f"wanted: the last turn ends with {wanted}; found: no turn at all"
    found = turns[-1].exit_code
    if found == wanted:
        return ""
    told = "it did not end" if found is None else str(found)
    because = f" ({turns[-1].problem})" if turns[-1].problem else ""
    return f"wanted: the last turn ends with {wanted}; found: {told}{because}"


def check_steps(most: int, found: int) -> str:
    """It took no more steps than allowed.

    Args:
        most: How many are allowed.
        found: How many it took.
    """
    return f"wanted: at most {most} steps; found: {found}" if found > most else ""


def check_verdict(question: str, verdict: Verdict) -> str:
    """The judge said yes.

    Args:
        question: What was asked.
        verdict: What was answered.
    """
    if verdict.passed:
        return ""
    said = "no verdict" if verdict.broken else "no"
    return f"wanted: yes to “{question}”; found: {said}: {verdict.reason or 'without a reason'}"


def _check_answer(rule: AnswerRule, turns: Sequence[SeenTurn], *, any_turn: bool) -> Iterator[str]:
    answer, where = _answer_of(rule.turn, turns, any_turn=any_turn)
    faults = list(find_faults(rule, answer))
    yield from (f"wanted of {where}: {fault}" for fault in faults)
    if faults:
        yield f"found: {_cut(' '.join(answer.split())) or 'no answer'}"


def _answer_of(turn: int, turns: Sequence[SeenTurn], *, any_turn: bool) -> tuple[str, str]:
    if any_turn:
        return "\n\n".join(each.answer for each in turns), "the answers"
    if not turn:
        return (turns[-1].answer if turns else ""), "the last answer"
    return (turns[turn - 1].answer if turn <= len(turns) else ""), f"the answer of turn {turn}"


def _describe_rule(rule: CallRule) -> str:
    return f"{rule.tool} with {_arguments(rule.arguments)}" if rule.arguments else rule.tool


def _describe_found(calls: Sequence[MadeCall]) -> Iterator[str]:
    if not calls:
        yield "found: no call at all"
    for call in calls[:_MOST_CALLS]:
        yield f"found: {_describe_call(call)}"
    if len(calls) > _MOST_CALLS:
        yield f"and {len(calls) - _MOST_CALLS} more calls"


def _describe_call(call: MadeCall) -> str:
    outcome = "" if call.succeeded else f", {call.outcome}"
    return f"{call.tool} with {_arguments(call.arguments)}{outcome}"


def _arguments(arguments: JsonObject) -> str:
    return _cut(", ".join(f"{name}: {_value(value)}" for name, value in arguments.items())) or "no arguments"


def _value(value: JsonValue) -> str:
    return "anything" if value is None else dump(value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)
