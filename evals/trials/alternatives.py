"""Other values in the place of an argument, as somebody might give them by mistake."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.sandbox.database import Database
from evals.definitions.references import REFERENCE

_TASKS = "SELECT task_id FROM tasks WHERE parent_task_id IS NULL AND project_id IS NOT NULL ORDER BY 1"
_USERS = "SELECT user_id FROM users WHERE status = 'ACTIVE' ORDER BY 1"
_TAGS = "SELECT tag_name FROM tags ORDER BY 1"
_STATUSES = "SELECT DISTINCT status_name FROM statuses WHERE project_id IS NOT NULL ORDER BY 1"
_OPTIONS = "SELECT option_id FROM custom_field_options ORDER BY 1"
_SOURCES: Mapping[str, str] = {
    "attachmentId": "SELECT attachment_id FROM attachments ORDER BY 1",
    "checklistItemId": "SELECT checklist_item_id FROM checklist_items ORDER BY 1",
    "commentId": "SELECT comment_id FROM comments ORDER BY 1",
    "dependencyId": "SELECT dependency_id FROM dependencies ORDER BY 1",
    "dependsOnTaskId": _TASKS,
    "email": "SELECT email FROM users WHERE status = 'ACTIVE' ORDER BY 1",
    "fieldId": "SELECT field_id FROM custom_fields ORDER BY 1",
    "filterId": "SELECT filter_id FROM filters ORDER BY 1",
    "mentionedUserIds": _USERS,
    "notificationIds": "SELECT notification_id FROM notifications ORDER BY 1",
    "optionId": _OPTIONS,
    "owners": _USERS,
    "parentTaskId": _TASKS,
    "priority": "SELECT label FROM priorities ORDER BY position",
    "projectId": "SELECT project_id FROM projects ORDER BY 1",
    "replacementOptionId": _OPTIONS,
    "replacementStatusId": "SELECT status_id FROM statuses ORDER BY 1",
    "spaceId": "SELECT space_id FROM spaces ORDER BY 1",
    "status": _STATUSES,
    "subtaskId": "SELECT task_id FROM tasks WHERE parent_task_id IS NOT NULL ORDER BY 1",
    "tagId": "SELECT tag_id FROM tags ORDER BY 1",
    "tagName": _TAGS,
    "tags": _TAGS,
    "targetProjectId": "SELECT project_id FROM projects ORDER BY 1",
    "targetSpaceId": "SELECT space_id FROM spaces ORDER BY 1",
    "taskId": _TASKS,
    "taskIds": _TASKS,
    "taskStatusId": "SELECT status_id FROM statuses ORDER BY 1",
    "timerId": "SELECT timer_id FROM time_entries ORDER BY 1",
    "userId": _USERS,
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_WORD = re.compile(r"\w+")
_DAY = timedelta(days=1)


class Alternatives:
    """Finds other values for the arguments of calls.

    Args:
        database: The workspace that has to have what they name.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, arguments: JsonObject, properties: JsonObject) -> Iterator[tuple[str, JsonObject]]:
        """The same arguments with one of them changed; what says most of what is wanted comes first.

        Args:
            arguments: What is right.
            properties: Their schemas by name.

        Returns:
            The name of what was changed, and all arguments.
        """
        for name in sorted(arguments, key=lambda each: (_rank(each, arguments[each]), each)):
            schema = properties.get(name)
            other = self.other(name, arguments[name], schema if is_object(schema) else {})
            if other != arguments[name]:
                yield name, {**arguments, name: other}

    def other(self, name: str, value: JsonValue, schema: JsonObject) -> JsonValue:
        """Another value for an argument; the same where there is none.

        Args:
            name: The argument.
            value: What is right.
            schema: Of the argument.
        """
        match value:
            case list():
                return self._other_list(name, value, schema)
            case dict():
                return self._other_object(value, schema)
            case bool():
                return not value
            case _ if name in _SOURCES:
                return self._existing(name, value)
            case int() | float():
                return _other_number(value, schema)
            case str() if not REFERENCE.fullmatch(value):
                return _other_text(value, schema)
            case _:
                return value

    def some(self, name: str, schema: JsonObject) -> JsonValue:
        """Any value that an argument can have; nothing where none is known.

        Args:
            name: The argument.
            schema: Of the argument.
        """
        choices = schema.get("enum")
        if isinstance(choices, list):
            return choices[0]
        match schema.get("type"):
            case "array":
                items = schema.get("items")
                one = self.some(name, items if is_object(items) else {})
                return None if one is None else [one]
            case _ if name in _SOURCES:
                return next(iter(self._values(name)), None)
            case "string" if "format" not in schema:
                return "Something that nobody asked for"
            case _:
                return None

    def _values(self, name: str) -> Sequence[JsonValue]:
        return [row[0] for row in self._database.rows(_SOURCES[name])]

    def _existing(self, name: str, value: JsonValue) -> JsonValue:
        """The next of the things there are."""
        values = self._values(name)
        others = [each for each in values if _fold(each) != _fold(value)]
        place = values.index(value) if value in values else 0
        return others[place % len(others)] if others else value

    def _other_list(self, name: str, value: list[JsonValue], schema: JsonObject) -> JsonValue:
        items = schema.get("items")
        for place, item in enumerate(value):
            other = self.other(name, item, items if is_object(items) else {})
            if other != item and other not in value:
                return [*value[:place], other, *value[place + 1 :]]
        return value

    def _other_object(self, value: JsonObject, schema: JsonObject) -> JsonValue:
        properties = schema.get("properties")
        return next(
            (other for _, other in self.of(value, properties if is_object(properties) else {})), value
        )


def _rank(name: str, value: JsonValue) -> int:
    """Contents come before what names a thing, which may be said in more than one way."""
    if name in ("spaceId", "projectId"):
        return 4
    if isinstance(value, bool):
        return 3
    return 2 if name.endswith(("Id", "Ids")) else 0 if isinstance(value, str) else 1


def _fold(value: JsonValue) -> JsonValue:
    return value.casefold() if isinstance(value, str) else value


def _other_number(value: float, schema: JsonObject) -> JsonValue:
    most = schema.get("maximum")
    return value - 1 if isinstance(most, int | float) and value + 1 > most else value + 1


def _other_text(value: str, schema: JsonObject) -> JsonValue:
    choices = schema.get("enum")
    if isinstance(choices, list):
        return next((each for each in choices if each != value), value)
    if _COLOUR.fullmatch(value):
        return "#123456" if value != "#123456" else "#654321"
    try:
        later = datetime.fromisoformat(value) + _DAY
    except (ValueError, OverflowError):
        return _other_words(value)
    return later.date().isoformat() if len(value) == len("2026-11-23") else later.isoformat()


def _other_words(text: str) -> str:
    words = list(_WORD.finditer(text))
    if not words:
        return text
    last = words[-1]
    new = "something" if last[0].casefold() != "something" else "nothing"
    return f"{text[: last.start()]}{new}{text[last.end() :]}"
