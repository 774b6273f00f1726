"""How a function's parameters are shown to the embedded model.

The model knows words, not ids. A parameter that wants an id is shown as what the user would say ("task",
"people"), dates and durations as words, and parameters that code settles by itself are not shown at all. The
table holds the parameter names of Astravue; parameters of other servers pass through as they are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.protocol import FunctionDefinition


class Role(StrEnum):
    """What becomes of the words that the model writes for a parameter."""

    REFERENCE = "reference"
    MOMENT = "moment"
    PERIOD = "period"
    DURATION = "duration"
    FIELD_VALUE = "field value"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as the model sees it.

    Args:
        shown: The name that the model reads and writes.
        names: The real names that it fills; two for a period or a duration, none for a parent that is only
            needed to look something else up.
        role: What becomes of its words.
        kind: The kind of entity that a reference names, else empty.
        many: It takes a list.
        required: The server wants it.
        schema: The real parameter's schema.
    """

    shown: str
    names: tuple[str, ...]
    role: Role
    kind: str = ""
    many: bool = False
    required: bool = False
    schema: JsonObject = field(default_factory=dict[str, "JsonValue"])


@dataclass(frozen=True, slots=True)
class Signature:
    """A function as the model sees it.

    Args:
        tool: The short name that the model reads and writes.
        function: The function behind it.
        parameters: What it takes, in the order of the schema.
        derived: Real names of parameters that are required but that code fills.
    """

    tool: str
    function: FunctionDefinition
    parameters: tuple[Parameter, ...]
    derived: tuple[str, ...] = ()

    def parameter(self, shown: str) -> Parameter | None:
        """The parameter with this shown name."""
        return next((parameter for parameter in self.parameters if parameter.shown == shown), None)


REFERENCES: Final[Mapping[str, tuple[str, str]]] = {
    "taskId": ("task", "task"),
    "parentTaskId": ("task", "task"),
    "taskIds": ("tasks", "task"),
    "dependsOnTaskId": ("depends_on", "task"),
    "subtaskId": ("subtask", "subtask"),
    "projectId": ("project", "project"),
    "projectIds": ("projects", "project"),
    "targetProjectId": ("to_project", "project"),
    "spaceId": ("space", "space"),
    "owners": ("people", "person"),
    "ownerId": ("person", "person"),
    "userId": ("person", "person"),
    "userIds": ("people", "person"),
    "mentionedUserIds": ("people", "person"),
    "commentId": ("old_comment", "comment"),
    "timerId": ("entry", "time entry"),
    "checklistItemId": ("item", "checklist item"),
    "attachmentId": ("attachment", "attachment"),
    "dependencyId": ("dependency", "dependency"),
    "fieldId": ("field", "custom field"),
    "optionId": ("option", "option"),
    "replacementOptionId": ("replacement", "option"),
    "taskStatusId": ("old_status", "status"),
    "replacementStatusId": ("replacement", "status"),
    "filterId": ("filter", "filter"),
    "notificationIds": ("notifications", "notification"),
}
"""Parameter name to the name shown and the kind of entity whose id it wants."""

PARENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "subtask": ("task",),
    "comment": ("task",),
    "time entry": ("task",),
    "checklist item": ("task",),
    "attachment": ("task",),
    "dependency": ("task",),
    "custom field": ("project", "task"),
    "option": ("custom field",),
    "status": ("project",),
}
"""Kinds that can only be listed when one of what they belong to is known."""


def depth(kind: str) -> int:
    """How many things have to be found before one of a kind can be; 0 for a task, say."""
    return 1 + max(depth(parent) for parent in PARENTS[kind]) if kind in PARENTS else 0


_VERBS: Final = frozenset(
    {"get", "list", "find", "search", "read", "create", "update", "delete", "add", "set"}
)
_HIDDEN: Final = frozenset({"page", "pageSize", "cursor", "limit", "offset", "sortOrder", "targetSpaceId"})
_RENAMED: Final[Mapping[str, str]] = {
    "completion": "percent",
    "keyword": "words",
    "newTitle": "new_title",
    "startDate": "start",
    "dueDate": "due",
    "endDate": "end",
    "dueBefore": "due_before",
    "dueAfter": "due_after",
    "startTime": "start_time",
    "endTime": "end_time",
    "markAll": "all",
    "fieldType": "type",
    "statusCategory": "category",
}
_OWNERS: Final[Mapping[str, frozenset[str]]] = {
    "taskTitle": frozenset({"taskId", "subtaskId"}),
    "spaceName": frozenset({"spaceId"}),
    "projectName": frozenset({"projectId"}),
    "title": frozenset({"checklistItemId"}),
    "fieldName": frozenset({"fieldId"}),
    "optionName": frozenset({"optionId"}),
    "statusName": frozenset({"taskStatusId"}),
    "filterName": frozenset({"filterId"}),
}
"""Beside the id of the very thing that it names, a name is a new one."""
_NAMES: Final[Mapping[str, str]] = {
    "taskTitle": "title",
    "title": "title",
    "spaceName": "name",
    "projectName": "name",
    "fieldName": "name",
    "optionName": "name",
    "statusName": "name",
    "filterName": "name",
    "tagName": "tag",
}
_WANTED: Final[Mapping[str, frozenset[str]]] = {
    "tagId": frozenset({"tagName"}),
    "dependencyId": frozenset({"taskId", "dependsOnTaskId"}),
    "fieldType": frozenset({"projectId"}),
    "statusName": frozenset({"projectId"}),
}
"""What a call needs beside a parameter although its schema does not say so: another name for an id that the
user does not know, or the place where something new belongs.
"""


