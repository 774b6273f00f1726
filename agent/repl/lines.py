"""Tool calls and errors in one line each, for people."""

import re

from agent.conversation import ToolCall
from agent.drawing.identifiers import in_words
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import shorten, wrap
from agent.errors import AgentError
from agent.events import CallOutcome, ToolCallFinished, ToolCallProgress, ToolCallStarted
from agent.jsontypes import JsonObject, JsonValue, dump, is_object, parse_object
from agent.repl.commands import is_known
from agent.repl.parts import SEPARATOR, Part, fit
from agent.tools.tool import Effect
from agent.wording.hints import for_chat

_LONGEST_VALUE = 32
_LONGEST_ARGUMENTS = 64
_LONGEST_RESULT = 72
_MOST_REASON_LINES = 4
_SHORTEST_ARGUMENTS = 8
_SHORTEST_TITLE = 12
_SHORTEST_OUTCOME = 12
_ANY_WIDTH = 10_000

_MARKS = {
    CallOutcome.SUCCEEDED: "✓",
    CallOutcome.FAILED: "✗",
    CallOutcome.INVALID: "✗",
    CallOutcome.DECLINED: "⊘",
    CallOutcome.UNKNOWN: "?",
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W_A-Z]+|\d+")


def describe_amount(event: ToolCallProgress) -> str:
    """Say how much of a call is done: a share where there is a whole, else a count."""
    return f"{event.done:,.10g}" if event.fraction is None else f"{event.fraction:.0%}"


def describe_message(event: ToolCallProgress) -> str:
    """Say in short what a call is doing; empty where it did not tell."""
    return shorten(strip_line(event.message), _LONGEST_VALUE)


def draw_error(error: AgentError, palette: Palette) -> str:
    """Put an error in one line: what happened, and what helps."""
    hint = f" {strip_line(for_chat(error.hint, is_known))}" if error.hint else ""
    mark = "Error:" if palette.plain else palette.bad(_MARKS[CallOutcome.FAILED])
    return f"{mark} {strip_line(error.message)}{palette.dim(hint)}"


def describe_outcome(event: ToolCallFinished, columns: int | None = None) -> str:
    """Say how a call ended: a mark, title, arguments in short, outcome and duration.

    That is one line; where the reason of a failure does not fit into it, it stands below.

    Args:
        event: The end of the call.
        columns: Upper bound on the width of the lines; none when left out.
    """
    line = _fit_outcome(event, outcome_of(event), columns)
    reason = reason_of(event)
    if reason in line:
        return line
    if columns is None:
        below = [shorten(reason, _MOST_REASON_LINES * _LONGEST_RESULT)]
    else:
        below = wrap(reason, columns - 2, most_lines=_MOST_REASON_LINES)
    return "\n  ".join([_fit_outcome(event, "failed", columns), *below])


def _fit_outcome(event: ToolCallFinished, said: str, columns: int | None) -> str:
    parts = [
        Part(f"{mark_of(event.outcome)} {in_words(event.title)}", 50, least=_SHORTEST_TITLE, must_stay=True),
        Part(describe_arguments(event.edited or _arguments_of(event.call)), 10, least=_SHORTEST_ARGUMENTS),
        Part(said, 40, least=_SHORTEST_OUTCOME, must_stay=True),
    ]
    if event.outcome in (CallOutcome.SUCCEEDED, CallOutcome.FAILED, CallOutcome.UNKNOWN):
        parts.append(Part(describe_duration(event.duration), 30))
    return fit(parts, columns or _ANY_WIDTH)


def describe_stopped(event: ToolCallStarted, *, asking: bool, plain: bool = False) -> str:
    """Say what is known of a call whose turn was stopped before it ended.

    Args:
        event: The call.
        asking: Whether the user was still being asked about it, so that it was not made.
        plain: Say it in words alone.
    """
    outcome, said = CallOutcome.DECLINED, "stopped"
    if asking:
        said = "not made"
    elif event.effect is not Effect.READ:
        outcome = CallOutcome.UNKNOWN
        said = "stopped on its way, it may or may not have happened: look before you repeat it"
    head = in_words(event.title) if plain else f"{mark_of(outcome)} {in_words(event.title)}"
    separator = ", " if plain else SEPARATOR
    return separator.join(filter(None, (head, describe_arguments(event.arguments), said)))


def mark_of(outcome: CallOutcome) -> str:
    """The one character that stands for how a call ended."""
    return _MARKS[outcome]


