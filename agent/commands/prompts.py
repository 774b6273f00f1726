"""`astravue prompts`: the prompts that the server offers, and one of them filled in."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.commands.columns import write_columns
from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.commands.passphrase import unlock
from agent.drawing.sanitize import strip
from agent.errors import ExitCode, UsageError
from agent.jsontypes import JsonObject, JsonValue, parse_object
from agent.mentions.seen_names import SeenNames
from agent.server_features import Prompt, PromptText
from agent.session.features import Features
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.tools.policy import Policy
from agent.wording.addresses import shown_address

_EXAMPLE = 'Example: --args \'{"name": "text"}\''
T = TypeVar("T")


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    if arguments.args is not None and arguments.name is None:
        raise UsageError("--args fills in a prompt, and none is named.", "See: astravue prompts")
    values = None if arguments.args is None else _read_values(arguments.args)

    async def ask(features: Features) -> tuple[tuple[Prompt, ...], PromptText | None]:
        prompts = await features.prompts()
        if values is None:
            return prompts, None
        _check(_find(prompts, arguments.name, settings), values)
        return prompts, await features.get_prompt(arguments.name, values)

    prompts, filled = ask_server(settings, folders, ask)
    SeenNames(folders.names_file).keep(settings.server, "prompts", (prompt.name for prompt in prompts))
    if filled is not None:
        _write_filled(filled, as_json=arguments.json)
    elif arguments.name is not None:
        _write_prompt(_find(prompts, arguments.name, settings), as_json=arguments.json)
    elif arguments.json:
        write_json([_to_json(prompt) for prompt in prompts], indent=1)
    else:
        write_columns([(prompt.name, prompt.description or prompt.title) for prompt in prompts])
    return ExitCode.DONE


def ask_server(settings: Settings, folders: Folders, ask: Callable[[Features], Awaitable[T]]) -> T:
    """Connect, ask what there is to be asked, and close.

    Args:
        settings: Names the server.
        folders: Where the sign-in is kept.
        ask: What to ask.

    Raises:
        AgentError: The server cannot be asked.
    """
    session = Session(settings, folders, SessionOptions(policy=Policy(), vault_key=unlock(folders)))

    async def work() -> T:
        try:
            return await ask(session.features)
        finally:
            await session.aclose()

    return asyncio.run(work())


def _read_values(text: str) -> dict[str, str]:
    try:
        given = parse_object(text)
    except ValueError as error:
        raise UsageError(f"--args is no JSON object ({error}).", _EXAMPLE) from error
    values = {name: value for name, value in given.items() if isinstance(value, str)}
    if others := given.keys() - values.keys():
        raise UsageError(f"A prompt takes texts, and “{min(others)}” is none.", _EXAMPLE)
    return values


def _find(prompts: tuple[Prompt, ...], name: str, settings: Settings) -> Prompt:
    for prompt in prompts:
        if prompt.name == name:
            return prompt
    raise UsageError(f"{shown_address(settings.server)} has no prompt named {name}.", "See: astravue prompts")


def _check(prompt: Prompt, values: dict[str, str]) -> None:
    missing = [each.name for each in prompt.arguments if each.required and each.name not in values]
    known = {each.name for each in prompt.arguments}
    hint = f"See: astravue prompts {prompt.name}"
    if missing:
        raise UsageError(f"{prompt.name} needs {' and '.join(missing)} in --args.", hint)
    if unknown := values.keys() - known:
        raise UsageError(f"{prompt.name} takes no “{min(unknown)}”.", hint)


def _write_prompt(prompt: Prompt, *, as_json: bool) -> None:
    if as_json:
        write_json(_to_json(prompt), indent=1)
        return
    lines = [f"{prompt.name}: {prompt.title}", *filter(None, [prompt.description])]
    lines.append("Arguments:" if prompt.arguments else "It takes no arguments.")
    for each in prompt.arguments:
        needed = "needed" if each.required else "optional"
        lines.append(f"  {each.name} ({needed})  {each.description}".rstrip())
    sys.stdout.writelines(strip(line) + "\n" for line in lines)


def _write_filled(filled: PromptText, *, as_json: bool) -> None:
    if as_json:
        messages: list[JsonValue] = [{"role": each.role, "text": each.text} for each in filled.messages]
        write_json({"description": filled.description, "messages": messages}, indent=1)
        return
    # A single message goes out bare, so that it can be piped into `ask`.
    alone = len(filled.messages) == 1
    texts = [each.text if alone else f"{each.role}:\n{each.text}" for each in filled.messages]
    sys.stdout.write(strip("\n\n".join(texts)) + "\n")


def _to_json(prompt: Prompt) -> JsonObject:
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": prompt.description,
        "arguments": [
            {"name": each.name, "description": each.description, "required": each.required}
            for each in prompt.arguments
        ],
    }
