"""Turns as case files write them: what the user says and does, and what happens meanwhile."""

from collections.abc import Sequence

from agent.jsontypes import JsonObject
from evals.definitions.calls import check_glob, read_edits, read_golden_call, read_outside_call
from evals.definitions.case import Action, Disturbance, Failure, GoldenCall, Moment, Turn
from evals.definitions.documents import Node
from evals.definitions.fields import Fields, value_of
from evals.definitions.problems import Problems, choices
from evals.definitions.tools import KnownTools

TURN_FIELDS = ("say", "calls", "answer", "approve", "edits", "signs_in", "disturbances")
FAILURE_FIELDS = ("status", "headers", "cut", "tool", "times", "path")
CALL_FIELDS = ("tool", "arguments", "user")
ANY_TOOL = "*"
_FIELDS_OF = {Action.ADVANCE: ("seconds",), Action.FAIL: FAILURE_FIELDS, Action.RUN: CALL_FIELDS}
_MOST_SECONDS = 400 * 24 * 3600
_MOST_TIMES = 1_000_000


def read_turn(node: Node, names: dict[str, int], tools: KnownTools, problems: Problems) -> Turn:
    """Read a turn.

    Args:
        node: What stands in the file.
        names: The golden calls of earlier turns that have a name, with their lines.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    fields = Fields(node, TURN_FIELDS, "a turn", problems)
    calls = tuple(read_golden_call(each, names, tools, problems) for each in fields.listing("calls"))
    approve = fields.texts("approve", ("*",))
    for glob in approve:
        check_glob("approve", glob, fields.line_of("approve"), tools, problems)
    called = {call.tool for call in calls}
    disturbances = [
        _read_disturbance(each, calls, tools, problems) for each in fields.listing("disturbances")
    ]
    return Turn(
        fields.text("say", required=True),
        calls,
        fields.text("answer"),
        approve,
        read_edits(fields.table("edits"), called, tools, problems),
        fields.flag("signs_in"),
        tuple(each for each in disturbances if each is not None),
        fields.line,
    )


def _read_disturbance(
    node: Node, calls: Sequence[GoldenCall], tools: KnownTools, problems: Problems
) -> Disturbance | None:
    names = ("do", *Moment, "seconds", *FAILURE_FIELDS, *CALL_FIELDS)
    fields = Fields(node, tuple(dict.fromkeys(names)), "a disturbance", problems)
    action = fields.choice("do", Action, required=True)
    given = [moment for moment in Moment if moment in fields]
    if len(given) != 1:
        problems.add(fields.line, f"a disturbance needs exactly one of {', '.join(Moment)}")
    if action is None or len(given) != 1:
        return None
    allowed = ("do", *Moment, *_FIELDS_OF.get(action, ()))
    for name in names:
        if name in fields and name not in allowed:
            fields.fault(name, f"does not belong to {action}; {choices(allowed)}")
    seconds = fields.whole("seconds", 1, _MOST_SECONDS, required=True) if action is Action.ADVANCE else 0
    return Disturbance(
        given[0],
        action,
        _read_moment(fields, given[0], calls),
        seconds,
        _read_failure(fields, tools, problems) if action is Action.FAIL else Failure(),
        read_outside_call(fields, tools, problems) if action is Action.RUN else None,
    )


def _read_moment(fields: Fields, moment: Moment, calls: Sequence[GoldenCall]) -> str:
    if moment is Moment.START:
        if not fields.flag("start"):
            fields.fault("start", "can only be true")
        return ""
    tool = fields.text(moment, required=True)
    called = list(dict.fromkeys(call.tool for call in calls))
    if tool == ANY_TOOL and called:
        return ""
    if tool and tool not in called:
        fields.fault(moment, f"{tool} never comes, as no golden call of this turn uses it; {choices(called)}")
    return tool


def _read_failure(fields: Fields, tools: KnownTools, problems: Problems) -> Failure:
    failure = Failure(
        fields.whole("status", 400, 599),
        _read_headers(fields.object("headers"), fields),
        _read_cut(fields),
        fields.text("tool"),
        None if "times" in fields and value_of(fields.node("times")) is None else _read_times(fields),
        fields.text("path", "/mcp"),
    )
    if failure.tool:
        check_glob("tool", failure.tool, fields.line_of("tool"), tools, problems)
    if bool(failure.status) == bool(failure.cut):
        fields.fault("do", "fail needs either a status or a cut")
    if "headers" in fields and not failure.status:
        fields.fault("headers", "belong to a status")
    if not failure.path.startswith("/"):
        fields.fault("path", f"has to be the path of an endpoint, such as /mcp, not {failure.path}")
    return failure


def _read_times(fields: Fields) -> int:
    return fields.whole("times", 1, _MOST_TIMES, 1)


def _read_cut(fields: Fields) -> str:
    cut = fields.text("cut")
    if cut not in ("", "before", "after"):
        fields.fault("cut", f"cannot be {cut}; {choices(('before', 'after'))}")
    return cut


def _read_headers(given: JsonObject, fields: Fields) -> dict[str, str]:
    headers = {name: value for name, value in given.items() if isinstance(value, str)}
    if len(headers) < len(given):
        fields.fault("headers", "have to be texts; quote numbers")
    return headers
