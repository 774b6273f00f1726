"""What the changes of a trial have too much, too little, or otherwise than its goal: as lines for people."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agent.jsontypes import JsonValue, dump
from evals.state.changes import Change, ChangeKind

_LONGEST_VALUE = 120
_SHOWN_BEFORE = 30
_MOST_LINES = 100
_MISSING, _UNEXPECTED, _DIFFERENT = "missing", "unexpected", "different"
_COUNT = re.compile(r" \(\d+\)")
_NOTHING = "nothing"


def describe_difference(goal: Sequence[Change], found: Sequence[Change]) -> str:
    """Say what is missing, what is unexpected, and what is otherwise; empty where they are the same.

    Args:
        goal: The changes that are wanted.
        found: The changes that were made.
    """
    missing, unexpected = _only_in(goal, found), _only_in(found, goal)
    pairs = list(_pairs(missing, unexpected))
    lines = [line for wanted, made in pairs for line in _describe_pair(wanted, made)]
    lines += [line for change in missing for line in _describe(_MISSING, change)]
    lines += [line for change in unexpected for line in _describe(_UNEXPECTED, change)]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES:] = [f"and {len(lines) - _MOST_LINES} more lines"]
    return "\n".join(lines)


def _count(changes: Sequence[Change]) -> Counter[str]:
    return Counter(map(_text, changes))


def _text(change: Change) -> str:
    return dump([change.kind, change.table, change.row, dict(change.values), dict(change.before)])


def _only_in(these: Sequence[Change], those: Sequence[Change]) -> list[Change]:
    taken = _count(those)
    left: list[Change] = []
    for change in these:
        text = _text(change)
        if taken[text]:
            taken[text] -= 1
        else:
            left.append(change)
    return left


def _pairs(missing: list[Change], unexpected: list[Change]) -> Iterator[tuple[Change, Change]]:
    """Take out of both what is about the same thing, those that are most alike first."""
    likeness = [
        (alike, first, second)
        for first, wanted in enumerate(missing)
        for second, made in enumerate(unexpected)
        if (alike := _likeness(wanted, made))
    ]
    paired: dict[int, int] = {}
    for _, first, second in sorted(likeness, key=lambda each: (-each[0], each[1], each[2])):
        if first not in paired and second not in paired.values():
            paired[first] = second
    found = [(missing[first], unexpected[second]) for first, second in sorted(paired.items())]
    missing[:] = [change for place, change in enumerate(missing) if place not in paired]
    unexpected[:] = [change for place, change in enumerate(unexpected) if place not in set(paired.values())]
    yield from found


def _likeness(wanted: Change, made: Change) -> float:
    """From 0, another thing, to 2."""
    if (wanted.table, wanted.kind) != (made.table, made.kind) or wanted.kind is ChangeKind.REMOVED:
        return 0
    is_same = _plain(wanted.row) == _plain(made.row)
    if wanted.kind is ChangeKind.CHANGED:
        return 1 if is_same else 0
    columns = {**wanted.values, **made.values}
    shared = sum(wanted.values.get(name) == made.values.get(name) for name in columns) / max(len(columns), 1)
    # A row that differs in most of what it holds is another row, unless it has the same name.
    return 1 + shared if is_same else shared if shared >= 0.5 else 0


def _plain(name: str) -> str:
    return _COUNT.sub("", name)


def _describe_pair(wanted: Change, made: Change) -> Iterator[str]:
    columns = [
        name
        for name in {**wanted.values, **made.values}
        if _value_of(wanted, made, name) != _value_of(made, wanted, name)
    ]
    yield f"{_DIFFERENT}: {wanted.kind} {wanted.row}"
    if not columns:
        yield f"  wanted {wanted.row}, found {made.row}"
    for name in columns:
        left, right = _side_by_side(_value_of(wanted, made, name), _value_of(made, wanted, name))
        yield f"  {name}: wanted {left}, found {right}"


def _value_of(change: Change, other: Change, name: str) -> JsonValue:
    # What only the other one changed, this one left as it was.
    return change.values[name] if name in change.values else other.before.get(name)


def _describe(what: str, change: Change) -> Iterator[str]:
    yield f"{what}: {change.kind} {change.row}"
    for name, value in change.values.items():
        if name in change.before:
            yield f"  {name}: {_show(change.before[name])} → {_show(value)}"
        elif value not in (None, ""):
            yield f"  {name}: {_show(value)}"


def _side_by_side(wanted: JsonValue, found: JsonValue) -> tuple[str, str]:
    left, right = _whole(wanted), _whole(found)
    if max(len(left), len(right)) <= _LONGEST_VALUE:
        return left, right
    # Long texts are shown from where they part.
    same = next(
        (place for place, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]),
        min(len(left), len(right)),
    )
    begin = max(0, same - _SHOWN_BEFORE)
    return _cut(left, begin), _cut(right, begin)


def _show(value: JsonValue) -> str:
    return _cut(_whole(value), 0)


def _whole(value: JsonValue) -> str:
    match value:
        case None:
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case str():
            return f'"{" ".join(value.split())}"' if value else "an empty text"
        case list():
            return ", ".join(map(_whole, value)) or _NOTHING
        case dict():
            return "; ".join(f"{name}: {_whole(each)}" for name, each in value.items()) or _NOTHING
        case _:
            return str(value)


def _cut(text: str, begin: int) -> str:
    end = begin + _LONGEST_VALUE
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
