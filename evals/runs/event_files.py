"""The events of trials, in a file beside the trials.

They take most of a run's room, and a summary or a comparison reads none of them. What a model is told before
it is asked, its prompt and its functions, is the same in most trials and kept once.
"""

import hashlib
from functools import cached_property
from pathlib import Path

from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue, dump, is_object
from agent.transcripts.lines import parse_line, text_of
from evals.runs.json_fields import JsonFields
from evals.runs.line_files import LineFile, Span, read_lines, unreadable

_EVENTS = "events.jsonl"
_PREFIXES = "prefixes.jsonl"
_PREFIX = "request_prefix"
_KEPT = "kept_as"
# What else stands in a line of this type is another one in each trial.
_CONTENT = ("model", "system", "functions")


class EventWriter:
    """Keeps events.

    Args:
        folder: Of the run.
        end: How much of the file of events counts.

    Raises:
        AgentError: What is there is damaged or has lost its end.
        OSError: A file cannot be opened.
    """

    def __init__(self, folder: Path, end: int) -> None:
        self._known: set[str] = set()
        prefixes_end = 0
        for line in read_lines(folder / _PREFIXES):
            self._known.add(text_of(line.value, _KEPT))
            prefixes_end = line.span.end
        self._prefixes = LineFile(folder / _PREFIXES, prefixes_end)
        self._events = LineFile(folder / _EVENTS, end)

    def append(self, events: tuple[JsonObject, ...]) -> Span:
        """Keep the events of a trial, and say where.

        Raises:
            OSError: They could not be written.
        """
        lines: list[JsonValue] = [self._shorten(event) for event in events]
        return self._events.append({"events": lines})

    def _shorten(self, event: JsonObject) -> JsonObject:
        if event.get("type") != _PREFIX:
            return event
        content = {name: event[name] for name in _CONTENT if name in event}
        name = hashlib.sha256(dump(content).encode(errors="backslashreplace")).hexdigest()
        if name not in self._known:
            self._prefixes.append({_KEPT: name, "content": content})
            self._known.add(name)
        return {_KEPT: name, **{key: value for key, value in event.items() if key not in _CONTENT}}

    def close(self) -> None:
        """Close the files."""
        self._prefixes.close()
        self._events.close()


class EventReader:
    """Gives events back as they were.

    Args:
        folder: Of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, span: Span) -> tuple[JsonObject, ...]:
        """Read the events of a trial.

        Args:
            span: Where they are.

        Raises:
            AgentError: They cannot be read, or are damaged.
        """
        path = self._folder / _EVENTS
        try:
            with path.open("rb") as file:
                file.seek(span.at)
                data = file.read(span.size)
        except OSError as error:
            raise unreadable(path, error) from error
        line = parse_line(data)
        try:
            if line is None:
                raise ValueError("this line is damaged")
            return tuple(self._lengthen(event) for event in JsonFields(line).objects("events"))
        except ValueError as error:
            number = _line_number(path, span.at)
            raise AgentError(f"{path}:{number}: {error}; the file was left as it is.") from error

    def _lengthen(self, event: JsonObject) -> JsonObject:
        if event.get("type") != _PREFIX:
            return event
        name = text_of(event, _KEPT)
        content = self._contents.get(name)
        if content is None:
            raise ValueError(f"{_PREFIXES} does not hold what this line refers to")
        return {**{key: value for key, value in event.items() if key != _KEPT}, **content}

    @cached_property
    def _contents(self) -> dict[str, JsonObject]:
        found: dict[str, JsonObject] = {}
        for line in read_lines(self._folder / _PREFIXES):
            content = line.value.get("content")
            if not is_object(content):
                raise line.unfit("“content” is no object")
            found[text_of(line.value, _KEPT)] = content
        return found


def _line_number(path: Path, at: int) -> int:
    number = 1
    with path.open("rb") as file:
        while at > 0 and (data := file.read(min(at, 1 << 20))):
            number += data.count(b"\n")
            at -= len(data)
    return number
