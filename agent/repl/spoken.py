"""What goes on, said once and in words, for whoever has the screen read aloud.

Nothing that was said changes, and nothing is said again just because time passes, but for a wait that
gets long.
"""

from collections.abc import Callable

from agent.drawing.identifiers import in_words
from agent.drawing.widths import shorten
from agent.events import CallOutcome, ToolCallFinished, ToolCallProgress, ToolCallStarted
from agent.repl.lines import describe_arguments, describe_message, outcome_of, reason_of

# After so many seconds of silence a wait is said to go on; from the last of them on again and again.
_REMINDERS = (10, 30, 60)
_QUARTER = 0.25
# What a call does is not said more often than that.
_PAUSE = 5.0
_LONGEST_REASON = 300


class Spoken:
    """Says what happens in a turn.

    Args:
        say: Writes a line.
        clock: Seconds that only ever grow.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._say_line = say
        self._clock = clock
        self._since = clock()
        self._reminded = 0
        self._quarters: dict[str, int] = {}
        self._messages: dict[str, str] = {}

    def restart(self) -> None:
        """Take in that something else was heard, so that silence begins anew."""
        self._since, self._reminded = self._clock(), 0

    def say(self, text: str) -> None:
        """Say a line."""
        self.restart()
        self._say_line(text)

    def remind(self, waiting_for: str) -> None:
        """Say what is still waited for, if nothing was said for long.

        Args:
            waiting_for: What it is.
        """
        last = _REMINDERS[-1]
        silence = self._clock() - self._since
        due = (
            _REMINDERS[self._reminded]
            if self._reminded < len(_REMINDERS)
            else last * (self._reminded - len(_REMINDERS) + 2)
        )
        if silence >= due:
            self._reminded += 1
            self._say_line(f"{waiting_for}, {describe_seconds(due)} so far")

    def start(self, event: ToolCallStarted) -> None:
        """Say that a call is made."""
        arguments = describe_arguments(event.arguments)
        self.say(", ".join(filter(None, (f"Calling {_name(event.title)}", arguments))))

    def progress(self, event: ToolCallProgress, title: str) -> None:
        """Say how far a call is, at each quarter and, now and then, when it does something else."""
        quarter = 0 if event.fraction is None else int(event.fraction / _QUARTER)
        message = describe_message(event)
        id = event.call.id
        is_news = message not in ("", self._messages.get(id)) and self._clock() - self._since >= _PAUSE
        if quarter <= self._quarters.get(id, 0) and not is_news:
            return
        self._quarters[id] = max(quarter, self._quarters.get(id, 0))
        self._messages[id] = message
        amount = (
            f"{event.done:,.10g} done" if event.fraction is None else f"{event.fraction * 100:.0f} percent"
        )
        self.say(", ".join(filter(None, (in_words(title), amount, message))))

    def finish(self, event: ToolCallFinished, *, named: bool) -> None:
        """Say how a call ended.

        Args:
            event: The end.
            named: Say which, as that does not follow from what was said before.
        """
        name = in_words(event.title) if named else ""
        took = describe_seconds(event.duration, digits=1)
        outcome = outcome_of(event)
        match event.outcome:
            case CallOutcome.SUCCEEDED:
                said = ("Done", name, outcome, took)
            case CallOutcome.DECLINED:
                said = ("Declined", name)
            case CallOutcome.UNKNOWN:
                said = ("Not known", in_words(event.title), outcome)
            case CallOutcome.FAILED | CallOutcome.INVALID:
                said = ("Failed", name, shorten(reason_of(event), _LONGEST_REASON))
        self.say(", ".join(filter(None, said)))


def describe_seconds(seconds: float, digits: int = 0) -> str:
    """Say how long something takes, in words."""
    written = f"{seconds:.{digits}f}"
    return f"{written} {'second' if float(written) == 1 else 'seconds'}"


def _name(title: str) -> str:
    # A name in capitals is read letter by letter, and stays one.
    return " ".join(word.lower() if word.istitle() else word for word in in_words(title).split())
