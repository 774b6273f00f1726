"""The beginning of something too long for a model: whole items of a list, or whole lines of a text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.context.opaque import name_opaque
from agent.jsontypes import JsonObject, JsonValue, dump, is_object

_ROUNDS = ((2_000, 20), (500, 10), (200, 5), (80, 3), (40, 1), (20, 0))
_LEVELS = 3
_LINE = 1_000
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A beginning, and what it is the beginning of.

    Args:
        text: What to show.
        said: How much of how much that is, without a full stop; empty if it is all.
        shown: How many items or lines are whole.
        path: Where the list is that was cut, with dots; empty for the whole.
    """

    text: str
    said: str
    shown: int = 0
    path: str = ""


def excerpt_text(text: str, limit: int) -> Excerpt:
    """The first lines of a text; the beginning of its first line where that alone is too long.

    Args:
        text: Longer than the limit.
        limit: The most characters.
    """
    lines = lines_of(text)
    shown, end = 0, 0
    while end + len(lines[shown]) <= limit:
        end += len(lines[shown])
        shown += 1
    kept = text[: end or limit]
    said = f"{len(kept):,} of {len(text):,} characters shown"
    if len(lines) > 1:
        said += f", {shown:,} of {len(lines):,} lines"
    return Excerpt(kept.removesuffix("\n"), said, shown)


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends; what is longer than any line to read is several."""
    return [
        line[start : start + _LINE] for line in _LINES.findall(text) for start in range(0, len(line), _LINE)
    ]


def excerpt_value(value: JsonValue, limit: int) -> Excerpt:
    """The beginning of a JSON value: of its longest list as many whole items as fit.

    Args:
        value: Any.
        limit: The most characters.
    """
    path, items = main_list(value)
    if items and (excerpt := _excerpt_list(value, path, items, limit)):
        return excerpt
    named = name_opaque(value)
    short = shortened(named, limit)
    if short is named:
        return Excerpt(dump(named), "")
    text = dump(short)
    if len(text) <= limit:
        return Excerpt(text, "long texts and lists inside are shortened")
    return Excerpt(text[:limit], f"{limit:,} characters shown")


def _excerpt_list(value: JsonValue, path: str, items: list[JsonValue], limit: int) -> Excerpt | None:
    """The beginning of a value with a list; nothing where not even one item fits, cut short."""
    others = name_opaque(put(value, path, []))
    frame = shortened(others, limit // 2)
    left = limit - len(dump(frame))
    kept = list(first_fitting(items, left))
    count = f"the first {max(len(kept), 1):,} of {len(items):,} items{f' of {path}' if path else ''} shown"
    if not kept:
        kept = [shortened(name_opaque(items[0]), left - 2)]
        count += ", and that shortened"
    elif len(kept) == len(items):
        count = "" if frame is others else "long texts and lists inside are shortened"
    text = dump(put(frame, path, list[JsonValue](kept)))
    return Excerpt(text, count, len(kept), path) if len(text) <= limit else None


def main_list(value: JsonValue) -> tuple[str, list[JsonValue]]:
    """The longest list in a value, and where it is; an empty list if there is none."""
    longest: tuple[str, list[JsonValue]] = ("", [])
    for path, items in _lists(value, "", _LEVELS):
        if len(items) > len(longest[1]):
            longest = path, items
    return longest


def _lists(value: JsonValue, path: str, levels: int) -> Iterator[tuple[str, list[JsonValue]]]:
    if isinstance(value, list):
        yield path, value
    elif is_object(value) and levels:
        for key, item in value.items():
            # A path with dots cannot say a key that has one.
            if key and "." not in key:
                yield from _lists(item, f"{path}.{key}" if path else key, levels - 1)


def put(value: JsonValue, path: str, item: JsonValue) -> JsonValue:
    """A value with another item at a path; a copy along the path alone."""
    key, _, rest = path.partition(".")
    if not key or not is_object(value):
        return item
    return {**value, key: put(value.get(key), rest, item)}


def first_fitting(items: Iterable[JsonValue], room: int) -> Iterator[JsonValue]:
    """As many items as fit, from the first on; data in them that is no text is named.

    Args:
        items: The items.
        room: The most characters of JSON, commas included.
    """
    for item in map(name_opaque, items):
        if not fits(item, room):
            return
        room -= len(dump(item)) + 1
        yield item


def fits(value: JsonValue, room: int) -> bool:
    """Say whether a value is no longer than some characters as JSON; a huge one is not written out for it."""
    return least_length(value, room) <= room and len(dump(value)) <= room


def least_length(value: JsonValue, enough: int) -> int:
    """How many characters a value takes at the very least, counted until there are more than enough."""
    length, waiting = 0, [value]
    while waiting and length <= enough:
        match waiting.pop():
            case str() as text:
                length += len(text) + 2
            case list() as items:
                length += len(items) + 1
                if length <= enough:
                    waiting += items
            case dict() as members:
                length += sum(map(len, members)) + 4 * len(members) + 1
                if length <= enough:
                    waiting += members.values()
            case _:
                length += 1
    return length


def shortened(value: JsonValue, limit: int) -> JsonValue:
    """A value whose long texts and lists are cut until it fits, each with a mark of how much is gone.

    Args:
        value: Any.
        limit: The most characters of JSON; what is all keys may still take more.
    """
    if fits(value, limit):
        return value
    short: JsonValue = value
    for characters, items in ((limit * 3 // 4, 100), *_ROUNDS):
        short = _shorten(value, characters, items)
        if fits(short, limit):
            break
    return short


def _shorten(value: JsonValue, characters: int, items: int) -> JsonValue:
    match value:
        case str() if len(value) > characters:
            return f"{value[:characters]}… ({len(value):,} characters)"
        case list():
            kept: list[JsonValue] = [_shorten(item, characters, items) for item in value[:items]]
            return kept if len(value) <= items else [*kept, f"… ({len(value):,} items)"]
        case dict():
            return _shorten_object(value, characters, items)
        case _:
            return value


def _shorten_object(value: JsonObject, characters: int, items: int) -> JsonObject:
    most = max(4 * items, 10)
    kept = {key[:200]: _shorten(item, characters, items) for key, item in list(value.items())[:most]}
    return kept if len(value) <= most else {**kept, "…": f"({len(value):,} fields)"}
