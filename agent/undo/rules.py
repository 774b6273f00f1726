"""The rules by which writes are taken back, as `agent/data/undo.toml` lists them.

A rule belongs to one tool. What it says is interpreted here and nowhere knows of a particular tool, so
that another server's tools need another table and no code.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from typing import cast

from agent.jsontypes import JsonObject, JsonValue, is_object


@dataclass(frozen=True, slots=True)
class Read:
    """A call that tells how a thing is.

    Args:
        tool: What is called.
        arguments: A template of its arguments.
        list: The list in its answer that the thing is in; the answer is the thing itself when empty.
        own_id: The thing's id, as the thing and most writes about it call it.
        paged: The answer is one page of several.
    """

    tool: str
    arguments: JsonObject
    list: str = ""
    own_id: str = ""
    paged: bool = False


@dataclass(frozen=True, slots=True)
class InverseCall:
    """A call that takes a write back, or a part of it.

    Args:
        tool: What is called.
        arguments: A template of its arguments.
        restores: The former values of the fields that the write gave are arguments as well.
        each: The path of a list; the call is made for each `item` of it.
        among: Two templates; items whose first is not in the second are left out.
        skip_if_same: Pairs of templates; the call is not needed where each is a pair of equals.
    """

    tool: str
    arguments: JsonObject = field(default_factory=dict[str, JsonValue])
    restores: bool = False
    each: str = ""
    among: tuple[JsonValue, ...] = ()
    skip_if_same: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A sentence that holds where a path stands for something.

    Args:
        text: The sentence, or its part.
        path: The path; it always holds when empty.
    """

    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How the writes of one tool are taken back.

    Args:
        says: What undoing does, with paths in braces; made from the fields when empty.
        never: Why it can never be undone.
        read: What tells how things are before the write.
        read_by: What the thing is found by in a list, in this order; its `own_id` when empty.
        more: Further reads, each by the scope that its answer makes.
        needs: What has to be there before the write, and why it cannot be undone else.
        absent_never: Why it cannot be undone if the thing is not there before the write.
        absent_says: What undoing does then.
        absent_calls: How it is taken back then.
        when: The path that says whether the write changed anything.
        named: The path of the thing's name, for rules with fields.
        fields: Each argument that changes a field, with the path of the field's value.
        together: Fields that change with another.
        calls: How it is taken back, in order.
        look: What tells how things are before it is taken back; the same as `read` when left out.
        compare: The paths at which a difference means that somebody changed the thing since.
        lost: What does not come back, each with the condition on which it is lost.
        each: The argument that holds many changes, each of which has a rule of its own.
        like: The tool whose rule that is.
    """

    says: str = ""
    never: str = ""
    read: Read | None = None
    read_by: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    more: Mapping[str, Read] = field(default_factory=dict[str, Read])
    needs: Condition | None = None
    absent_never: str = ""
    absent_says: str = ""
    absent_calls: tuple[InverseCall, ...] = ()
    when: str = ""
    named: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    together: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    calls: tuple[InverseCall, ...] = ()
    look: Read | None = None
    compare: tuple[str, ...] = ()
    lost: tuple[Condition, ...] = ()
    each: str = ""
    like: str = ""


@cache
def astravue_rules() -> Mapping[str, Rule]:
    """The rules for Astravue's tools, by their names; read once."""
    text = resources.files("agent.data").joinpath("undo.toml").read_text("utf-8")
    return read_rules(text)


def read_rules(text: str) -> Mapping[str, Rule]:
    """Read a table of rules.

    Raises:
        KeyError: It refers to a read or a tool that it does not have.
        TypeError: It has a key that means nothing.
    """
    table = cast("JsonObject", tomllib.loads(text))
    prefix = _text(table, "prefix")
    reads = {name: _read(entry, prefix) for name, entry in _objects(table.get("reads"))}
    entries = dict(_objects(table.get("tools")))
    return {
        prefix + name: _rule(_inherited(entry, entries), reads, prefix) for name, entry in entries.items()
    }


def _inherited(entry: JsonObject, entries: Mapping[str, JsonObject]) -> JsonObject:
    base = _text(entry, "same_as")
    if not base:
        return entry
    own = {key: value for key, value in entry.items() if key != "same_as"}
    return {**_inherited(entries[base], entries), **own}


def _read(entry: JsonObject, prefix: str) -> Read:
    _refuse_others(entry, Read)
    return Read(
        prefix + _text(entry, "tool"),
        _object(entry, "arguments"),
        _text(entry, "list"),
        _text(entry, "own_id"),
        paged=entry.get("paged") is True,
    )


def _rule(entry: JsonObject, reads: Mapping[str, Read], prefix: str) -> Rule:
    _refuse_others(entry, Rule)
    like = _text(entry, "like")
    return Rule(
        says=_text(entry, "says"),
        never=_text(entry, "never"),
        read=reads[_text(entry, "read")] if "read" in entry else None,
        read_by=_object(entry, "read_by"),
        more={name: reads[str(each)] for name, each in _object(entry, "more").items()},
        needs=_condition(_object(entry, "needs")) if "needs" in entry else None,
        absent_never=_text(entry, "absent_never"),
        absent_says=_text(entry, "absent_says"),
        absent_calls=_calls(entry, "absent_calls", prefix),
        when=_text(entry, "when"),
        named=_text(entry, "named"),
        fields={name: str(path) for name, path in _object(entry, "fields").items()},
        together={name: _texts(others) for name, others in _object(entry, "together").items()},
        calls=_calls(entry, "calls", prefix),
        look=reads[_text(entry, "look")] if "look" in entry else None,
        compare=_texts(entry.get("compare")),
        lost=tuple(_condition(each) for each in _list(entry.get("lost")) if is_object(each)),
        each=_text(entry, "each"),
        like=prefix + like if like else "",
    )


def _calls(entry: JsonObject, key: str, prefix: str) -> tuple[InverseCall, ...]:
    return tuple(_call(each, prefix) for each in _list(entry.get(key)) if is_object(each))


def _call(entry: JsonObject, prefix: str) -> InverseCall:
    _refuse_others(entry, InverseCall)
    return InverseCall(
        prefix + _text(entry, "tool"),
        _object(entry, "arguments"),
        restores=entry.get("restores") is True,
        each=_text(entry, "each"),
        among=tuple(_list(entry.get("among"))),
        skip_if_same=tuple(_list(entry.get("skip_if_same"))),
    )


def _condition(entry: JsonObject) -> Condition:
    _refuse_others(entry, Condition)
    return Condition(_text(entry, "text"), _text(entry, "path"))


def _refuse_others(entry: JsonObject, kind: type[Read | InverseCall | Condition | Rule]) -> None:
    others = set(entry) - {each.name for each in fields(kind)}
    if others:
        raise TypeError(f"no {kind.__name__} has {', '.join(sorted(others))}")


def _objects(value: JsonValue) -> Iterator[tuple[str, JsonObject]]:
    if is_object(value):
        for name, entry in value.items():
            if is_object(entry):
                yield name, entry


def _object(entry: JsonObject, key: str) -> JsonObject:
    value = entry.get(key)
    return value if is_object(value) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(each) for each in _list(value))


def _text(entry: JsonObject, key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
