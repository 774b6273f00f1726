"""Puts dialogs on a terminal: their keys, the line that is typed for them, and a draft that is under way.

A dialog's line is a buffer of its own, so the draft stays what and where it was. Letters that may belong to a
message never answer a question: while there is a draft they go on in it, and at an empty prompt they are held
back until it is clear that no message follows, see `agent.repl.dialogs.held_keys`.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import BufferControl, ConditionalContainer, Container, Dimension, Window

from agent.drawing.palette import Palette
from agent.drawing.sanitize import repair_input, strip_line
from agent.drawing.widths import shorten, width
from agent.repl.dialogs.dialog import Dialog, Key, T
from agent.repl.dialogs.held_keys import After, HeldKeys, Timer

_INPUT_ROWS = 10
# How far further rows of the line are set in.
_HANG = 2
# A letter that follows another key so soon belongs to the draft that was being typed, not to a form.
_PAUSE_BEFORE_FORM = 1.0
_WHILE_WRITING = "Arrows and Enter answer while you write"
_KEYS = {
    Keys.Enter: Key.ENTER,
    Keys.Escape: Key.ESCAPE,
    Keys.Up: Key.UP,
    Keys.Down: Key.DOWN,
    Keys.Left: Key.LEFT,
    Keys.Right: Key.RIGHT,
    Keys.Tab: Key.TAB,
    Keys.BackTab: Key.BACK_TAB,
    Keys.PageUp: Key.PAGE_UP,
    Keys.PageDown: Key.PAGE_DOWN,
    Keys.Backspace: Key.BACKSPACE,
    Keys.Delete: Key.BACKSPACE,
}
_BESIDE_TYPING = (
    *(Keys.Enter, Keys.Escape, Keys.Up, Keys.Down, Keys.Tab, Keys.BackTab, Keys.PageUp, Keys.PageDown),
)
_WALKING = (Keys.Left, Keys.Right)


@dataclass(slots=True)
class _Asked:
    dialog: Dialog[Any]
    # When the last key came that may have been meant for the draft; None if there was no draft.
    last_typed: float | None
    take_answer: Callable[[], None]
    give_up: Callable[[], object]
    # The letters that marked an answer; a message may have begun with them.
    marked: str = ""

    @property
    def is_answered_by_letters(self) -> bool:
        return self.dialog.letters is not None and self.dialog.typed is None


def _call_later(delay: float, callback: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(delay, callback)


class Desk:
    """Asks one thing at a time.

    Args:
        draft: What the user is typing as a message.
        palette: The colours.
        clock: Seconds that only ever grow.
        application: What draws it all.
        paste: Puts a pasted text into the draft.
        after: Makes things happen later.
    """

    def __init__(
        self,
        draft: Buffer,
        palette: Palette,
        clock: Callable[[], float],
        application: Callable[[], Application[None]],
        *,
        paste: Callable[[str], None],
        after: After = _call_later,
    ) -> None:
        self._draft = draft
        self._palette = palette
        self._clock = clock
        self._application = application
        self._paste = paste
        self._held = HeldKeys(clock, after, self._take_held)
        self._asked: _Asked | None = None
        self._turn = asyncio.Lock()
        self._line = Buffer(multiline=True, on_text_changed=self._line_changed)
        self._window = Window(
            BufferControl(self._line),
            wrap_lines=True,
            height=Dimension(min=1, max=_INPUT_ROWS),
            dont_extend_height=True,
            get_line_prefix=self._line_prefix,
        )

    @property
    def is_asking(self) -> bool:
        """Whether a dialog is on the screen."""
        return self._asked is not None

    @property
    def is_typing(self) -> bool:
        """Whether a line is typed for it."""
        return self._asked is not None and self._asked.dialog.typed is not None

    def line_rows(self, columns: int) -> int:
        """How many rows the line takes."""
        lines = self._line.text.split("\n")
        taken = [width(self._prompt(columns)) + width(lines[0]), *(_HANG + width(line) for line in lines[1:])]
        return min(_INPUT_ROWS, sum(1 + each // max(1, columns) for each in taken))

    @property
    def container(self) -> Container:
        """The place of the line, which is there while one is typed."""
        return ConditionalContainer(self._window, Condition(lambda: self.is_typing))

    async def ask(self, dialog: Dialog[T]) -> T:
        """Show a dialog until it has its answer; others wait for their turn.

        A draft under way is kept, and its letters are not mistaken for an answer: while there is one they go
        on in it, and are typed for a form only after a pause of a second.
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def take_answer() -> None:
            if dialog.answer is not None and not answer.done():
                answer.set_result(dialog.answer)

        async with self._turn:
            last_typed = self._clock() if self._draft.text else None
            self._asked = _Asked(dialog, last_typed, take_answer, answer.cancel)
            self._held.restart()
            self._show()
            try:
                return await answer
            finally:
                self._asked = None
                self._write(self._held.take_back())
                self._show()

    def give_up(self) -> None:
        """Take the dialog away without an answer: keys that follow are for the draft again."""
        if self._asked is not None:
            self._asked.give_up()
            self._asked = None
            self._held.take_back()
            self._show()

    def draw(self, columns: int, rows: int) -> str:
        """Draw the dialog; nothing while there is none."""
        asked = self._asked
        if asked is None:
            return ""
        if not (self._draft.text and asked.is_answered_by_letters):
            return asked.dialog.draw(columns, rows, self._palette)
        hint = self._palette.dim(shorten(_WHILE_WRITING, columns))
        return f"{asked.dialog.draw(columns, rows - 1, self._palette)}\n{hint}"

    def bind_keys(self) -> KeyBindings:
        """Bind the keys, which are the dialog's while there is one."""
        keys = KeyBindings()
        typing = Condition(lambda: self.is_typing)
        asking = Condition(lambda: self.is_asking)
        early = Condition(lambda: self._asked is not None and self._asked.last_typed is not None)
        walking = Condition(lambda: self._asked is not None and self._asked.dialog.walks)

        @keys.add("<any>", filter=asking & (early | ~typing), eager=True)
        def _(event: KeyPressEvent) -> None:
            self._press(event)

        for key in _BESIDE_TYPING:
            keys.add(key, filter=typing, eager=True)(self._press)
        for key in _WALKING:
            keys.add(key, filter=typing & walking, eager=True)(self._press)

        @keys.add("c-j", filter=typing)
        def _(_event: KeyPressEvent) -> None:
            self._line.newline(copy_margin=False)

        @keys.add(Keys.BracketedPaste, filter=typing, eager=True)
        def _(event: KeyPressEvent) -> None:
            self._line.insert_text(repair_input(event.data))

        @keys.add(Keys.BracketedPaste, filter=asking & ~typing, eager=True)
        def _(event: KeyPressEvent) -> None:
            self._held.restart()
            self._paste(event.data)

        return keys

    def _press(self, event: KeyPressEvent) -> None:
        asked = self._asked
        if asked is None:
            return
        pressed = event.key_sequence[0].key
        if not isinstance(pressed, Keys):
            self._take_letter(asked, event.data)
        elif key := _KEYS.get(pressed):
            self._take_key(asked, key)
        self._show()

    def _take_letter(self, asked: _Asked, letter: str) -> None:
        letters = asked.dialog.letters
        if letters is not None and asked.is_answered_by_letters:
            if self._draft.text or self._held.are_there or letter.lower() not in letters:
                self._write_on(asked, letter)
            else:
                self._held.hold(letter)
        elif self._is_of_the_draft(asked):
            self._write(letter)
        elif self.is_typing:
            self._line.insert_text(letter)
        else:
            self._give(asked, letter)

    def _take_key(self, asked: _Asked, key: Key) -> None:
        if asked.is_answered_by_letters:
            if key is Key.BACKSPACE:
                if not self._held.take_back():
                    self._draft.delete_before_cursor()
                self._held.restart()
            elif self._held.are_there and key is not Key.ESCAPE:
                # It follows the letter wherever that goes.
                self._held.hold(key)
            else:
                self._held.take_back()
                asked.marked = ""
                self._give(asked, key)
        elif not self._is_of_the_draft(asked):
            self._give(asked, key)

    def _take_held(self, keys: Sequence[str]) -> None:
        asked = self._asked
        if asked is None:
            return
        for key in keys:
            if asked.dialog.answer is None:
                self._give(asked, key)
        if asked.is_answered_by_letters:
            asked.marked += keys[0]
        self._show()

    def _give(self, asked: _Asked, key: str) -> None:
        asked.last_typed = None
        asked.dialog.take_key(key)
        asked.take_answer()

    def _write_on(self, asked: _Asked, letter: str) -> None:
        """Go on with the message that a letter belongs to; what its first letters marked is so no more."""
        self._write(asked.marked + self._held.take_back() + letter)
        asked.marked = ""
        asked.dialog.forget()
        self._held.restart()

    def _write(self, text: str) -> None:
        if text:
            self._draft.insert_text(text)

    def _is_of_the_draft(self, asked: _Asked) -> bool:
        if asked.last_typed is None:
            return False
        now = self._clock()
        early = now - asked.last_typed < _PAUSE_BEFORE_FORM
        asked.last_typed = now if early else None
        return early

    def _line_changed(self, _: Buffer) -> None:
        if self._asked is not None and self.is_typing:
            self._asked.dialog.type(repair_input(self._line.text))

    def _show(self) -> None:
        """Give the line what the dialog says is typed, and the focus to whoever takes the keys."""
        typed = self._asked.dialog.typed if self._asked else None
        if (typed or "") != self._line.text:
            self._line.document = Document(typed or "")
        layout = self._application().layout
        if typed is not None and not layout.has_focus(self._window):
            layout.focus(self._window)
        elif typed is None and layout.has_focus(self._window):
            layout.focus(self._draft)
        self._application().invalidate()

    def _line_prefix(self, line: int, wrap: int) -> StyleAndTextTuples:
        if line or wrap or self._asked is None:
            return [("", " " * _HANG)]
        return [("class:prompt", self._prompt(self._application().output.get_size().columns))]

    def _prompt(self, columns: int) -> str:
        return f"{shorten(strip_line(self._asked.dialog.prompt), columns // 2)} " if self._asked else ""
