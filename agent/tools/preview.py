"""What a call will change, in the user's words: titles beside ids, how many, where, and old values.

Made of what results told before (`NameIndex`); what is not known stands as it is. Every line is one line,
whoever wrote the titles in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from agent.events import Change
from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.effects import is_bulk, words_of
from agent.tools.names import NameIndex, Thing, by_breadth, kind_of, one_line, things_deleted, things_in
from agent.tools.tool import Tool

MOST_LISTED = 10
"""How many things a question lists; of the others it says how many they are."""

_VERBS = (
    *("delete", "remove", "create", "update", "move", "archive", "close", "complete", "assign", "add"),
    *("mark", "set", "duplicate", "edit", "restore", "send", "invite", "purge", "erase"),
)
_UPDATING = frozenset(("update", "edit", "set", "change", "rename", "move"))
_TARGETS = ("target", "to", "new", "destination")
_LONGEST_VALUE = 400
_LONGEST_OLD_VALUE = 60
# Of a text that is compared line by line.
_LONGEST_TEXT = 20_000


# People and labels outlive what they are put on.
_STAYING = frozenset(("owners", "members", "watchers", "assignees", "users", "tags"))


@dataclass(frozen=True, slots=True)
class Preview:
    """A question's lines.

    Args:
        summary: One line that says it all.
        details: What it is made of.
        changes: What of that is about one argument each.
    """

    summary: str
    details: tuple[str, ...]
    changes: tuple[Change, ...]


def preview(tool: Tool, arguments: JsonObject, names: NameIndex) -> Preview:
    """Describe a call before it is made."""
    key, items = _main_list(tool, arguments)
    if len(items) > 1:
        rest = {name: value for name, value in arguments.items() if name != key}
        lines = [f"  {_describe_item(tool, key, item, names)}" for item in items[:MOST_LISTED]]
        more = [f"  and {len(items) - MOST_LISTED} more"] if len(items) > MOST_LISTED else []
        changes = changes_of(tool, rest, names)
        listed = (*lines, *more, *map(describe_change, changes))
        return Preview(_summarise_list(tool, key, items, rest, names), listed, changes)
    subject = describe_subject(tool, arguments, names)
    summary = f"{tool.title}: {subject}" if subject else tool.title
    changes = changes_of(tool, arguments, names)
    return Preview(summary, (*map(describe_change, changes), *_contents(tool, arguments, names)), changes)


def things_shown(tool: Tool, arguments: JsonObject) -> tuple[Thing, ...]:
    """The things that a question about a call names, each once."""
    key, items = _main_list(tool, arguments)
    shown = {**arguments, key: items[:MOST_LISTED]} if key else arguments
    nested = [thing for item in items[:MOST_LISTED] if is_object(item) for thing in things_in(item)]
    return tuple(dict.fromkeys((*things_in(shown), *nested)))


def uncounted(tool: Tool, arguments: JsonObject, names: NameIndex) -> tuple[Thing, ...]:
    """The one thing that a call deletes, if a result named it and none told what it holds."""
    deleted = things_deleted(tool, arguments)
    if len(deleted) != 1 or names.name_of(deleted[0]) is None:
        return ()
    told = any(what not in _STAYING for what, _ in _counted(names.record(deleted[0])))
    return () if told else deleted


def describe_arguments(tool: Tool, arguments: JsonObject, names: NameIndex) -> tuple[str, ...]:
    """One line for each argument: names beside ids, the old value before the new.

    Such as `taskId: “Fix login” (141300)` and `status: OPEN → Done`.
    """
    return tuple(describe_change(change) for change in changes_of(tool, arguments, names))


def describe_change(change: Change) -> str:
    """One line for one argument."""
    return f"{change.name}: {_old_and_new(change.before, change.after)}"


def changes_of(tool: Tool, arguments: JsonObject, names: NameIndex) -> tuple[Change, ...]:
    """Each argument with the value that there was, texts as they are."""
    before = _record_before(tool, arguments, names)
    return tuple(
        Change(key, _title_of(tool, key), _old(key, before), _describe(key, arguments[key], names))
        for key in _in_order(tool, arguments)
    )


def describe_subject(tool: Tool, arguments: JsonObject, names: NameIndex) -> str:
    """What a call is about, in the user's words: what it updates, the title it gives, or what it names.

    What is updated is called as it is until then, even if the call gives it another title.
    """
    updated = _updated(tool, arguments)
    if updated is not None and (known := names.name_of(updated)):
        return f"“{known}” ({updated[1]})"
    for key in _in_order(tool, arguments):
        value = arguments[key]
        if isinstance(value, str) and key.lower().endswith(("title", "name")):
            return f"“{one_line(value)}”"
    things = things_in({key: arguments[key] for key in _in_order(tool, arguments)})
    named = [(thing, name) for thing in by_breadth(things) if (name := names.name_of(thing))]
    return f"“{named[0][1]}” ({named[0][0][1]})" if named else ""


def _summarise_list(
    tool: Tool, key: str, items: Sequence[JsonValue], rest: JsonObject, names: NameIndex
) -> str:
    things = [thing for item in items for thing in _subjects(tool, key, item)[:1]]
    noun = things[0][0] if things else key.removesuffix("s")
    verb = next((word for word in words_of(tool.name).split("_") if word in _VERBS), "")
    what = f"{len(items)} {noun}s{_place(things, rest, names)}"
    return f"{verb.capitalize()} {what}" if verb else f"{tool.title}: {what}"


def _place(things: Sequence[Thing], rest: JsonObject, names: NameIndex) -> str:
    """Where all things lie, by the call itself or by what results told."""
    given = {key: value for key, value in rest.items() if not words_of(key).startswith(_TARGETS)}
    shared = frozenset[Thing].intersection(*map(names.places, things)) if things else frozenset[Thing]()
    candidates = [thing for thing in (*things_in(given), *sorted(shared)) if thing[0] != "user"]
    named = [name for thing in by_breadth(candidates) if (name := names.name_of(thing))]
    return f" in “{named[0]}”" if named else ""


def _main_list(tool: Tool, arguments: JsonObject) -> tuple[str, list[JsonValue]]:
    """The argument that lists what a call changes, and what it lists; none for a call about one thing."""
    if not is_bulk(tool, arguments):
        return "", []
    lists = [
        (key, value)
        for key, value in arguments.items()
        if isinstance(value, list) and (kind_of(key) is not None or all(map(is_object, value)))
    ]
    return max(lists, key=lambda pair: len(pair[1])) if lists else ("", [])


def _subjects(tool: Tool, key: str, item: JsonValue) -> list[Thing]:
    """The things that an item of a list is about, not those that it lies in."""
    if not is_object(item):
        return list(things_in({key: item}))
    words = words_of(tool.name).split("_")
    return [thing for thing in things_in(item) if thing[0] in words or f"{thing[0]}s" in words]


def _describe_item(tool: Tool, key: str, item: JsonValue, names: NameIndex) -> str:
    if not is_object(item):
        return _describe(key, item, names)
    things = _subjects(tool, key, item)
    title = next((str(value) for name, value in item.items() if name.lower().endswith(("title", "name"))), "")
    known = names.name_of(things[0]) if things else None
    head = f"“{known}” ({things[0][1]})" if known else f"“{one_line(title)}”" if title else ""
    before = names.record(things[0]) if things else {}
    changes = ", ".join(
        f"{name}: {_old_and_new(_old(name, before), _describe(name, value, names))}"
        for name, value in item.items()
        if not (head and (kind_of(name) == things[0][0] if known else str(value) == title))
    )
    return ": ".join(filter(None, (head, changes)))


def _record_before(tool: Tool, arguments: JsonObject, names: NameIndex) -> JsonObject:
    """What is known of the thing that a call updates; nothing for calls that make something new."""
    updated = _updated(tool, arguments)
    return {} if updated is None else names.record(updated)


def _updated(tool: Tool, arguments: JsonObject) -> Thing | None:
    """The one thing that a call updates."""
    words = words_of(tool.name).split("_")
    if _UPDATING.isdisjoint(words):
        return None
    updated = [thing for thing in things_in(arguments) if thing[0] in words]
    return updated[0] if len(updated) == 1 else None


def _old_and_new(before: str, after: str) -> str:
    old, new = _short(before, _LONGEST_OLD_VALUE), _short(after)
    return new if not before or before == after else f"{old} → {new}"


def _title_of(tool: Tool, key: str) -> str:
    properties = tool.input_schema.get("properties")
    schema = properties.get(key) if isinstance(properties, dict) else None
    title = schema.get("title") if isinstance(schema, dict) else None
    return one_line(title) if isinstance(title, str) and title.strip() else key


def _old(key: str, before: JsonObject) -> str:
    """A field's value as people read it, before a call; a status or priority by its name."""
    value = None if kind_of(key) is not None else before.get(key)
    if is_object(value):
        value = next(
            (held for key, held in value.items() if words_of(key).endswith(("name", "label", "title"))), None
        )
    return "" if value is None or isinstance(value, dict | list) else _cut(str(value))


