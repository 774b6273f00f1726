"""The server's prompts as slash commands: their names, their arguments, and what of them is sent.

A prompt's text comes from the server. It is shown before it is sent, and marked as the server's in the
message, so that it does not count as what the user said.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from agent.drawing.sanitize import strip, strip_line
from agent.errors import AgentError, ServerError, UsageError
from agent.forms.form import Field, FieldKind, Form, FormValue
from agent.mentions.mention import read_mentions, without_ids
from agent.repl.command_context import CommandContext
from agent.repl.commands import COMMANDS, Command
from agent.repl.host import FeaturesHost
from agent.server_features import Prompt, PromptArgument, PromptText
from agent.tools.fence import mark_prompt
from agent.tools.names import kind_of
from agent.workflows.invocation import read_values
from agent.workflows.library import Library
from agent.workflows.workflow import Argument

PREFIX = "server:"
"""What a prompt is called by whose name is that of a command or a workflow."""

_CALL = re.compile(r"/(\S+)(?:\s+(.*))?", re.DOTALL)
_ODD = re.compile(r"[^\w.:-]+")
_SHOWN_LINES = 6
_SHOWN_CHARACTERS = 400
_SUGGESTIONS = 6
_SUGGESTION_TIME = 2.0


@dataclass(frozen=True, slots=True)
class PromptCall:
    """A prompt and what the user said about its arguments."""

    prompt: Prompt
    values: Mapping[str, str]
    besides: str = ""


def commands_of_prompts(prompts: Sequence[Prompt], workflows: Library) -> tuple[Command, ...]:
    """The prompts as help and completion show commands.

    Args:
        prompts: The server's prompts.
        workflows: Whose names are taken.
    """
    return tuple(
        Command(_name_of(prompt, workflows), strip_line(prompt.title), _usage(prompt.arguments))
        for prompt in prompts
    )


def find_prompt(text: str, prompts: Sequence[Prompt], workflows: Library) -> PromptCall | None:
    """Read a text that may call a prompt; `None` if it calls none.

    Args:
        text: What was typed.
        prompts: The server's prompts.
        workflows: Whose names are taken.
    """
    called = _CALL.fullmatch(text.strip())
    if called is None:
        return None
    name = called[1].lower()
    for prompt in prompts:
        if name in (_name_of(prompt, workflows).lower(), PREFIX + _plain_name(prompt).lower()):
            arguments = tuple(
                Argument(each.name, each.description, each.required) for each in prompt.arguments
            )
            values, besides = read_values(arguments, called[2] or "")
            return PromptCall(prompt, values, besides)
    return None


async def write_message(
    call: PromptCall,
    context: CommandContext,
    ask: Callable[[CommandContext, str, Form], Awaitable[Mapping[str, FormValue] | None]],
) -> str:
    """Ask for what is missing, have the server fill in the prompt, and show what will be sent.

    Args:
        call: What the user said so far.
        context: Where to ask and to show.
        ask: Has a form filled in.

    Returns:
        The message to the model.

    Raises:
        UsageError: The user left the form.
        AgentError: The server cannot fill it in.
    """
    name = strip_line(call.prompt.title)
    values = dict(call.values)
    missing = [each for each in call.prompt.arguments if each.name not in values]
    if any(each.required for each in missing):
        form = await form_for(call, missing, context.host.features)
        answers = await ask(context, name, form)
        if answers is None:
            raise UsageError("Nothing was sent, because the prompt wants to know more.")
        values |= {key: str(value) for key, value in answers.items()}
    given = {argument: as_servers_read(argument, value) for argument, value in values.items()}
    filled = await context.host.features.get_prompt(call.prompt.name, given)
    if not any(message.text.strip() for message in filled.messages):
        raise ServerError("Nothing was sent, because the server's prompt is empty.")
    context.remark(_draw(name, filled, context))
    text = mark_prompt(_quote(filled), call.prompt.name)
    return "\n\n".join(filter(None, [f"Do what the server's prompt “{name}” says:\n{text}", call.besides]))


async def form_for(
    call: PromptCall,
    missing: Sequence[PromptArgument],
    features: FeaturesHost,
    seconds: float = _SUGGESTION_TIME,
) -> Form:
    """Make the form that asks for what is missing, with the values that the server suggests.

    Args:
        call: What the user said so far.
        missing: What is to be asked for.
        features: The server, which is asked for its suggestions.
        seconds: How long it has for them.
    """

    async def suggested(argument: PromptArgument) -> tuple[str, ...]:
        # What only helps to fill in the form neither holds it up nor keeps it away.
        with suppress(AgentError, TimeoutError):
            async with asyncio.timeout(seconds):
                return await features.suggest(call.prompt.name, argument.name, dict(call.values))
        return ()

    values = await asyncio.gather(*map(suggested, missing))
    return Form(tuple(map(_field, missing, values)))


def as_servers_read(argument: str, value: str) -> str:
    """A value without the form of mentions, which servers do not know.

    Args:
        argument: Its argument; an id is given where it asks for one.
        value: What the user said.
    """
    mentions = read_mentions(value)
    if len(mentions) == 1 and mentions[0].text == value.strip() and kind_of(argument) == mentions[0].kind:
        return mentions[0].id
    return without_ids(value)


def _name_of(prompt: Prompt, workflows: Library) -> str:
    name = _plain_name(prompt)
    taken = any(command.name == name.lower() for command in COMMANDS) or workflows.find(name.lower())
    return f"{PREFIX}{name}" if taken else name


def _plain_name(prompt: Prompt) -> str:
    return _ODD.sub("-", strip_line(prompt.name))


def _usage(arguments: Sequence[PromptArgument]) -> str:
    shown = [
        strip_line(each.name).upper() if place == 0 else f"{strip_line(each.name)}=…"
        for place, each in enumerate(arguments)
    ]
    return " ".join(
        text if each.required else f"[{text}]" for text, each in zip(shown, arguments, strict=True)
    )


def _field(argument: PromptArgument, suggested: Sequence[str]) -> Field:
    title = argument.name.replace("_", " ").capitalize()
    shown = ", ".join(map(strip_line, suggested[:_SUGGESTIONS]))
    parts = [argument.description.rstrip(". "), f"such as {shown}"] if shown else [argument.description]
    description = "; ".join(filter(None, parts))
    return Field(argument.name, title, FieldKind.TEXT, description, argument.required)


def _quote(filled: PromptText) -> str:
    """The messages of a prompt as one text; what it has an assistant say is an example of the server's."""
    parts = [
        message.text
        if message.role == "user"
        else "The server's example of an answer:\n"
        + "\n".join(f"> {line}" for line in message.text.split("\n"))
        for message in filled.messages
    ]
    return "\n\n".join(parts)


def _draw(name: str, filled: PromptText, context: CommandContext) -> str:
    text = strip(_quote(filled)).strip()
    lines = text[:_SHOWN_CHARACTERS].split("\n")[:_SHOWN_LINES]
    shown = "\n".join(lines)
    more = len(text) - len(shown)
    end = f"\n  … {more:,} more characters" if more > 0 else ""
    quoted = "\n".join(f"  {line}".rstrip() for line in lines)
    return f"The server's prompt “{name}” says:\n{context.palette.dim(quoted + end)}"
