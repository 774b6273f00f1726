"""Calls as case files write them: golden calls, those of others, and rules about calls."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from agent.jsontypes import JsonObject, is_object
from evals.definitions.case import CallRule, GoldenCall, OutsideCall
from evals.definitions.documents import Entry, Listing, Node, Scalar, Table
from evals.definitions.fields import Fields
from evals.definitions.problems import Problems, choices
from evals.definitions.references import REFERENCE
from evals.definitions.tools import KnownTool, KnownTools

if TYPE_CHECKING:
    from jsonschema import ValidationError

_MOST_SAID = 200


def read_golden_call(node: Node, names: dict[str, int], tools: KnownTools, problems: Problems) -> GoldenCall:
    """Read a golden call, and let later ones refer to it.

    Args:
        node: What stands in the file.
        names: Those that have a name, with their lines.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    fields = Fields(node, ("tool", "arguments", "name", "refused"), "a call", problems)
    tool = _read_tool(fields, tools)
    arguments = fields.object("arguments")
    _check_references(fields.node("arguments"), names, problems)
    if tool is not None:
        _check_arguments(tool, arguments, fields, problems, whole=True)
    call = GoldenCall(
        fields.text("tool"), arguments, fields.text("name"), refused=fields.flag("refused"), line=fields.line
    )
    if call.name:
        _check_name(call, tool, fields, names)
        names.setdefault(call.name, fields.line)
    return call


def _check_name(call: GoldenCall, tool: KnownTool | None, fields: Fields, names: dict[str, int]) -> None:
    if not REFERENCE.fullmatch(f"${call.name}.x"):
        fields.fault("name", f"cannot be {call.name}; small letters, digits and _ are allowed")
    elif call.name in names:
        fields.fault("name", f"{call.name} is that of the call on line {names[call.name]} already")
    elif call.refused or (tool is not None and tool.is_local):
        fields.fault("name", "belongs to a call that the server answers; this one has no result to refer to")


def read_outside_call(fields: Fields, tools: KnownTools, problems: Problems) -> OutsideCall:
    """Read a call that somebody makes past the agent: “tool”, “arguments” and “user”.

    Args:
        fields: What stands in the file.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    tool = _read_tool(fields, tools)
    arguments = fields.object("arguments")
    if tool is not None and tool.is_local:
        fields.fault("tool", f"cannot be {tool.name}, which is no tool of the server")
    elif tool is not None:
        _check_arguments(tool, arguments, fields, problems, whole=True)
    for text, line in _texts(fields.node("arguments")):
        if REFERENCE.fullmatch(text):
            problems.add(line, f"{text} refers to a golden call, which only golden calls can do")
    return OutsideCall(fields.text("tool"), arguments, fields.text("user"), fields.line)


def read_rule(node: Node, tools: KnownTools, problems: Problems) -> CallRule:
    """Read what calls have to be made, or must not be.

    Args:
        node: What stands in the file.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    fields = Fields(node, ("tool", "arguments"), "a rule about calls", problems)
    glob = fields.text("tool", required=True)
    meant = check_glob("tool", glob, fields.line_of("tool"), tools, problems)
    known = {name for tool in meant for name in tool.properties}
    for name, entry in fields.table("arguments").items():
        if meant and name not in known:
            problems.add(entry.line, f"{glob} takes no argument {name}; {choices(sorted(known), name)}")
    return CallRule(glob, fields.object("arguments"), fields.line)


def read_edits(
    entries: Mapping[str, Entry], called: set[str], tools: KnownTools, problems: Problems
) -> dict[str, JsonObject]:
    """Read what the user puts in place of arguments when asked for approval.

    Args:
        entries: The arguments by tool, as they stand in the file.
        called: The tools of the turn's golden calls.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    edits: dict[str, JsonObject] = {}
    for name, entry in entries.items():
        fields = Fields(Table({name: entry}, entry.line), (name,), "edits", problems)
        edits[name] = fields.object(name)
        tool = tools.get(name)
        if tool is None:
            problems.add(entry.line, f"there is no tool {name}; {tools.choices(name)}")
        elif name not in called:
            problems.add(entry.line, f"{name} is edited, but no golden call of this turn uses it")
        elif not tool.writes:
            problems.add(entry.line, f"{name} is edited, but it changes nothing, so that nobody is asked")
        else:
            _check_arguments(tool, edits[name], fields, problems, whole=False, under=name)
    return edits


def check_glob(
    field_name: str, glob: str, line: int, tools: KnownTools, problems: Problems
) -> list[KnownTool]:
    """The tools that a glob fits, of which there has to be one.

    Args:
        field_name: Names the field.
        glob: What stands there.
        line: Where.
        tools: Those that the case may name.
        problems: Takes what is wrong.
    """
    meant = tools.like(glob) if glob else []
    if glob and not meant:
        problems.add(line, f"{field_name} {glob} fits no tool; {tools.choices(glob)}")
    return meant


def _read_tool(fields: Fields, tools: KnownTools) -> KnownTool | None:
    name = fields.text("tool", required=True)
    tool = tools.get(name)
    if name and tool is None:
        fields.fault("tool", f"cannot be {name}, which there is not; {tools.choices(name)}")
    return tool


def _check_references(node: Node | None, names: dict[str, int], problems: Problems) -> None:
    for text, line in _texts(node):
        found = REFERENCE.fullmatch(text)
        if found and found["name"] not in names:
            near = choices(names, found["name"]) if names else "none before it has a name"
            problems.add(line, f"{text} refers to a call that is not there or comes later; {near}")


def _texts(node: Node | None) -> Iterator[tuple[str, int]]:
    match node:
        case Scalar(value=str(text), line=line):
            yield text, line
        case Listing(items=items):
            for item in items:
                yield from _texts(item)
        case Table(entries=entries):
            for entry in entries.values():
                yield from _texts(entry.value)
        case _:
            return


def _check_arguments(
    tool: KnownTool,
    arguments: JsonObject,
    fields: Fields,
    problems: Problems,
    *,
    whole: bool,
    under: str = "arguments",
) -> None:
    """Check arguments against the schema of their tool; what refers to a result stands for anything.

    Args:
        tool: The tool.
        arguments: What it is given.
        fields: Of the call.
        problems: Takes what is wrong.
        whole: All arguments are there, and not only those that are changed.
        under: The field that holds them.
    """
    for error in tool.validator().iter_errors(arguments):
        if _is_reference(error.instance) or (not whole and not error.path and error.validator == "required"):
            continue
        line = _line_at(fields.node(under), list(error.absolute_path), fields.line_of(under))
        where = ".".join(str(part) for part in error.absolute_path)
        said = _say(error, tool)
        problems.add(line, f"{tool.name} does not take {f'this {where}' if where else 'this'}: {said}")


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None


def _say(error: "ValidationError", tool: KnownTool) -> str:
    message = str(error.message)[:_MOST_SAID]
    if error.validator == "additionalProperties" and not error.path and is_object(error.instance):
        extra = [name for name in error.instance if name not in tool.properties]
        return f"it has no argument {extra[0]}; {choices(tool.properties, extra[0])}"
    return message


def _line_at(node: Node | None, path: list[str | int], otherwise: int) -> int:
    for step in path:
        match node, step:
            case Table(entries=entries), str() if step in entries:
                node, otherwise = entries[step].value, entries[step].line
            case Listing(items=items), int():
                node, otherwise = items[step], items[step].line
            case _:
                break
    return otherwise
