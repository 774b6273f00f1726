"""`astravue call`: one tool by hand, with the same checks and approvals as the model's calls."""

import argparse
import asyncio
import sys
from contextlib import aclosing

from agent.commands.common import make_policy, prepare, warn
from agent.commands.json_lines import write_json
from agent.commands.output import Output
from agent.commands.passphrase import unlock
from agent.drawing.sanitize import strip, strip_line
from agent.errors import AgentError, ExitCode, UsageError
from agent.events import CallOutcome, ToolCallFinished
from agent.jsontypes import JsonObject, parse_object
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.tools.faults import faults_in
from agent.tools.tool import Tool
from agent.wording.addresses import shown_address
from agent.wording.suggesting import did_you_mean


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    try:
        tool_arguments = parse_object(arguments.args)
    except ValueError as error:
        raise UsageError(
            f"--args is no JSON object ({error}).", "Example: --args '{\"taskId\": 7}'"
        ) from error
    policy, key = make_policy(arguments, settings), unlock(folders)
    options = SessionOptions(policy=policy, say=warn, record=False, vault_key=key)
    session = Session(settings, folders, options)
    output = Output.from_arguments(argparse.Namespace(json=False, quiet=True))
    finished, tools = asyncio.run(_call(session, arguments.name, tool_arguments, output))
    if output.error is not None or finished is None:
        raise output.error or AgentError(f"{arguments.name} was not called.")
    if finished.outcome is CallOutcome.INVALID:
        tool = next((each for each in tools if each.name == arguments.name), None)
        if tool is None:
            address = shown_address(settings.server)
            hint = did_you_mean(arguments.name, (each.name for each in tools), "See: astravue tools")
            raise UsageError(f"{address} has no tool named {arguments.name}.", strip_line(hint))
        faults = faults_in(tool, tool_arguments)
        told = f"The arguments do not fit: {'; '.join(faults)}" if faults else finished.text.rstrip(".")
        raise UsageError(f"{strip_line(told)}.", f"See: astravue tools {arguments.name}")
    if finished.outcome is not CallOutcome.SUCCEEDED:
        warn(finished.text)
        return ExitCode.FAILED
    if arguments.json and finished.structured is not None:
        write_json(finished.structured, indent=2)
    else:
        sys.stdout.write(strip(finished.text) + "\n")
    return ExitCode.DONE


async def _call(
    session: Session, name: str, arguments: JsonObject, output: Output
) -> tuple[ToolCallFinished | None, tuple[Tool, ...]]:
    """Call it; gives how that ended, and, for one that could not run, the tools there are."""
    finished: ToolCallFinished | None = None
    tools: tuple[Tool, ...] = ()
    try:
        async with aclosing(session.call(name, arguments)) as events:
            async for event in events:
                await output.take(event)
                if isinstance(event, ToolCallFinished):
                    finished = event
        if finished is not None and finished.outcome is CallOutcome.INVALID:
            tools = await session.tools()
    finally:
        await session.aclose()
    return finished, tools
