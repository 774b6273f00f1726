"""What of an event a strict replay compares: everything but the clock, the network and token counts."""

import json
import re

from agent.jsontypes import JsonObject, JsonValue, is_object

_COMPARED = {
    "turn_started": ("text", "context"),
    "request_prefix": ("system", "functions"),
    "step_finished": ("step", "text", "tool_calls", "finish_reason"),
    "tool_call_started": ("call_id", "name", "arguments", "effect"),
    "tool_call_finished": ("call", "outcome", "text", "structured", "edited", "error"),
    "turn_finished": ("text", "steps"),
    "turn_failed": ("error", "steps"),
}
# Fields that tell when something happened in the run itself, not what the workspace holds.
_VOLATILE = re.compile(
    r"(?i)^(created|updated?|modified|start|started|end|ended|stopped)_?(time|at)$|^(duration|elapsed)"
)
_ERROR_FIELDS = ("kind", "exit_code")
_MASK = "<volatile>"


def normalise_events(events: list[JsonObject]) -> list[JsonObject]:
    """Keep what is compared of some events, the calls of each step in the order the model gave them."""
    kept = [_normalise(event) for event in events if event.get("type") in _COMPARED]
    ordered: list[JsonObject] = []
    calls: list[JsonObject] = []
    for event in kept:
        if str(event["type"]).startswith("tool_call_"):
            calls.append(event)
            continue
        ordered += _in_order(calls)
        calls = []
        ordered.append(event)
    return ordered + _in_order(calls)


def _in_order(calls: list[JsonObject]) -> list[JsonObject]:
    first: dict[str, int] = {}
    for event in calls:
        first.setdefault(_call_id(event), len(first))
    return sorted(calls, key=lambda event: first[_call_id(event)])


def _call_id(event: JsonObject) -> str:
    call = event.get("call")
    return str(call.get("id")) if is_object(call) else str(event.get("call_id"))


def _normalise(event: JsonObject) -> JsonObject:
    kind = str(event.get("type"))
    kept: JsonObject = {"type": kind}
    for name in _COMPARED[kind]:
        kept[name] = _field(name, event.get(name))
    return kept


def _field(name: str, value: JsonValue) -> JsonValue:
    if name == "error" and is_object(value):
        return {key: value.get(key) for key in _ERROR_FIELDS}
    if name == "text" and isinstance(value, str):
        try:
            return mask_volatile(json.loads(value))
        except ValueError:
            return value
    return mask_volatile(value)


def mask_volatile(value: JsonValue) -> JsonValue:
    """Replace the values of fields that hold the time of the run."""
    if is_object(value):
        return {
            key: _MASK if _VOLATILE.search(key) and item is not None else mask_volatile(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [mask_volatile(item) for item in value]
    return value
