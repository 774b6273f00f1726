"""A case out of a conversation: what was said, the calls that led to its end, what has to come of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent.context.kept_results import READ_RESULT
from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.tools.catalogue import FIND_TOOLS
from agent.transcripts.lines import text_of
from evals.definitions.case import VERSION, Action, Category
from evals.recording.facts import facts_of
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
    turn: RecordedTurn
    name: str = ""
    refers: JsonObject = field(default_factory=dict[str, JsonValue])

    @property
    def is_edited(self) -> bool:
        return self.arguments != self.made_with


def make_case(
    title: str, workspace: JsonObject, timezone: str, turns: Sequence[RecordedTurn]
) -> tuple[JsonObject, tuple[int, ...]]:
    """Make a case.

    Where the workspace is a recording, calls alone tell what was done, so they are expected with all their
    arguments. What the user did by hand is no message: it happens as the next turn begins.

    Args:
        title: What the conversation is about.
        workspace: What it begins with.
        timezone: Where its user is.
        turns: What was said and done, masked; something was said in one of them at least.

    Returns:
        The case, and the turns by hand that nothing in it stands for.
    """
    by_turn = [[*_calls(turn)] for turn in turns]
    calls = [call for of_turn in by_turn for call in of_turn]
    _refer(calls)
    written: list[JsonValue] = []
    waiting: list[_Call] = []
    lost: list[_Call] = []
    for turn, of_turn in zip(turns, by_turn, strict=True):
        if turn.is_by_hand:
            waiting += [call for call in of_turn if call.writes and call.outcome == "succeeded"]
            continue
        # Only golden calls can refer to what was made, and recorded answers follow from no calls.
        can_run = [call for call in waiting if not call.refers and "recorded" not in workspace]
        lost += [call for call in waiting if call not in can_run]
        written.append({**_turn(turn, of_turn), **_disturbed(can_run)})
        waiting.clear()
    case: JsonObject = {"version": VERSION, "title": title, "category": Category.RECORDED.value}
    case["workspace"] = workspace
    if timezone != "UTC":
        case["timezone"] = timezone
    said = [turn for turn in turns if not turn.is_by_hand]
    asked = [call for call in calls if not call.turn.is_by_hand]
    case |= {"turns": written, "expect": _expect(said, asked, calls, whole="recorded" in workspace)}
    return case, tuple(sorted({call.turn.number for call in [*lost, *waiting]}))


def _disturbed(calls: Sequence[_Call]) -> JsonObject:
    done: list[JsonValue] = [
        {"start": True, "do": Action.RUN.value, "tool": call.tool, "arguments": call.made_with}
        for call in calls
    ]
    return {"disturbances": done} if done else {}


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
                turn,
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
    if turn.signs_in:
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
    count = 0

    def written(value: JsonValue) -> JsonValue:
        nonlocal count
        if isinstance(value, list):
            return [written(item) for item in value]
        if is_object(value):
            return {key: written(item) for key, item in value.items()}
        if isinstance(value, bool) or not isinstance(value, int) or value not in made:
            return value
        maker, path = made[value]
        if not maker.name:
            count += 1
            maker.name = f"made{count}"
        return f"${maker.name}.{path}"

    for call in calls:
        for key, value in call.made_with.items():
            if (refers := written(value)) != value:
                call.refers[key] = refers
        numbers = dict(_ids(call.result, "", 0))
        # What was made by hand has no name in the case, and the same id each time.
        if call.writes and call.outcome == "succeeded" and not call.turn.is_by_hand:
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


def _expect(
    said: Sequence[RecordedTurn], asked: Sequence[_Call], calls: Sequence[_Call], *, whole: bool
) -> JsonObject:
    expect: JsonObject = {}
    done = [call for call in asked if call.outcome == "succeeded"]
    wanted = [call for call in done if call.writes] or done
    rules = [_rule(call.tool, _given(call) if whole else _ids_given(call)) for call in wanted]
    if rules:
        expect["calls"] = [*{dump(rule): rule for rule in rules}.values()]
    refused = sorted({call.tool for call in asked} - {call.tool for call in done})
    if refused:
        expect["never"] = [_rule(tool, {}) for tool in refused]
    answers = _answers(said, calls)
    if answers or not asked:
        expect["answers"] = [answers or {"matches": [r"\w"]}]
    return expect


def _answers(said: Sequence[RecordedTurn], calls: Sequence[_Call]) -> JsonObject:
    """What the last answer says that results told, or the one before it, and so on."""
    for number in range(len(said), 0, -1):
        turn = said[number - 1]
        until = [call.result for call in calls if call.turn.number <= turn.number]
        heard = "\n".join(each.text for each in said[:number])
        if facts := facts_of(text_of(turn.events[-1], "text"), until, heard):
            contains: list[JsonValue] = [*facts]
            return {**({"turn": number} if number < len(said) else {}), "contains": contains}
    return {}


def _given(call: _Call) -> Mapping[str, JsonValue]:
    """What a call was made with, but for what the conversation itself made."""
    return {key: value for key, value in call.made_with.items() if key not in call.refers}


def _ids_given(call: _Call) -> Mapping[str, JsonValue]:
    """Which things a call was about, as far as they were there before the conversation."""
    return {
        key: value
        for key, value in _given(call).items()
        if isinstance(value, int) and key.casefold().endswith("id")
    }


def _rule(tool: str, arguments: Mapping[str, JsonValue]) -> JsonObject:
    return {"tool": tool, "arguments": dict(arguments)} if arguments else {"tool": tool}
