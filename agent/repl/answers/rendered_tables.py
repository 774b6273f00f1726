"""Tables of answers, drawn so that nothing of a cell is lost: records below one another where it is narrow.

Imported late: it loads rich.
"""

from collections.abc import Sequence

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import TableElement
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.drawing.sanitize import isolate

_GAP = 2
_EDGES = 2
_INDENT = 2
_BETWEEN = Text(" · ", overflow="fold")
# Words longer than this, such as addresses, may be broken before a table gives up its columns.
_LONGEST_WORD = 16


class AnswerTable(TableElement):
    """A table as wide as its texts need and no wider than the window."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it; the name is rich's."""
        header, rows = self._cells()
        widths = [
            min(max(Measurement.get(console, options, cell).minimum for cell in column), _LONGEST_WORD)
            for column in zip(header, *rows, strict=False)
        ]
        spare = options.max_width - sum(widths) - _GAP * (len(widths) - 1) - _EDGES
        if spare >= 0:
            yield _draw_columns(header, rows, _share_out(spare, widths, [header, *rows]))
        else:
            yield from _draw_records(header, rows)

    def _cells(self) -> tuple[list[Text], list[list[Text]]]:
        header = self.header.row.cells if self.header and self.header.row else []
        rows = self.body.rows if self.body else []
        return (
            [_heading(cell.content) for cell in header],
            [[_isolated(cell.content) for cell in row.cells] for row in rows],
        )


def _share_out(spare: int, widths: Sequence[int], rows: Sequence[Sequence[Text]]) -> list[int]:
    """Widen the columns that need the most lines, until all texts fit in one or nothing is left."""
    shared = list(widths)
    lengths = [[cell.cell_len for cell in column] for column in zip(*rows, strict=False)]
    for _ in range(spare):
        wanting = [place for place, column in enumerate(lengths) if max(column) > shared[place]]
        if not wanting:
            break
        shared[max(wanting, key=lambda place: sum(each // shared[place] for each in lengths[place]))] += 1
    return shared


def _draw_columns(header: Sequence[Text], rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> Table:
    # Rows of several lines run into one another unless something stands between them.
    wraps = any(cell.cell_len > room for row in rows for cell, room in zip(row, widths, strict=False))
    table = Table(
        box=box.SIMPLE,
        pad_edge=False,
        style="markdown.table.border",
        collapse_padding=True,
        show_lines=wraps,
    )
    for heading, columns in zip(header, widths, strict=True):
        table.add_column(heading, overflow="fold", width=columns)
    for row in rows:
        table.add_row(*row)
    return table


def _draw_records(header: Sequence[Text], rows: Sequence[Sequence[Text]]) -> RenderResult:
    """Each row as a heading and one paragraph of all that its other cells say."""
    for row in rows:
        cells = list(zip(header, row, strict=False))
        # A number or a code alone does not say which record it is.
        named = 2 if len(cells) > 1 and _is_code(cells[0][1].plain) else 1
        title = _BETWEEN.join(_left(cell) for _, cell in cells[:named] if cell.plain)
        title.stylize("markdown.table.header")
        if title.plain:
            yield title
        facts = _BETWEEN.join(_labelled(heading, cell) for heading, cell in cells[named:] if cell.plain)
        if facts.plain:
            yield Padding(facts, (0, 0, 0, _INDENT))


def _is_code(text: str) -> bool:
    return bool(text) and " " not in text and any(character.isdigit() for character in text)


def _labelled(heading: Text, cell: Text) -> Text:
    label = Text(f"{heading.plain}: " if heading.plain else "", overflow="fold")
    return label.append_text(_left(cell))


def _left(cell: Text) -> Text:
    content = cell.copy()
    content.justify, content.overflow = "left", "fold"
    return content


def _heading(content: Text) -> Text:
    heading = _isolated(content)
    heading.stylize("markdown.table.header")
    return heading


def _isolated(content: Text) -> Text:
    cell = content.copy()
    if isolate(cell.plain) == cell.plain:
        return cell
    before, after = isolate(cell.plain).split(cell.plain)
    return Text(before, justify=cell.justify, overflow="fold").append_text(cell).append(after)
