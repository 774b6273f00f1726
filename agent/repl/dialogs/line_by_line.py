"""Fills in a form one line after the other: for terminals that only print, and for screen readers."""

from collections.abc import Mapping

from agent.drawing.sanitize import strip_line
from agent.drawing.widths import shorten
from agent.forms.form import Field, FieldKind, FormValue
from agent.repl.dialogs.approvals import decide_yes_or_no
from agent.repl.dialogs.filling import FormRequest, Left
from agent.repl.screens.screen import Kind, Screen, Scrollback

_DECLINE = "/decline"
_CANCEL = "/cancel"
_EMPTY = "/empty"
_AGAIN = "/again"
_LONGEST_PROMPT = 30


class _LeftError(Exception):
    """The user does not fill in the form."""

    def __init__(self, left: Left) -> None:
        super().__init__(left.name)
        self.left = left


class LineByLine:
    """Asks for each field with a line of its own.

    Args:
        screen: Where to ask.
        scrollback: The screen's scrollback.
        request: The form.
    """

    def __init__(self, screen: Screen, scrollback: Scrollback, request: FormRequest) -> None:
        self._screen = screen
        self._palette = screen.palette
        self._scrollback = scrollback
        self._request = request

    async def fill_in(self) -> dict[str, FormValue] | Left:
        """Ask until the form is sent or left."""
        try:
            return await self._fill_in()
        except _LeftError as left:
            return left.left

    async def _fill_in(self) -> dict[str, FormValue]:
        words = (
            f"{_DECLINE} to say no to the server, {_CANCEL} to leave it open"
            if self._declines
            else f"{_CANCEL} to leave it"
        )
        if self._request.values:
            words += f", {_EMPTY} to empty a field"
        if not self._declines:
            self._write(self._palette.strong(self._request.title))
        self._write(self._palette.dim(f"Type {words}."))
        given = dict(self._request.values)
        while True:
            values: dict[str, FormValue] = {}
            for field in await self._wanted(given):
                value = await self._read(field, given.get(field.name))
                if value is not None:
                    values[field.name] = value
            given |= values
            if fault := self._request.check(values):
                self._write(self._palette.warning(strip_line(fault.text)))
                continue
            self._write(self._draw(values))
            words = f"Type yes, {_AGAIN} to begin again, or nothing to leave it."
            if await self._decide(f"{self._request.question} {words}", leaves=True):
                return values

    async def _wanted(self, given: Mapping[str, FormValue]) -> list[Field]:
        """The fields to ask for."""
        fields = list(self._request.form.fields)
        needed = [field for field in fields if field.required or field.name in given]
        if not self._request.offers_optional or len(needed) == len(fields):
            return fields
        others = [strip_line(field.title) for field in fields if field not in needed]
        self._write(f"{'Optional as well' if needed else 'Optional'}: {', '.join(others)}")
        return fields if await self._decide("Fill in optional fields? [y/N]", leaves=False) else needed

    async def _decide(self, question: str, *, leaves: bool) -> bool:
        """Ask until the answer is yes or no; a no, which nothing stands for, may leave the form."""
        while True:
            self._write(question)
            text = await self._screen.read_line("Answer: ")
            self._leave_by(text)
            if leaves and text.lower() == _AGAIN:
                return False
            decided = decide_yes_or_no(text)
            if decided is False and leaves:
                raise _LeftError(Left.CANCELLED)
            if decided is not None:
                return decided

    def _leave_by(self, text: str) -> None:
        word = text.lower()
        if word == _CANCEL or (word == _DECLINE and self._declines):
            raise _LeftError(Left.DECLINED if word == _DECLINE else Left.CANCELLED)

    @property
    def _declines(self) -> bool:
        return self._request.may_decline

    def _draw(self, values: dict[str, FormValue]) -> str:
        filled = [
            f"  {strip_line(field.title)}: {strip_line(field.show(values[field.name]))}"
            for field in self._request.form.fields
            if field.name in values
        ]
        return "\n".join(filled) or "  (all fields left out)"

    async def _read(self, field: Field, given: FormValue | None) -> FormValue | None:
        self._write(self._describe(field, given))
        held = field.default if given is None else given
        shown = "" if held is None else f" [{strip_line(field.show(held))}]"
        prompt = shorten(f"{strip_line(field.title)}{shown}", _LONGEST_PROMPT)
        while True:
            text = await self._screen.read_line(f"{prompt}: ")
            self._leave_by(text)
            word = text.lower()
            if not text and given is not None:
                return given
            try:
                return field.read("" if word == _EMPTY and given is not None else text)
            except ValueError as error:
                self._write(self._palette.warning(strip_line(str(error))))

    def _describe(self, field: Field, given: FormValue | None) -> str:
        may_be_left_out = given is None and field.default is None and not field.required
        needed = ", or nothing to leave it out" if may_be_left_out else ""
        lines = [f"{self._palette.strong(strip_line(field.title))} {strip_line(field.description)}".rstrip()]
        lines += [f"  {number} {strip_line(choice.label)}" for number, choice in enumerate(field.choices, 1)]
        label = strip_line(self._request.labels.get(field.name, ""))
        if given is not None and label not in ("", strip_line(field.show(given))):
            lines.append(f"  now {label}")
        hint = strip_line(field.hint) + needed
        if field.kind is not FieldKind.TEXT or field.format or needed:
            lines.append(self._palette.dim(f"  {hint}"))
        return "\n".join(lines)

    def _write(self, text: str) -> None:
        self._scrollback.write(Kind.REMARK, text + "\n")
