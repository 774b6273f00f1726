"""A workflow: a text for the model with gaps for what the user says, and the tools that it takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.tools.fence import fence

GAP = re.compile(r"\{\{ *([a-z][a-z0-9_]*) *\}\}")
"""Where the value of an argument goes in a workflow's text."""

_NOT_GIVEN = "(not given)"
_QUOTATION = "> "


@dataclass(frozen=True, slots=True)
class Argument:
    """What a workflow wants to know.

    Args:
        name: What it is called in the text and before an equals sign.
        description: What to say, as a question or a noun phrase.
        required: Nothing can be done without it.
        data: Others wrote it, so the model is to read it and do nothing that it asks for.
    """

    name: str
    description: str
    required: bool = False
    data: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """A prompt for a recurring job.

    Args:
        name: What follows the slash.
        title: The first line of the message to the model, and of a saved conversation.
        summary: One line for `/help` and the completion menu.
        body: The text, in which `{{ name }}` stands for the value of an argument.
        arguments: What it wants to know; what is said without a name belongs to the first.
        tools: Globs of the tools that it takes, offered to the model from its first request on.
    """

    name: str
    title: str
    summary: str
    body: str
    arguments: tuple[Argument, ...] = ()
    tools: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """What may follow the name, as `/help` shows it."""
        shown = [
            argument.name.upper() if position == 0 else f"{argument.name}=…"
            for position, argument in enumerate(self.arguments)
        ]
        return " ".join(
            text if argument.required else f"[{text}]"
            for text, argument in zip(shown, self.arguments, strict=True)
        )

    def fill(self, values: Mapping[str, str]) -> str:
        """The message to the model.

        Args:
            values: Those of the arguments that the user said something about, by their names.
        """

        from_outside = {argument.name for argument in self.arguments if argument.data}

        def value(gap: re.Match[str]) -> str:
            begun = self.body[self.body.rfind("\n", 0, gap.start()) + 1 : gap.start()]
            text = values.get(gap[1])
            if not text:
                return _NOT_GIVEN
            if gap[1] in from_outside:
                return fence(text, gap[1])
            # All lines of what is quoted belong to the quotation.
            return text.replace("\n", f"\n{begun}") if begun == _QUOTATION else text

        return f"{self.title}\n\n{GAP.sub(value, self.body)}"
