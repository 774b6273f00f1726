"""YAML documents as values that know their lines.

What is read is the part of YAML that says the same as JSON: mappings, lists, texts, numbers, true, false and
null. A date stays the text that was written, and nothing is made that could grow: no tags, no anchors.

Source: YAML 1.2.2, section 10.2 (the JSON schema), for which plain scalars are values.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from agent.jsontypes import JsonObject, JsonValue

if TYPE_CHECKING:
    from yaml import Event, YAMLError

_WORDS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_DEEPEST = 40
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value without parts."""

    value: bool | int | float | str | None
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a mapping, and where its name stands."""

    value: "Node"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from names to values."""

    entries: Mapping[str, Entry]
    line: int


Node: TypeAlias = Scalar | Listing | Table


class DocumentError(Exception):
    """A text that is no document.

    Args:
        line: Where it breaks, counted from 1.
        text: What is wrong.
    """

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


def read_document(data: bytes) -> Node:
    """Read one document.

    Args:
        data: The file.

    Raises:
        DocumentError: It is not UTF-8, no YAML, or YAML that says more than JSON can.
    """
    from yaml import YAMLError

    if len(data) > _LARGEST:
        raise DocumentError(1, f"it has {len(data):,} bytes; {_LARGEST:,} are allowed")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(data[: error.start].count(b"\n") + 1, "it is not UTF-8") from error
    try:
        return _compose(_events(text))
    except YAMLError as error:
        raise _describe(error, text) from error


def plain(node: Node) -> JsonValue:
    """The value alone, without lines."""
    match node:
        case Scalar(value=value):
            return value
        case Listing(items=items):
            return [plain(item) for item in items]
        case Table():
            return plain_object(node)


def plain_object(table: Table) -> JsonObject:
    """The values of a mapping alone, without lines."""
    return {name: plain(entry.value) for name, entry in table.entries.items()}


def _events(text: str) -> "Iterator[Event]":
    import yaml

    # The parser in C is not there on every platform.
    yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _compose(events: "Iterator[Event]") -> Node:
    from yaml import DocumentStartEvent, StreamEndEvent

    next(events)  # the start of the stream
    first = next(events)
    if not isinstance(first, DocumentStartEvent):
        raise DocumentError(1, "it is empty")
    node = _node(next(events), events, 0)
    next(events)  # the end of the document
    following = next(events)
    if not isinstance(following, StreamEndEvent):
        raise DocumentError(_line(following), "a second document begins here; a file holds one")
    return node


def _node(event: "Event", events: "Iterator[Event]", depth: int) -> Node:
    from yaml import AliasEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

    line = _line(event)
    if isinstance(event, AliasEvent):
        raise DocumentError(line, f"*{event.anchor} refers to something above; write it out, or quote it")
    if depth > _DEEPEST:
        raise DocumentError(line, f"it is nested more than {_DEEPEST} levels deep")
    assert isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent)
    if event.anchor is not None:
        raise DocumentError(
            line, f"&{event.anchor} is an anchor, which is not allowed; quote it if it is text"
        )
    if event.tag is not None:
        raise DocumentError(line, f"{event.tag} is a tag, which is not allowed; quote it if it is text")
    if isinstance(event, ScalarEvent):
        return Scalar(_value(event.value) if event.implicit[0] else event.value, line)
    if isinstance(event, MappingStartEvent):
        return _table(events, line, depth)
    items: list[Node] = []
    while not isinstance(following := next(events), SequenceEndEvent):
        items.append(_node(following, events, depth + 1))
    return Listing(tuple(items), line)


def _table(events: "Iterator[Event]", line: int, depth: int) -> Table:
    from yaml import MappingEndEvent, ScalarEvent

    entries: dict[str, Entry] = {}
    while not isinstance(following := next(events), MappingEndEvent):
        at = _line(following)
        if not isinstance(following, ScalarEvent):
            raise DocumentError(at, "a name has to be text")
        _node(following, events, depth + 1)
        name: str = following.value
        if name in entries:
            raise DocumentError(at, f"{name} stands here again; it is on line {entries[name].line} already")
        entries[name] = Entry(_node(next(events), events, depth + 1), at)
    return Table(entries, line)


def _value(text: str) -> bool | int | float | str | None:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def _line(event: "Event") -> int:
    mark = event.start_mark
    return 1 if mark is None else mark.line + 1


def _describe(error: "YAMLError", text: str) -> DocumentError:
    from yaml import MarkedYAMLError
    from yaml.reader import ReaderError

    if isinstance(error, MarkedYAMLError) and (mark := error.problem_mark or error.context_mark) is not None:
        said = ", ".join(each for each in (error.context, error.problem) if each)
        return DocumentError(mark.line + 1, f"it is no YAML here: {said}")
    position = error.position if isinstance(error, ReaderError) else 0
    return DocumentError(text.count("\n", 0, position) + 1, "a character here is not allowed in YAML")
