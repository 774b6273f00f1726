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
from agent.wording.addresses import shown_address


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
    finished, is_known = asyncio.run(_call(session, arguments.name, tool_arguments, output))
    if output.error is not None or finished is None:
        raise output.error or AgentError(f"{arguments.name} was not called.")
    if finished.outcome is CallOutcome.INVALID:
        if not is_known:
            address = shown_address(settings.server)
            raise UsageError(f"{address} has no tool named {arguments.name}.", "See: astravue tools")
        raise UsageError(strip_line(finished.text), f"See: astravue tools {arguments.name}")
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
) -> tuple[ToolCallFinished | None, bool]:
    """Call it; gives how that ended, and whether the server has such a tool."""
    finished: ToolCallFinished | None = None
    is_known = True
    try:
        async with aclosing(session.call(name, arguments)) as events:
            async for event in events:
                await output.take(event)
                if isinstance(event, ToolCallFinished):
                    finished = event
        if finished is not None and finished.outcome is CallOutcome.INVALID:
            is_known = any(tool.name == name for tool in await session.tools())
    finally:
        await session.aclose()
    return finished, is_known
