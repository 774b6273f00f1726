"""Cells and columns: which of them fit a window, how wide each becomes, and lines of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate
from agent.drawing.widths import pad, pad_left, shorten, width, wrap

GAP = "  "
LATE = "!"
"""What stands before something that is late, so that its colour is never all that says so."""


SPARE = 100
"""From this importance on, columns go before another one is cut: ids, and what is the same in each row."""


class Tone(Enum):
    """How a cell is coloured."""

    NORMAL = auto()
    STRONG = auto()
    DIM = auto()
    GOOD = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one row of a column.

    Args:
        text: One line, free of control characters.
        short: The same in fewer columns, for when the window is narrow; as `text` when empty.
        tone: Its colour.
    """

    text: str
    short: str = ""
    tone: Tone = Tone.NORMAL

    @property
    def shortest(self) -> str:
        """The text that takes the fewest columns without being cut."""
        return self.short or self.text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        heading: What it shows.
        cells: One for each row.
        importance: The lowest number stays longest when the window is narrow.
        least: How narrow it may become by cutting its texts; never cut when 0.
        is_number: Its texts end at the same column.
        is_named: Its values say little without its heading.
    """

    heading: str
    cells: tuple[Cell, ...]
    importance: int
    least: int = 0
    is_number: bool = False
    is_named: bool = False

    @property
    def narrowest(self) -> int:
        """How narrow it can become."""
        return min(self.short, max(self.least, width(self.heading))) if self.least else self.short

    @property
    def short(self) -> int:
        """How wide it is with the short forms of its texts, uncut."""
        return max(width(self.heading), *(width(cell.shortest) for cell in self.cells))

    @property
    def widest(self) -> int:
        """How wide it becomes where there is room."""
        return max(width(self.heading), *(width(cell.text) for cell in self.cells))


def fit(columns: Sequence[Column], room: int) -> dict[int, int]:
    """Choose the columns that fit a width and say how wide each becomes.

    Args:
        columns: All of them, in the order in which they stand.
        room: The width.

    Returns:
        The places of the chosen columns with their widths; the most important one is always there.
    """
    places = sorted(range(len(columns)), key=lambda place: columns[place].importance)
    whole = [columns[place].widest for place in places]
    while columns[places[-1]].importance >= SPARE and sum(whole) + len(GAP) * (len(whole) - 1) > room:
        del places[-1], whole[-1]
    widths = {place: columns[place].narrowest for place in places}
    while len(widths) > 1 and _taken(widths) > room:
        del widths[places.pop()]
    left = room - _taken(widths)
    for place in [place for place in places if place in widths]:
        more = max(0, min(left, columns[place].short - widths[place]))
        widths[place] += more
        left -= more
    for place in [place for place in places if place in widths]:
        # The long form of a text is of no use in part.
        more = columns[place].widest - widths[place]
        if more <= left:
            widths[place] += more
            left -= more
    if left < 0:
        widths = {places[0]: max(1, room)}
    return dict(sorted(widths.items()))


def _taken(widths: dict[int, int]) -> int:
    return sum(widths.values()) + len(GAP) * (len(widths) - 1)


def draw_row(cells: Sequence[tuple[Cell, int, bool]], palette: Palette) -> str:
    """Draw one line of cells.

    Args:
        cells: Each with its width and whether it is a number.
        palette: The colours.
    """
    drawn: list[str] = []
    for place, (cell, columns, is_number) in enumerate(cells):
        text = cell.text if width(cell.text) <= columns else shorten(cell.shortest, columns)
        filled = pad_left(text, columns) if is_number else pad(text, columns)
        if place == len(cells) - 1 and not is_number:
            filled = text
        blanks = filled.removeprefix(text) if not is_number else ""
        drawn.append(colour(isolate(filled.removesuffix(blanks)), cell.tone, palette) + blanks)
    return GAP.join(drawn).rstrip()


def draw_facts(facts: Sequence[str], columns: int, palette: Palette) -> list[str]:
    """Draw what there is to say below a drawing, in as few lines as it takes."""
    text = (", " if palette.plain else " · ").join(facts)
    return [palette.dim(line) for line in wrap(text, columns - 1)]


def draw_rule(widths: Sequence[int], palette: Palette) -> str:
    """Draw a thin line below the headings."""
    return palette.dim(GAP.join("─" * columns for columns in widths))


def colour(text: str, tone: Tone, palette: Palette) -> str:
    """Give a text its colour."""
    match tone:
        case Tone.STRONG:
            return palette.strong(text)
        case Tone.DIM:
            return palette.dim(text)
        case Tone.GOOD:
            return palette.good(text)
        case Tone.BAD:
            return palette.bad(text)
        case Tone.NORMAL:
            return text
