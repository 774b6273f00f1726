"""What is to be done in a turn, in a form that travels with the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.choice import Choice, ChosenCall, choice_from_json
from agent.model.embedded.dialogue import ITEM_TYPE


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call with its real name and arguments."""

    name: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls to make now; the plan goes on when their results are there."""

    calls: tuple[PlannedCall, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a turn.

    Args:
        text: Markdown.
        pending: When the text is a question, what the user's answer settles.
    """

    text: str
    pending: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls of a turn in the user's words.

    Args:
        request: The words that the calls were chosen for.
        choice: What the model chose.
        settled: What the user has settled in answer to a question: `INDEX.PARAMETER` to an id or a text.
    """

    request: str
    choice: Choice
    settled: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def to_items(self, pending: JsonObject | None = None) -> tuple[JsonValue, ...]:
        """The plan as provider items of a message."""
        item: JsonObject = {
            "type": ITEM_TYPE,
            "request": self.request,
            "settled": dict(self.settled),
            **self.choice.to_json(),
        }
        if pending is not None:
            item["pending"] = pending
        return (item,)

    @staticmethod
    def from_item(item: JsonObject | None) -> "Plan | None":
        """Read a plan; `None` when there is none that can be read."""
        if item is None:
            return None
        settled = item.get("settled")
        try:
            choice = choice_from_json(item)
        except ValueError:
            return None
        return Plan(str(item.get("request", "")), choice, settled if is_object(settled) else {})

    def remaining(self, index: int) -> tuple[ChosenCall, ...]:
        """The calls from one on."""
        return self.choice.calls[index:]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things that a question offers."""

    id: int | str
    label: str


class Ask(Exception):
    """The plan needs the user's word.

    Args:
        question: What to ask, in Markdown.
        key: What the answer settles, `INDEX.PARAMETER`.
        options: What may be meant; empty when the answer is free words.
    """

    def __init__(self, question: str, key: str, options: tuple[Option, ...] = ()) -> None:
        super().__init__(question)
        self.question = question
        self.key = key
        self.options = options


class Stop(Exception):
    """The plan cannot go on; the text says why, plainly."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
