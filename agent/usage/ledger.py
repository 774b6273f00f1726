"""What each turn of a conversation took, whichever model answered, those of earlier runs included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.protocol import Usage


@dataclass(frozen=True, slots=True)
class Entry:
    """What one turn took.

    Args:
        text: What the user asked.
        model: The model that answered; empty while none has.
        usage: Its tokens and what they cost.
        as_of: The day of the list that the cost is taken from; `None` where the vendor stated it, or nobody
            knows any more.
    """

    text: str
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    as_of: date | None = None


class Ledger:
    """Adds up for one conversation.

    Args:
        past: The events of earlier runs, as a transcript has them.
    """

    def __init__(self, past: Iterable[JsonObject] = ()) -> None:
        self._entries: list[Entry] = []
        model = ""
        for event in past:
            match event.get("type"):
                case "turn_started":
                    self.begin(_text(event, "text"))
                case "request_prefix":
                    model = _text(event, "model")
                case "step_finished" | "compacted":
                    self.add(_usage(event.get("usage")), model)
                case _:
                    pass

    @property
    def entries(self) -> Sequence[Entry]:
        """The turns that took anything, oldest first."""
        return tuple(entry for entry in self._entries if entry.usage.total_tokens)

    @property
    def turn(self) -> Usage:
        """What the last turn took."""
        return self._entries[-1].usage if self._entries else Usage()

    @property
    def total(self) -> Usage:
        """What all turns took together."""
        total = Usage()
        for entry in self._entries:
            total += entry.usage
        return total

    @property
    def as_of(self) -> date | None:
        """The day of the oldest list that any of the costs is taken from."""
        return min((entry.as_of for entry in self._entries if entry.as_of), default=None)

    def begin(self, text: str) -> None:
        """Begin a turn.

        Args:
            text: What the user asked.
        """
        self._entries.append(Entry(text))

    def add(self, usage: Usage, model: str, as_of: date | None = None) -> None:
        """Add what a request took to the turn.

        Args:
            usage: Its tokens and what they cost.
            model: The model that answered.
            as_of: The day of the list that the cost is taken from, if it is.
        """
        if not usage.total_tokens:
            return
        if not self._entries:
            self.begin("")
        last = self._entries[-1]
        self._entries[-1] = replace(last, model=model, usage=last.usage + usage, as_of=as_of or last.as_of)


def _text(event: JsonObject, key: str) -> str:
    value = event.get(key)
    return value if isinstance(value, str) else ""


def _usage(value: JsonValue) -> Usage:
    # A transcript that somebody changed may say anything.
    if not is_object(value):
        return Usage()
    cost = value.get("cost")
    return Usage(
        _count(value, "input_tokens"),
        _count(value, "output_tokens"),
        _count(value, "cached_tokens"),
        _count(value, "reasoning_tokens"),
        cost if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
    )


def _count(value: JsonObject, key: str) -> int:
    count = value.get(key)
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else 0