def _contents(tool: Tool, arguments: JsonObject, names: NameIndex) -> Iterator[str]:
    """What goes with a thing that is deleted, as far as its own record counts it."""
    for thing in things_deleted(tool, arguments):
        counted: dict[str, int] = {}
        for what, number in _counted(names.record(thing)):
            # What is counted and listed as well may be listed in part.
            counted[what] = max(number, counted.get(what, 0))
        told = [_count(number, what) for what, number in counted.items() if number and what not in _STAYING]
        if told:
            yield f"with it: {', '.join(told)}"


def _counted(record: JsonObject) -> Iterator[tuple[str, int]]:
    """What a record counts, in words and in the plural, each with its number: lists by their lengths."""
    for key, value in record.items():
        words = words_of(key).split("_")
        if isinstance(value, list) and all(map(is_object, value)):
            yield " ".join(words), len(value)
        elif is_object(value) and words[-1] == "counts":
            yield from _counted_in(" ".join(words[:-1]), value)
        elif _is_number(value) and "count" in words:
            yield _plural(" ".join(word for word in words if word != "count")), value


def _counted_in(what: str, counts: JsonObject) -> Iterator[tuple[str, int]]:
    """What `taskCounts: {total, open}` or `counts: {comments}` counts: the whole, not its parts."""
    numbers = {key: value for key, value in counts.items() if _is_number(value)}
    if what and "total" in numbers:
        numbers = {"": numbers["total"]}
    for key, number in numbers.items():
        # `checklistItemsDone` are some of `checklistItems`.
        if not any(other and other != key and key.startswith(other) for other in numbers):
            named = words_of(key).replace("_", " ")
            yield (_plural(f"{named} {what}".strip()) if what else named), number


def _is_number(value: JsonValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _plural(words: str) -> str:
    return words if words.endswith("s") else f"{words}s"


def _count(number: int, plural: str) -> str:
    if number != 1:
        return f"{number} {plural}"
    return f"1 {plural[:-3]}y" if plural.endswith("ies") else f"1 {plural.removesuffix('s')}"


def _in_order(tool: Tool, arguments: JsonObject) -> list[str]:
    properties = tool.input_schema.get("properties")
    listed = list(properties) if isinstance(properties, dict) else []
    return sorted(arguments, key=lambda key: listed.index(key) if key in listed else len(listed))


def _describe(key: str, value: JsonValue, names: NameIndex) -> str:
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(_describe(key, item, names) for item in value)
    if isinstance(value, dict | list):
        return _cut(dump(value))
    if value is None:
        return "null"
    name = names.name(key, value)
    return _cut(str(value)) if name is None else f"“{name}” ({value})"


def _short(text: str, most: int = _LONGEST_VALUE) -> str:
    line = one_line(text)
    return line if len(line) <= most else f"{line[:most]}… ({len(line)} characters)"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}… ({len(text)} characters)"
