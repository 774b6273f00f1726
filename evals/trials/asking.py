"""Asks a model beside the conversation that is tried: one request, and its whole answer."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from agent.conversation import Message, ToolCall
from agent.errors import ModelError
from agent.model.protocol import Finish, FunctionDefinition, Model, ModelRequest, TextDelta, Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered.

    Args:
        text: Its words.
        calls: The functions it called.
        usage: What it took.
    """

    text: str
    calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)


async def ask(
    model: Model, system: str, messages: Sequence[Message], functions: Sequence[FunctionDefinition] = ()
) -> Reply:
    """Ask for one message.

    Args:
        model: The model.
        system: The system prompt.
        messages: What was said until now.
        functions: What it may call.

    Raises:
        ModelError: There is no whole answer.
        LimitError: Its endpoint refused because of a limit.
    """
    text: list[str] = []
    calls: list[ToolCall] = []
    usage, finish = Usage(), None
    async with aclosing(model.respond(ModelRequest(system, tuple(messages), functions))) as items:
        async for item in items:
            match item:
                case TextDelta():
                    text.append(item.text)
                case ToolCall():
                    calls.append(item)
                case Usage():
                    usage = item
                case Finish():
                    finish = item
                case _:
                    pass
    if finish is None:
        raise ModelError("The model's answer broke off.")
    return Reply("".join(text).strip(), tuple(calls), usage)


@cache
def read_prompt(name: str) -> str:
    """Read a prompt of the evaluations, without the white space around it.

    Args:
        name: The file's name without `.md`.
    """
    return resources.files("evals").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8").strip()
