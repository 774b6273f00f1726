"""What one model of one endpoint refuses or wants, learnt from its own refusals and remembered.

Endpoints that speak the same protocol differ in what they accept, and none of them lists it. So
everything useful is sent at first; when a 400 or 422 names a part of the request, the same request
goes out once more without that part, and the part stays away from then on. What was learnt is
forgotten after a month: endpoints are updated.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from agent.jsontypes import JsonObject, is_object
from agent.system.remembered import recall, remember
from agent.wording.addresses import hide_user, shown_address

_REMEMBERED = 30 * 24 * 3600.0

Capabilities = frozenset[str]
"""The names of the lessons that one model of one endpoint has taught."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Something that a refusal may teach.

    Args:
        name: What it is remembered by.
        was_sent: Says whether a request body had what is refused.
        refusal: Found in the words of an endpoint that refuses it.
    """

    name: str
    was_sent: Callable[[JsonObject], bool]
    refusal: re.Pattern[str]


def without(parameter: str) -> str:
    """The name of the lesson that a parameter is not known."""
    return f"without {parameter}"


def refuses(parameter: str) -> Lesson:
    """The lesson that a parameter of the request's top level is not known."""
    pattern = re.compile(rf"\b{re.escape(parameter)}\b")
    return Lesson(without(parameter), lambda body: parameter in body, pattern)


def learn(lessons: Iterable[Lesson], body: JsonObject, said: str) -> Capabilities:
    """What a refusal teaches.

    Args:
        lessons: Those to choose from.
        body: The request that was refused.
        said: The endpoint's words, with the parameter that it names, if it names one apart.
    """
    return frozenset(
        lesson.name for lesson in lessons if lesson.was_sent(body) and lesson.refusal.search(said)
    )


class CapabilityStore:
    """Remembers lessons between runs, in one small file.

    A file that cannot be read or written costs a repeated request now and then, so that is logged
    and nothing else.

    Args:
        path: The file; without one, nothing outlives this object.
        clock: Unix seconds.
    """

    def __init__(self, path: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._known: dict[str, dict[str, float]] | None = None

    def of(self, base_url: str, model: str) -> Capabilities:
        """What is known of a model.

        Args:
            base_url: Its endpoint.
            model: Its name there.
        """
        oldest = self._clock() - _REMEMBERED
        lessons = self._load().get(_key(base_url, model), {})
        return frozenset(name for name, learnt in lessons.items() if learnt > oldest)

    def add(self, base_url: str, model: str, lessons: Capabilities) -> None:
        """Remember lessons of a model, beside those that other windows learnt meanwhile."""
        if self._path is not None:
            self._known = None
        known = self._load()
        now = self._clock()
        known.setdefault(_key(base_url, model), {}).update(dict.fromkeys(lessons, now))
        if self._path is None:
            return
        kept = {
            key: {name: learnt for name, learnt in each.items() if learnt > now - _REMEMBERED}
            for key, each in known.items()
        }
        learnt: JsonObject = {key: {**each} for key, each in kept.items() if each}
        remember(self._path, learnt, what=f"what was learnt of {shown_address(base_url)}")

    def _load(self) -> dict[str, dict[str, float]]:
        if self._known is None:
            self._known = {} if self._path is None else _read(self._path)
        return self._known


def _key(base_url: str, model: str) -> str:
    return f"{hide_user(base_url.rstrip('/'))} {model}"


def _read(path: Path) -> dict[str, dict[str, float]]:
    return {
        key: {name: float(learnt) for name, learnt in each.items() if isinstance(learnt, int | float)}
        for key, each in recall(path).items()
        if is_object(each)
    }
