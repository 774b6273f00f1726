"""Asks for what a form wants to know, in the way that the screen can."""

from collections.abc import Mapping, Sequence

from agent.drawing.sanitize import strip_line
from agent.forms.arguments import argument_form
from agent.forms.form import Form, FormValue
from agent.jsontypes import JsonObject
from agent.repl.command_context import CommandContext
from agent.repl.dialogs.choosing import Choosing, Option, find
from agent.repl.dialogs.filling import Fault, FormRequest, Left
from agent.repl.dialogs.form_filling import FormFilling
from agent.repl.dialogs.line_by_line import LineByLine
from agent.repl.screens.screen import Kind, Screen, Scrollback
from agent.tools.tool import Tool

_MOST_LISTED = 20


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
    if screen.desk is None:
        return await LineByLine(screen, scrollback, request).fill_in()
    return await screen.desk.ask(FormFilling(request))


async def fill_in_arguments(
    screen: Screen,
    scrollback: Scrollback,
    tool: Tool,
    given: JsonObject,
    *,
    title: str,
    send: str,
    question: str,
    labels: Mapping[str, str] | None = None,
) -> JsonObject | None:
    """Have the arguments of a tool filled in.

    Args:
        screen: Where to ask.
        scrollback: The screen's scrollback.
        tool: The tool.
        given: The arguments that there are already.
        title: What they are for, one line.
        send: What the last row says.
        question: What is asked before they are taken, where they are asked for line by line.
        labels: How those given are shown; see `FormRequest`.

    Returns:
        Arguments that fit the tool; `None` if the user left the form.
    """
    form = argument_form(tool, given)

    def check(values: Mapping[str, FormValue]) -> Fault | None:
        _, fault = form.arguments(values)
        return None if fault is None else Fault(fault, form.field_of(fault))

    request = FormRequest(
        title,
        form.form,
        form.values,
        labels or {},
        send=send,
        question=question,
        offers_optional=True,
        check=check,
    )
    values = await fill_in(screen, scrollback, request)
    return None if isinstance(values, Left) else form.arguments(values)[0]


async def choose(screen: Screen, scrollback: Scrollback, title: str, options: Sequence[Option]) -> int | None:
    """Have one of some things chosen.

    Args:
        screen: Where to ask.
        scrollback: The screen's scrollback.
        title: What it is for, one line.
        options: The things.

    Returns:
        The place of the one that was chosen; `None` if the user chose none.
    """
    if screen.desk is None:
        return await _choose_by_line(screen, scrollback, title, options)
    chosen = await screen.desk.ask(Choosing(title, options))
    return None if isinstance(chosen, Left) else chosen


async def _choose_by_line(
    screen: Screen, scrollback: Scrollback, title: str, options: Sequence[Option]
) -> int | None:
    found = list(range(len(options)))
    while True:
        lines = [f"{title} {len(found)} of {len(options)}"]
        listed = found[:_MOST_LISTED]
        for number, place in enumerate(listed, start=1):
            lines.append(f"  {number} {strip_line(options[place].label)}")
        if len(found) > len(listed):
            lines.append(f"  and {len(found) - len(listed)} more")
        lines.append("Type a number or a part of the name, or nothing to leave.")
        scrollback.write(Kind.REMARK, "\n".join(lines) + "\n")
        text = await screen.read_line("Which: ")
        if not text:
            return None
        if text.isdecimal() and 1 <= int(text) <= len(listed):
            return listed[int(text) - 1]
        named = [place for place, option in enumerate(options) if option.label.lower() == text.lower()]
        found = named or find(options, text)
        if len(found) == 1:
            return found[0]
