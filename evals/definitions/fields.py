"""The fields of a mapping, taken out one by one and checked; what is wrong is collected, not raised."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TypeVar

from agent.jsontypes import JsonObject, JsonValue
from evals.definitions.documents import Entry, Listing, Node, Scalar, Table, plain, plain_object
from evals.definitions.problems import Problems, choices

_Choice = TypeVar("_Choice", bound=StrEnum)


class Fields:
    """The fields of one mapping.

    Args:
        node: What stands in the file.
        names: The fields that there may be.
        what: Names the mapping, such as “a turn”.
        problems: Takes what is wrong.
    """

    def __init__(self, node: Node, names: Collection[str], what: str, problems: Problems) -> None:
        self._what = what
        self._problems = problems
        self.line = node.line
        self._entries: Mapping[str, Entry] = {}
        if not isinstance(node, Table):
            problems.add(node.line, f"{what} has to be a mapping of names to values, not {kind_of(node)}")
            return
        self._entries = node.entries
        for name, entry in node.entries.items():
            if name not in names:
                problems.add(entry.line, f"{what} has no field {name}; {choices(names, name)}")

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def line_of(self, name: str) -> int:
        """Where a field stands; where the mapping begins if it does not."""
        entry = self._entries.get(name)
        return self.line if entry is None else entry.line

    def fault(self, name: str, text: str) -> None:
        """Note that a field is wrong."""
        self._problems.add(self.line_of(name), f"{name} {text}")

    def node(self, name: str) -> Node | None:
        """A field as it stands in the file."""
        entry = self._entries.get(name)
        return None if entry is None else entry.value

    def text(self, name: str, otherwise: str = "", *, required: bool = False) -> str:
        """A text that is not empty."""
        node = self._required(name) if required else self.node(name)
        return otherwise if node is None else self._text_of(name, node, otherwise)

    def choice(self, name: str, kind: type[_Choice], *, required: bool = False) -> _Choice | None:
        """One of some words."""
        given = self.text(name, required=required)
        if not given:
            return None
        try:
            return kind(given)
        except ValueError:
            self.fault(name, f"cannot be {given}; {choices(kind, given)}")
            return None

    def whole(self, name: str, low: int, high: int, otherwise: int = 0, *, required: bool = False) -> int:
        """A whole number."""
        node = self._required(name) if required else self.node(name)
        if node is None:
            return otherwise
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, float) and value.is_integer():
            # As in JSON Schema, where 1.0 is a whole number.
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.fault(name, f"has to be a whole number from {low} to {high}, not {kind_of(node)}")
        return otherwise

    def flag(self, name: str) -> bool:
        """True or false; false where nothing is said."""
        node = self.node(name)
        value = node.value if isinstance(node, Scalar) else None
        if node is not None and not isinstance(value, bool):
            self.fault(name, f"has to be true or false, not {kind_of(node)}")
        return value is True

    def listing(self, name: str, *, required: bool = False) -> tuple[Node, ...]:
        """The items of a list."""
        node = self._required(name) if required else self.node(name)
        if node is None:
            return ()
        if isinstance(node, Listing):
            if required and not node.items:
                self.fault(name, "needs at least one item")
            return node.items
        self.fault(name, f"has to be a list, not {kind_of(node)}")
        return ()

    def texts(self, name: str, otherwise: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts, none of which is empty."""
        if name not in self:
            return otherwise
        return tuple(self._text_of(name, node) for node in self.listing(name))

    def object(self, name: str) -> JsonObject:
        """A mapping with any values."""
        node = self.node(name)
        if node is None:
            return {}
        if isinstance(node, Table):
            return plain_object(node)
        self.fault(name, f"has to be a mapping of names to values, not {kind_of(node)}")
        return {}

    def table(self, name: str) -> Mapping[str, Entry]:
        """A mapping as it stands in the file."""
        node = self.node(name)
        if isinstance(node, Table):
            return node.entries
        if node is not None:
            self.fault(name, f"has to be a mapping of names to values, not {kind_of(node)}")
        return {}

    def _required(self, name: str) -> Node | None:
        if name not in self:
            self._problems.add(self.line, f"{self._what} needs {name}")
        return self.node(name)

    def _text_of(self, name: str, node: Node, otherwise: str = "") -> str:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, str) and value.strip():
            return value
        self._problems.add(node.line, f"{name} has to be text that is not empty, not {kind_of(node)}")
        return otherwise


def kind_of(node: Node) -> str:
    """Name a value in a sentence."""
    match node:
        case Table():
            return "a mapping"
        case Listing():
            return "a list"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=str(text)):
            return f"the text “{text[:40]}”"
        case Scalar():
            return str(plain(node)).lower()


def value_of(node: Node | None) -> JsonValue:
    """The value alone; nothing where there is none."""
    return None if node is None else plain(node)
