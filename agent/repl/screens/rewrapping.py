"""Follow what a terminal does with the live part when its window is resized.

Most terminals break lines anew then, so that the cursor is further down from the top of what was
drawn than before. Others cut the lines, or leave them. The library takes all of them for the latter.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point
from prompt_toolkit.layout import Layout
from prompt_toolkit.layout.screen import Char
from prompt_toolkit.renderer import Renderer

# Each is set by one that breaks lines anew: tmux, GNOME Terminal and its relatives, kitty, WezTerm.
VARIABLES = ("TMUX", "VTE_VERSION", "KITTY_WINDOW_ID", "WEZTERM_PANE")
_PROGRAMS = ("iTerm.app", "ghostty", "WezTerm")


def rewraps(environ: Mapping[str, str]) -> bool:
    """Say whether the terminal is known to break lines anew.

    One that is not known is taken to leave them: a line too many that stays is better than one of
    the scrollback that is lost.

    Args:
        environ: The process environment.
    """
    if environ.get("TMUX"):
        return True
    # GNU screen inherits the variables of the terminal around it, and cuts lines.
    if environ.get("STY"):
        return False
    return any(environ.get(name) for name in VARIABLES) or environ.get("TERM_PROGRAM") in _PROGRAMS


def count_rows(cells: Iterable[int], columns: int) -> int:
    """Count the rows that one drawn line takes.

    Args:
        cells: The widths of its characters.
        columns: The width that it is broken for; a wide character is not broken in two.
    """
    rows, used = 1, 0
    for cell in cells:
        if used + cell > columns:
            rows, used = rows + 1, 0
        used += cell
    return rows


class RewrappingRenderer(Renderer):
    """A renderer for terminals that break lines anew; it knows where the cursor is after a resize."""

    def render(self, app: Application[Any], layout: Layout, is_done: bool = False) -> None:
        """Draw."""
        if self._last_screen is not None and self._last_size != self.output.get_size():
            self.erase(leave_alternate_screen=False)
        super().render(app, layout, is_done)

    def erase(self, leave_alternate_screen: bool = True) -> None:
        """Take away what was drawn."""
        self._follow()
        if self._cursor_pos.y:
            # tmux keeps a copy of what is cleared from the very first place of its window on.
            self.output.cursor_backward(self._cursor_pos.x)
            self.output.cursor_up(self._cursor_pos.y)
            self.output.erase_end_of_line()
            self.output.cursor_down(1)
            self.output.erase_down()
            self.output.cursor_up(1)
            self._cursor_pos = Point(x=0, y=0)
        super().erase(leave_alternate_screen)

    def _follow(self) -> None:
        size, drawn = self.output.get_size(), self._last_screen
        if drawn is None or self._last_size is None or size.columns >= self._last_size.columns:
            return
        columns, cursor = size.columns, self._cursor_pos
        above = sum(count_rows(self._cells(drawn.data_buffer[y]), columns) for y in range(cursor.y))
        within = count_rows(self._cells(drawn.data_buffer[cursor.y], cursor.x), columns) - 1
        # From the last column, every way back to the first is far enough.
        self._cursor_pos = Point(x=columns - 1, y=above + within)
        self._last_size = size
        self._last_screen = None

    def _cells(self, row: Mapping[int, Char], until: int | None = None) -> list[int]:
        """The widths of the characters of a drawn row; blanks at its end were not drawn."""
        has_style = self._style_string_has_style
        seen = [
            place
            for place, cell in row.items()
            if cell.char != " " or (has_style is not None and has_style[cell.style])
        ]
        end = max(seen, default=-1) + 1
        return [row[place].width for place in range(end if until is None else min(end, until))]
