"""What a check found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from agent.jsontypes import JsonObject


class Outcome(StrEnum):
    """How things stand."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an examination.

    Args:
        name: What was looked at.
        outcome: How it stands.
        text: What was found, without secrets.
        advice: The command or the setting that helps; empty where nothing has to be done.
    """

    name: str
    outcome: Outcome
    text: str
    advice: str = ""

    def to_json(self) -> JsonObject:
        """Describe it for scripts; the keys are a promise, described in docs/troubleshooting.md."""
        return {
            "name": self.name,
            "outcome": self.outcome.value,
            "text": self.text,
            "advice": self.advice or None,
        }
