"""The screen for real terminals: scrollback above, below it a live region, the prompt and a toolbar.

The prompt is there all the time, so a message can be typed while another is answered. What is
written for good goes above it: the live part is erased, the text printed, the live part drawn
again. The terminal is never asked where its cursor is, so nothing here waits for an answer of it.
"""

import os
import select
import sys
from collections.abc import Callable

from prompt_toolkit.application import Application, in_terminal
from prompt_toolkit.auto_suggest import AutoSuggest, ConditionalAutoSuggest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, AnyFormattedText, StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import merge_key_bindings
from prompt_toolkit.key_binding.key_bindings import KeyBindingsBase
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VerticalAlign,
    Window,
)
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.layout.processors import AppendAutoSuggestion
from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import DynamicStyle
from prompt_toolkit.widgets import SearchToolbar

from agent.drawing.palette import Palette
from agent.drawing.sanitize import repair_input, strip_line
from agent.drawing.widths import shorten
from agent.errors import UsageError
from agent.events import ApprovalRequested
from agent.repl.dialogs.approvals import ApprovalAnswer, ask_by_line, confirm_by_line
from agent.repl.dialogs.approving import Approving
from agent.repl.dialogs.choices import Line, YesOrNo
from agent.repl.dialogs.desk import Desk
from agent.repl.prompt.editor import edit
from agent.repl.prompt.mentioning import typed_mention
from agent.repl.prompt.pasting import Pastes, ShowPastes
from agent.repl.screens.keys import Actions, bind_keys
from agent.repl.screens.live import cut_above
from agent.repl.screens.rewrapping import RewrappingRenderer, rewraps
from agent.repl.screens.screen import Keyboard
from agent.repl.screens.styles import depth_of, make_style

_PROMPT = "❯ "
_PLAIN_PROMPT = "> "
_MENU_ROWS = 8
_INPUT_ROWS = 10
_LONGEST_LINE = 65_536


