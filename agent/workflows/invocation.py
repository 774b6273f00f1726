"""Reads how a workflow is called: `/name` and what follows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.errors import UsageError
from agent.workflows.library import Library
from agent.workflows.workflow import Argument, Workflow

_CALL = re.compile(r"/([a-z][a-z0-9-]*)(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Invocation:
    """A workflow and what the user said about its arguments.

    Args:
        workflow: The workflow.
        values: By the arguments' names.
        besides: What was said that belongs to no argument.
    """

    workflow: Workflow
    values: Mapping[str, str]
    besides: str = ""

    @property
    def missing(self) -> tuple[Argument, ...]:
        """Arguments that it cannot do without and that nothing was said about."""
        return tuple(
            each for each in self.workflow.arguments if each.required and each.name not in self.values
        )

    def with_values(self, values: Mapping[str, str]) -> "Invocation":
        """The same with more said about it."""
        return replace(self, values={**self.values, **values})

    @property
    def typed(self) -> str:
        """How it is called, whatever way its values were given; without texts that others wrote."""
        said = [f"/{self.workflow.name}"]
        for position, each in enumerate(self.workflow.arguments):
            value = " ".join(self.values.get(each.name, "").split())
            if value and not each.data:
                said.append(value if position == 0 else f"{each.name}=“{value}”")
        return " ".join([*said, *self.besides.split()])

    @property
    def text(self) -> str:
        """The message to the model."""
        text = self.workflow.fill(self.values)
        return f"{text}\n\n{self.besides}" if self.besides else text


def find_invocation(text: str, library: Library) -> Invocation | None:
    """Read a text that may call a workflow; `None` if it calls none of the library."""
    called = _CALL.fullmatch(text.strip())
    workflow = library.find(called[1].lower()) if called else None
    if called is None or workflow is None:
        return None
    values, besides = read_values(workflow.arguments, called[2] or "")
    return Invocation(workflow, values, besides)


def read_values(arguments: tuple[Argument, ...], rest: str) -> tuple[dict[str, str], str]:
    """Read what follows a workflow's name: the values, and what belongs to no argument.

    `name=value` goes to the argument of that name; a value ends at its closing quote if it is quoted,
    else before the next name or at the end of the line. All other text is the value of the first
    argument that is not named.
    """
    values: dict[str, str] = {}
    loose: list[str] = []
    end = 0
    if arguments:
        names = "|".join(re.escape(each.name) for each in arguments)
        named = re.compile(
            rf'(?<!\S)({names})=(?:"([^"\n]*)"|“([^”\n]*)”|([^\n]*?)(?=\s+(?:{names})=|\s*\n|\s*\Z))'
        )
        for match in named.finditer(rest):
            if match[1] in values:
                continue
            values[match[1]] = next(each for each in match.groups()[1:] if each is not None).strip()
            loose.append(rest[end : match.start()].strip())
            end = match.end()
    loose.append(rest[end:].strip())
    text = "\n".join(filter(None, loose))
    first = next((each.name for each in arguments if each.name not in values), None)
    if first is not None:
        values[first], text = text, ""
    return {name: value for name, value in values.items() if value}, text


def read_question(text: str, library: Library) -> Invocation | None:
    """Read a question that nobody can be asked about: `None` where it is no workflow.

    Raises:
        UsageError: It looks like a workflow and is none, or an argument is missing.
    """
    invocation = find_invocation(text, library)
    if invocation is None:
        called = _CALL.fullmatch(text.strip())
        if called is not None:
            raise UsageError(
                f"Nothing was asked, because there is no workflow /{called[1]}.",
                f"Did you mean {library.close_to(called[1].lower())}?",
            )
        return None
    if invocation.missing:
        missing = invocation.missing[0]
        raise UsageError(
            f"Nothing was asked, because /{invocation.workflow.name} needs “{missing.name}” "
            f"({missing.description}).",
            f'Say it: astravue ask "/{invocation.workflow.name} {invocation.workflow.usage}"',
        )
    return invocation
