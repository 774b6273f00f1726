"""The function that reads on in a result that was too long to show: page by page, filtered, by fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.context.excerpts import first_fitting, lines_of, main_list, shortened
from agent.context.kept_results import READ_RESULT, KeptResults
from agent.context.opaque import name_opaque, name_opaque_text
from agent.conversation import Message
from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.tool import Annotations, Tool, ToolResult
from agent.tools.toolbelt import LocalFunction

_USUALLY = 50
_MOST = 1_000
# What stands around the items of a page, at the most.
_FRAME = 600
_COMPARISONS = ("contains", "equals", "greater", "less")


class _RequestError(Exception):
    """The arguments ask for something that is not there; the message tells the model."""


@dataclass(frozen=True, slots=True)
class _Filter:
    """One condition on an item.

    Args:
        field: Where the value is, with dots; empty for the item itself.
        comparison: One of `_COMPARISONS`.
        wanted: What it is compared with.
    """

    field: str
    comparison: str
    wanted: JsonValue

    def fits(self, item: JsonValue) -> bool:
        return any(self._compare(value) for value in _values_at(item, self.field))

    def _compare(self, value: JsonValue) -> bool:
        wanted = self.wanted
        match self.comparison:
            case "contains":
                return _plain(wanted).casefold() in _plain(value).casefold()
            case "equals":
                return value == wanted or _plain(value).casefold() == _plain(wanted).casefold()
            case "greater":
                return _is_less(wanted, value)
            case _:
                return _is_less(value, wanted)


def read_result_function(results: KeptResults, messages: Callable[[], Sequence[Message]]) -> LocalFunction:
    """The function for one conversation.

    Args:
        results: Its results.
        messages: Gives its messages.
    """

    async def run(arguments: JsonObject) -> ToolResult:
        try:
            name = str(arguments.get("result", "")).strip().lower()
            if not name.removeprefix("r").isdecimal():
                raise _RequestError("A result is named like “r3”; its note says how.")
            value = await results.load(int(name.removeprefix("r")), messages())
            return _read_page(value, arguments, results.limit)
        except (LookupError, _RequestError) as error:
            return ToolResult(str(error), is_error=True)

    return LocalFunction(lambda _tools: READ_RESULT_TOOL, run, lambda: results.is_wanted)


READ_RESULT_TOOL = Tool(
    READ_RESULT,
    "Read a result",
    "Reads on in an earlier result of this conversation that was cut or left out. It calls nothing on the "
    "server and costs little.",
    {
        "type": "object",
        "properties": {
            "result": {"type": "string", "description": "Which one, such as “r3”."},
            "path": {"type": "string", "description": "A list or text inside it, such as “data.tasks”."},
            "from": {"type": "integer", "minimum": 0, "description": "First item or line; 0 is the first."},
            "count": {"type": "integer", "minimum": 1, "maximum": _MOST},
            "where": {
                "type": "object",
                "description": "Only items whose field (dots go inside) passes one comparison.",
                "properties": {
                    "field": {"type": "string"},
                    "contains": {"type": "string"},
                    "equals": {"type": ["string", "number", "boolean"]},
                    "greater": {"type": ["string", "number"]},
                    "less": {"type": ["string", "number"]},
                },
                "additionalProperties": False,
            },
            "fields": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The fields of each item to keep.",
            },
        },
        "required": ["result"],
        "additionalProperties": False,
    },
    Annotations(read_only=True),
    is_local=True,
)


def _read_page(value: JsonValue, arguments: JsonObject, limit: int) -> ToolResult:
    """One page of a result.

    Args:
        value: The whole result.
        arguments: Of the call.
        limit: The most characters.

    Raises:
        _RequestError: They ask for something that is not there.
    """
    path = str(arguments.get("path", ""))
    value = _value_at(value, path)
    if is_object(value) and not path and (found := main_list(value))[1]:
        path, value = found
    condition = _filter(arguments.get("where"))
    start, count = _number(arguments, "from", 0), _number(arguments, "count", _USUALLY)
    if isinstance(value, str):
        return _read_lines(name_opaque_text(value), condition, start, count, limit - _FRAME)
    items = value if isinstance(value, list) else [value]
    matching = [item for item in items if condition is None or condition.fits(item)]
    fields = arguments.get("fields")
    names = [str(name) for name in fields] if isinstance(fields, list) else []
    wanted = [_pick(item, names) for item in matching[start : start + count]]
    kept = list(first_fitting(wanted, limit - _FRAME))
    page: JsonObject = {"items": kept, "from": start, "of": len(items)}
    if wanted and not kept:
        kept = [shortened(name_opaque(wanted[0]), limit - _FRAME)]
        page |= {"items": kept, "note": "This item is too long, so texts and lists inside are shortened."}
    if path:
        page["path"] = path[:200]
    if condition is not None:
        page["matching"] = len(matching)
    if start + len(kept) < len(matching):
        page["next"] = start + len(kept)
    text = dump(page)
    if len(text) > limit:
        raise _RequestError("One item alone is too long to show; pick some of its fields, or give a path.")
    return ToolResult(text, page)


def _read_lines(text: str, condition: _Filter | None, start: int, count: int, room: int) -> ToolResult:
    lines = lines_of(text)
    matching = [line for line in lines if condition is None or condition.fits(line.removesuffix("\n"))]
    kept: list[str] = []
    for line in matching[start : start + count]:
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    end = start + len(kept)
    said = f"lines {start:,} to {end:,}" if kept else "no lines"
    of = f"{len(matching):,} matching lines" if condition else f"{len(lines):,} lines"
    more = f"; from={end} reads on" if end < len(matching) else ""
    return ToolResult("".join(kept).removesuffix("\n") + f"\n[{said} of {of}{more}]")


def _number(arguments: JsonObject, name: str, usual: int) -> int:
    value = arguments.get(name)
    return value if isinstance(value, int) else usual


def _filter(value: JsonValue) -> _Filter | None:
    if not is_object(value) or not value:
        return None
    asked = [name for name in _COMPARISONS if name in value]
    if len(asked) != 1:
        raise _RequestError(f"A filter needs exactly one of {', '.join(_COMPARISONS)}.")
    return _Filter(str(value.get("field", "")), asked[0], value[asked[0]])


def _value_at(value: JsonValue, path: str) -> JsonValue:
    for key in path.split(".") if path else ():
        if is_object(value) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            there = _keys_of(value)[:500] or "none"
            raise _RequestError(f"There is no “{key[:100]}” at this place; there are: {there}.")
    return value


def _keys_of(value: JsonValue) -> str:
    if is_object(value):
        return ", ".join(list(value)[:20])
    return f"0 to {len(value) - 1}" if isinstance(value, list) and value else ""


def _values_at(item: JsonValue, field: str) -> list[JsonValue]:
    """What stands at a field, in each item of the lists on the way."""
    values = [item]
    for key in field.split(".") if field else ():
        values = [
            each[key]
            for value in values
            for each in (value if isinstance(value, list) else [value])
            if is_object(each) and key in each
        ]
    return [each for value in values for each in (value if isinstance(value, list) else [value])]


def _pick(item: JsonValue, names: list[str]) -> JsonValue:
    if not names or not is_object(item):
        return item
    picked: JsonObject = {}
    for name in names:
        found = _values_at(item, name)
        if found:
            picked[name] = found[0] if len(found) == 1 else found
    return picked


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else dump(value)


def _is_less(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one < other
    try:
        return float(_plain(one)) < float(_plain(other))
    except ValueError:
        # Dates in ISO form sort as text.
        return isinstance(one, str) and isinstance(other, str) and one < other
