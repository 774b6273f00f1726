"""What has to come of a case, as its file writes it."""

import re
from collections.abc import Sequence

from agent.errors import ExitCode
from evals.definitions.calls import read_rule
from evals.definitions.case import AnswerRule, Expectation, Turn
from evals.definitions.documents import Node
from evals.definitions.fields import Fields
from evals.definitions.problems import Problems, choices
from evals.definitions.tools import KnownTools
from evals.state.tables import TABLES

EXPECT_FIELDS = ("calls", "never", "answers", "ends", "steps", "ignores", "judge")
ANSWER_FIELDS = ("turn", "contains", "matches", "lacks")
MOST_STEPS = 1_000


def read_expectation(node: Node | None, turns: int, tools: KnownTools, problems: Problems) -> Expectation:
    """Read what has to come of a case; nothing beside the goal state where the file says nothing.

    Args:
        node: What stands in the file.
        turns: How many turns there are.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    if node is None:
        return Expectation()
    fields = Fields(node, EXPECT_FIELDS, "expect", problems)
    ends = fields.whole("ends", 0, 255)
    if ends not in set(ExitCode):
        fields.fault("ends", f"cannot be {ends}; {choices(str(int(code)) for code in ExitCode)}")
    ignores = fields.texts("ignores")
    for column in ignores:
        _check_column(column, fields)
    return Expectation(
        tuple(read_rule(each, tools, problems) for each in fields.listing("calls")),
        tuple(read_rule(each, tools, problems) for each in fields.listing("never")),
        tuple(_read_answer(each, turns, problems) for each in fields.listing("answers")),
        ends,
        fields.whole("steps", 0, MOST_STEPS),
        ignores,
        fields.text("judge"),
    )


def check_that_it_checks(
    turns: Sequence[Turn], expect: Expectation, line: int, tools: KnownTools, problems: Problems
) -> None:
    """Refuse a case that whoever does nothing passes, as far as that can be seen.

    Args:
        turns: Of the case.
        expect: What has to come of it.
        line: Where the expectation stands.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    called = (tools.get(call.tool) for turn in turns for call in turn.calls)
    writes = any(tool is not None and tool.writes for tool in called)
    if writes or expect.calls or expect.never or expect.answers or expect.ends:
        return
    if expect.judge:
        problems.add(line, "a judge is never alone; expect calls or answers as well, or give golden calls")
    else:
        problems.add(
            line, "the case checks nothing; expect calls or answers, or give golden calls that write"
        )


def _read_answer(node: Node, turns: int, problems: Problems) -> AnswerRule:
    fields = Fields(node, ANSWER_FIELDS, "a rule about answers", problems)
    rule = AnswerRule(
        fields.whole("turn", 0, turns),
        fields.texts("contains"),
        fields.texts("matches"),
        fields.texts("lacks"),
    )
    if not (rule.contains or rule.matches or rule.lacks):
        problems.add(fields.line, f"a rule about answers needs one of {', '.join(ANSWER_FIELDS[1:])}")
    for pattern in rule.matches:
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            fields.fault("matches", f"{pattern} is no regular expression: {error}")
    return rule


def _check_column(column: str, fields: Fields) -> None:
    table_name, _, name = column.partition(".")
    table = TABLES.get(table_name)
    if table is None:
        fields.fault("ignores", f"{column} is in no table; {choices(TABLES, table_name)}")
    elif name not in table.compared:
        fields.fault("ignores", f"{column} is not compared; {choices(table.compared, name)}")
