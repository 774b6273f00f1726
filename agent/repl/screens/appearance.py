"""The theme that is in use, and the choice of another one."""

from collections.abc import Callable, Mapping

from agent.drawing.palette import Palette, choose_theme, is_dumb
from agent.drawing.themes import DARK, THEMES, Theme, find_theme
from agent.errors import UsageError


class Appearance:
    """How a terminal is drawn on.

    Args:
        environ: The process environment; says what the terminal can show.
        name: The theme to begin with; one that does not exist is the default.
        keep: Remembers a name for later chats, and says where; nothing does when left out.
    """

    def __init__(
        self, environ: Mapping[str, str], name: str = "", keep: Callable[[str], str] | None = None
    ) -> None:
        self._environ = environ
        self._keep = keep
        self.theme = find_theme(name) or DARK
        self.palette = Palette(theme=choose_theme(self.theme, environ))

    def fit(self, theme: Theme) -> Theme:
        """A theme as this terminal shows it."""
        return choose_theme(theme, self._environ)

    def choose(self, name: str) -> str:
        """Draw in another theme from now on, and remember it.

        Returns:
            A sentence that says what holds from now on.

        Raises:
            UsageError: There is no such theme.
            SettingsError: It holds for this chat, but could not be remembered.
        """
        theme = find_theme(name)
        if theme is None or not name:
            names = ", ".join(each.name for each in THEMES)
            raise UsageError(f"There is no theme {name}.", f"Those there are: {names}.")
        self.theme = theme
        self.palette.use(self.fit(theme))
        kept = f" ({self._keep(theme.name)})" if self._keep else ""
        return f"The theme is {theme.name} from now on{kept}.{self._but(theme)}"

    def _but(self, theme: Theme) -> str:
        if is_dumb(self._environ):
            return " This terminal can only print, so nothing looks different here."
        if self._environ.get("NO_COLOR") and theme.has_colours:
            return " NO_COLOR is set, so it has no colours here."
        return ""
