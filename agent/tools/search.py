"""Finds tools by what somebody says of them: in names and titles first, then in descriptions and parameters.

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.5
(fields weighted before saturation).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.jsontypes import JsonObject, is_object
from agent.tools.tool import Tool

_NAME, _TITLE, _DESCRIPTION, _PARAMETER = 3.0, 2.0, 1.0, 0.5
_SATURATION, _LENGTH_SHARE = 1.2, 0.5
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDINGS = ("encies", "ency", "ies", "ing", "ed", "es", "s")
_NO_PLURAL = ("us", "ss", "is")
_SHORTEST_STEM = 3
_EMPTY = frozenset(
    _WORD.findall(
        "a an and any are as at be by can do does for from get has have how i in into is it me my of on or "
        "our please that the their them this to tool tools use used want we what which with you your"
    )
)


@dataclass(frozen=True, slots=True)
class _Document:
    weights: Mapping[str, float]
    length: float


class ToolSearch:
    """An index over the tools of a server.

    Args:
        tools: The tools; their order decides between equals.
    """

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tuple(tools)
        self._documents = [_read(tool) for tool in self._tools]
        counts = Counter(word for document in self._documents for word in document.weights)
        total = len(self._documents)
        self._rarity = {
            word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in counts.items()
        }
        lengths = [document.length for document in self._documents]
        self._usual_length = sum(lengths) / len(lengths) if lengths else 1.0

    def find(self, words: str, most: int) -> list[Tool]:
        """The tools that fit some words, the best first; none where nothing fits.

        Args:
            words: A tool's name, or what it is to do.
            most: How many at most.
        """
        exact = [tool for tool in self._tools if tool.name in words.split()]
        wanted = set(stems(words))
        scored = [
            (self._score(document, wanted), -place, tool)
            for place, (document, tool) in enumerate(zip(self._documents, self._tools, strict=True))
            if tool not in exact
        ]
        ranked = sorted((each for each in scored if each[0] > 0), key=lambda each: each[:2], reverse=True)
        return [*exact, *(tool for _, _, tool in ranked)][:most]

    def _score(self, document: _Document, wanted: set[str]) -> float:
        norm = 1 - _LENGTH_SHARE + _LENGTH_SHARE * document.length / self._usual_length
        total = 0.0
        for word in wanted & document.weights.keys():
            weight = document.weights[word] / norm
            total += self._rarity[word] * weight * (_SATURATION + 1) / (weight + _SATURATION)
        return total


def stems(text: str) -> Iterator[str]:
    """The words of a text that say something, in lower case and without their endings."""
    for word in _WORD.findall(_HUMP.sub(" ", text)):
        lower = word.lower()
        if lower not in _EMPTY:
            yield _stem(lower)


def _stem(word: str) -> str:
    if word.endswith(_NO_PLURAL):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word.removesuffix(ending)
            if ending == "ies":
                return f"{stem}y"
            # "logging" has the same stem as "log", "created" the same as "create".
            return stem[:-1] if ending in ("ing", "ed") and stem[-1] == stem[-2] else stem
    return word.removesuffix("e")


def _read(tool: Tool) -> _Document:
    weights: defaultdict[str, float] = defaultdict(float)
    for weight, text in (
        (_NAME, tool.name),
        (_TITLE, tool.title if tool.title != tool.name else ""),
        (_DESCRIPTION, tool.description),
        *((_PARAMETER, text) for text in _parameters(tool.input_schema)),
    ):
        for word in stems(text):
            weights[word] += weight
    return _Document(weights, sum(weights.values()))


def _parameters(schema: JsonObject) -> Iterator[str]:
    properties = schema.get("properties")
    for name, parameter in properties.items() if is_object(properties) else ():
        yield name
        description = parameter.get("description") if is_object(parameter) else None
        if isinstance(description, str):
            yield description
