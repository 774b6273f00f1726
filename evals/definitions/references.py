"""Arguments that stand for what an earlier call gave, such as `$new.taskId`."""

import re
from collections.abc import Iterator, Mapping

from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue, is_object

REFERENCE = re.compile(r"\$(?P<name>[a-z][a-z0-9_]*)(?P<path>(?:\.[A-Za-z0-9_]+)+)")


def resolve(arguments: JsonObject, results: Mapping[str, JsonValue], where: str) -> JsonObject:
    """Put values in the place of what stands for them.

    Args:
        arguments: Of a golden call.
        results: The structured results of the calls that were made, by name.
        where: Names the call in an error.

    Raises:
        AgentError: A result does not hold what is referred to.
    """
    return {name: _resolve(value, results, where) for name, value in arguments.items()}


def names_in(value: JsonValue) -> Iterator[str]:
    """The names of the calls that arguments refer to.

    Args:
        value: The arguments, or a part of them.
    """
    match value:
        case str():
            if found := REFERENCE.fullmatch(value):
                yield found["name"]
        case list():
            for item in value:
                yield from names_in(item)
        case dict():
            for item in value.values():
                yield from names_in(item)
        case _:
            return


def _resolve(value: JsonValue, results: Mapping[str, JsonValue], where: str) -> JsonValue:
    if is_object(value):
        return resolve(value, results, where)
    if isinstance(value, list):
        return [_resolve(item, results, where) for item in value]
    if isinstance(value, str) and (found := REFERENCE.fullmatch(value)):
        return _look_up(results, found["name"], found["path"][1:].split("."), f"{where}: {value}")
    return value


def _look_up(results: Mapping[str, JsonValue], name: str, path: list[str], where: str) -> JsonValue:
    value = results.get(name)
    for step in path:
        if is_object(value) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise AgentError(f"{where} stands for nothing: there is no {step}.")
    return value
