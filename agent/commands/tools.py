"""`astravue tools`: what the server offers."""

import argparse
import asyncio
import json
import sys

from agent.commands.columns import write_columns
from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.commands.passphrase import unlock
from agent.drawing.sanitize import strip
from agent.errors import ExitCode, UsageError
from agent.jsontypes import JsonObject
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.tools.effects import effect_of
from agent.tools.policy import Policy
from agent.tools.tool import Tool
from agent.wording.addresses import shown_address
from agent.wording.suggesting import did_you_mean


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    session = Session(settings, folders, SessionOptions(policy=Policy(), vault_key=unlock(folders)))
    tools = asyncio.run(_list(session))
    if arguments.name is not None:
        found = tuple(tool for tool in tools if tool.name == arguments.name)
        if not found:
            raise UsageError(
                f"{shown_address(settings.server)} has no tool named {arguments.name}.",
                did_you_mean(arguments.name, (tool.name for tool in tools), "See: astravue tools"),
            )
        tools = found
    if arguments.json:
        write_json([_to_json(tool) for tool in tools], indent=1)
    elif arguments.name is not None:
        _show(tools[0])
    else:
        write_columns([(tool.name, effect_of(tool).value, tool.description) for tool in tools])
    return ExitCode.DONE


async def _list(session: Session) -> tuple[Tool, ...]:
    try:
        return await session.tools()
    finally:
        await session.aclose()


def _show(tool: Tool) -> None:
    lines = [f"{tool.name}: {tool.title} ({effect_of(tool).value})", tool.description, "Arguments:"]
    sys.stdout.write(strip("\n".join(lines)) + "\n")
    sys.stdout.write(strip(json.dumps(tool.input_schema, ensure_ascii=False, indent=2)) + "\n")


def _to_json(tool: Tool) -> JsonObject:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "effect": effect_of(tool).value,
        "input_schema": tool.input_schema,
    }