def read_signatures(functions: Sequence[FunctionDefinition]) -> tuple[Signature, ...]:
    """Turn functions into what the model reads; the prefix that all names share is left out.

    A function that wants a list of objects is left out too: the model makes several calls instead.
    """
    cut = _shared_prefix([function.name for function in functions])
    return tuple(
        _read_signature(function, function.name[cut:])
        for function in functions
        if not any(_holds_objects(schema) for schema in _schemas(function).values())
    )


def _shared_prefix(names: Sequence[str]) -> int:
    """The length of the server's name that all names begin with; 0 when they begin with a verb, say."""
    server, _, rest = names[0].partition("_") if names else ("", "", "")
    if not rest or server in _VERBS or not all(name.startswith(f"{server}_") for name in names):
        return 0
    return len(server) + 1


def _read_signature(function: FunctionDefinition, tool: str) -> Signature:
    schemas = _schemas(function)
    wanted = function.parameters.get("required")
    required = {name for name in wanted if isinstance(name, str)} if isinstance(wanted, list) else set[str]()
    derived = _settled_by_code(schemas, required)
    for name, others in _WANTED.items():
        if name in schemas:
            required |= others & schemas.keys()
    parameters: list[Parameter] = []
    taken: set[str] = set()
    for name, schema in schemas.items():
        if name in taken or name in derived:
            continue
        parameter = _read_parameter(name, schema, schemas, name in required)
        taken.update(parameter.names)
        parameters.append(parameter)
    kinds = {parameter.kind for parameter in parameters}
    for kind in sorted(kinds & PARENTS.keys()):
        if not kinds.intersection(PARENTS[kind]) and any(p.kind == kind and p.required for p in parameters):
            parent = PARENTS[kind][0]
            parameters.insert(0, Parameter(parent, (), Role.REFERENCE, parent))
    return Signature(tool, function, tuple(parameters), tuple(sorted(derived & required)))


def _schemas(function: FunctionDefinition) -> dict[str, JsonObject]:
    """The schemas of a function's parameters by name."""
    properties = function.parameters.get("properties")
    if not is_object(properties):
        return {}
    return {name: schema for name, schema in properties.items() if is_object(schema)}


def _settled_by_code(schemas: Mapping[str, JsonObject], required: set[str]) -> set[str]:
    """Names of parameters that need not be asked for."""
    settled = set(_HIDDEN & schemas.keys())
    # What may be of a task or of a project is named by either.
    is_either = "taskId" in schemas and schemas.keys() <= {"taskId", "projectId", "spaceId"} - required
    if {"taskId", "parentTaskId", "taskIds"} & schemas.keys() and not is_either:
        settled |= {"projectId", "spaceId"}
    if "subtaskId" in schemas and "parentTaskId" not in schemas and "taskId" in schemas:
        settled |= {"subtaskId"}
    if "projectId" in schemas:
        settled |= {"spaceId"}
    if "userId" in schemas:
        settled |= {"email"}
    if "projectId" in schemas and "fieldType" in schemas:
        settled |= {"scope"}
    if "filterName" in schemas:
        settled |= {"criteria"}
    if "tagName" in schemas:
        settled |= {"tagId"}
    if "dependsOnTaskId" in schemas:
        settled |= {"dependencyId", "dependencyType"}
    if "taskId" in schemas and "timerId" in schemas:
        settled |= {"timerId"}
    return settled & schemas.keys()


def _read_parameter(
    name: str, schema: JsonObject, schemas: Mapping[str, JsonObject], required: bool
) -> Parameter:
    many = schema.get("type") == "array"
    if name in REFERENCES:
        shown, kind = REFERENCES[name]
        return Parameter(shown, (name,), Role.REFERENCE, kind, many, required, schema)
    if name == "value" and "fieldId" in schemas:
        return Parameter(name, (name,), Role.FIELD_VALUE, required=required, schema=schema)
    if name in ("hours", "minutes") and {"hours", "minutes"} <= schemas.keys():
        return Parameter("duration", ("hours", "minutes"), Role.DURATION, required=True)
    if schema.get("format") in ("date", "date-time"):
        if schema["format"] == "date" and {"startDate", "endDate"} <= schemas.keys():
            return Parameter(
                "period", ("startDate", "endDate"), Role.PERIOD, required=required, schema=schema
            )
        shown = _RENAMED.get(name, _snake_case(name))
        return Parameter(shown, (name,), Role.MOMENT, required=required, schema=schema)
    if name in _NAMES:
        owners = _OWNERS.get(name, frozenset[str]())
        shown = f"new_{_NAMES[name]}" if owners & schemas.keys() else _NAMES[name]
    else:
        shown = _RENAMED.get(name, name)
    return Parameter(shown, (name,), Role.LITERAL, many=many, required=required, schema=schema)


def _holds_objects(schema: JsonObject) -> bool:
    items = schema.get("items")
    return is_object(items) and items.get("type") == "object"


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)
