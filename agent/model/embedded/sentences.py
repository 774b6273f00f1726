"""What a write did, as one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.dialogue import Result
from agent.model.embedded.entities import Entity, read_entity
from agent.model.embedded.markdown_tables import cell
from agent.model.embedded.naming import Signature

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
}
_JOINTS: Final[Mapping[str, str]] = {
    "start": " on ",
    "stop": " on ",
    "log": " on ",
    "add": " to ",
    "remove": " from ",
}
_PARTS: Final = ("checklist item", "attachment", "custom field", "option", "status", "filter")
"""Kinds that a sentence names beside the task, project or field that they are part of."""


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
    known: Sequence[Entity]
    now: datetime


def write_sentence(telling: Telling, content: JsonValue) -> str:
    """Write what a call did.

    Args:
        telling: The call.
        content: What the server says of it, without its envelope.
    """
    if is_object(content):
        entity = read_entity(content)
        special = (
            _about_link(telling, content) or _about_tag(telling, content) or _about_rest(telling, content)
        )
        if special:
            return special
        if entity is not None and entity.kind in _PARTS:
            return _about_part(telling, content, entity)
    return _plainly(telling, content)


def _about_link(telling: Telling, content: JsonObject) -> str:
    """Who waits for whom now."""
    if not telling.signature.tool.endswith("_dependency"):
        return ""
    ends = [
        _found(telling, "task", content.get(key) or telling.arguments.get(key), content.get(title))
        for key, title in (("taskId", "taskTitle"), ("dependsOnTaskId", "dependsOnTaskTitle"))
    ]
    removed = content.get("removed")
    words = "now waits for" if removed is None else "no longer waits for" if removed else "did not wait for"
    return f"{ends[0]} {words} {ends[1]}."


def _about_tag(telling: Telling, content: JsonObject) -> str:
    """Which tag went where."""
    verb, _, rest = telling.signature.tool.partition("_")
    if not rest.startswith("tag_"):
        return ""
    tag = content.get("tag")
    name = tag.get("tagName") if is_object(tag) else telling.arguments.get("tagName")
    task = _subject(telling, content)
    if verb == "add":
        is_new = content.get("added") is not False
        return f"Put the tag **{name}** on {task}." if is_new else f"{task} has the tag **{name}** already."
    was_there = content.get("removed") is not False
    return f"Took the tag **{name}** off {task}." if was_there else f"{task} did not have the tag **{name}**."


def _about_rest(telling: Telling, content: JsonObject) -> str:
    """Marked notifications, and the value of a custom field."""
    marked = content.get("marked")
    if isinstance(marked, int) and not isinstance(marked, bool):
        return f"Marked {_counted(marked, 'notification')} as read."
    if telling.signature.tool.startswith("set_") and "fieldName" in content:
        field = f"**{content['fieldName']}** of {_subject(telling, content)}"
        value = cell("value", content.get("value"), telling.now)
        return f"Set {field} to {value}." if value else f"Cleared {field}."
    return ""


def _about_part(telling: Telling, content: JsonObject, entity: Entity) -> str:
    """Something that is part of a task, a project or a field."""
    verb = telling.signature.tool.partition("_")[0]
    sentence = f"{_DONE.get(verb, 'Done:')} the {entity.kind} {_named(entity)}"
    if place := _place(telling, content, entity):
        sentence += f" {'from' if verb == 'delete' else 'of' if entity.kind == 'option' else 'on'} {place}"
    sentence += "."
    completed = content.get("completed")
    if verb == "update" and isinstance(completed, bool):
        sentence += f" It is {'done' if completed else 'not done'}."
    moved, cleared = content.get("movedTasks"), content.get("clearedTasks")
    if isinstance(moved, int) and moved:
        sentence += f" {_counted(moved, 'task')} moved to another {entity.kind}."
    if isinstance(cleared, int) and cleared:
        sentence += f" {_counted(cleared, 'task')} lost a value."
    return sentence


def _place(telling: Telling, content: JsonObject, entity: Entity) -> str:
    """What something is part of, as far as that is known."""
    if entity.kind == "option":
        name = content.get("fieldName")
        field = Entity("custom field", 0, name) if isinstance(name, str) else None
        field = field or next((e for e in telling.known if e.id == telling.arguments.get("fieldId")), None)
        return f"**{field.label}**" if field is not None else ""
    if entity.kind == "filter":
        return ""
    for kind, key, title in (("task", "taskId", "taskTitle"), ("project", "projectId", "projectName")):
        number = content.get(key) or telling.arguments.get(key)
        if number is not None:
            return _found(telling, kind, number, content.get(title))
    return ""


def _found(telling: Telling, kind: str, number: JsonValue, title: JsonValue) -> str:
    """A task or project by its number."""
    if isinstance(title, str):
        return f"**{title}** (#{number})"
    kinds = ("task", "subtask") if kind == "task" else (kind,)
    entity = next((e for e in telling.known if e.id == number and e.kind in kinds), None)
    return _named(entity) if entity is not None else f"#{number}"


def _plainly(telling: Telling, content: JsonValue) -> str:
    verb, _, noun = telling.signature.tool.partition("_")
    done = _DONE.get(verb)
    what = noun.replace("_", " ")
    if done is None:
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
    joint = _JOINTS.get(verb, " ")
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
        if number is not None:
            kind = {"projectId": "project", "spaceId": "space"}.get(key, "task")
            return _found(telling, kind, number, None)
    if is_object(content) and isinstance(title := content.get("taskTitle"), str):
        return f"**{title}** (#{content.get('taskId')})"
    return _named(entity) if entity is not None else ""


def _named(entity: Entity) -> str:
    return f"**{entity.label}** (#{entity.id})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
