"""`/resources`: what the server has to read; one of it, if an address follows."""

import asyncio
import json
import re
from collections.abc import Sequence

from agent.drawing.columns import draw_columns
from agent.drawing.sanitize import strip_line
from agent.errors import UsageError
from agent.forms.form import Field, FieldKind, Form
from agent.jsontypes import JsonValue
from agent.repl.answers.markdown import open_answer, preload
from agent.repl.attaching import describe_contents
from agent.repl.command_context import CommandContext
from agent.repl.dialogs.asking import ask_arguments
from agent.server_features import Resource, ResourceContents
from agent.wording.moment import local_now

_QUERY = re.compile(r"\{[?&]([^{}]*)\}")


async def run(context: CommandContext, rest: str) -> None:
    """Show them.

    Raises:
        AgentError: The server cannot be asked, or there is no such resource.
    """
    listed = await context.server_lists.resources.now()
    if not rest:
        context.show(_draw_list(listed, context))
        return
    chosen = _find(rest, listed)
    address = rest if chosen is None else chosen.uri
    if chosen is not None and chosen.is_template:
        address = await _fill_in(chosen, context)
    for contents in await context.host.features.read_resource(address):
        await _show(contents, context)


def _find(name: str, listed: Sequence[Resource]) -> Resource | None:
    return next((each for each in listed if name in (each.uri, each.name, each.title)), None)


def _draw_list(listed: Sequence[Resource], context: CommandContext) -> str:
    if not listed:
        return "The server has no resources.\n"
    rows = [(each.uri, each.title, strip_line(each.description)) for each in listed]
    return draw_columns(rows, context.screen.columns, context.palette)


async def _fill_in(template: Resource, context: CommandContext) -> str:
    """Ask for what the braces of an address want.

    Raises:
        UsageError: The user does not say it.
    """
    address = strip_line(template.uri)
    names = await context.host.features.template_names(template.uri)
    optional = optional_names(template.uri)
    fields = tuple(
        Field(name, name, FieldKind.TEXT, f"In {address}", required=name not in optional) for name in names
    )
    values = await ask_arguments(context, strip_line(template.title), Form(fields))
    if values is None:
        raise UsageError("Nothing was read, because the address is not whole.")
    given = {name: str(value) for name, value in values.items()}
    return await context.host.features.fill_template(template.uri, given)


def optional_names(template: str) -> frozenset[str]:
    """What may be left out of an address: its query.

    Source: RFC 6570, sections 3.2.8 and 3.2.9.
    """
    return frozenset(name.rstrip("*") for names in _QUERY.findall(template) for name in names.split(","))


async def _show(contents: ResourceContents, context: CommandContext) -> None:
    if contents.data:
        context.show_line(describe_contents([contents]))
    elif "markdown" in contents.mime_type:
        await asyncio.to_thread(preload)
        answer = open_answer(
            context.show,
            lambda: context.screen.columns,
            plain=context.palette.plain,
            theme=context.palette.theme,
        )
        answer.feed(contents.text)
        answer.finish()
    elif "json" in contents.mime_type:
        context.show(_draw_json(contents.text, context))
    else:
        context.show_line(contents.text)


def _draw_json(text: str, context: CommandContext) -> str:
    """JSON as the result of a call would be; any other text as it is."""
    from agent.repl.views.result import draw_result

    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return draw_result(value, text, context.screen.columns, context.palette, local_now())
