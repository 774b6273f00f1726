"""What of the events of a turn is compared beside its requests."""

from collections.abc import Sequence, Set

from agent.jsontypes import JsonObject, JsonValue, is_object
from evals.replaying.difference import diff_lines, json_lines
from evals.replaying.volatile import mask_volatile

_COMPARED = {
    "turn_started": ("text", "context"),
    "step_finished": ("step", "text", "tool_calls", "finish_reason"),
    "tool_call_started": ("call_id", "name", "arguments", "effect"),
    "approval_requested": ("call_id", "effect", "edited", "decision"),
    "tool_call_finished": ("call", "outcome", "text", "structured", "edited", "error"),
    "compacted": ("text", "covers"),
    "compaction_undone": ("covers",),
    "turn_finished": ("text", "steps"),
    "turn_failed": ("error", "steps"),
}
_ERROR_FIELDS = ("kind", "exit_code")
_BY_RULE = ("allowed_by_rule", "denied_by_rule")


def compare_events(recorded: Sequence[JsonObject], replayed: Sequence[JsonObject]) -> str:
    """Find the first event of a turn that is another one.

    Args:
        recorded: The turn as it was.
        replayed: The turn as it is.

    Returns:
        Which event it is and how it differs; empty where none does.
    """
    # Whoever had a rule was not asked; a replay has no rules, and asks.
    ruled = {call_id_of(event) for event in recorded if event.get("decision") in _BY_RULE}
    expected, actual = normalise_events(recorded), normalise_events(replayed, ruled)
    for index in range(max(len(expected), len(actual))):
        left = expected[index] if index < len(expected) else {}
        right = actual[index] if index < len(actual) else {}
        if left != right:
            kind = str(left.get("type") or right.get("type"))
            return f"event {index + 1} ({kind})\n{diff_lines(json_lines(left), json_lines(right))}"
    return ""


def normalise_events(events: Sequence[JsonObject], unasked: Set[str] = frozenset()) -> list[JsonObject]:
    """Keep what is compared of some events, the calls of each step in the order the model gave them.

    Args:
        events: Of a turn.
        unasked: Calls, by their ids, that were not asked about.
    """
    ordered: list[JsonObject] = []
    calls: list[JsonObject] = []
    for event in events:
        kind = str(event.get("type"))
        if kind not in _COMPARED or (kind == "approval_requested" and call_id_of(event) in unasked):
            continue
        if kind.startswith("tool_call_"):
            calls.append(_normalise(event))
            continue
        if kind != "approval_requested":
            ordered += in_order(calls)
            calls = []
        (calls if kind == "approval_requested" else ordered).append(_normalise(event))
    return ordered + in_order(calls)


def in_order(calls: Sequence[JsonObject]) -> list[JsonObject]:
    """The events of calls that may have run side by side, all those of the first call first.

    Args:
        calls: Events that belong to calls.
    """
    first: dict[str, int] = {}
    for event in calls:
        first.setdefault(call_id_of(event), len(first))
    return sorted(calls, key=lambda event: first[call_id_of(event)])


def call_id_of(event: JsonObject) -> str:
    """The id of the call that an event is about.

    Args:
        event: Of a call.
    """
    call = event.get("call")
    return str(call.get("id")) if is_object(call) else str(event.get("call_id"))


def _normalise(event: JsonObject) -> JsonObject:
    kind = str(event.get("type"))
    return {"type": kind, **{name: _field(name, event.get(name)) for name in _COMPARED[kind]}}


def _field(name: str, value: JsonValue) -> JsonValue:
    if name == "error" and is_object(value):
        return {key: value.get(key) for key in _ERROR_FIELDS}
    return mask_volatile(value)
