"""Whether a call is one that a rule means."""

from fnmatch import fnmatchcase

from agent.jsontypes import JsonObject, JsonValue
from evals.definitions.case import CallRule, GoldenCall
from evals.scoring.conversation import MadeCall


def is_meant(rule: CallRule, call: MadeCall | GoldenCall) -> bool:
    """Whether a call is of the tool and has the arguments of a rule, and maybe more.

    Args:
        rule: The rule.
        call: The call.
    """
    return fnmatchcase(call.tool, rule.tool) and holds(rule.arguments, call.arguments)


def holds(wanted: JsonValue, found: JsonValue) -> bool:
    """Whether a value is the one that is wanted.

    Numbers are compared as numbers, texts without their case and the space around them, lists as sets, and
    objects may hold more than is wanted. `None` stands for any value.

    Args:
        wanted: The value that is wanted.
        found: The value that there is.
    """
    match wanted:
        case None:
            return True
        case bool():
            return found is wanted
        case int() | float():
            return isinstance(found, int | float) and not isinstance(found, bool) and found == wanted
        case str():
            return isinstance(found, str) and _fold(found) == _fold(wanted)
        case list():
            return isinstance(found, list) and _are_one_set(wanted, found)
        case dict():
            return isinstance(found, dict) and _holds_all(wanted, found)


def _holds_all(wanted: JsonObject, found: JsonObject) -> bool:
    return all(name in found and holds(value, found[name]) for name, value in wanted.items())


def _are_one_set(wanted: list[JsonValue], found: list[JsonValue]) -> bool:
    return all(any(holds(each, value) for value in found) for each in wanted) and all(
        any(holds(each, value) for each in wanted) for value in found
    )


def _fold(text: str) -> str:
    return text.strip().casefold()
