"""`/model`: the models that there are, or another one for this chat."""

from agent.available_models.records import ListedModels
from agent.drawing.palette import Palette
from agent.drawing.sanitize import strip_line
from agent.drawing.widths import wrap
from agent.repl.command_context import CommandContext


async def run(context: CommandContext, rest: str) -> None:
    """List them, or change to one.

    Raises:
        AgentError: It cannot be used, and the one before stays; or nothing can be listed.
    """
    if not rest:
        context.models = await context.host.models.list()
        context.show(draw_models(context.models, context.screen.columns, context.palette))
        return
    used = await context.host.models.use(rest)
    context.remark(
        f"{strip_line(used)} answers in this chat from now on. "
        f"Keep it for later ones: astravue model use {strip_line(rest)}"
    )


def draw_models(models: ListedModels, columns: int, palette: Palette) -> str:
    """Draw each place with its models; the one in use is marked.

    Args:
        models: What there is.
        columns: The width to stay within.
        palette: The colours.
    """
    lines: list[str] = []
    for place in models.places:
        lines += wrap(strip_line(place.title), columns - 1, indent="  ")
        for name in place.names:
            shown = strip_line(name)
            lines.append(f"  {palette.accent(f'{shown} (in use)') if name == place.in_use else shown}")
        if place.left_out:
            lines.append(palette.dim(f"  and {place.left_out} that cannot hold a conversation"))
    lines += [palette.strong(line) for line in wrap(strip_line(models.in_use), columns - 1, indent="  ")]
    return "".join(f"{line}\n" for line in lines)
