"""Arguments that are filled in with what is known of a write: `{"taskId": "$result.taskId"}`.

A text that begins with `$` stands for a value. Its first part names where to look: `args` (what the write
was given), `result` (what it answered), `former` (what was there before), `item` (the one at hand of
several), or what a rule read besides. A path without one of these is looked for in the result, the
arguments, and what the conversation knows, in this order.

A `*` goes through a list: `owners.*.userId`. `value~optionId` is the `optionId` of an object, or of each
of a list of objects; of anything else it is the thing itself. A name that ends in `?` is left out where
its value is not known.
"""

from collections.abc import Mapping, Sequence

from agent.jsontypes import JsonObject, JsonValue, is_object

_ANYWHERE = ("result", "args", "known")
_EACH = "$each"


class UnknownValueError(LookupError):
    """What a path stands for is not known."""


class Facts:
    """What is known of a write, by where it is known from.

    Args:
        scopes: The values, by the name that paths begin with.
    """

    def __init__(self, scopes: Mapping[str, JsonValue]) -> None:
        self._scopes = dict(scopes)

    def having(self, **scopes: JsonValue) -> "Facts":
        """The same with more."""
        return Facts({**self._scopes, **scopes})

    def value(self, path: str) -> JsonValue:
        """What a path stands for.

        Raises:
            UnknownValueError: Nothing is there.
        """
        first, _, rest = path.partition(".")
        if first in self._scopes and (rest or first not in _ANYWHERE):
            return value_at(self._scopes[first], rest)
        for name in _ANYWHERE:
            try:
                return value_at(self._scopes.get(name), path)
            except UnknownValueError:
                continue
        raise UnknownValueError(path)

    def holds(self, path: str) -> bool:
        """Whether a path stands for something that is neither missing nor empty."""
        try:
            return self.value(path) not in (None, False, "", [], {})
        except UnknownValueError:
            return False

    def scope(self, name: str) -> JsonValue:
        """All that is known from one place; `None` if nothing is."""
        return self._scopes.get(name)

    def has_argument(self, name: str) -> bool:
        """Whether the write was given an argument."""
        arguments = self._scopes.get("args")
        return is_object(arguments) and name in arguments

    def fill(self, template: JsonValue) -> JsonValue:
        """Fill a template in.

        Raises:
            UnknownValueError: A value in it is not known.
        """
        if isinstance(template, str) and template.startswith("$"):
            return self.value(template[1:])
        if isinstance(template, list):
            return [filled for item in template for filled in self._fill_item(item)]
        if is_object(template):
            return self._fill_object(template)
        return template

    def _fill_object(self, template: JsonObject) -> JsonObject:
        filled: JsonObject = {}
        for key, value in template.items():
            try:
                filled[key.removesuffix("?")] = self.fill(value)
            except UnknownValueError:
                if not key.endswith("?"):
                    raise
        return {key: value for key, value in filled.items() if value is not None or f"{key}?" not in template}

    def _fill_item(self, template: JsonValue) -> list[JsonValue]:
        if not is_object(template) or _EACH not in template:
            return [self.fill(template)]
        items = self.fill(template[_EACH])
        own = {key: value for key, value in template.items() if key != _EACH}
        return [self.having(item=item).fill(own) for item in (items if isinstance(items, list) else [])]


def fill_arguments(facts: Facts, template: JsonObject) -> JsonObject:
    """Fill in the arguments of a call.

    Raises:
        UnknownValueError: One of them is not known.
    """
    filled = facts.fill(template)
    return filled if is_object(filled) else {}


def value_at(value: JsonValue, path: str) -> JsonValue:
    """What lies at a path inside a value; all of it for an empty path.

    Raises:
        UnknownValueError: Nothing lies there.
    """
    path, _, own_id = path.partition("~")
    found = _follow(value, path.split(".") if path else [])
    return _id_of(found, own_id) if own_id else found


def _follow(value: JsonValue, steps: Sequence[str]) -> JsonValue:
    for position, step in enumerate(steps):
        if step == "*" and isinstance(value, list):
            return _each(value, steps[position + 1 :])
        if not is_object(value) or step not in value:
            raise UnknownValueError(".".join(steps))
        value = value[step]
    return value


def _each(values: Sequence[JsonValue], steps: Sequence[str]) -> list[JsonValue]:
    found: list[JsonValue] = []
    for value in values:
        try:
            found.append(_follow(value, steps))
        except UnknownValueError:
            continue
    return found


def _id_of(value: JsonValue, own_id: str) -> JsonValue:
    if isinstance(value, list):
        return [_id_of(item, own_id) for item in value]
    return value.get(own_id) if is_object(value) else value
