"""Reads recordings: whole ones, of which each line is what the transcripts' schema says of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from agent.errors import AgentError
from agent.event_json import FORMAT_VERSION
from agent.jsontypes import JsonObject, is_object
from agent.transcripts.header import read_header
from agent.transcripts.lines import TURN_STARTED, parse_line, text_of
from agent.transcripts.steps import settle
from agent.transcripts.transcript import Transcript
from evals.definitions.tools import Validator
from evals.replaying.turns import read_turns

_HEADER = "session"
_LONGEST = 160
_LINES_KNOWN = 4096


def read_recording(path: Path) -> Transcript:
    """Read a recording that is to be replayed.

    Args:
        path: Its file.

    Raises:
        AgentError: It cannot be read, is of a newer version, is damaged or cut off, or holds no turn.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError as error:
        raise AgentError(f"{path}: there is no such file.") from error
    except OSError as error:
        raise AgentError(f"{path}: it cannot be read: {error.strerror}.") from error
    if lines[-1]:
        raise AgentError(f"{path}:{len(lines)}: the recording is cut off in this line.")
    objects = [*_read_lines(lines[:-1], path)]
    if not objects:
        raise AgentError(f"{path}:1: it is empty.")
    _check_turns(objects, path)
    return Transcript(read_header(objects[0], path), tuple(settle(objects[1:])), path)


def check_lines(path: Path) -> None:
    """Check each line of a saved conversation, but for a last one that a crash cut off.

    Args:
        path: Its file, which can be read as a transcript.

    Raises:
        AgentError: A line is not what the schema says.
    """
    for _ in _read_lines(path.read_bytes().split(b"\n")[:-1], path):
        pass


def _read_lines(lines: Sequence[bytes], path: Path) -> Iterator[JsonObject]:
    for number, line in enumerate(lines, 1):
        parsed = parse_line(line)
        if parsed is None:
            raise AgentError(f"{path}:{number}: there is no JSON object in this line.")
        if number == 1:
            _check_version(parsed, path)
        if fault := _fault(line):
            raise AgentError(f"{path}:{number}: {fault}.")
        yield parsed


def _check_version(header: JsonObject, path: Path) -> None:
    version = header.get("version")
    if header.get("type") != _HEADER:
        raise AgentError(f"{path}:1: it is no transcript, which would begin with a line of type {_HEADER}.")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise AgentError(
            f"{path}:1: version {version} is newer than {FORMAT_VERSION}, which this program reads.",
            "Update astravue-agent.",
        )


@lru_cache(_LINES_KNOWN)
def _fault(line: bytes) -> str:
    """What is wrong with a line first; the same recording is read for each trial, and takes long to check."""
    parsed = parse_line(line)
    return next(_faults(parsed), "") if parsed is not None else ""


def _faults(line: JsonObject) -> Iterator[str]:
    # Types that are not known are read over.
    if validator := _validators().get(text_of(line, "type")):
        for error in validator.iter_errors(line):
            said = ".".join(map(str, error.absolute_path)) or text_of(line, "type")
            said = f"{said}: {error.message}"
            yield said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


@cache
def _validators() -> Mapping[str, Validator]:
    from jsonschema import Draft202012Validator

    text = resources.files("agent").joinpath("data/transcript.schema.json").read_text(encoding="utf-8")
    schema: object = json.loads(text)
    kinds = schema["$defs"] if is_object(schema) else None
    assert is_object(kinds)
    return {kind: Draft202012Validator({"$defs": kinds, "$ref": f"#/$defs/{kind}"}) for kind in kinds}


def _check_turns(lines: Sequence[JsonObject], path: Path) -> None:
    """Refuse what would come out the same only because there is nothing left to compare."""
    turns = read_turns(lines)
    if not turns:
        raise AgentError(f"{path}:1: it holds no turn, so there is nothing to replay.")
    last = turns[-1]
    begun = max(number for number, line in enumerate(lines, 1) if line.get("type") == TURN_STARTED)
    if not last.ended:
        raise AgentError(f"{path}:{begun}: turn {last.number}, the last one, is cut off before its end.")
    if turns[0].interrupted:
        raise AgentError(f"{path}:{begun}: its first turn was interrupted, so there is nothing to replay.")
