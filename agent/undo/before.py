"""What is found out before a write, and what it says about taking the write back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent.conversation import Message
from agent.jsontypes import JsonObject, JsonValue
from agent.tools.names import NameIndex
from agent.tools.tool import Tool
from agent.undo.reading import (
    MOST_READS,
    CallTool,
    ReadFailedError,
    Recent,
    arguments_of,
    fetch,
    find_in_conversation,
)
from agent.undo.rules import Read, Rule
from agent.undo.templates import Facts, UnknownValueError, value_at
from agent.undo.wording import field_in_words, several


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a write is made.

    Args:
        tools: The server's tools by name.
        names: Names for ids.
        messages: The conversation until now.
        call_tool: Calls a tool.
    """

    tools: Mapping[str, Tool]
    names: NameIndex
    messages: Sequence[Message]
    call_tool: CallTool


@dataclass(frozen=True, slots=True)
class Before:
    """How a thing was before a write.

    Args:
        rule: How the write is taken back.
        facts: What is known before it.
        absent: The thing was not there.
        never: Why the write cannot be undone; empty if it can.
    """

    rule: Rule
    facts: Facts
    absent: bool = False
    never: str = ""

    @property
    def restored(self) -> JsonObject:
        """The former values of the fields that the write gives, as arguments."""
        return {name: value for name, value in self._former() if value is not None}

    @property
    def lost(self) -> tuple[str, ...]:
        """What will not come back."""
        empty = [f"{name}, which was empty and cannot be emptied again" for name in self.emptied]
        others = [each.text for each in self.rule.lost if not each.path or self.facts.holds(each.path)]
        return (*empty, *others)

    @property
    def emptied(self) -> tuple[str, ...]:
        """The fields that were empty before, in words."""
        return tuple(f"the {field_in_words(name)}" for name, value in self._former() if value is None)

    def _former(self) -> Iterator[tuple[str, JsonValue]]:
        former = self.facts.scope("former")
        given = [name for name in self.rule.fields if self.facts.has_argument(name)]
        others = [other for name in given for other in self.rule.together.get(name, ())]
        for name in dict.fromkeys((*given, *others)):
            yield name, value_at(former, self.rule.fields[name])


class Reader:
    """Finds out how things are before one write, within the reads that it may cost.

    Args:
        surroundings: Where the write is made.
        recent: What was read a moment ago.
    """

    def __init__(self, surroundings: Surroundings, recent: Recent) -> None:
        self._surroundings = surroundings
        self._recent = recent
        self._left = MOST_READS

    async def look(self, rule: Rule, arguments: JsonObject) -> Before:
        """Find out how the thing is that a write is about to change."""
        facts = Facts({"args": arguments})
        if rule.never:
            return Before(rule, facts, never=rule.never)
        missing = [call.tool for call in (*rule.calls, *rule.absent_calls) if call.tool not in self._tools]
        if missing:
            return Before(rule, facts, never=f"the server has no tool {missing[0]}")
        if rule.read is None:
            return Before(rule, facts)
        try:
            return await self._read(rule, rule.read, facts)
        except (ReadFailedError, UnknownValueError) as error:
            return Before(rule, facts, never=f"how it is now could not be read ({error})")

    @property
    def _tools(self) -> Mapping[str, Tool]:
        return self._surroundings.tools

    async def _read(self, rule: Rule, read: Read, facts: Facts) -> Before:
        where = where_of(read, rule.read_by, facts)
        facts = facts.having(known=self._known(where))
        former = self._seen(rule, read, where)
        if former is None:
            former = await self._fetch(read, facts, where)
        facts = facts.having(former=former)
        for name, other in rule.more.items():
            facts = facts.having(**{name: await self._fetch(other, facts, {})})
        if former is None and not rule.absent_calls:
            return Before(rule, facts, never=rule.absent_never or "it was not found")
        if former is not None and rule.needs is not None and not facts.holds(rule.needs.path):
            return Before(rule, facts, never=rule.needs.text)
        before = Before(rule, facts, absent=former is None)
        if former is not None and rule.fields and not before.restored:
            return Before(rule, facts, never=f"{several(before.emptied)} cannot be emptied again")
        return before

    async def _fetch(self, read: Read, facts: Facts, where: Mapping[str, JsonValue]) -> JsonValue:
        if read.tool not in self._tools:
            raise ReadFailedError(f"the server has no tool {read.tool}")
        arguments = arguments_of(read, facts)
        if self._left <= 0:
            raise ReadFailedError(f"that would take more than {MOST_READS} calls")
        self._left -= 1
        found = await fetch(read, arguments, where, self._surroundings.call_tool)
        self._surroundings.names.learn(found)
        return found

    def _seen(self, rule: Rule, read: Read, where: Mapping[str, JsonValue]) -> JsonObject | None:
        if not rule.fields or not read.own_id or where.get(read.own_id) is None:
            return None
        return self._recent.find(read.own_id, where[read.own_id], tuple(rule.fields.values()))

    def _known(self, where: Mapping[str, JsonValue]) -> JsonValue:
        for own_id, value in where.items():
            found = find_in_conversation(self._surroundings.messages, own_id, value)
            if found is not None:
                return found
        return None


def where_of(read: Read, read_by: Mapping[str, JsonValue], facts: Facts) -> dict[str, JsonValue]:
    """What a thing is found by: the ids that are known of it."""
    templates = read_by or ({read.own_id: f"${read.own_id}"} if read.own_id else {})
    where: dict[str, JsonValue] = {}
    for key, template in templates.items():
        try:
            where[key] = facts.fill(template)
        except UnknownValueError:
            continue
    return where


@dataclass(slots=True)
class Foreseen:
    """What was found out before one write.

    Args:
        tool: The tool that writes.
        arguments: What it is given.
        rule: How it is taken back; `None` where no rule is known.
        surroundings: Where it is made.
        befores: How things were, one for each change of the write.
        items: The changes, if the write has many.
        read_at: When.
    """

    tool: Tool
    arguments: JsonObject
    rule: Rule | None
    surroundings: Surroundings
    befores: tuple[Before, ...] = ()
    items: tuple[JsonObject, ...] = field(default=())
    read_at: float = 0.0

    def describe(self, guess: Callable[[Tool, Mapping[str, Tool]], Tool | None]) -> str:
        """Say whether the write can be taken back, before anybody approves it.

        Args:
            guess: Finds the tool that takes a write back where no rule is known.
        """
        if self.rule is None:
            found = guess(self.tool, self.surroundings.tools)
            if found is None:
                return "This cannot be undone from here."
            return f"/undo can take it back with {found.title}, if the server's answer names what it made."
        reasons = list(dict.fromkeys(before.never for before in self.befores if before.never))
        possible = [before for before in self.befores if not before.never]
        if not possible:
            return f"This cannot be undone: {'; '.join(reasons)}."
        lost = list(dict.fromkeys(text for before in possible for text in before.lost))
        if reasons:
            missing = len(self.befores) - len(possible)
            lost.append(f"{missing} of the {len(self.befores)} ({'; '.join(reasons)})")
        but = f", but not {'; nor '.join(lost)}" if lost else ""
        return f"/undo can take it back{but}."
