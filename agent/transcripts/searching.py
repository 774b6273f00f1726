"""Looks for words in saved conversations: in titles, in what was said, and in what tools answered.

Every file is read, without an index that would have to be kept. Case and accents make no difference.
Most files are told to hold nothing from their bytes; only lines that may hold a word are parsed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import AgentError
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.transcripts.lines import encode_text, parse_line, text_of
from agent.transcripts.saved import Saved, look_at, transcript_paths
from agent.transcripts.steps import STEP_INTERRUPTED, STEP_TEXT, settle_lines

_KINDS = ("turn_started", "step_finished", STEP_INTERRUPTED, STEP_TEXT, "tool_call_finished", "compacted")
_SEARCHED = tuple(f'{{"type":"{kind}"'.encode() for kind in _KINDS)
# The first bytes of letters that have another case or an accent: Latin, Greek, Cyrillic, Armenian, and the
# blocks that hold more of them. To delete them is the fastest way to find out whether there are any.
_FOLDED = bytes([*range(0xC3, 0xD7), 0xE1, 0xEF])
_MARKS = re.compile("[\u0300-\u036f]+")
_CONTEXT = 40


def fold(text: str) -> str:
    """Text without case and accents."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text)).casefold()


@dataclass(frozen=True, slots=True)
class Match:
    """A conversation that holds all the words.

    Args:
        saved: The conversation.
        excerpt: The line that holds most of them, cut around the first.
    """

    saved: Saved
    excerpt: str


def search(folder: Path, text: str) -> Iterator[Match]:
    """Find conversations that hold all words of a text, the last used first, as they are found.

    Args:
        folder: Where transcripts lie.
        text: The words.
    """
    words = fold(text).split()
    for path, used in transcript_paths(folder).items():
        try:
            if (excerpt := _find(path.read_bytes(), words)) is not None:
                yield Match(look_at(path, used), excerpt)
        except (OSError, AgentError):
            # What cannot be read is told by the list of all.
            continue


def search_saved(listed: Iterable[Saved], text: str) -> list[Saved]:
    """Those of listed conversations whose id or title holds all words of a text."""
    words = fold(text).split()
    return [each for each in listed if all(word in fold(f"{each.id} {each.title}") for word in words)]


def _find(data: bytes, words: Sequence[str]) -> str | None:
    """The best line of a transcript that holds all the words; `None` if it does not hold them all."""
    encoded = [encode_text(word) for word in words]
    if not _may_hold(data, encoded, all):
        return None
    missing, best, most = set(words), "", 0
    for line in settle_lines(data.split(b"\n")):
        if line.startswith(_SEARCHED) and _may_hold(line, encoded, any):
            for spoken in _texts(parse_line(line) or {}):
                folded = fold(spoken)
                held = {word for word in words if word in folded}
                missing -= held
                if len(held) > most:
                    best, most = spoken, len(held)
                if most == len(words):
                    return _excerpt(best, words)
    return None if missing else _excerpt(best, words)


def _may_hold(data: bytes, words: Sequence[bytes], enough: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether bytes hold the words, or letters that may turn out to be those of the words."""
    lowered = data.lower()
    return enough(word in lowered for word in words) or len(data.translate(None, _FOLDED)) < len(data)


def _texts(event: JsonObject) -> Iterator[str]:
    # A name out of a result reads better than the JSON around it.
    if event.get("type") == "tool_call_finished":
        yield from _strings(event.get("structured"))
    yield text_of(event, "typed")
    yield text_of(event, "text")


def _strings(value: JsonValue) -> Iterator[str]:
    """The texts inside a result; what the model read of it may be only a part."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif is_object(value):
        for each in value.values():
            yield from _strings(each)


def _excerpt(text: str, words: Sequence[str]) -> str:
    """The line with most of the words, cut around the first of them."""
    lines = text.splitlines() or [""]
    line = max(lines, key=lambda each: sum(word in fold(each) for word in words))
    line = " ".join(line.split())
    # Folding may change the length of a text, so the place is near enough, not exact.
    places = [place for word in words if (place := fold(line).find(word)) >= 0]
    begin = max(0, min(places, default=0) - _CONTEXT)
    end = min(places, default=0) + 2 * _CONTEXT
    return ("…" if begin else "") + line[begin:end].strip() + ("…" if end < len(line) else "")
