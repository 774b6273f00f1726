"""Reads a transcript from its file."""

from pathlib import Path

from agent.errors import AgentError
from agent.jsontypes import JsonObject
from agent.transcripts.header import read_header
from agent.transcripts.lines import parse_line
from agent.transcripts.steps import settle
from agent.transcripts.transcript import Transcript


def read_transcript(path: Path) -> Transcript:
    """Read a transcript; a last line that was cut off by a crash is left out.

    An answer that a killed program had begun to write down is there as an interrupted one.

    Raises:
        AgentError: There is no such file, it cannot be read, it is of a newer version, or it is damaged
            in the middle; it is left as it is.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError as error:
        raise AgentError(
            f"There is no transcript {path}.", "See those there are: astravue sessions"
        ) from error
    except OSError as error:
        raise AgentError(f"The transcript {path} cannot be read: {error.strerror}.") from error
    complete = lines[-1] == b""
    objects: list[JsonObject] = []
    for number, line in enumerate(lines[:-1] if complete else lines, start=1):
        parsed = parse_line(line)
        if parsed is not None:
            objects.append(parsed)
        elif number == len(lines):
            break
        else:
            raise AgentError(
                f"The transcript {path} is damaged at line {number}; it was left as it is.",
                "Start a new conversation, or mend that line.",
            )
    if not objects:
        raise AgentError(f"The transcript {path} holds nothing that can be read; it was left as it is.")
    return Transcript(read_header(objects[0], path), tuple(settle(objects[1:])), path, complete)
