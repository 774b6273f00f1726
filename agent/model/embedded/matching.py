"""Which of several names the user means by some words."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_FILLERS: Final = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "my", "our", "your", "his", "her", "their"),
        *(
            "about",
            "its",
            "of",
            "for",
            "in",
            "on",
            "to",
            "at",
            "and",
            "with",
            "called",
            "named",
            "titled",
            "please",
        ),
        *("one", "thing", "task", "tasks", "subtask", "project", "space", "item", "ticket"),
    )
)
_SAME: Final = 0.8
_ENOUGH: Final = 0.6
_AHEAD: Final = 0.12


@dataclass(frozen=True, slots=True)
class Match:
    """What was found.

    Args:
        index: The one that is meant, or `None` when none or several are.
        candidates: Those that come into question, the likeliest first.
    """

    index: int | None
    candidates: tuple[int, ...] = ()


def tokens(text: str) -> list[str]:
    """The words of a text for comparison: no case, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"\w+", re.sub(r"['’]s\b", "", plain).replace("'", "").replace("’", ""))


def content_tokens(text: str) -> list[str]:
    """The words that say something; all of them when none does."""
    words = tokens(text)
    return [word for word in words if word not in _FILLERS] or words


def similarity(words: str, label: str) -> float:
    """How well words fit a name, from 0 to 1; 1 only for the same words."""
    if tokens(words) == tokens(label):
        return 1.0
    query, name = content_tokens(words), content_tokens(label)
    if not query or not name:
        return 0.0
    in_name = sum(max(token_similarity(q, n) for n in name) for q in query) / len(query)
    in_query = sum(max(token_similarity(n, q) for q in query) for n in name) / len(name)
    return min(0.99, 0.72 * in_name + 0.28 * in_query)


def choose(words: str, labels: Sequence[str]) -> Match:
    """Find the name that is meant.

    Args:
        words: The user's words.
        labels: The names.
    """
    scores = sorted(((similarity(words, label), -i) for i, label in enumerate(labels)), reverse=True)
    close = [(score, -negative) for score, negative in scores if score >= _ENOUGH]
    if not close:
        return Match(None)
    best, index = close[0]
    candidates = tuple(i for score, i in close if score > best - _AHEAD)
    same = [i for score, i in close if score == best]
    if len(candidates) == 1 or (best == 1.0 and len(same) == 1):
        return Match(index, (index,))
    return Match(None, candidates)


def is_mentioned(words: str, request: str, share: float = 0.5) -> bool:
    """Say whether a request mentions some words.

    Args:
        words: The words.
        request: What the user said.
        share: How much of the words that say something must be there, from 0 to 1.
    """
    wanted, said = content_tokens(words), tokens(request)
    if not wanted:
        return False
    found = sum(any(token_similarity(word, other) >= _SAME for other in said) for word in wanted)
    return found >= share * len(wanted)


def token_similarity(left: str, right: str) -> float:
    """How alike two words are; 0 unless they are the same but for an ending or a slip."""
    if left == right:
        return 1.0
    if left.isdigit() or right.isdigit():
        return 0.0
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) >= 4 and longer.startswith(shorter):
        return 0.9
    ratio = difflib.SequenceMatcher(None, left, right).ratio()
    return ratio if ratio >= _SAME and len(shorter) >= 4 else 0.0
