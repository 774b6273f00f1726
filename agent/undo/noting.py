"""What is noted of a write once it is done: the calls that take it back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.tools.arguments import fit_arguments
from agent.tools.names import NameIndex, Thing, things_deleted
from agent.tools.preview import describe_subject
from agent.undo.before import Before, Foreseen, Surroundings, where_of
from agent.undo.guessing import find_deleter, guess_call
from agent.undo.reading import ReadFailedError, arguments_of
from agent.undo.record import Look, Record, UndoCall
from agent.undo.rules import InverseCall
from agent.undo.templates import Facts, UnknownValueError, fill_arguments, value_at
from agent.undo.wording import describe_fields, fill_sentence, in_words, several

_NOTHING = "it changed nothing"


def note_write(foreseen: Foreseen, result: JsonValue) -> Record:
    """Note how a write that succeeded is taken back.

    Args:
        foreseen: What was found out before it.
        result: What it answered.
    """
    did = describe_write(foreseen)
    if foreseen.rule is None:
        record = _guess(foreseen, result, did)
    elif foreseen.items:
        record = _note_many(foreseen, result, did)
    else:
        before = foreseen.befores[0]
        record = _note_one(before, before.facts.having(result=result), foreseen.surroundings, did)
    record = _with_fitting_calls(record, foreseen.surroundings)
    return record if record.calls else replace(record, gone=_gone(foreseen, result))


def describe_write(foreseen: Foreseen) -> str:
    """What a write did, in a few words."""
    subject = describe_subject(foreseen.tool, foreseen.arguments, foreseen.surroundings.names)
    return f"{foreseen.tool.title}: {subject}" if subject else foreseen.tool.title


def _gone(foreseen: Foreseen, result: JsonValue) -> tuple[Thing, ...]:
    """What a write deleted; nothing where a part of it failed, for the rest may still be there."""
    failed = is_object(result) and bool(result.get("failed"))
    return () if failed else things_deleted(foreseen.tool, foreseen.arguments)


def _guess(foreseen: Foreseen, result: JsonValue, did: str) -> Record:
    deleter = find_deleter(foreseen.tool, foreseen.surroundings.tools)
    if deleter is None:
        return Record(did, never="it is not known how")
    call = guess_call(foreseen.tool, deleter, foreseen.arguments, result)
    if call is None:
        return Record(did, never="the server's answer does not name what it made")
    ids = ", ".join(in_words(value) for value in call.arguments.values())
    return Record(did, f"delete what was created ({ids})", (call,))


def _note_one(before: Before, facts: Facts, surroundings: Surroundings, did: str) -> Record:
    rule = before.rule
    if before.never:
        return Record(did, never=before.never)
    if rule.when and not facts.holds(rule.when):
        return Record(did, never=_NOTHING)
    try:
        templates = rule.absent_calls if before.absent else rule.calls
        calls = tuple(_fill_calls(templates, facts, before.restored if rule.fields else {}))
    except UnknownValueError as error:
        return Record(did, never=f"the server's answer does not name its {error}")
    if not calls:
        return Record(did, never=_NOTHING)
    says = _say(before, facts, surroundings.names)
    looks = () if before.absent else tuple(_looks(before, facts))
    return Record(did, says, calls, lost=before.lost, looks=looks)


def _note_many(foreseen: Foreseen, result: JsonValue, did: str) -> Record:
    rule = foreseen.rule
    assert rule is not None
    done = [
        (before, item, before.facts.having(result=_task_of(answer)))
        for before, item, answer in zip(foreseen.befores, foreseen.items, _answers(result), strict=False)
        if is_object(answer) and answer.get("success") is True
    ]
    possible = [each for each in done if not each[0].never]
    if not possible:
        return Record(did, never=several(dict.fromkeys(before.never for before, _, _ in done)))
    updates: dict[str, JsonObject] = {}
    for before, item, _ in possible:
        ids = {key: value for key, value in item.items() if key not in before.rule.fields}
        # A thing that the write changes twice goes back to what it was before the first.
        updates[str(ids)] = {**before.restored, **updates.get(str(ids), {}), **ids}
    lost = list(dict.fromkeys(text for before, _, _ in possible for text in before.lost))
    if len(possible) < len(done):
        lost.append(f"{len(done) - len(possible)} of the {len(done)} changes")
    last = {str(facts.value("args.taskId")): (before, facts) for before, _, facts in possible}
    return Record(
        did,
        f"set {several(_name(before, facts) for before, facts in last.values())} back to what they were",
        (UndoCall(foreseen.tool.name, {rule.each: list(updates.values())}),),
        lost=tuple(lost),
        looks=tuple(look for before, facts in last.values() for look in _looks(before, facts)),
    )


def _answers(result: JsonValue) -> Sequence[JsonValue]:
    answers = result.get("results") if is_object(result) else None
    return answers if isinstance(answers, list) else []


def _task_of(answer: JsonValue) -> JsonValue:
    inner = [value for value in answer.values() if is_object(value)] if is_object(answer) else []
    return inner[0] if inner else None


def _fill_calls(templates: Sequence[InverseCall], facts: Facts, restored: JsonObject) -> Iterator[UndoCall]:
    for template in templates:
        if template.skip_if_same and all(_are_same(pair, facts) for pair in template.skip_if_same):
            continue
        for each in _items(template, facts):
            arguments = fill_arguments(each, template.arguments)
            yield UndoCall(template.tool, {**arguments, **restored} if template.restores else arguments)


def _items(template: InverseCall, facts: Facts) -> Iterator[Facts]:
    if not template.each:
        yield facts
        return
    items = facts.fill(template.each)
    for item in items if isinstance(items, list) else []:
        each = facts.having(item=item)
        if template.among:
            wanted, among = (each.fill(path) for path in template.among)
            if not isinstance(among, list) or wanted not in among:
                continue
        yield each


def _are_same(pair: JsonValue, facts: Facts) -> bool:
    one, other = (facts.fill(template) for template in pair) if isinstance(pair, list) else (0, 1)
    return one == other


def _say(before: Before, facts: Facts, names: NameIndex) -> str:
    rule = before.rule
    if before.absent:
        return fill_sentence(rule.absent_says, facts)
    if rule.says:
        return fill_sentence(rule.says, facts)
    return f"set {_name(before, facts)} back to {describe_fields(before.restored, names)}"


def _name(before: Before, facts: Facts) -> str:
    try:
        return in_words(facts.value(before.rule.named))
    except UnknownValueError:
        return "it"


def _compared(before: Before) -> Iterator[str]:
    yield from before.rule.compare
    if before.rule.fields:
        yield from (before.rule.fields[name] for name in before.restored)


def _looks(before: Before, facts: Facts) -> Iterator[Look]:
    read = before.rule.look or before.rule.read
    left: JsonObject = {}
    for path in _compared(before):
        try:
            left[path] = value_at(facts.scope("result"), path)
        except UnknownValueError:
            continue
    if read is None or not left:
        return
    try:
        arguments = arguments_of(read, facts)
    except ReadFailedError:
        return
    where = where_of(read, before.rule.read_by, facts) if read.list else {}
    yield Look(UndoCall(read.tool, arguments), left, _name(before, facts), read.list, where, paged=read.paged)


def _with_fitting_calls(record: Record, surroundings: Surroundings) -> Record:
    """The same with each call's arguments as its tool takes them; a call that would be refused is none."""
    fitting: list[UndoCall] = []
    for call in record.calls:
        tool = surroundings.tools.get(call.tool)
        if tool is None:
            return Record(record.did, never=f"the server has no tool {call.tool}")
        arguments, fault = fit_arguments(tool, call.arguments)
        if fault is not None:
            return Record(record.did, never=f"{tool.title} does not take what there was before")
        fitting.append(UndoCall(call.tool, arguments))
    return replace(record, calls=tuple(fitting))
