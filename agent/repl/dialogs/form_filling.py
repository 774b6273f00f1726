"""A form on the screen: its fields one below the other, the one that is filled in marked.

Up, Down and Tab go from field to field, Enter on. What is wrong with a field stands below it, and the last
row sends. A form that is longer than the screen moves with the field.
"""

from collections.abc import Iterator

from agent.drawing.palette import Palette
from agent.drawing.sanitize import isolate, strip_line
from agent.drawing.widths import pad, shorten, width, wrap
from agent.forms.form import FormValue
from agent.repl.dialogs.choices import MARK, Answer, Choices
from agent.repl.dialogs.dialog import Dialog, Key
from agent.repl.dialogs.entries import ChoicesEntry, Entry, make_entry
from agent.repl.dialogs.filling import FormRequest, Left
from agent.repl.dialogs.rows import show_part

_NO_MARK = "  "
_WIDEST_TITLE = 3
_LONGEST_PROMPT = 24
_DESCRIPTION_LINES = 2
_CHOICE_LINES = 3
_REQUIRED = "(required)"
_BACK = "back"
_LEAVE = "Nothing was sent yet. How shall it end?"


class FormFilling(Dialog[dict[str, FormValue] | Left]):
    """Fills in a form.

    Args:
        request: The form.
    """

    def __init__(self, request: FormRequest) -> None:
        self._request = request
        self._entries = [make_entry(field, request.values.get(field.name)) for field in request.form.fields]
        self._titles = [strip_line(field.title) for field in request.form.fields]
        # The last place is that of the row that sends.
        self._at = 0
        self._fault = ""
        self._leaving: Choices[Left | str] | None = None
        self._follow()

    @property
    def _entry(self) -> Entry | None:
        return self._entries[self._at] if self._at < len(self._entries) else None

    def type(self, text: str) -> None:
        """Take the line as it is now."""
        self.typed = text
        if self._entry is not None:
            self._entry.text = text

    def take_key(self, key: str) -> None:
        """Take a key."""
        if self._leaving is not None:
            self._leave(self._leaving, key)
        elif key == Key.ESCAPE:
            self._ask_how_to_leave()
        elif key in (Key.DOWN, Key.TAB):
            self._go(1)
        elif key in (Key.UP, Key.BACK_TAB):
            self._go(-1)
        elif key == Key.ENTER:
            self._go_on()
        elif self._entry is not None:
            self._entry.take_key(key)
        self._follow()

    def _leave(self, leaving: Choices[Left | str], key: str) -> None:
        chosen = leaving.take_key(key)
        if isinstance(chosen, Left):
            self.answer = chosen
        elif chosen is not None:
            self._leaving = None

    def _ask_how_to_leave(self) -> None:
        if not self._request.may_decline:
            self.answer = Left.CANCELLED
            return
        self._leaving = Choices[Left | str](
            [
                Answer("d", "decline: say no", Left.DECLINED),
                Answer("c", "cancel: leave it open", Left.CANCELLED),
                Answer("b", "back to the form", _BACK),
            ],
            at=2,
            escape=_BACK,
        )

    def _go(self, step: int) -> None:
        # Whoever passes by an empty field has not forgotten it yet.
        if self._entry is not None and self._entry.shown:
            self._entry.leave()
        self._at = (self._at + step) % (len(self._entries) + 1)

    def _go_on(self) -> None:
        entry = self._entry
        if entry is None:
            self._send()
            return
        entry.leave()
        if not entry.fault:
            self._at += 1

    def _send(self) -> None:
        for entry in self._entries:
            entry.leave()
        wrong = next((at for at, entry in enumerate(self._entries) if entry.fault), None)
        if wrong is not None:
            self._at = wrong
            return
        values = {entry.field.name: value for entry in self._entries if (value := entry.read()) is not None}
        fault = self._request.check(values)
        if fault is None:
            self.answer = values
            return
        self._fault = fault.text
        for at, entry in enumerate(self._entries):
            if entry.field.name == fault.name:
                self._at, entry.fault, self._fault = at, fault.text, ""

    def _follow(self) -> None:
        entry = None if self._leaving is not None else self._entry
        self.typed = entry.text if entry is not None else None
        self.walks = entry is not None and entry.walks
        if entry is not None:
            self.prompt = f"{shorten(self._titles[self._at], _LONGEST_PROMPT)}:"

    def draw(self, columns: int, rows: int, palette: Palette, /) -> str:
        """Draw the fields; of a long form those around the one that is filled in."""
        title = [
            palette.strong(line) for line in wrap(strip_line(self._request.title), columns, most_lines=2)
        ]
        below = self._draw_below(columns, palette)
        lines: list[str] = []
        first = last = 0
        room = min(max(map(width, self._titles), default=0), max(8, columns // _WIDEST_TITLE))
        for at, entry in enumerate(self._entries):
            block = list(self._draw_entry(at, entry, room, columns, palette))
            if at == self._at:
                first, last = len(lines), len(lines) + len(block)
            lines += block
        if self._entry is None:
            first, last = len(lines), len(lines) + 1
        lines.append(self._mark(len(self._entries), palette) + palette.accent(f"[{self._request.send}]"))
        shown = max(1, rows - len(title) - len(below))
        # Of what does not fit at once the field itself comes first, and some of what stands before it.
        top = min(first, max(0, last - shown + 1, (first + last - shown) // 2))
        part = show_part(lines, columns, shown, top, palette, keys="Up, Down")
        return "\n".join([*title, *part, *below])

    def _draw_below(self, columns: int, palette: Palette) -> list[str]:
        if self._leaving is not None:
            return [palette.warning(_LEAVE), *self._leaving.draw(columns, palette)]
        lines = [palette.warning(f"! {line}") for line in wrap(strip_line(self._fault), columns - 2) if line]
        keys = f"Enter {'next' if self._entry is not None else 'sends'} · Up, Down move · Esc leaves"
        return [*lines, palette.dim(shorten(keys, columns))]

    def _mark(self, at: int, palette: Palette) -> str:
        return palette.accent(MARK) if at == self._at else _NO_MARK

    def _draw_entry(self, at: int, entry: Entry, room: int, columns: int, palette: Palette) -> Iterator[str]:
        title = pad(shorten(self._titles[at], room), room)
        left = columns - len(MARK) - room - 2
        label = self._request.labels.get(entry.field.name, "") if entry.is_untouched else ""
        shown = strip_line(label or entry.shown)
        if shown:
            value = isolate(shorten(shown, left))
        else:
            value = palette.dim(shorten(_REQUIRED if entry.field.required else "–", left))
        drawn = palette.strong(title) if at == self._at else title
        yield f"{self._mark(at, palette)}{drawn}  {value}"
        if entry.fault:
            for line in wrap(f"! {strip_line(entry.fault)}", columns - 4, indent="  "):
                yield palette.warning(f"    {line}")
        if at == self._at and self._leaving is None:
            yield from self._draw_help(entry, columns, palette)

    def _draw_help(self, entry: Entry, columns: int, palette: Palette) -> Iterator[str]:
        indent = " " * 4
        description = strip_line(entry.field.description)
        if description:
            for line in wrap(description, columns - len(indent), most_lines=_DESCRIPTION_LINES):
                yield indent + palette.dim(line)
        if isinstance(entry, ChoicesEntry):
            labels = [
                f"{'❯' if at == entry.at else ' '}[{'x' if choice.value in entry.picked else ' '}] "
                f"{strip_line(choice.label)}"
                for at, choice in enumerate(entry.field.choices)
            ]
            yield from _around(labels, entry.at, columns - len(indent), indent)
        elif entry.field.choices:
            labels = [strip_line(choice.label) for choice in entry.found()]
            for line in wrap(" · ".join(labels), columns - len(indent), most_lines=_CHOICE_LINES):
                yield indent + line
        yield indent + palette.dim(shorten(entry.hint, columns - len(indent)))


def _around(labels: list[str], at: int, columns: int, indent: str) -> Iterator[str]:
    """Those of many choices that stand around one, a line each."""
    first = max(0, min(at - _CHOICE_LINES, len(labels) - 2 * _CHOICE_LINES))
    for label in labels[first : first + 2 * _CHOICE_LINES]:
        yield indent + shorten(label, columns)
