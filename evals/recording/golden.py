"""A case out of a conversation: what was said, the calls that led to its end, what has to come of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.kept_results import READ_RESULT
from agent.tools.catalogue import FIND_TOOLS
from agent.transcripts.lines import text_of
from evals.definitions.case import VERSION, Category
from evals.replaying.events import call_id_of
from evals.replaying.turns import RecordedTurn

# Golden calls need no search, and see results whole.
_NEEDLESS = (FIND_TOOLS, READ_RESULT)
_DEEPEST = 3


@dataclass(slots=True)
class _Call:
    """A call of a turn, as the model made it and as it was made."""

    id: str
    tool: str
    arguments: JsonObject
    made_with: JsonObject
    writes: bool
    outcome: str
    result: JsonValue
    name: str = ""
    refers: JsonObject = field(default_factory=dict[str, JsonValue])

    @property
    def is_edited(self) -> bool:
        return self.arguments != self.made_with


def make_case(title: str, workspace: JsonObject, timezone: str, turns: Sequence[RecordedTurn]) -> JsonObject:
    """Make a case.

    Where the workspace is a recording, calls alone tell what was done, so they are expected with all their
    arguments.

    Args:
        title: What the conversation is about.
        workspace: What it begins with.
        timezone: Where its user is.
        turns: What was said and done, masked.
    """
    by_turn = [[*_calls(turn)] for turn in turns]
    _refer([call for of_turn in by_turn for call in of_turn])
    written: list[JsonValue] = [_turn(turn, calls) for turn, calls in zip(turns, by_turn, strict=True)]
    case: JsonObject = {"version": VERSION, "title": title, "category": Category.RECORDED.value}
    case["workspace"] = workspace
    if timezone != "UTC":
        case["timezone"] = timezone
    calls = [call for of_turn in by_turn for call in of_turn]
    return {**case, "turns": written, "expect": _expect(turns[-1], calls, whole="recorded" in workspace)}


def _calls(turn: RecordedTurn) -> Iterator[_Call]:
    started = {call_id_of(event): event for event in turn.events if event.get("type") == "tool_call_started"}
    for event in turn.events:
        begun = started.get(call_id_of(event))
        if event.get("type") != "tool_call_finished" or begun is None:
            continue
        arguments, edited = begun.get("arguments"), event.get("edited")
        outcome, tool = text_of(event, "outcome"), text_of(begun, "name")
        if outcome in ("succeeded", "declined") and is_object(arguments) and tool not in _NEEDLESS:
            yield _Call(
                call_id_of(event),
                tool,
                arguments,
                edited if is_object(edited) else arguments,
                begun.get("effect") != "read",
                outcome,
                event.get("structured"),
            )


def _turn(turn: RecordedTurn, calls: Sequence[_Call]) -> JsonObject:
    allowed = {call.tool for call in calls if call.outcome == "succeeded"}
    # What was allowed once and declined once cannot be told apart by the tool.
    kept = [call for call in calls if call.outcome == "succeeded" or call.tool not in allowed]
    edits = {call.tool: _edit(call) for call in kept if _can_be_edited(call, kept)}
    written: JsonObject = {"say": turn.text}
    if kept:
        written["calls"] = [_golden(call, call.tool in edits) for call in kept]
    if answer := text_of(turn.events[-1], "text"):
        written["answer"] = answer
    if any(call.outcome == "declined" for call in kept):
        approved = {call.tool for call in kept if call.writes and call.outcome == "succeeded"}
        globs: list[JsonValue] = [*sorted(approved)]
        written["approve"] = globs
    if edits:
        written["edits"] = {**edits}
    if any(event.get("type") == "sign_in_requested" and event.get("signed_in") for event in turn.events):
        written["signs_in"] = True
    return written


def _can_be_edited(call: _Call, calls: Sequence[_Call]) -> bool:
    alone = sum(other.tool == call.tool for other in calls) == 1
    return call.is_edited and alone and call.arguments.keys() <= call.made_with.keys()


def _edit(call: _Call) -> JsonObject:
    return {key: value for key, value in call.made_with.items() if call.arguments.get(key) != value}


def _golden(call: _Call, is_edited: bool) -> JsonObject:
    arguments = call.arguments if is_edited else call.made_with
    golden: JsonObject = {"tool": call.tool}
    if arguments:
        golden["arguments"] = {**arguments, **{k: v for k, v in call.refers.items() if k in arguments}}
    if call.name:
        golden["name"] = call.name
    return golden


def _refer(calls: Sequence[_Call]) -> None:
    """Let arguments refer to what an earlier call made, so that its id may be another one."""
    made: dict[int, tuple[_Call, str]] = {}
    seen: set[int] = set()
    for call in calls:
        for key, value in call.made_with.items():
            if isinstance(value, int) and not isinstance(value, bool) and value in made:
                maker, path = made[value]
                maker.name = maker.name or f"made{sum(bool(each.name) for each in calls) + 1}"
                call.refers[key] = f"${maker.name}.{path}"
        numbers = dict(_ids(call.result, "", 0))
        if call.writes and call.outcome == "succeeded":
            made |= {number: (call, path) for number, path in numbers.items() if number not in seen}
        seen |= numbers.keys()
        seen |= {value for value in call.made_with.values() if isinstance(value, int)}


def _ids(value: JsonValue, path: str, depth: int) -> Iterator[tuple[int, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _ids(item, f"{path}.{index}", depth + 1)
    elif is_object(value):
        for key, item in value.items():
            is_id = key.casefold().endswith("id") and isinstance(item, int) and not isinstance(item, bool)
            if is_id and isinstance(item, int) and key.isidentifier():
                yield item, f"{path}.{key}".removeprefix(".")
            yield from _ids(item, f"{path}.{key}".removeprefix("."), depth + 1)


def _expect(last: RecordedTurn, calls: Sequence[_Call], *, whole: bool) -> JsonObject:
    expect: JsonObject = {}
    done = [call for call in calls if call.outcome == "succeeded"]
    wanted = [call for call in done if call.writes] or done
    rules = [_rule(call.tool, call.made_with if whole else _ids_given(call)) for call in wanted]
    if rules:
        expect["calls"] = [*{dump(rule): rule for rule in rules}.values()]
    refused = sorted({call.tool for call in calls} - {call.tool for call in done})
    if refused:
        expect["never"] = [_rule(tool, {}) for tool in refused]
    if not calls:
        expect["answers"] = [{"matches": [r"\w"]}]
    error = last.events[-1].get("error")
    code = error.get("exit_code") if is_object(error) else None
    return {**expect, "ends": code} if code else expect


def _ids_given(call: _Call) -> Mapping[str, JsonValue]:
    """Which things a call was about, as far as they were there before the conversation."""
    return {
        key: value
        for key, value in call.made_with.items()
        if isinstance(value, int) and key.casefold().endswith("id") and key not in call.refers
    }


def _rule(tool: str, arguments: Mapping[str, JsonValue]) -> JsonObject:
    return {"tool": tool, "arguments": dict(arguments)} if arguments else {"tool": tool}
