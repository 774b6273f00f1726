"""Settles a question of the last turn with what the user says to it."""

import re
from dataclasses import dataclass
from typing import Final

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.embedded.choice import Choice
from agent.model.embedded.matching import choose, similarity, tokens
from agent.model.embedded.plan import Ask, Option, Plan
from agent.model.embedded.taking_back import cancels

ORDINALS: Final = {
    **{"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3},
    **{
        "fifth": 4,
        "5th": 4,
        "sixth": 5,
        "6th": 5,
        "seventh": 6,
        "eighth": 7,
        "ninth": 8,
        "tenth": 9,
        "last": -1,
    },
}
_CANCEL: Final = re.compile(
    r"(?:no|nope|none|neither|cancel|stop|never ?mind|forget it|leave it|nothing)"
    r"(?: of them| thanks| thank you)?"
)
_COMMANDS: Final = frozenset(
    (
        *("add", "assign", "change", "comment", "create", "delete", "find", "give", "list", "log", "make"),
        *("mark", "move", "new", "open", "please", "put", "remove", "rename", "set", "show", "start", "stop"),
        *("update", "can", "could", "how", "what", "when", "where", "which", "who"),
    )
)
_LONGEST_NAME: Final = 3
_SURE: Final = 0.85
_LONGEST_REPLY: Final = 8
CANCELLED: Final = "All right, I left everything as it is."


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was put to the user, with the plan that waits for the answer."""

    plan: Plan
    key: str
    options: tuple[Option, ...]

    @staticmethod
    def read(pending: JsonObject) -> "Question | None":
        """Read what `write_pending` wrote; `None` when it cannot be read."""
        plan = pending.get("plan")
        item = Plan.from_item(plan) if is_object(plan) else None
        options = pending.get("options")
        if item is None or not isinstance(options, list):
            return None
        read = [
            Option(number, str(option.get("label", "")))
            for option in options
            if is_object(option) and isinstance(number := option.get("id"), int | str)
        ]
        return Question(item, str(pending.get("key", "")), tuple(read))

    def settled(self, value: JsonValue) -> Plan:
        """The plan with the answer in it."""
        return Plan(self.plan.request, self.plan.choice, {**self.plan.settled, self.key: value})

    def settle(self, reply: str) -> Plan | None:
        """The plan that a reply leads to; `None` when the reply does not settle the question."""
        words = tokens(reply)
        if _CANCEL.fullmatch(" ".join(words)) or cancels(reply):
            return Plan(reply, Choice(answer=CANCELLED))
        if not self.options or len(words) > _LONGEST_REPLY or self._is_request(reply):
            return None
        number = self._number(words)
        if number is None:
            number = choose(reply, [option.label for option in self.options]).index
        return self.settled({"id": self.options[number].id}) if number is not None else None

    def settle_with_words(self, reply: str) -> Plan | None:
        """The plan with the reply as words for what was asked.

        `None` when the question offered things to choose from, or when the reply is too long to be a name.
        """
        if self.options or not 0 < len(tokens(reply)) <= _LONGEST_REPLY or self._is_request(reply):
            return None
        return self.settled({"words": reply.strip()})

    def _is_request(self, reply: str) -> bool:
        """Say whether a reply is a request of its own: it commands or asks, and is no name on offer."""
        words = tokens(reply)
        if len(words) <= _LONGEST_NAME or words[0] not in _COMMANDS:
            return False
        return all(similarity(reply, option.label) < _SURE for option in self.options)

    def _number(self, words: list[str]) -> int | None:
        for word in words:
            found = next((i for i, option in enumerate(self.options) if str(option.id) == word), None)
            if found is not None:
                return found
        places = [ORDINALS[word] for word in words if word in ORDINALS]
        if not places and len(words) <= 2:
            places = [int(word) - 1 for word in words if word.isdigit()]
        if len(places) != 1 or not -1 <= places[0] < len(self.options):
            return None
        return places[0] % len(self.options)


def write_pending(plan: Plan, asked: Ask, index: int) -> JsonObject:
    """What to keep with a question: the calls from the one that asks on, and what may be answered."""
    rest = Plan(
        plan.request,
        Choice(plan.remaining(index)),
        {
            f"{int(number) - index}.{name}": value
            for key, value in plan.settled.items()
            for number, _, name in [key.partition(".")]
            if int(number) >= index
        },
    )
    number, _, name = asked.key.partition(".")
    options: list[JsonValue] = [{"id": option.id, "label": option.label} for option in asked.options]
    return {"plan": rest.to_items()[0], "key": f"{int(number) - index}.{name}", "options": options}
