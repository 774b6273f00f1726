"""Oracles with one mistake each: what a case has to notice.

A mistake that comes to the same in the end is none, such as another title that a later call corrects. So each
is tried on the workspace first, without a model and without a server, and kept only where the outcome is
another one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from agent.errors import AgentError
from agent.jsontypes import JsonObject, dump, is_object
from agent.sandbox.database import open_copy
from evals.definitions.case import CallRule, Case, GoldenCall, Turn
from evals.definitions.case_key import CaseKey
from evals.definitions.references import names_in
from evals.definitions.tools import KnownTool, tools_of
from evals.scoring.calls import is_meant
from evals.state.changes import Change
from evals.state.difference import describe_difference
from evals.state.leaving_out import leave_out
from evals.trials.alternatives import Alternatives
from evals.trials.wrong_answers import EMPTY_HANDED, alter, is_noticed, rules_of
from evals.workspaces.starting import changes_by, start_of

_KEPT = 512
_MOST_WRITES = 4
_LONGEST = 80
_Item = TypeVar("_Item")
_UNASKED: Sequence[tuple[str, JsonObject]] = (
    ("astravue_add_task_comment", {}),
    ("astravue_create_personal_task", {}),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake.

    Args:
        description: What is done wrong, for people.
        turns: The calls and answers with it, turn by turn.
    """

    description: str
    turns: tuple[Turn, ...]


def mutants(case: Case) -> tuple[Mutant, ...]:
    """The mistakes that a case has to notice, in an order that is always the same.

    Args:
        case: The case.

    Raises:
        AgentError: Its workspace cannot be made, or its golden calls do not work.
    """
    return _mutants(CaseKey(case))


@lru_cache(_KEPT)
def _mutants(key: CaseKey) -> tuple[Mutant, ...]:
    database = open_copy(start_of(key.case))
    try:
        return tuple(_Maker(key.case, Alternatives(database)).make())
    finally:
        database.close()


