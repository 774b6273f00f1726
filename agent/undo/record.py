"""What is noted of a write so that it can be taken back, in memory and in transcripts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.names import Thing


@dataclass(frozen=True, slots=True)
class UndoCall:
    """A call that takes a write back, or a part of it."""

    tool: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True)
class Look:
    """How to see whether a thing is still as a write left it.

    Args:
        call: What tells how it is.
        left: The values that the write left, by their paths.
        named: What the thing is called.
        list: The list in the answer that the thing is in; the answer is the thing itself when empty.
        where: What the thing is found by in the list.
        paged: The answer is one page of several.
    """

    call: UndoCall
    left: Mapping[str, JsonValue]
    named: str = ""
    list: str = ""
    where: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    paged: bool = False


@dataclass(frozen=True, slots=True)
class Undone:
    """Which part of which write a write took back.

    Args:
        call_id: The write's.
        position: Of the call among those that take it back, counted from 0.
    """

    call_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Record:
    """What is noted of one write.

    Args:
        did: What the write did, in a few words.
        says: What undoing it does, in a few words.
        calls: What is called for that, in order; none if it cannot be undone.
        never: Why it cannot be undone.
        lost: What does not come back.
        looks: How to see whether somebody changed it since.
        undoes: What it took back itself.
        gone: What it deleted for good.
    """

    did: str
    says: str = ""
    calls: tuple[UndoCall, ...] = ()
    never: str = ""
    lost: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()
    undoes: Undone | None = None
    gone: tuple[Thing, ...] = ()

    def to_json(self) -> JsonObject:
        """Write it as a JSON object; what is empty is left out."""
        whole: JsonObject = {
            "did": self.did,
            "says": self.says,
            "calls": [_call_to_json(call) for call in self.calls],
            "never": self.never,
            "lost": list(self.lost),
            "looks": [_look_to_json(look) for look in self.looks],
            "undoes": {"call_id": self.undoes.call_id, "position": self.undoes.position}
            if self.undoes
            else None,
            "gone": [list(thing) for thing in self.gone],
        }
        return {key: value for key, value in whole.items() if value}


def read_record(value: JsonObject) -> Record:
    """Read what `Record.to_json` wrote; what is damaged is read as if it were not there."""
    undoes = value.get("undoes")
    return Record(
        did=_text(value, "did"),
        says=_text(value, "says"),
        calls=tuple(_read_call(each) for each in _objects(value, "calls")),
        never=_text(value, "never"),
        lost=tuple(each for each in _list(value, "lost") if isinstance(each, str)),
        looks=tuple(_read_look(each) for each in _objects(value, "looks")),
        undoes=_read_undone(undoes) if is_object(undoes) else None,
        gone=tuple(_read_things(_list(value, "gone"))),
    )


def _call_to_json(call: UndoCall) -> JsonObject:
    return {"tool": call.tool, "arguments": call.arguments}


def _look_to_json(look: Look) -> JsonObject:
    return {
        **_call_to_json(look.call),
        "left": dict(look.left),
        "named": look.named,
        "list": look.list,
        "where": dict(look.where),
        "paged": look.paged,
    }


def _read_call(value: JsonObject) -> UndoCall:
    return UndoCall(_text(value, "tool"), _object(value, "arguments"))


def _read_look(value: JsonObject) -> Look:
    return Look(
        _read_call(value),
        _object(value, "left"),
        _text(value, "named"),
        _text(value, "list"),
        _object(value, "where"),
        paged=value.get("paged") is True,
    )


def _read_undone(value: JsonObject) -> Undone:
    position = value.get("position")
    return Undone(_text(value, "call_id"), position if isinstance(position, int) else 0)


def _read_things(values: list[JsonValue]) -> Iterator[Thing]:
    for value in values:
        match value:
            case [str(kind), str(own_id)]:
                yield kind, own_id
            case _:
                pass


def _objects(value: JsonObject, key: str) -> list[JsonObject]:
    return [each for each in _list(value, key) if is_object(each)]


def _list(value: JsonObject, key: str) -> list[JsonValue]:
    found = value.get(key)
    return found if isinstance(found, list) else []


def _object(value: JsonObject, key: str) -> JsonObject:
    found = value.get(key)
    return found if is_object(found) else {}


def _text(value: JsonObject, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