class TerminalScreen:
    """Draws with prompt_toolkit.

    Args:
        keyboard: Is told what the user does.
        history: Earlier messages.
        completer: Offers completions.
        suggest: Suggests how a line goes on.
        pastes: Keeps long pasted texts.
        palette: The colours.
        clock: Seconds that only ever grow.
        input: Where keys come from; the process's terminal when left out.
        output: Where to draw; the process's terminal when left out.
    """

    def __init__(
        self,
        keyboard: Keyboard,
        *,
        history: History,
        completer: Completer,
        suggest: AutoSuggest,
        pastes: Pastes,
        palette: Palette,
        clock: Callable[[], float],
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self._keyboard = keyboard
        self._pastes = pastes
        self._palette = palette
        self._clock = clock
        self._output = output or create_output()
        if isinstance(self._output, Vt100_Output):
            self._output.enable_cpr = False
        self._owns_terminal = input is None
        self._draw: Callable[[int], str] | None = None
        self._drawn = ("", ANSI(""))
        # What is live as it was drawn last, and for how many columns; keys draw it again from here.
        self._above = ""
        self._above_columns: int = 0
        self._toolbar = ""
        self._hint = ""
        # What is to be written once the editor has given the terminal back; `None` while there is none.
        self._held: list[str] | None = None
        self._buffer = Buffer(
            history=history,
            completer=completer,
            auto_suggest=ConditionalAutoSuggest(suggest, Condition(lambda: not palette.plain)),
            complete_while_typing=Condition(self._completes_while_typing),
            multiline=True,
            on_text_changed=self._text_changed,
        )
        self._desk = Desk(self._buffer, palette, clock, lambda: self._application, paste=self._paste)
        self._application: Application[None] = Application(
            layout=self._lay_out(),
            key_bindings=merge_key_bindings([self._bind_keys(), self._desk.bind_keys()]),
            style=DynamicStyle(lambda: make_style(palette.theme)),
            include_default_pygments_style=False,
            color_depth=lambda: depth_of(palette.theme),
            erase_when_done=True,
            input=input,
            output=self._output,
        )
        if rewraps(os.environ):
            renderer = self._application.renderer
            self._application.renderer = RewrappingRenderer(renderer.style, self._output)

    @property
    def palette(self) -> Palette:
        """The colours of this screen."""
        return self._palette

    @property
    def columns(self) -> int:
        """The present width."""
        return self._output.get_size().columns

    @property
    def shows_input(self) -> bool:
        """The prompt moves on, so what was typed has to be written above it."""
        return False

    def write(self, text: str) -> None:
        """Put whole lines above the prompt."""
        if self._held is not None:
            self._held.append(text)
            return
        if self._application.is_running:
            self._application.renderer.erase()
        self._output.write_raw(text.replace("\n", "\r\n"))
        self._output.flush()
        self.refresh()

    def set_live(self, draw: Callable[[int], str] | None) -> None:
        """Show what a function draws above the prompt."""
        self._draw = draw
        self.refresh()

    def refresh(self) -> None:
        """Draw again soon."""
        self._above_columns = 0
        self._application.invalidate()

    def tick(self) -> None:
        """Draw again if the live part or the toolbar looks different by now."""
        above, toolbar = self._above, self._toolbar
        self._above_columns = 0
        if self._draw_above() != above or self._draw_toolbar() != toolbar:
            self._application.invalidate()

    def hint(self, text: str) -> None:
        """Show a text in place of the toolbar until the next key; in words, a line says it."""
        if self._palette.plain:
            self.write(f"{text}\n")
            return
        self._hint = text
        self.refresh()

    def offer_again(self) -> None:
        """Complete anew what is being typed, unless a completion was chosen already."""
        buffer, state = self._buffer, self._buffer.complete_state
        if not self._completes_while_typing():
            return
        if state is None:
            buffer.start_completion()
        elif state.complete_index is None:
            # In place, for a key that comes now is meant for the menu.
            event = CompleteEvent(text_inserted=True)
            state.completions = list(buffer.completer.get_completions(buffer.document, event))
            if not state.completions:
                buffer.complete_state = None
            self.refresh()

    def clear_draft(self) -> bool:
        """Throw away what is being typed."""
        had_text = bool(self._buffer.text)
        self._buffer.reset()
        return had_text

    def restore_draft(self, text: str) -> None:
        """Put text before what is being typed."""
        self._buffer.text = "\n".join(filter(None, [self._pastes.fold(text), self._buffer.text]))
        self._buffer.cursor_position = len(self._buffer.text)

    @property
    def desk(self) -> Desk | None:
        """Where dialogs are asked; where words are wanted, everything is asked line by line."""
        return None if self._palette.plain else self._desk

    async def ask_approval(self, request: ApprovalRequested) -> ApprovalAnswer:
        """Show the call with its answers; a draft under way is kept, see `Desk.ask`."""
        if self._palette.plain:
            return await ask_by_line(request, self._palette, self.write, self.read_line)
        return await self._desk.ask(Approving(request))

    async def confirm(self, question: str) -> bool:
        """Ask as for an approval."""
        if self._palette.plain:
            self.write(f"{question}\n")
            return await confirm_by_line("Answer", self.read_line)
        return await self._desk.ask(YesOrNo(question))

    async def read_line(self, prompt: str) -> str:
        """Take the next line; it goes nowhere else."""
        return await self._desk.ask(Line(prompt.strip()))

    async def run(self, on_drawn: Callable[[], None]) -> None:
        """Take keys until `leave`."""

        def drawn(application: Application[None]) -> None:
            application.after_render -= drawn
            on_drawn()
            for line in ahead:
                self._keyboard.submit(line)

        ahead = _read_ahead() if self._owns_terminal else []
        self._application.after_render += drawn
        try:
            await self._application.run_async()
        except EOFError:
            self._keyboard.leave()

    def leave(self) -> None:
        """Make `run` return."""
        if self._application.is_running and not self._application.is_done:
            self._application.exit()

    def _lay_out(self) -> Layout:
        search = SearchToolbar()
        self._control = BufferControl(
            self._buffer,
            input_processors=[ShowPastes(self._pastes), AppendAutoSuggestion()],
            search_buffer_control=search.control,
            preview_search=True,
        )
        live = Window(
            FormattedTextControl(self._live_text),
            wrap_lines=True,
            height=self._live_height,
            dont_extend_height=True,
        )
        queued = Window(
            FormattedTextControl(self._queued_text), height=self._queued_height, dont_extend_height=True
        )
        entry = Window(
            self._control,
            wrap_lines=True,
            height=self._entry_height,
            dont_extend_height=True,
            get_line_prefix=self._line_prefix,
        )
        toolbar = Window(FormattedTextControl(self._toolbar_text), height=1, dont_extend_height=True)
        rows = HSplit(
            [
                ConditionalContainer(live, Condition(self._is_live)),
                ConditionalContainer(
                    queued, Condition(lambda: bool(self._keyboard.queued()) and not self._palette.plain)
                ),
                Window(height=1),
                ConditionalContainer(entry, Condition(lambda: not self._desk.is_typing)),
                self._desk.container,
                search,
                toolbar,
            ],
            align=VerticalAlign.TOP,
        )
        menu = Float(CompletionsMenu(max_height=_MENU_ROWS, scroll_offset=1), xcursor=True, ycursor=True)
        return Layout(FloatContainer(rows, [menu]), focused_element=entry)

    def _bind_keys(self) -> KeyBindingsBase:
        actions = Actions(
            self._interrupt,
            self._submit,
            self._keyboard.leave,
            self._paste,
            self._edit,
            self._take_back,
        )
        return bind_keys(
            self._buffer,
            actions,
            is_asking=lambda: self._desk.is_asking,
            is_waiting=lambda: bool(self._keyboard.queued()),
        )

    def _interrupt(self) -> None:
        if self._held is not None:
            # It was meant for the editor.
            return
        # The turn that asked is about to stop; keys that follow are for the prompt again.
        self._desk.give_up()
        self._keyboard.interrupt()

    def _paste(self, text: str) -> None:
        self._buffer.insert_text(self._pastes.take(text))

    def _take_back(self) -> None:
        self.restore_draft(self._keyboard.take_back())

    async def _edit(self) -> None:
        if self._held is not None:
            return
        held = self._held = []
        draft = self._buffer.text
        try:
            async with in_terminal():
                edited = await edit(self._pastes.expand(draft))
            self._buffer.document = Document(self._pastes.fold(repair_input(edited)))
        except UsageError as error:
            self._keyboard.complain(error)
        finally:
            self._held = None
            for text in held:
                self.write(text)

    def _submit(self) -> None:
        text = repair_input(self._pastes.expand(self._buffer.text)).strip()
        if not text:
            return
        self._buffer.append_to_history()
        self._buffer.reset()
        self._keyboard.submit(text)

    def _text_changed(self, _: Buffer) -> None:
        self._hint = ""
        self._keyboard.typed()

    def _completes_while_typing(self) -> bool:
        if self._palette.plain or self._desk.is_asking:
            # A list that opens by itself would be read out in the middle of a word, or hide the question.
            return False
        before = self._buffer.document.text_before_cursor
        return before.startswith("/") or typed_mention(before) is not None

    def _is_live(self) -> bool:
        return self._desk.is_asking or bool(self._draw_above())

    def _draw_above(self) -> str:
        columns = self.columns
        if columns != self._above_columns:
            self._above = self._draw(columns) if self._draw else ""
            self._above_columns = columns
        return self._above

    def _live_text(self) -> AnyFormattedText:
        # No more than fits above the prompt; of a long text the end is what is new.
        rows = self._live_rows()
        above = self._draw_above()
        asked = self._desk.draw(self.columns, rows - bool(above))
        text = "\n".join(filter(None, [above, asked]))
        text = cut_above(text, rows, self.columns, self._palette)
        if text != self._drawn[0]:
            self._drawn = (text, ANSI(text))
        return self._drawn[1]

    def _live_height(self) -> Dimension:
        return Dimension(max=self._live_rows())

    def _live_rows(self) -> int:
        lines = self._buffer.document.line_count
        taken = self._desk.line_rows(self.columns) if self._desk.is_typing else min(_INPUT_ROWS, lines)
        return max(1, self._output.get_size().rows - taken - 4)

    def _queued_text(self) -> StyleAndTextTuples:
        width = self.columns - 1
        lines = [
            shorten(f"  queued: {strip_line(text[: width * 4])}", width) for text in self._keyboard.queued()
        ]
        return [("class:queued", "\n".join(lines))]

    def _queued_height(self) -> Dimension:
        return Dimension.exact(min(3, len(self._keyboard.queued())))

    def _entry_height(self) -> Dimension:
        if self._buffer.complete_state is not None:
            return Dimension(min=_MENU_ROWS + 1)
        return Dimension(min=1, max=_INPUT_ROWS)

    def _line_prefix(self, line: int, wrap: int) -> StyleAndTextTuples:
        if line or wrap:
            return [("", "  ")]
        return [("class:prompt", _PLAIN_PROMPT if self._palette.plain else _PROMPT)]

    def _toolbar_text(self) -> StyleAndTextTuples:
        return [("class:toolbar", self._draw_toolbar())]

    def _draw_toolbar(self) -> str:
        room = self.columns - 1
        # In words, `/status` tells it when it is asked.
        told = "" if self._palette.plain else self._keyboard.toolbar(room)
        self._toolbar = shorten(strip_line(self._hint), room) or told
        return self._toolbar


def _read_ahead() -> list[str]:
    """Take the lines that were sent before there was a prompt.

    The terminal was still in its line mode then and has turned Enter into a line feed, which the
    prompt would take for Ctrl-J.
    """
    if sys.platform == "win32" or not sys.stdin.isatty():
        return []
    descriptor = sys.stdin.fileno()
    lines: list[str] = []
    while select.select([descriptor], [], [], 0)[0]:
        line = os.read(descriptor, _LONGEST_LINE)
        if not line:
            break
        lines.append(repair_input(line.decode(errors="replace")).strip())
    return [line for line in lines if line]