class _Maker:
    """Makes the mutants of one case."""

    def __init__(self, case: Case, alternatives: Alternatives) -> None:
        self._case = case
        self._alternatives = alternatives
        self._tools = tools_of(case)
        self._goal = self._changes(case.turns)

    def make(self) -> Iterator[Mutant]:
        """All of them."""
        writes = list(self._writes())
        for turn, call in _spread(writes, _MOST_WRITES):
            yield from self._without(turn, call)
            yield from self._changed(turn, call)
        if not writes:
            yield from self._without_reads()
            yield from self._other_facts()
        yield from self._unasked()
        yield from self._empty_handed()

    def _writes(self) -> Iterator[tuple[int, int]]:
        """The golden calls that change something, each as the places of its turn and in it."""
        for place, turn in enumerate(self._case.turns):
            for number, call in enumerate(turn.calls):
                if self._tool(call).writes and not call.refused and turn.allows(call.tool):
                    yield place, number

    def _without(self, turn: int, call: int) -> Iterator[Mutant]:
        left_out = self._case.turns[turn].calls[call]
        turns = _leave_out_call(self._case.turns, left_out)
        if self._is_noticed(turns):
            yield Mutant(f"leaves out {_name(left_out)}", turns)

    def _changed(self, place: int, number: int) -> Iterator[Mutant]:
        turn = self._case.turns[place]
        call = turn.calls[number]
        refused: Mutant | None = None
        for name, arguments in self._alternatives.of(call.arguments, self._tool(call).properties):
            if name in turn.edits.get(call.tool, {}):
                continue
            other = replace(call, arguments=arguments)
            calls = (*turn.calls[:number], other, *turn.calls[number + 1 :])
            turns = _put(self._case.turns, place, replace(turn, calls=calls))
            mutant = Mutant(f"calls {_name(call)} with {name}: {dump(arguments[name])[:_LONGEST]}", turns)
            try:
                if self._differs(turns):
                    yield mutant
                    return
            except AgentError:
                refused = refused or mutant
        # A call that is refused comes to the same as none.
        if refused is not None and self._is_noticed(_leave_out_call(self._case.turns, call)):
            yield refused

    def _without_reads(self) -> Iterator[Mutant]:
        turns = tuple(
            replace(turn, calls=tuple(call for call in turn.calls if call.refused or self._tool(call).writes))
            for turn in self._case.turns
        )
        if self._is_noticed(turns):
            yield Mutant("reads nothing", turns)

    def _other_facts(self) -> Iterator[Mutant]:
        for place, rule in rules_of(self._case):
            turn = self._case.turns[place]
            for fact in rule.contains:
                answer, instead = alter(turn.answer, fact)
                if is_noticed(rule, answer):
                    turns = _put(self._case.turns, place, replace(turn, answer=answer))
                    yield Mutant(f"says “{instead}” in place of “{fact}”", turns)

    def _unasked(self) -> Iterator[Mutant]:
        """One call more, of those that must not be made if there are any."""
        if self._case.expect.ends:
            # The turn ends before there is time for it.
            return
        forbidden = [
            (tool.name, rule.arguments)
            for rule in self._case.expect.never
            for tool in self._tools.like(rule.tool)
            if tool.writes
        ]
        for name, given in (*forbidden, *_UNASKED):
            for place, turn in reversed(list(enumerate(self._case.turns))):
                call = self._some_call(self._tools.by_name[name], given)
                if call is None or not turn.allows(name):
                    continue
                turns = _put(self._case.turns, place, replace(turn, calls=(*turn.calls, call)))
                if self._is_noticed(turns):
                    yield Mutant(f"calls {name}, which nobody asked for", turns)
                    return

    def _some_call(self, tool: KnownTool, given: JsonObject) -> GoldenCall | None:
        required = tool.schema.get("required")
        names = [*(required if isinstance(required, list) else []), *given]
        arguments: JsonObject = {}
        for name in dict.fromkeys(map(str, names)):
            schema = tool.properties.get(name)
            value = given.get(name)
            if value is None:
                value = self._alternatives.some(name, schema if is_object(schema) else {})
            if value is None:
                return None
            arguments[name] = value
        return GoldenCall(tool.name, arguments)

    def _empty_handed(self) -> Iterator[Mutant]:
        turns = self._case.turns
        for place, rule in rules_of(self._case):
            if is_noticed(rule, EMPTY_HANDED):
                turns = _put(turns, place, replace(turns[place], answer=EMPTY_HANDED))
        if turns != self._case.turns:
            yield Mutant(f"answers “{EMPTY_HANDED}”", turns)

    def _tool(self, call: GoldenCall) -> KnownTool:
        return self._tools.by_name[call.tool]

    def _is_noticed(self, turns: Sequence[Turn]) -> bool:
        try:
            return self._differs(turns)
        except AgentError:
            return False

    def _differs(self, turns: Sequence[Turn]) -> bool:
        """Whether the workspace ends up otherwise, or calls are missing that have to be made.

        Raises:
            AgentError: One of the calls is refused.
        """
        if describe_difference(self._goal, self._changes(turns)):
            return True
        return any(
            _is_met(rule, self._case.turns) and not _is_met(rule, turns) for rule in self._case.expect.calls
        )

    def _changes(self, turns: Sequence[Turn]) -> tuple[Change, ...]:
        return leave_out(changes_by(self._case, turns), self._case.expect.ignores)


def _is_met(rule: CallRule, turns: Sequence[Turn]) -> bool:
    return any(is_meant(rule, call) for turn in turns for call in turn.calls)


def _leave_out_call(turns: Sequence[Turn], call: GoldenCall) -> tuple[Turn, ...]:
    """Turns without a call, and without those that cannot be made without its result."""
    gone = {call.name} - {""}
    left: list[Turn] = []
    for turn in turns:
        calls: list[GoldenCall] = []
        for each in turn.calls:
            if each is call or gone & set(names_in(each.arguments)):
                gone |= {each.name} - {""}
            else:
                calls.append(each)
        left.append(replace(turn, calls=tuple(calls)))
    return tuple(left)


def _put(turns: Sequence[Turn], place: int, turn: Turn) -> tuple[Turn, ...]:
    return (*turns[:place], turn, *turns[place + 1 :])


def _spread(items: Sequence[_Item], most: int) -> list[_Item]:
    """Some of many, from the first to the last."""
    if len(items) <= most:
        return list(items)
    return [items[round(place * (len(items) - 1) / (most - 1))] for place in range(most)]


def _name(call: GoldenCall) -> str:
    return f"{call.tool} of line {call.line}"
