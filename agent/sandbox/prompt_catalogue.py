"""The prompts: their index, and their bodies with the arguments filled in."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from agent.sandbox.clock import Clock
from agent.sandbox.errors import InvalidInput

_PLACEHOLDER = re.compile(r"{{(\w+)}}")
_VALUE_LENGTH = 2000
_LINE_BREAKS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]\s*")


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """An argument of a prompt.

    Args:
        name: As callers give it.
        title: What people read.
        description: What it is for.
        required: Whether the prompt needs it.
        default: What stands for it when it is not given.
        values: The values it may take; empty for any text.
    """

    name: str
    title: str
    description: str
    required: bool
    default: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PromptDefinition:
    """What `prompts/list` says of a prompt, and the Markdown that it becomes."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...]
    body: str

    def argument(self, name: str) -> PromptArgument | None:
        """Returns the argument of that name, or None."""
        return next((argument for argument in self.arguments if argument.name == name), None)

    def render(self, given: Mapping[str, str], clock: Clock) -> str:
        """Returns the body with the arguments and today's date filled in.

        Raises:
            InvalidInput: An argument is missing, unknown or has a value that cannot be used.
        """
        for name in given:
            if self.argument(name) is None:
                raise InvalidInput(name[:60], "there is no such argument.")
        today = datetime.fromtimestamp(clock.seconds(), UTC).date().isoformat()
        values = {argument.name: _value(argument, given) for argument in self.arguments} | {"today": today}
        return _PLACEHOLDER.sub(lambda found: values[found[1]], self.body)


class PromptCatalogue:
    """The prompts by name, in the order in which they are listed."""

    def __init__(self, definitions: Sequence[PromptDefinition]) -> None:
        self.definitions = tuple(definitions)
        self._by_name = {definition.name: definition for definition in definitions}

    def find(self, name: str) -> PromptDefinition | None:
        """Returns the prompt of that name, or None."""
        return self._by_name.get(name)


def load_prompts() -> PromptCatalogue:
    """Reads the index and the bodies."""
    folder = resources.files("agent.sandbox").joinpath("prompts")
    index = tomllib.loads(folder.joinpath("prompts.toml").read_text("utf-8"))
    house_rules = folder.joinpath("house-rules.md").read_text("utf-8")
    return PromptCatalogue([_read(folder, entry, house_rules) for entry in index["prompts"]])


def _read(folder: Traversable, entry: Mapping[str, Any], house_rules: str) -> PromptDefinition:
    body = folder.joinpath(f"{entry['name']}.md").read_text("utf-8")
    arguments = [
        PromptArgument(
            name=each["name"],
            title=each["title"],
            description=each["description"],
            required=each["required"],
            default=each.get("default", ""),
            values=tuple(each.get("values", ())),
        )
        for each in entry.get("arguments", [])
    ]
    return PromptDefinition(
        entry["name"], entry["title"], entry["description"], tuple(arguments), f"{body}\n{house_rules}"
    )


def _value(argument: PromptArgument, given: Mapping[str, str]) -> str:
    """Returns the value on one line, so that it cannot pass for a part of the body."""
    value = _LINE_BREAKS.sub(" ", given.get(argument.name, "")).strip()
    if not value:
        if argument.required:
            raise InvalidInput(argument.name, "it is required.")
        return argument.default
    if len(value) > _VALUE_LENGTH:
        raise InvalidInput(argument.name, f"it must not be longer than {_VALUE_LENGTH} characters.")
    if argument.values and value not in argument.values:
        raise InvalidInput(argument.name, f"it must be one of {', '.join(argument.values)}.")
    return value
