"""Input schemas drawn at random, and arguments that mostly fit them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from hypothesis import strategies as st

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.references import point_to

Draw: TypeAlias = st.DrawFn

names: st.SearchStrategy[str] = st.sampled_from(["a", "b", "default", "$ref", "definitions"])
scalars: st.SearchStrategy[JsonValue] = st.sampled_from(
    [None, True, False, 0, 1, 5, -1, 2.5, 1.0, "", "a", "abc"]
)


def _lists_and_objects(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    return st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3)


values: st.SearchStrategy[JsonValue] = st.recursive(scalars, _lists_and_objects, max_leaves=5)
json_objects: st.SearchStrategy[JsonObject] = st.dictionaries(names, values, max_size=4)

_BOUNDS: dict[str, st.SearchStrategy[JsonValue]] = {
    "minimum": st.integers(-1, 1),
    "maximum": st.integers(4, 6),
    "exclusiveMinimum": st.integers(-2, 0),
    "exclusiveMaximum": st.integers(5, 7),
    "multipleOf": st.sampled_from([1, 0.5, 2]),
    "minLength": st.integers(0, 1),
    "maxLength": st.integers(2, 3),
    "format": st.sampled_from(["date", "uri", "made-up"]),
    "pattern": st.sampled_from(["^a", "b", "^(?!a)"]),
    "default": scalars,
    "title": st.just("A title"),
    "x-made-up": values,
}


TYPES: list[JsonValue] = ["string", "integer", "number", "boolean", "null", ["string", "integer"]]
ARRAY_BOUNDS: list[JsonObject] = [{}, {"minItems": 1}, {"maxItems": 2}, {"uniqueItems": True}]


@dataclass(frozen=True)
class Kind:
    """Which schemas are drawn.

    Args:
        dialect: What the root says of itself; empty where it says nothing.
        recursive: Definitions may lead back into themselves.
        closed: Objects take only the properties that they name.
        plain: Only what says the same once references are replaced.
        typed: Mostly what strict mode can say.
    """

    dialect: str = ""
    recursive: bool = False
    closed: bool = False
    plain: bool = False
    typed: bool = False

    @property
    def is_old(self) -> bool:
        """Written in draft 7."""
        return "draft-07" in self.dialect


DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@st.composite
def input_schemas(draw: Draw, kind: Kind) -> JsonObject:
    """An input schema of a tool."""
    place = "definitions" if kind.is_old else "$defs"
    definitions = [f"D{position}" for position in range(3)]
    everywhere = [f"#/{place}/{name}" for name in definitions]
    drawn: JsonObject = {}
    for position, name in enumerate(definitions):
        # A definition that is nothing but itself has no meaning, so it refers to those that come later.
        later = everywhere[position + 1 :]
        drawn[name] = _Drawing(draw, kind, later, everywhere if kind.recursive else later).schema(2)
    drawing = _Drawing(draw, kind, everywhere, everywhere)
    root = drawing.object_(2)
    if kind.plain:
        # A condition at the root is told as what either way allows.
        root.pop("dependentSchemas", None)
    if not kind.plain and draw(st.integers(0, 2)) == 0:
        root |= drawing.conditions(1) if kind.typed else drawing.combined(1)
    if not kind.plain and not kind.typed and draw(st.integers(0, 9)) == 0:
        root["$ref"] = draw(st.sampled_from(everywhere))
    return {**({"$schema": kind.dialect} if kind.dialect else {}), **root, "type": "object", place: drawn}


@dataclass(frozen=True)
class _Drawing:
    """Draws parts of one schema.

    Args:
        draw: Hypothesis's own.
        kind: What is drawn.
        targets: Where references may lead.
        below: Where they may lead inside an object or a list.
    """

    draw: Draw
    kind: Kind
    targets: list[str]
    below: list[str]

    def inside(self, depth: int) -> JsonValue:
        return replace(self, targets=self.below).schema(depth)

    def one(self, *choices: Callable[[], Mapping[str, JsonValue]]) -> JsonObject:
        return {**self.draw(st.sampled_from(choices))()}

    def schema(self, depth: int) -> JsonValue:
        if self.draw(st.integers(0, 99 if self.kind.typed else 19)) == 0:
            return self.draw(st.booleans())
        if self.kind.typed:
            return self.sayable(depth)
        leaves = (self.typed, self.typed, self.valued)
        if not depth:
            return self.one(*leaves, *([self.reference] if self.targets else []))
        return self.one(
            *leaves,
            self.nullable,
            lambda: self.object_(depth - 1),
            lambda: self.object_(depth - 1),
            lambda: self.array(depth - 1),
            lambda: self.combined(depth - 1),
            lambda: {**self.typed(), **self.combined(depth - 1)},
            *([self.reference] * 2 if self.targets else []),
        )

    def sayable(self, depth: int) -> JsonObject:
        leaves = (
            self.typed,
            self.nullable,
            lambda: {"enum": self.draw(st.lists(scalars, min_size=1, max_size=3))},
        )
        if not depth:
            return self.one(*leaves)
        return self.one(
            *leaves,
            lambda: {"type": "object", **self.object_(depth - 1)},
            lambda: {
                "type": "array",
                "items": self.inside(depth - 1),
                **self.draw(st.sampled_from(ARRAY_BOUNDS)),
            },
            lambda: {"anyOf": [self.schema(depth - 1), self.schema(depth - 1)]},
            lambda: {"oneOf": [self.schema(depth - 1), self.schema(depth - 1)], "description": "One of two"},
            lambda: {"allOf": [self.schema(depth - 1)], "description": "The same"},
            lambda: {"type": "object", **self.object_(depth - 1), **self.conditions(depth - 1)},
            lambda: {**self.typed(), **self.combined(depth - 1)},
            *([lambda: {"$ref": self.draw(st.sampled_from(self.targets))}] * 2 if self.targets else []),
        )

    def conditions(self, depth: int) -> JsonObject:
        """What an object may say of its properties beside naming them."""

        def branch() -> JsonValue:
            named = self.draw(st.lists(names, max_size=1))
            return self.one(
                lambda: {"required": [*named]},
                lambda: {"properties": {name: self.inside(depth) for name in named}},
                lambda: {"properties": {name: self.inside(depth) for name in named}, "required": [*named]},
            )

        keyword = self.draw(st.sampled_from(["anyOf", "oneOf", "allOf"]))
        return {keyword: [branch() for _ in range(self.draw(st.integers(1, 2)))]}

    def some(self, *keywords: str) -> JsonObject:
        chosen = self.draw(st.lists(st.sampled_from(keywords), max_size=2, unique=True))
        return {keyword: self.draw(_BOUNDS[keyword]) for keyword in chosen}

    def typed(self) -> JsonObject:
        type_ = self.draw(st.sampled_from(TYPES))
        keywords = [each for each in _BOUNDS if each != "pattern" or not self.kind.plain]
        return {"type": type_, **self.some(*keywords)}

    def nullable(self) -> JsonObject:
        type_ = self.draw(st.sampled_from(["string", "integer"]))
        rest: JsonObject = {"default": None} if self.draw(st.booleans()) else {}
        if self.draw(st.booleans()):
            return {"type": [type_, "null"], **rest}
        return {"anyOf": [{"type": type_}, {"type": "null"}], **rest}

    def valued(self) -> JsonObject:
        typed = self.typed() if self.draw(st.booleans()) else {}
        if self.draw(st.booleans()):
            return {**typed, "const": self.draw(values)}
        return {**typed, "enum": self.draw(st.lists(scalars, min_size=1, max_size=3))}

    def reference(self) -> JsonObject:
        beside = self.one(dict, lambda: {"description": "Beside"}, self.typed)
        return {**beside, "$ref": self.draw(st.sampled_from(self.targets))}

    def object_(self, depth: int) -> JsonObject:
        drawn: JsonObject = {"type": "object"} if self.draw(st.integers(0, 9)) else {}
        named = self.draw(st.lists(names, max_size=3, unique=True))
        drawn["properties"] = {name: self.inside(depth) for name in named}
        drawn["required"] = [name for name in named if self.draw(st.booleans())]
        rest = self.draw(st.integers(0, 3))
        if self.kind.closed or rest == 0:
            drawn["additionalProperties"] = False
        elif rest == 1:
            drawn["additionalProperties"] = self.inside(0)
        if self.draw(st.integers(0, 15 if self.kind.typed else 3)) == 0:
            drawn |= self.rarer_of_objects(depth)
        return drawn

    def rarer_of_objects(self, depth: int) -> JsonObject:
        depending = "dependencies" if self.kind.is_old else "dependentSchemas"
        choices: list[Callable[[], JsonObject]] = [
            lambda: {"minProperties": 1},
            lambda: {"propertyNames": {"maxLength": 3}},
            lambda: {depending: {"a": self.schema(depth)}},
        ]
        if not self.kind.is_old:
            choices.append(lambda: {"dependentRequired": {"a": ["b"]}})
            choices.append(
                lambda: {"unevaluatedProperties": self.draw(st.booleans())} if not self.kind.plain else {}
            )
        if not self.kind.plain:
            choices.append(lambda: {"patternProperties": {"^[ad]": self.inside(depth)}})
        return self.one(*choices)

    def array(self, depth: int) -> JsonObject:
        drawn: JsonObject = {"type": "array"} if self.draw(st.booleans()) else {}
        if self.draw(st.booleans()):
            drawn["items"] = self.inside(depth)
        if self.draw(st.integers(0, 3)) == 0:
            tuple_: list[JsonValue] = [self.inside(depth) for _ in range(2)]
            rest = {"additionalItems": drawn["items"]} if "items" in drawn else {}
            drawn |= {**rest, "items": tuple_} if self.kind.is_old else {"prefixItems": tuple_}
        if self.draw(st.integers(0, 3)) == 0:
            drawn["contains"] = self.inside(depth)
            drawn |= {} if self.kind.is_old else {"maxContains": 1}
        return {**drawn, **self.draw(st.sampled_from(ARRAY_BOUNDS))}

    def combined(self, depth: int) -> JsonObject:
        def branches() -> list[JsonValue]:
            return [self.schema(depth) for _ in range(self.draw(st.integers(1, 3)))]

        return self.one(
            lambda: {"anyOf": branches()},
            lambda: {"oneOf": branches()},
            lambda: {"allOf": branches()},
            lambda: {"not": self.schema(depth)},
            lambda: {"if": self.schema(depth), "then": self.schema(depth), "else": self.schema(depth)},
        )


@st.composite
def arguments_for(draw: Draw, schema: JsonObject, *, nulls: bool = True) -> JsonObject:
    """Arguments of which many fit a schema.

    Args:
        draw: Hypothesis's own.
        schema: The schema.
        nulls: Some of what is left out is null instead.
    """
    drawn = _Filling(draw, schema, nulls).value(schema, 8)
    return drawn if isinstance(drawn, dict) else draw(json_objects)


@dataclass(frozen=True)
class _Filling:
    draw: Draw
    root: JsonObject
    nulls: bool

    def value(self, schema: JsonValue, depth: int) -> JsonValue:
        if not isinstance(schema, dict) or not depth or self.draw(st.integers(0, 39)) == 0:
            return self.draw(values)
        if isinstance(reference := schema.get("$ref"), str):
            return self.value(point_to(self.root, reference), depth - 1)
        if "const" in schema:
            return schema["const"]
        if isinstance(listed := schema.get("enum"), list):
            return self.draw(st.sampled_from(listed))
        branches = [each for key in ("anyOf", "oneOf", "allOf") for each in _list(schema.get(key))]
        chosen = self.value(self.draw(st.sampled_from(branches)), depth - 1) if branches else None
        types = schema.get("type")
        type_ = self.draw(st.sampled_from(_list(types) or [types]))
        if type_ == "object" or "properties" in schema:
            return {**(chosen if isinstance(chosen, dict) else {}), **self.object_(schema, depth)}
        if branches:
            return chosen
        if type_ == "array" or "items" in schema or "prefixItems" in schema:
            items = schema.get("items", True)
            return [self.value(items, depth - 1) for _ in range(self.draw(st.integers(0, 2)))]
        return self.draw(_of_type(type_))

    def object_(self, schema: JsonObject, depth: int) -> JsonObject:
        properties = schema.get("properties")
        filled: JsonObject = {}
        for name, each in (properties if isinstance(properties, dict) else {}).items():
            if name in _list(schema.get("required")) or self.draw(st.booleans()):
                filled[name] = self.value(each, depth - 1)
            elif self.nulls and self.draw(st.booleans()):
                filled[name] = None
        if self.draw(st.integers(0, 19)) == 0:
            filled[self.draw(names)] = self.draw(values)
        return filled


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _of_type(type_: JsonValue) -> st.SearchStrategy[JsonValue]:
    match type_:
        case "string":
            return st.sampled_from(["a", "ab", "abc", ""])
        case "integer":
            return st.integers(0, 5)
        case "number":
            return st.sampled_from([0, 1, 2.5, 1.0])
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _:
            return scalars