def describe_arguments(arguments: JsonObject) -> str:
    """Put the arguments of a call in short, as they are too long to read in full."""
    parts = [
        f"{_key_in_words(key)}: {_value_in_short(value)}"
        for key, value in arguments.items()
        if value not in (None, "", [], {})
    ]
    return shorten(", ".join(parts), _LONGEST_ARGUMENTS)


def describe_duration(seconds: float) -> str:
    """Put a duration into the unit that people would use."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def describe_result(structured: JsonValue, text: str) -> str:
    """Say in a few words what a tool answered: how many there are, or what it is called.

    Args:
        structured: The structured result, or `None`.
        text: The result as text, for when the structure says nothing.
    """
    named = _count_records(structured) or _count_or_name(structured)
    if named:
        return named
    first = strip_line(_first_line(text))
    if first.startswith(("{", "[")):
        # It is written for a program; to a person it says at most how much it is.
        return _count(len(structured), "values") if is_object(structured) and len(structured) > 1 else ""
    return shorten(first, _LONGEST_RESULT)


def reason_of(event: ToolCallFinished) -> str:
    """Say why a call failed or could not be made, in full; empty for others."""
    return strip_line(event.text) if event.outcome in (CallOutcome.FAILED, CallOutcome.INVALID) else ""


def outcome_of(event: ToolCallFinished) -> str:
    """Say in a few words what came of a call."""
    match event.outcome:
        case CallOutcome.SUCCEEDED:
            return describe_result(event.structured, event.text)
        case CallOutcome.FAILED | CallOutcome.INVALID:
            return shorten(reason_of(event), _LONGEST_RESULT) or "failed"
        case CallOutcome.DECLINED:
            return "declined"
        case CallOutcome.UNKNOWN:
            return "no answer came, it may or may not have happened: look before you repeat it"


def _count_records(value: JsonValue) -> str:
    """Count tasks and time entries wherever they lie: those of a timesheet lie in groups."""
    from agent.records.records import count, read_records

    records = read_records(value)
    if records is None or not (records.tasks or records.entries):
        return ""
    shown = count(len(records.rows), records.noun)
    return f"{shown} of {records.total}" if records.left_out else shown


def _count_or_name(value: JsonValue) -> str:
    if isinstance(value, list):
        return _count(len(value), "items")
    if not is_object(value):
        return ""
    # Envelopes put the answer itself under one of these names.
    for envelope in ("data", "result"):
        if isinstance(value.get(envelope), dict | list):
            return _count_or_name(value[envelope])
    name = _name(value)
    if name:
        return name
    lists = [(key, held) for key, held in value.items() if isinstance(held, list)]
    if len(lists) == 1:
        key, held = lists[0]
        total = value.get("total")
        shown = _count(len(held), _key_in_words(key))
        more = isinstance(total, int) and not isinstance(total, bool) and total > len(held)
        return f"{shown} of {total}" if more else shown
    objects = [held for held in value.values() if is_object(held)]
    return _name(objects[0]) if len(objects) == 1 else ""


def _name(value: JsonObject) -> str:
    # Many servers put the kind of thing in the key, such as `taskTitle`; the first is the thing itself.
    keys = [*("title", "name"), *(key for key in value if key.lower().endswith(("title", "name")))]
    for key in keys:
        named = value.get(key)
        if isinstance(named, str) and named:
            return f"“{shorten(strip_line(named), _LONGEST_VALUE)}”"
    return ""


def _count(number: int, plural: str) -> str:
    if number == 1 and plural.endswith("ies"):
        return f"1 {plural[:-3]}y"
    return f"{number} {plural.removesuffix('s') if number == 1 else plural}"


def _key_in_words(key: str) -> str:
    words = [word if word.isupper() else word.lower() for word in _WORD.findall(strip_line(key))]
    return " ".join("ID" if word == "id" else word for word in words) or strip_line(key)


def _value_in_short(value: JsonValue) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return shorten(strip_line(value), _LONGEST_VALUE)
        case list() if all(isinstance(entry, str | int | float) for entry in value):
            return shorten(strip_line(" + ".join(map(str, value))), _LONGEST_VALUE)
        case list():
            return _count(len(value), "entries")
        case _:
            return shorten(strip_line(dump(value)), _LONGEST_VALUE)


def _arguments_of(call: ToolCall) -> JsonObject:
    try:
        return parse_object(call.arguments)
    except ValueError:
        return {}


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")
