"""What came of a call, as Markdown: sentences for writes, tables for reads. Nothing is left to the model."""

import re
from collections.abc import Sequence
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.entities import read_entity
from agent.model.embedded.markdown_tables import cell, table
from agent.model.embedded.sentences import Telling, write_sentence
from agent.records.columns import Column, columns_for, humanise, name_durations

_READS: Final = re.compile(r"^(?:list|get|find|preview|search|read|show|fetch|query)_")
_PAGING: Final = frozenset({"total", "page", "pageSize", "hasMore", "success", "shown", "view"})
_ATTACHED: Final = frozenset(
    {"owners", "tags", "members", "projects", "options", "value", "mentionedUsers", "blockedBy"}
)
"""Lists that a row shows in a cell."""


def tell(telling: Telling) -> str:
    """Tell of a call that succeeded, in Markdown that is never empty."""
    content = unwrap(telling.result.structured)
    if _READS.match(telling.signature.tool):
        return _body(telling, content)
    sentence = write_sentence(telling, content)
    entity = read_entity(content) if is_object(content) else None
    is_changed = entity is not None and entity.kind in ("task", "subtask", "project")
    if not is_changed or telling.result.deletes or telling.signature.tool.endswith("_dependency"):
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
    if (inner := _inner_list(objects)) is not None:
        title = f"**{humanise(_noun(telling))}{f': {total}' if isinstance(total, int) else ''}**"
        return "\n\n".join([title, *(_group(telling, row, inner) for row in objects)])
    count = total if isinstance(total, int) and total > len(objects) else len(objects)
    heading = f"**{count} {_singular(noun) if count == 1 else noun}**"
    if count > len(objects):
        heading += f", of which the first {len(objects)} are shown"
    parts = [heading, table(columns_for(objects), objects, telling.now)]
    extra = {k: v for k, v in rest.items() if k not in _PAGING and not k.endswith("Id")}
    if extra:
        parts.append(_facts(telling, extra))
    return "\n\n".join(parts)


def _inner_list(rows: Sequence[JsonObject]) -> str | None:
    """The key under which the rows of a list hold lists themselves: groups of tasks, say."""
    for row in rows:
        for key, value in row.items():
            if isinstance(value, list) and value and is_object(value[0]) and key not in _ATTACHED:
                return key
    return None


def _group(telling: Telling, row: JsonObject, key: str) -> str:
    entity = read_entity(row)
    name = row.get("title") or next(iter(row.items()))[1]
    heading = entity.label if entity is not None else cell("category", name, telling.now)
    inner = row.get(key)
    rows = [item for item in inner if is_object(item)] if isinstance(inner, list) else []
    totals = [
        f"{humanise(name)} {cell(name, value, telling.now)}"
        for name, value in name_durations(row).items()
        if name.endswith("Duration")
    ]
    total = row.get("total")
    if not totals and isinstance(total, int):
        totals = [f"{total}, of which the first {len(rows)} are shown" if total > len(rows) else str(total)]
    title = f"**{heading}**" + (f": {', '.join(totals)}" if totals else "")
    return f"{title}\n\n{table(columns_for(rows), rows, telling.now)}".rstrip()


def _object(telling: Telling, content: JsonObject) -> str:
    """One object: its title, then its facts as a table."""
    entity = read_entity(content)
    title = f"**{entity.label}** (#{entity.id})\n\n" if entity is not None else ""
    nested = {
        key: [item for item in value if is_object(item)]
        for key, value in content.items()
        if isinstance(value, list) and value and is_object(value[0]) and key not in _ATTACHED - {"members"}
    }
    plain = {key: value for key, value in content.items() if key not in nested}
    parts = [title + _facts(telling, plain)]
    for key, rows in nested.items():
        if (inner := _inner_list(rows)) is not None:
            parts.extend(_group(telling, row, inner) for row in rows)
        else:
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
    return key.endswith("Id") and not content.keys().isdisjoint({f"{key[:-2]}Name", f"{key[:-2]}Title"})


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
