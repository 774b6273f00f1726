"""Reads a workflow's file: TOML between two lines of `+++`, and Markdown below."""

import re
import tomllib
from collections.abc import Iterator

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.workflows.workflow import GAP, Argument, Workflow

_FENCE = "+++"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ARGUMENT = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = frozenset({"name", "title", "summary", "arguments", "tools"})
_FLAGS = ("required", "data")
_ARGUMENT_KEYS = frozenset({"name", "description", *_FLAGS})
_LONGEST = 32_000


def read_workflow(text: str) -> Workflow:
    """Read the text of a workflow's file.

    Raises:
        ValueError: It cannot be used; says why, as the end of a sentence.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST:,} characters")
    head, body = _split(text.removeprefix("\ufeff"))
    try:
        table: JsonObject = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"its front matter is no TOML ({error})") from None
    if unknown := table.keys() - _KEYS:
        raise ValueError(f"“{min(unknown)}” is no key of a workflow; those are {', '.join(sorted(_KEYS))}")
    name = _text(table, "name")
    if not _NAME.fullmatch(name):
        raise ValueError(f"the name “{name}” is not made of small letters, digits and single hyphens")
    workflow = Workflow(
        name,
        _line(table, "title"),
        _line(table, "summary"),
        body,
        tuple(_arguments(table.get("arguments", []))),
        _globs(table.get("tools", [])),
    )
    _check_gaps(workflow)
    return workflow


def _split(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    fences = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise ValueError(f"it does not begin with front matter between two lines of {_FENCE}")
    body = "\n".join(lines[fences[1] + 1 :]).strip()
    if not body:
        raise ValueError("there is nothing below its front matter")
    return "\n".join(lines[1 : fences[1]]), body


def _text(table: JsonObject, key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"“{key}” is missing or no text")
    return value.strip()


def _line(table: JsonObject, key: str) -> str:
    text = _text(table, key)
    if len(text.splitlines()) > 1:
        raise ValueError(f"“{key}” has more than one line")
    return text


def _arguments(entries: JsonValue) -> Iterator[Argument]:
    if not isinstance(entries, list):
        raise ValueError("“arguments” must be tables, each under [[arguments]]")
    seen: set[str] = set()
    for entry in entries:
        if not is_object(entry) or entry.keys() - _ARGUMENT_KEYS:
            raise ValueError("an argument has a name, a description, required and data, and nothing else")
        name = _text(entry, "name")
        if not _ARGUMENT.fullmatch(name):
            raise ValueError(f"the argument's name “{name}” is not made of small letters, digits and _")
        if name in seen:
            raise ValueError(f"it has two arguments “{name}”")
        for flag in _FLAGS:
            if not isinstance(entry.get(flag, False), bool):
                raise ValueError(f"“{flag}” of the argument “{name}” must be true or false")
        seen.add(name)
        required, data = (entry.get(flag) is True for flag in _FLAGS)
        yield Argument(name, _line(entry, "description"), required, data)


def _globs(entries: JsonValue) -> tuple[str, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
        raise ValueError("“tools” must be a list of tool names or globs")
    return tuple(map(str, entries))


def _check_gaps(workflow: Workflow) -> None:
    named = {argument.name for argument in workflow.arguments}
    gaps = {gap[1] for gap in GAP.finditer(workflow.body)}
    if unknown := gaps - named:
        raise ValueError(f"its text has {{{{ {min(unknown)} }}}}, which is no argument of it")
    if unused := named - gaps:
        raise ValueError(f"its text has no {{{{ {min(unused)} }}}}, which is an argument of it")
