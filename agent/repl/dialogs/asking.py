"""Asks for what a form wants to know, in the way that the screen can."""

from agent.forms import Form, FormValue
from agent.repl.command_context import CommandContext
from agent.repl.dialogs.filling import FormRequest, Left
from agent.repl.dialogs.line_by_line import LineByLine
from agent.repl.screen import Screen, Scrollback


async def ask_arguments(context: CommandContext, title: str, form: Form) -> dict[str, FormValue] | None:
    """Ask for the arguments of something that a slash command does.

    Args:
        context: What the command works with.
        title: What they are for, one line.
        form: The arguments.

    Returns:
        The values of the fields that were filled in; `None` if the user left the form.
    """
    answer = await fill_in(context.screen, context.scrollback, FormRequest(title, form))
    return None if isinstance(answer, Left) else answer


async def fill_in(
    screen: Screen, scrollback: Scrollback, request: FormRequest
) -> dict[str, FormValue] | Left:
    """Have a form filled in.

    Args:
        screen: Where to ask.
        scrollback: The screen's scrollback.
        request: The form.

    Returns:
        The values of the fields that were filled in, or how the form was left.
    """
    return await LineByLine(screen, scrollback, request).fill_in()
