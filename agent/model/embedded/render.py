"""What came of a call, as Markdown: sentences for writes, tables for reads. Nothing is left to the model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.cells import Column, cell, columns_for, humanise, name_durations, table
from agent.model.embedded.dialogue import Result
from agent.model.embedded.entities import Entity, read_entity
from agent.model.embedded.naming import Signature

_READS: Final = re.compile(r"^(?:list|get|find|preview|search|read|show|fetch|query)_")
_DONE: Final[Mapping[str, str]] = {
    "create": "Created",
    "update": "Updated",
    "delete": "Deleted",
    "duplicate": "Copied",
    "move": "Moved",
    "add": "Added",
    "remove": "Removed",
    "set": "Set",
    "start": "Started",
    "stop": "Stopped",
    "log": "Logged",
    "mark": "Marked",
    "bulk": "Done:",
}

_JOINTS: Final[Mapping[str, str]] = {
    "start": " on ",
    "stop": " on ",
    "log": " on ",
    "add": " to ",
    "remove": " from ",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """A call that succeeded, and what is needed to tell of it.

    Args:
        signature: The function.
        arguments: What it was called with.
        result: What came of it.
        known: Everything that the conversation knows, for names of ids.
        now: The user's moment, for the time zone.
    """

    signature: Signature
    arguments: JsonObject
    result: Result
    known: tuple[Entity, ...]
    now: datetime


def tell(telling: Telling) -> str:
    """Tell of a call that succeeded, in Markdown that is never empty."""
    content = unwrap(telling.result.structured)
    if _READS.match(telling.signature.tool):
        return _body(telling, content)
    sentence = _sentence(telling, content)
    entity = read_entity(content) if is_object(content) else None
    if entity is None or entity.kind not in ("task", "subtask", "project") or telling.result.deletes:
        return sentence
    assert is_object(content)
    return f"{sentence}\n\n{table(columns_for([content]), [content], telling.now)}"


def unwrap(value: JsonValue) -> JsonValue:
    """The data inside an envelope such as `{"success": true, "data": ...}`."""
    while is_object(value) and "data" in value and value.keys() & {"success", "code", "message", "status"}:
        value = value["data"]
    return value


def _body(telling: Telling, content: JsonValue) -> str:
    if isinstance(content, list):
        return _list(telling, content, {})
    if is_object(content):
        lists = {
            key: value
            for key, value in content.items()
            if isinstance(value, list) and (not value or is_object(value[0]))
        }
        if len(lists) == 1 and read_entity(content) is None:
            key, rows = next(iter(lists.items()))
            rest = {name: value for name, value in content.items() if name != key}
            return _list(telling, rows, rest)
        return _object(telling, content)
    text = telling.result.text.strip() if content is None else str(content)
    return text or "Done."


def _list(telling: Telling, rows: Sequence[JsonValue], rest: JsonObject) -> str:
    """A list of objects: how many, the table, and what else the result says."""
    objects = [row for row in rows if is_object(row)]
    noun = _noun(telling)
    if not rows:
        return f"No {noun}."
    if not objects:
        return "\n".join(f"- {cell('', row, telling.now)}" for row in rows)
    total = rest.get("total")
    count = total if isinstance(total, int) and total > len(objects) else len(objects)
    heading = f"**{count} {_singular(noun) if count == 1 else noun}**"
    if count > len(objects):
        heading += f", of which the first {len(objects)} are shown"
    groups = [
        key for key, value in objects[0].items() if isinstance(value, list) and value and is_object(value[0])
    ]
    inner = [key for key in groups if key not in ("owners", "tags", "members", "projects")]
    if inner:
        return "\n\n".join([heading, *(_group(telling, row, inner[0]) for row in objects)])
    parts = [heading, table(columns_for(objects), objects, telling.now)]
    extra = {k: v for k, v in rest.items() if k not in ("total", "page", "pageSize", "hasMore", "success")}
    if extra:
        parts.append(_facts(telling, extra))
    return "\n\n".join(parts)


def _group(telling: Telling, row: JsonObject, key: str) -> str:
    entity = read_entity(row)
    heading = entity.label if entity is not None else cell("", next(iter(row.values())), telling.now)
    inner = row[key]
    rows = [item for item in inner if is_object(item)] if isinstance(inner, list) else []
    totals = [
        f"{humanise(name)} {cell(name, value, telling.now)}"
        for name, value in name_durations(row).items()
        if name.endswith("Duration")
    ]
    title = f"**{heading}**" + (f": {', '.join(totals)}" if totals else "")
    return f"{title}\n\n{table(columns_for(rows), rows, telling.now)}"


def _object(telling: Telling, content: JsonObject) -> str:
    """One object: its title, then its facts as a table."""
    entity = read_entity(content)
    title = f"**{entity.label}** (#{entity.id})\n\n" if entity is not None else ""
    nested = {
        key: [item for item in value if is_object(item)]
        for key, value in content.items()
        if isinstance(value, list) and value and is_object(value[0]) and key != "owners"
    }
    plain = {key: value for key, value in content.items() if key not in nested}
    parts = [title + _facts(telling, plain)]
    for key, rows in nested.items():
        parts.append(f"{humanise(key)}:\n\n{table(columns_for(rows), rows, telling.now)}")
    return "\n\n".join(parts)


def _facts(telling: Telling, content: JsonObject) -> str:
    pairs: list[JsonObject] = []
    for key, value in name_durations(content).items():
        if is_object(value) and read_entity(value) is None and not _has_label(value):
            named = name_durations(value).items()
            inner = ", ".join(f"{humanise(k).lower()} {cell(k, v, telling.now)}" for k, v in named)
            pairs.append({"name": humanise(key), "value": inner})
        elif (text := cell(key, value, telling.now)) and not _is_foreign_id(key, content):
            pairs.append({"name": humanise(key), "value": text})
    return table((Column("name", ""), Column("value", "")), pairs, telling.now)


def _has_label(value: JsonObject) -> bool:
    return any(key.endswith(("Name", "Label", "Title")) or key in ("name", "title") for key in value)


def _is_foreign_id(key: str, content: JsonObject) -> bool:
    """An id beside the name of what it stands for says nothing to a person."""
    return key.endswith("Id") and f"{key[:-2]}Name" in content


def _sentence(telling: Telling, content: JsonValue) -> str:
    verb, _, noun = telling.signature.tool.partition("_")
    done = _DONE.get(verb, "Done:")
    what = noun.replace("_", " ")
    if done == "Done:":
        return f"Done: {telling.signature.tool.replace('_', ' ')}."
    article = "the" if verb in ("update", "delete", "stop", "move", "start") else "a"
    subject = _subject(telling, content)
    if verb == "log":
        what, article = "time", ""
    phrase = " ".join(part for part in (done, article, what) if part)
    duration = content.get("duration") if is_object(content) else None
    if isinstance(duration, int) and verb in ("stop", "log"):
        phrase = f"{phrase} ({cell('duration', duration, telling.now)})"
    if not subject:
        return f"{phrase}."
    joint = (
        " on "
        if verb in ("start", "stop", "log")
        else " to "
        if verb == "add"
        else " from "
        if verb == "remove"
        else " "
    )
    if what.endswith("comment") and verb in ("update", "delete"):
        joint = " on "
    return f"{phrase}{joint}{subject}."


def _subject(telling: Telling, content: JsonValue) -> str:
    """What the call was about, by name and number."""
    entity = read_entity(content) if is_object(content) else None
    if entity is not None and entity.kind in ("task", "subtask", "project", "space") and telling.result.makes:
        return _named(entity)
    for key in ("subtaskId", "taskId", "parentTaskId", "projectId", "spaceId"):
        number = telling.arguments.get(key)
        if number is None:
            continue
        kinds = {"projectId": ("project",), "spaceId": ("space",)}.get(key, ("task", "subtask"))
        found = next((e for e in telling.known if e.id == number and e.kind in kinds), None)
        if found is not None:
            return _named(found)
        return f"#{number}"
    if is_object(content) and isinstance(title := content.get("taskTitle"), str):
        return f"**{title}** (#{content.get('taskId')})"
    return _named(entity) if entity is not None else ""


def _named(entity: Entity) -> str:
    return f"**{entity.label}** (#{entity.id})"


def _noun(telling: Telling) -> str:
    noun = _READS.sub("", telling.signature.tool).replace("_", " ")
    if not noun.endswith("s"):
        noun = f"{noun} results"
    words = telling.arguments.get("keyword")
    return f"{noun} found for “{words}”" if isinstance(words, str) else noun


def _singular(noun: str) -> str:
    words = noun.split(" ")
    for place in range(len(words)):
        if words[place].endswith("ies"):
            words[place] = words[place][:-3] + "y"
            break
        if words[place].endswith("s") and not words[place].endswith("ss") and words[place] != "results":
            words[place] = words[place][:-1]
            break
    return " ".join(words)
