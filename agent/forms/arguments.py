"""The arguments of a tool as a form that a person fills in.

What a line of text cannot hold, objects and lists of objects above all, is typed as JSON. Whatever the form
takes is checked against the tool's own schema in the end, as the arguments of a model are.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agent.forms.form import Choice, Field, FieldKind, Form, FormValue
from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.arguments import fit_arguments
from agent.tools.keywords import names_in, schemas_by_name, schemas_in, types_of
from agent.tools.plain import plain_schema
from agent.tools.tool import Tool

_KINDS = {
    "string": FieldKind.TEXT,
    "integer": FieldKind.INTEGER,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.YES_NO,
}
_SHORT = 40


@dataclass(frozen=True, slots=True)
class ArgumentForm:
    """The form of a tool's arguments.

    Args:
        tool: The tool.
        given: The arguments that there are already.
        form: The fields: those that are required first, then those that are given, then the others.
        values: What the fields hold in the beginning.
    """

    tool: Tool
    given: JsonObject
    form: Form
    values: Mapping[str, FormValue]

    def arguments(self, values: Mapping[str, FormValue]) -> tuple[JsonObject, str | None]:
        """Turn what was filled in into arguments; what was left alone stays what it was.

        Returns:
            The arguments to send, and one sentence that names field and fault, or `None` when they fit.
        """
        arguments: JsonObject = {}
        for field in self.form.fields:
            value = values.get(field.name)
            if value == self.values.get(field.name):
                if field.name in self.given:
                    arguments[field.name] = self.given[field.name]
            elif value is not None:
                arguments[field.name] = _written(field, value)
        return fit_arguments(self.tool, arguments)

    def field_of(self, fault: str) -> str:
        """The field that a fault is about; empty if it is about several."""
        name = fault.partition(":")[0].partition(".")[0]
        return name if any(field.name == name for field in self.form.fields) else ""


def argument_form(tool: Tool, given: JsonObject | None = None) -> ArgumentForm:
    """Make a form of a tool's schema.

    Args:
        tool: The tool.
        given: Arguments to begin with.
    """
    given = given or {}
    schema = plain_schema(tool.input_schema)
    required = names_in(schema, "required")
    properties = schemas_by_name(schema, "properties")
    names = [*properties, *(name for name in given if name not in properties)]
    names.sort(key=lambda name: (name not in required, name not in given))
    fields: list[Field] = []
    values: dict[str, FormValue] = {}
    for name in names:
        field = _field(name, properties.get(name, {}), name in required)
        if name in given and given[name] is None:
            field = replace(field, description=f"{field.description} (now null)".strip())
        elif name in given:
            field, values[name] = _held(field, given[name])
        fields.append(field)
    return ArgumentForm(tool, given, Form(tuple(fields)), values)


def needs_more(tool: Tool, given: JsonObject) -> bool:
    """Say whether required arguments are missing among those given."""
    return any(name not in given for name in names_in(plain_schema(tool.input_schema), "required"))


def _field(name: str, schema: JsonObject, required: bool) -> Field:
    schema = _without_null(schema)
    kind, item, choices = _kind_of(schema)
    least, most = _bounds(schema, kind)
    field = Field(
        name,
        _text(schema, "title") or name,
        kind,
        _text(schema, "description"),
        required,
        choices=choices,
        format=_text(schema, "format") if kind is FieldKind.TEXT else "",
        least=least,
        most=most,
        item=item,
    )
    default = schema.get("default")
    if default is None:
        return field
    held, value = _held(field, default)
    if required:
        return replace(held, default=value)
    shown = held.show(value)
    note = f"({shown} if left out)" if len(shown) <= _SHORT else ""
    return replace(field, description=f"{field.description} {note}".strip())


def _without_null(schema: JsonObject) -> JsonObject:
    """The same without the null that it may be instead, where one thing is left then."""
    types = [each for each in types_of(schema) if each != "null"]
    if len(types) == 1:
        schema = {**schema, "type": types[0]}
    branches = [each for each in schemas_in(schema, "anyOf") if types_of(each) != ["null"]]
    if len(branches) == 1:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return _without_null({**branches[0], **rest})
    return schema


def _kind_of(schema: JsonObject) -> tuple[FieldKind, FieldKind, tuple[Choice, ...]]:
    """What a field takes, how each of several is written, and the choices."""
    item, choices = _choices(schema)
    if choices:
        return FieldKind.CHOICE, item, choices
    match types_of(schema):
        case ["array"]:
            return _kind_of_several(schema)
        case [name]:
            return _KINDS.get(name, FieldKind.JSON), item, ()
        case _:
            return FieldKind.JSON, item, ()


def _kind_of_several(schema: JsonObject) -> tuple[FieldKind, FieldKind, tuple[Choice, ...]]:
    items = schema.get("items")
    items = items if is_object(items) else {}
    item, choices = _choices(items)
    if choices:
        return FieldKind.CHOICES, item, choices
    kind = _KINDS.get("".join(types_of(items)), FieldKind.JSON)
    if kind in (FieldKind.TEXT, FieldKind.INTEGER, FieldKind.NUMBER):
        return FieldKind.LIST, kind, ()
    return FieldKind.JSON, item, ()


def _choices(schema: JsonObject) -> tuple[FieldKind, tuple[Choice, ...]]:
    """The values that a schema lists, and how they are written: as they are, or as JSON if one is no text."""
    listed = schema.get("enum")
    values = listed if isinstance(listed, list) else [schema["const"]] if "const" in schema else None
    if values is None:
        return FieldKind.TEXT, tuple(_titled_choices(schema))
    values = [value for value in values if value is not None]
    if any(isinstance(value, dict | list) for value in values):
        return FieldKind.TEXT, ()
    item = FieldKind.TEXT if all(isinstance(value, str) for value in values) else FieldKind.JSON
    return item, tuple(Choice(_encode(value, item), _label(value)) for value in values)


def _titled_choices(schema: JsonObject) -> Iterator[Choice]:
    branches = [each for key in ("oneOf", "anyOf") for each in schemas_in(schema, key)]
    values = [value for each in branches if isinstance(value := each.get("const"), str)]
    if len(values) == len(branches):
        for each, value in zip(branches, values, strict=True):
            yield Choice(value, _text(each, "title") or value)


def _bounds(schema: JsonObject, kind: FieldKind) -> tuple[float | None, float | None]:
    if kind is FieldKind.TEXT:
        return _number(schema, "minLength"), _number(schema, "maxLength")
    if kind in (FieldKind.LIST, FieldKind.CHOICES):
        return _number(schema, "minItems"), _number(schema, "maxItems")
    if kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        return _number(schema, "minimum"), _number(schema, "maximum")
    return None, None


def _held(field: Field, value: JsonValue) -> tuple[Field, FormValue]:
    """What a field holds for a value; a field for JSON if this one cannot hold it."""
    held = field.accept(_typed(field, value))
    if held is not None and dump(_written(field, held)) == dump(value):
        return field, held
    as_json = replace(field, kind=FieldKind.JSON, choices=(), format="", least=None, most=None, default=None)
    return as_json, json.dumps(value, ensure_ascii=False)


def _typed(field: Field, value: JsonValue) -> JsonValue:
    match field.kind:
        case FieldKind.JSON:
            return json.dumps(value, ensure_ascii=False)
        case FieldKind.CHOICE:
            return _encode(value, field.item)
        case FieldKind.CHOICES | FieldKind.LIST if isinstance(value, list):
            return [_encode(item, field.item) for item in value]
        case _:
            return value


def _written(field: Field, value: FormValue) -> JsonValue:
    """What a value of a field is as an argument."""
    if isinstance(value, list):
        return [_decode(item, field.item) for item in value]
    if isinstance(value, str):
        return _decode(value, field.item if field.kind is FieldKind.CHOICE else field.kind)
    return value


def _encode(value: JsonValue, kind: FieldKind) -> str:
    return value if kind is FieldKind.TEXT and isinstance(value, str) else dump(value)


def _decode(text: str, kind: FieldKind) -> JsonValue:
    if kind is FieldKind.TEXT:
        return text
    value: JsonValue = json.loads(text)
    return value


def _label(value: JsonValue) -> str:
    return value if isinstance(value, str) else dump(value)


def _text(schema: JsonObject, key: str) -> str:
    value = schema.get(key)
    return value.strip() if isinstance(value, str) else ""


def _number(schema: JsonObject, key: str) -> float | None:
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
