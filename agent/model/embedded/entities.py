"""The things that results tell of: what they are, their ids, and what people call them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object


@dataclass(frozen=True, slots=True)
class Kind:
    """How an object in a result shows what it is.

    Args:
        name: What people call it.
        id_key: The key of its id; with one of the label keys it marks the object as of this kind.
        label_keys: The keys of its name; those that are there are joined.
    """

    name: str
    id_key: str
    label_keys: tuple[str, ...]


KINDS: Final = (
    Kind("time entry", "timerId", ("taskTitle", "notes", "startTime")),
    Kind("notification", "notificationId", ("message", "title")),
    Kind("comment", "commentId", ("comment", "text")),
    Kind("checklist item", "checklistItemId", ("title",)),
    Kind("attachment", "attachmentId", ("fileName", "name")),
    Kind("dependency", "dependencyId", ("taskTitle", "dependencyType")),
    Kind("option", "optionId", ("optionName",)),
    Kind("custom field", "fieldId", ("fieldName",)),
    Kind("status", "taskStatusId", ("statusName",)),
    Kind("filter", "filterId", ("filterName",)),
    Kind("tag", "tagId", ("tagName",)),
    Kind("subtask", "subtaskId", ("taskTitle", "subtaskTitle", "title")),
    Kind("task", "taskId", ("taskTitle", "title")),
    Kind("project", "projectId", ("projectName",)),
    Kind("space", "spaceId", ("spaceName",)),
    Kind("person", "userId", ("firstName", "lastName", "name", "email")),
)
"""The most specific first: a time entry carries its task's id too."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing of the workspace.

    Args:
        kind: What it is.
        id: Its id.
        label: What people call it.
        data: The object it was read from.
    """

    kind: str
    id: int | str
    label: str
    data: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue], repr=False)

    def parent(self, key: str) -> int | str | None:
        """The id of what it belongs to, by the key of that id, where the result had it."""
        value = self.data.get(key)
        return value if isinstance(value, int | str) and not isinstance(value, bool) else None

    @property
    def project(self) -> "Entity | None":
        """The project that it is or belongs to."""
        if self.kind == "project":
            return self
        number, name = self.parent("projectId"), self.data.get("projectName")
        return Entity("project", number, name, self.data) if number and isinstance(name, str) else None


def read_entity(value: JsonObject) -> Entity | None:
    """Say which thing an object describes, if any that is known here."""
    for kind in KINDS:
        number = value.get(kind.id_key)
        if not isinstance(number, int | str) or isinstance(number, bool):
            continue
        parts = [str(text) for key in kind.label_keys if (text := value.get(key)) and isinstance(text, str)]
        if not parts:
            continue
        if kind.name == "person":
            names = [part for part in parts if "@" not in part]
            return Entity("person", number, " ".join(names) or parts[0], value)
        name = "subtask" if kind.name == "task" and value.get("parentTaskId") else kind.name
        return Entity(name, number, parts[0], value)
    return None


def find_entities(value: JsonValue) -> Iterator[Entity]:
    """Find everything that a result tells of, outer objects before what they hold."""
    if is_object(value):
        entity = read_entity(value)
        if entity is not None:
            yield entity
        for child in value.values():
            yield from find_entities(child)
    elif isinstance(value, list):
        for child in value:
            yield from find_entities(child)


def main_entities(value: JsonValue) -> list[Entity]:
    """The things that a result is about: the object itself, or the members of its one list."""
    if is_object(value):
        entity = read_entity(value)
        if entity is not None:
            return [entity]
        found: list[Entity] = []
        for child in value.values():
            found.extend(main_entities(child))
        return found
    if isinstance(value, list):
        return [entity for child in value if is_object(child) and (entity := read_entity(child)) is not None]
    return []


def is_of_kind(entity: Entity, kind: str) -> bool:
    """Say whether an entity can stand where a kind is wanted; a subtask is a task too."""
    return entity.kind == kind or {entity.kind, kind} == {"task", "subtask"}
