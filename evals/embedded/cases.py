"""Requests to the embedded model and the calls that they want."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.model.embedded.choice import Choice, ChosenCall, choice_from_json

HALVES: Final = ("shaping", "held_out")
GROUPS: Final = ("core", "further", "every_tool", "wording", "no_call")
"""What a half may have; only the one that shapes has further wordings."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request.

    Args:
        request: The user's words.
        wanted: The calls that answer it; each of several sequences is right. Empty when none is wanted.
        last_task: The task that was talked about last, if any.
        last_project: The project that was talked about last, if any.
    """

    request: str
    wanted: tuple[tuple[ChosenCall, ...], ...]
    last_task: str = ""
    last_project: str = ""


def load_cases(half: str) -> dict[str, tuple[Case, ...]]:
    """The cases of one half, by group."""
    return {group: tuple(map(_read_case, listed)) for group, listed in _load(f"{half}.json").items()}


def load_dialogues() -> tuple[tuple[str, ...], ...]:
    """What the user says in each dialogue."""
    return tuple(tuple(said) for said in _load("dialogues.json")["dialogues"])


def _load(name: str) -> Mapping[str, Sequence[Any]]:
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _read_case(item: Mapping[str, Any]) -> Case:
    listed: Sequence[Any] = [item["calls"], *item.get("or", [])] if item["calls"] else []
    choices: list[Choice] = [choice_from_json({"calls": calls}) for calls in listed]
    return Case(
        item["request"],
        tuple(choice.calls for choice in choices),
        item.get("last_task", ""),
        item.get("last_project", ""),
    )
