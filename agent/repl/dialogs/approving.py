"""Asks about a call: what it changes, with the answers below."""

from agent.drawing.palette import Palette
from agent.drawing.widths import wrap
from agent.events import ApprovalRequested, Decision
from agent.repl.dialogs.approvals import (
    ApprovalAnswer,
    ApprovalChoice,
    choices_of,
    draw_details,
    draw_notes,
    summarise,
)
from agent.repl.dialogs.choices import Answer, Choices
from agent.repl.dialogs.dialog import Dialog, Key
from agent.repl.dialogs.rows import show_part

_WHY = "Why not: "
_FEWEST_DETAILS = 2


class Approving(Dialog[ApprovalAnswer]):
    """Waits for one of the offered answers.

    Args:
        request: The call.
    """

    def __init__(self, request: ApprovalRequested) -> None:
        self._request = request
        offered = choices_of(request)
        self._choices = Choices[ApprovalChoice](
            [Answer(each.key, each.text, each, lasts=each.lasts) for each in offered],
            at=len(offered) - 1,
            escape=offered[-1],
        )
        self.letters = self._choices.letters
        self._top = 0
        self._page = 1

    def forget(self) -> None:
        """Mark no again."""
        self._choices.forget()

    def take_key(self, key: str) -> None:
        """Take a key."""
        if self.typed is not None:
            self._take_reason(key)
        elif key in (Key.PAGE_UP, Key.PAGE_DOWN):
            self._top = max(0, self._top + (self._page if key == Key.PAGE_DOWN else -self._page))
        elif chosen := self._choices.take_key(key):
            if chosen.asks_why:
                self.typed, self.prompt = "", _WHY
            else:
                self.answer = ApprovalAnswer(chosen.decision)

    def _take_reason(self, key: str) -> None:
        if key == Key.ENTER:
            self.answer = ApprovalAnswer(Decision.DECLINED, (self.typed or "").strip())
        elif key == Key.ESCAPE:
            self.typed = None

    def draw(self, columns: int, rows: int, palette: Palette, /) -> str:
        """Draw the call; where it is too long its arguments are shown in parts."""
        summary = [palette.strong(line) for line in wrap(summarise(self._request), columns)]
        below = draw_notes(self._request, columns, palette)
        if self.typed is None:
            below += self._choices.draw(columns, palette)
        else:
            below.append(palette.dim("The model is told what you type. Enter sends, Esc goes back."))
        details = draw_details(self._request, columns, palette)
        room = max(_FEWEST_DETAILS, rows - len(summary) - len(below))
        self._page = max(1, room - 1)
        self._top = min(self._top, max(0, len(details) - self._page))
        shown = show_part(details, columns, room, self._top, palette, keys="PgUp, PgDn")
        return "\n".join([*summary, *shown, *below])
