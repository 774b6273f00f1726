"""`/call`: one tool by hand, with the same checks and approvals as the model's calls."""

from agent.drawing.sanitize import strip_line
from agent.errors import UsageError
from agent.forms.arguments import argument_form, needs_more
from agent.jsontypes import JsonObject, parse_object
from agent.repl.command_context import CommandContext
from agent.repl.dialogs.asking import choose, fill_in_arguments
from agent.repl.dialogs.choosing import Option
from agent.tools.tool import Tool


async def run(context: CommandContext, rest: str) -> None:
    """Call it, and show what it answers.

    Without a name the tools are offered; without arguments, or where some are missing, a form asks for them.

    Raises:
        UsageError: There is no such tool, or the rest is no JSON object.
        AgentError: The tools cannot be listed.
    """
    name, arguments = parse_call(rest)
    tools = [tool for tool in context.tools or await context.list_tools() if not tool.hidden]
    if name:
        tool = next((tool for tool in tools if tool.name == name), None)
        if tool is None:
            raise UsageError(f"There is no tool named {strip_line(name)}.", "See: /tools")
    else:
        tool = await _choose(context, tools)
        if tool is None:
            context.remark("Nothing was called.")
            return
    if arguments is None or needs_more(tool, arguments):
        arguments = await _ask_for_arguments(context, tool, arguments or {})
        if arguments is None:
            context.remark("Nothing was called.")
            return
    await context.read(context.host.call(tool.name, arguments or {}), results=True)


def parse_call(rest: str) -> tuple[str, JsonObject | None]:
    """Read what follows `/call`: a tool's name and its arguments as a JSON object, each `None` if missing.

    Raises:
        UsageError: The arguments are no JSON object.
    """
    name, _, arguments = rest.partition(" ")
    try:
        return name, parse_object(arguments) if arguments.strip() else None
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"Nothing was called, because the arguments are not a JSON object ({error}).",
            f'Write them like /call {name} {{"key": "value"}}, or leave them out for a form.',
        ) from None


async def _ask_for_arguments(context: CommandContext, tool: Tool, given: JsonObject) -> JsonObject | None:
    if not argument_form(tool, given).form.fields:
        return given
    return await fill_in_arguments(
        context.screen,
        context.scrollback,
        tool,
        given,
        title=strip_line(tool.title),
        send="Call",
        question="Call it with these?",
    )


async def _choose(context: CommandContext, tools: list[Tool]) -> Tool | None:
    options = [Option(tool.name, tool.description or tool.title, tool.title) for tool in tools]
    place = await choose(context.screen, context.scrollback, "Which tool?", options)
    return None if place is None else tools[place]
