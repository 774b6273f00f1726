"""`/theme`: shows the colour themes, or changes to one."""

from agent.drawing.palette import Palette
from agent.drawing.themes import THEMES
from agent.drawing.widths import wrap
from agent.repl.command_context import CommandContext
from agent.repl.screens.appearance import Appearance


async def run(context: CommandContext, rest: str) -> None:
    """Show them, or draw in another one from now on.

    Raises:
        UsageError: There is no such theme.
        SettingsError: It holds for this chat, but could not be remembered.
    """
    if not rest:
        context.show(draw_themes(context.appearance, context.screen.columns))
        return
    try:
        context.remark(context.appearance.choose(rest))
    finally:
        context.screen.refresh()


def draw_themes(appearance: Appearance, columns: int) -> str:
    """Draw each theme's name, whom it is for and a sample of it; the one in use is marked.

    Args:
        appearance: Has the one in use.
        columns: The width to stay within.
    """
    lines: list[str] = []
    for theme in THEMES:
        palette = Palette(theme=appearance.fit(theme))
        used = " (in use)" if theme.name == appearance.theme.name else ""
        title, *rest = wrap(f"{theme.name}{used}: {theme.summary}", columns - 1, indent="  ")
        name, colon, summary = title.partition(":")
        lines += [palette.strong(name) + colon + summary, *rest]
        if not theme.is_plain:
            lines.append(f"  {_draw_sample(palette)}")
    return "".join(f"{line}\n" for line in lines)


def _draw_sample(palette: Palette) -> str:
    words = (
        palette.accent("typed"),
        palette.good("✓ done"),
        palette.warning("! look"),
        palette.bad("✗ failed"),
        palette.dim("less"),
    )
    return "  ".join(words)
