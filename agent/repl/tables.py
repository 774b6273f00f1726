"""Lists of commands and tools, and what one tool takes."""

import textwrap
from collections.abc import Sequence

from agent.drawing.columns import draw_columns
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip, strip_line
from agent.jsontypes import JsonObject, is_object
from agent.repl.commands import GROUPS, KEYS, Command
from agent.tools.effects import effect_of
from agent.tools.tool import Effect, Tool

_GAP = "  "


def draw_help(
    columns: int,
    palette: Palette,
    workflows: Sequence[Command] = (),
    prompts: Sequence[Command] = (),
    *,
    is_embedded: bool = False,
) -> str:
    """Draw the commands in their groups, the workflows, the server's prompts, and the keys.

    Args:
        columns: The width of the window.
        palette: The colours.
        workflows: What may be called like a command.
        prompts: The same of the server.
        is_embedded: The model in use is the embedded one, which follows neither of the two.
    """
    wanted = " (for a larger model than the embedded one)" if is_embedded else ""
    groups = {**GROUPS, f"Workflows{wanted}": workflows, f"The server's prompts{wanted}": prompts}
    tables = {
        title: [(command.usage, command.summary) for command in group] for title, group in groups.items()
    }
    return "\n".join(
        f"{_draw_title(title, columns, palette)}\n{draw_columns(rows, columns, palette)}"
        for title, rows in {**tables, "Keys": KEYS}.items()
        if rows
    )


def _draw_title(title: str, columns: int, palette: Palette) -> str:
    return "\n".join(palette.strong(line) for line in textwrap.wrap(title, columns - 1))


def draw_tools(tools: Sequence[Tool], columns: int, palette: Palette) -> str:
    """Draw the tools that people may use: name, title and effect."""
    rows = [
        (tool.name, tool.title, "" if effect_of(tool) is Effect.READ else effect_of(tool).value)
        for tool in tools
        if not tool.hidden
    ]
    return draw_columns(rows, columns, palette) if rows else "The server offers no tools.\n"


def draw_tool(tool: Tool, palette: Palette) -> str:
    """Draw one tool: what it does, its effect and its parameters."""
    lines = [
        f"{palette.accent(strip_line(tool.name))} · {strip_line(tool.title)} · {effect_of(tool).value}",
        strip(tool.description).strip(),
    ]
    parameters = tool.input_schema.get("properties")
    if is_object(parameters) and parameters:
        required = tool.input_schema.get("required")
        names: Sequence[object] = required if isinstance(required, list) else ()
        lines.append("")
        for name, schema in parameters.items():
            lines.append(_draw_parameter(name, schema if is_object(schema) else {}, name in names, palette))
    else:
        lines += ["", "No parameters."]
    return "\n".join(lines) + "\n"


def _draw_parameter(name: str, schema: JsonObject, required: bool, palette: Palette) -> str:
    facts = [_draw_type(schema), "required" if required else ""]
    description = schema.get("description")
    text = strip_line(description) if isinstance(description, str) else ""
    shown = f"{_GAP}{palette.accent(strip_line(name))} {palette.dim(', '.join(filter(None, facts)))}"
    return f"{shown}\n{_GAP}{_GAP}{text}" if text else shown


def _draw_type(schema: JsonObject) -> str:
    choices = schema.get("enum")
    if isinstance(choices, list):
        return strip_line(" | ".join(map(str, choices)))
    kind = schema.get("type")
    if isinstance(kind, list):
        return strip_line(" | ".join(map(str, kind)))
    return strip_line(kind) if isinstance(kind, str) else ""
