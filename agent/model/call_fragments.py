"""Tool calls, put together from the fragments in which a stream brings them.

Fragments belong together by index, by id, or by following one another, whatever a vendor leaves out,
repeats or makes up. A missing id is made up.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from agent.conversation import ToolCall
from agent.jsontypes import JsonObject, JsonValue, dump, is_object, parse_object, well_formed


def read_index(value: JsonValue) -> int | None:
    """An index, which some vendors write as text; `None` if it is none."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(slots=True)
class _Call:
    """One call as it comes in."""

    index: int | None
    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])
    length: int = 0
    extra: JsonValue = None

    def goes_on(self, id_: str, named: str, arguments: str) -> bool:
        """Say whether a fragment is more of this call.

        Some vendors repeat the name in every fragment, or send it in pieces, or end with all of the
        call once more; others give several calls the same index and no id. A call whose arguments
        are whole has nothing to come.
        """
        if not named or not self.name:
            is_other = bool(id_ and self.id) and id_ != self.id
            return not (is_other and arguments.strip() and self._is_whole())
        if not self.pieces:
            return self.index is not None or named == self.name
        adds_nothing = not arguments.strip() or self._was_said(arguments)
        return named == self.name and (adds_nothing or not self._is_whole())

    def add(self, named: str, arguments: str) -> None:
        """Put a fragment at the end, unless it says all of the call once more."""
        if named != self.name:
            self.name += named
        if named and self._was_said(arguments) and self._is_whole():
            return
        self.length += len(arguments)
        if arguments.strip() or not self.pieces:
            self.pieces += [arguments] if arguments else []
        else:
            self.pieces[-1] += arguments

    def arguments(self) -> str:
        """The arguments as one text, or what came of them."""
        joined = "".join(self.pieces)
        if len(self.pieces) < 2 or is_whole(joined):
            return joined
        # Some vendors send all that there is with every fragment, others begin with an object that is empty.
        if is_whole(self.pieces[-1]) and all(long.startswith(short) for short, long in pairwise(self.pieces)):
            return self.pieces[-1]
        rest = "".join(self.pieces[1:])
        return rest if self.pieces[0].strip() == "{}" and is_whole(rest) else joined

    def _was_said(self, arguments: str) -> bool:
        return len(arguments) == self.length and arguments == "".join(self.pieces)

    def _is_whole(self) -> bool:
        # Most fragments show without parsing that they are not the last.
        return bool(self.pieces) and self.pieces[-1].rstrip().endswith("}") and is_whole("".join(self.pieces))


def is_whole(arguments: str) -> bool:
    """Say whether arguments are an object to its closing brace."""
    try:
        parse_object(arguments)
    except ValueError:
        return False
    return True


class CallFragments:
    """Takes the fragments of a stream's calls in the order in which they come."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def take(self, fragment: JsonObject) -> None:
        """Take one fragment.

        Args:
            fragment: An element of `tool_calls`, or an object with the older `function_call` as `function`.
        """
        index, raw_id = read_index(fragment.get("index")), fragment.get("id")
        is_id = isinstance(raw_id, str | int) and not isinstance(raw_id, bool)
        id_ = str(raw_id) if is_id else ""
        function = fragment.get("function")
        # Cloudflare's own form has name and arguments beside each other.
        parts = function if is_object(function) else fragment
        raw_name = parts.get("name")
        name = raw_name if isinstance(raw_name, str) else ""
        arguments = _as_text(parts.get("arguments"))
        call = self._call_of(index, id_, name, arguments)
        call.id = call.id or id_
        call.extra = call.extra or fragment.get("extra_content")
        call.add(name, arguments)

    def _call_of(self, index: int | None, id_: str, name: str, arguments: str) -> _Call:
        near = [call for call in self._calls if index is None or call.index in (None, index)]
        if not near and not name and not id_:
            near = self._calls
        for call in reversed(near):
            if id_ and call.id == id_ and call.goes_on(id_, name, arguments):
                return call
        # A fragment without a name begins no call, even where the vendor makes up an id for each chunk.
        if near and not (name and id_ and near[-1].id) and near[-1].goes_on(id_, name, arguments):
            return near[-1]
        call = _Call(index, id_)
        self._calls.append(call)
        return call

    def calls(self) -> Iterator[ToolCall]:
        """The calls, in the model's order, each with an id of its own; what never became one is left out."""
        ids: set[str] = set()
        for call in self._real():
            id_ = call.id if call.id and call.id not in ids else f"call_{uuid.uuid4().hex[:12]}"
            ids.add(id_)
            yield ToolCall(id_, call.name, well_formed(call.arguments()))

    def extras(self) -> list[JsonValue]:
        """What Gemini's compatible endpoint wants back with each of these calls; `None` for nothing."""
        return [call.extra for call in self._real()]

    def _real(self) -> Iterator[_Call]:
        return (call for call in self._calls if call.name or call.arguments().strip())


def _as_text(arguments: JsonValue) -> str:
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    # PHP writes an empty object as an empty list.
    return dump(arguments) if arguments != [] else "{}"
