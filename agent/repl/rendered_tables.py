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

from agent.repl.sanitize import isolate

_GAP = 2
_EDGES = 2
_INDENT = 2
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
        if sum(widths) + _GAP * (len(widths) - 1) + _EDGES <= options.max_width:
            yield _draw_columns(header, rows, widths)
        else:
            yield from _draw_records(header, rows)

    def _cells(self) -> tuple[list[Text], list[list[Text]]]:
        header = self.header.row.cells if self.header and self.header.row else []
        rows = self.body.rows if self.body else []
        return (
            [_heading(cell.content) for cell in header],
            [[_isolated(cell.content) for cell in row.cells] for row in rows],
        )


def _draw_columns(header: Sequence[Text], rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, style="markdown.table.border", collapse_padding=True)
    for heading, columns in zip(header, widths, strict=True):
        table.add_column(heading, overflow="fold", min_width=columns)
    for row in rows:
        table.add_row(*row)
    return table


def _draw_records(header: Sequence[Text], rows: Sequence[Sequence[Text]]) -> RenderResult:
    for row in rows:
        for place, (heading, cell) in enumerate(zip(header, row, strict=False)):
            content = cell.copy()
            content.justify = "left"
            content.overflow = "fold"
            if place == 0:
                content.stylize("markdown.table.header")
                yield content
            elif cell.plain:
                label = Text(f"{heading.plain}: " if heading.plain else "", overflow="fold")
                yield Padding(label.append_text(content), (0, 0, 0, _INDENT))


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
