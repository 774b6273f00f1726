"""Which functions the model is shown: a core that it always reads, and further ones that a request points at.

The core stands in the prefix, which is evaluated once. Eighty signatures there would take twice as long and
confuse a small model; so what does not fit is told of beside a request, and only when the request's words
lead to it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.model.embedded.matching import token_similarity, tokens
from agent.model.embedded.naming import Parameter, Signature
from agent.model.embedded.wording import write_line

BUDGET: Final = 4_000
"""Characters of signatures that the prefix holds, when it holds them all."""

_MOST: Final = 5
_ROOM: Final = 520
"""Characters of further signatures beside one request: each costs time before the first token."""
_LONGEST: Final = 160
_ENOUGH: Final = 0.4
_ALIKE: Final = 0.85
_SHORTEST_ALIKE: Final = 5
_NAME, _DESCRIPTION, _PARAMETER, _VERB = 1.0, 0.6, 0.35, 0.25
_RELATED: Final = 0.55
_READING: Final = frozenset({"get", "list", "find", "preview", "search", "read", "show", "fetch", "query"})
_INTERNAL: Final = "internal"
_ASKING: Final = re.compile(
    r"\s*(?:(?:please|can you|could you) )?(?:any|are|display|do|does|find|get|give|how|is|list|open|preview"
    r"|see|show|tell|view|what|where|which|who|whose)\b",
    re.IGNORECASE,
)
"""How a request begins that wants to see something."""
_QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|(?<!\w)'[^']*'(?!\w)")
NAMED: Final = re.compile(
    r"(?<=[\w,;:)] )(?<!\bthe )(?<!\bmy )(?<!\bany )(?<!\ball )(?!I\b)[A-Z][\w'’-]*"
    r"(?: (?!(?:to|as|in|into|for|from|on|at|by|with|of|off|and|or|is|are|was|has|have|had|do|does|should"
    r"|depend(?:s|ing)?|block(?:s|ed|ing)?|wait(?:s|ing)?|due|that|which|please|no|called|named)\b)[\w'’-]+)*"
)
"""A name in the middle of a sentence: a capital letter, and the words after it up to one that joins."""
_SAID_FOR: Final[Mapping[str, str]] = {
    **{"label": "tag", "document": "attachment", "wait": "dependency", "prerequisite": "dependency"},
    **{"alert": "notification", "column": "status", "dropdown": "option"},
}
"""What people say, and the word that the functions have for it."""
_STOP_WORDS: Final = frozenset(
    (
        *(
            "a",
            "about",
            "all",
            "an",
            "and",
            "another",
            "any",
            "anything",
            "are",
            "as",
            "at",
            "be",
            "by",
            "can",
            "could",
        ),
        *("did", "do", "does", "each", "every", "everything", "for", "from", "give", "has", "have", "having"),
        *("he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "may", "me", "much", "many"),
        *(
            "my",
            "need",
            "no",
            "not",
            "of",
            "off",
            "on",
            "one",
            "or",
            "our",
            "over",
            "please",
            "she",
            "so",
        ),
        *("some", "still", "than", "thank", "thanks", "that", "the", "their", "them", "then", "there"),
        *("these", "they", "this", "those", "to", "up", "us", "want", "was", "we", "were", "what", "when"),
        *("where", "which", "who", "whose", "why", "will", "with", "would", "you", "your"),
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """The functions of a server in two parts.

    Args:
        core: What the model always reads, in the order in which it reads it.
        further: What it reads when a request points at it.
    """

    core: tuple[Signature, ...]
    further: tuple[Signature, ...] = ()
    _vocabulary: "_Vocabulary | None" = field(default=None, repr=False, compare=False)

    @staticmethod
    def divide(signatures: Sequence[Signature], core_names: Sequence[str], budget: int = BUDGET) -> "Offer":
        """Divide functions into a core and the rest.

        Args:
            signatures: The functions that the model can call.
            core_names: Short names of those that belong to the core when not all fit, in the order wanted.
            budget: How many characters of signatures are few enough to be all core.
        """
        if sum(_length(signature) for signature in signatures) <= budget:
            return Offer(tuple(signatures))
        by_name = {signature.tool: signature for signature in signatures}
        core = {name: by_name[name] for name in core_names if name in by_name}
        if 2 * len(core) < len(core_names):
            # Another server, of which the names say little: what it lists first comes first.
            room = budget - sum(map(_length, core.values()))
            for name, signature in by_name.items():
                room -= 0 if name in core else _length(signature)
                if room < 0:
                    break
                core[name] = signature
        further = tuple(signature for name, signature in by_name.items() if name not in core)
        return Offer(tuple(core.values()), further, _Vocabulary.read(signatures, core))

    @property
    def all(self) -> tuple[Signature, ...]:
        """Core and further functions."""
        return (*self.core, *self.further)

    def pointed_at(self, request: str, titles: Iterable[str] = ()) -> tuple[Signature, ...]:
        """The few further functions that a request's words lead to, the likeliest first.

        What stands in quotation marks is a title or a text and leads nowhere, nor do known titles and what
        is written like one. Functions
        that share the rarest word of their names come along: what blocks a task is asked with other words
        than those of the function that lists dependencies.

        Args:
            request: The user's words.
            titles: What the conversation knows tasks and projects to be called.
        """
        if self._vocabulary is None:
            return ()
        said = _content(_without(NAMED.sub(" ", _QUOTED.sub(" ", request)), titles))
        scored = [(self._vocabulary.score(signature, said), signature) for signature in self.further]
        found = [(score, signature) for score, signature in scored if score.best >= _ENOUGH]
        asks = _ASKING.match(request) is not None
        found.sort(key=lambda item: (_is_reading(item[1]) != asks, -item[0].total))
        if not found:
            return ()
        chosen = [signature for _, signature in found]
        themes = {self._vocabulary.theme(signature) for signature in chosen}
        related = [
            (score, signature)
            for score, signature in scored
            if score.best < _ENOUGH
            and not themes.isdisjoint(_name_words(signature))
            and not _is_internal(signature)
        ]
        related.sort(key=lambda item: -item[0].total)
        return _fitting([*chosen, *(signature for _, signature in related)])


def write_further(signatures: Iterable[Signature]) -> str:
    """The lines that tell of further functions, one each; long ones without what may be left out."""
    return "\n".join(map(_short_line, signatures))


def _short_line(signature: Signature) -> str:
    line = write_line(signature)
    return line if len(line) <= _LONGEST else write_line(signature, with_optional=False)


def _fitting(signatures: Sequence[Signature]) -> tuple[Signature, ...]:
    """The first few, as many as there is room for and at least one."""
    chosen: list[Signature] = []
    room = _ROOM
    for signature in signatures[:_MOST]:
        room -= len(_short_line(signature))
        if chosen and room < 0:
            break
        chosen.append(signature)
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class _Score:
    """How well a request's words fit a function: the strongest word, and all of them."""

    best: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """How much each word of a server's functions says.

    Args:
        words: Function to its words, each with what its place makes of it, from 0 to 1.
        rarity: Word to how rare it is among the functions, 1 for a word of only one.
    """

    words: Mapping[str, Mapping[str, float]]
    rarity: Mapping[str, float]

    @staticmethod
    def read(signatures: Sequence[Signature], core: Iterable[str]) -> "_Vocabulary":
        """Read the words of all functions of a server.

        Args:
            signatures: The functions.
            core: Names of those that are always offered; a word of such a name leads to them first. Neither
                it nor a verb says much in a description.
        """
        verbs = {_stem(word) for signature in signatures for word in _split(signature.tool)[:1]}
        known = verbs | {_stem(word) for name in core for word in _split(name)}
        words = {signature.tool: _weigh(signature, known) for signature in signatures}
        counts = Counter(word for each in words.values() for word in each)
        most = math.log((1 + len(words)) / 2) or 1.0
        rarity = {word: math.log((1 + len(words)) / (1 + count)) / most for word, count in counts.items()}
        return _Vocabulary(words, rarity)

    def score(self, signature: Signature, said: Sequence[str]) -> _Score:
        """Score a function for the words of a request."""
        own = self.words[signature.tool]
        if _is_internal(signature):
            # Meant for the server's own interface: only its very name leads to it.
            own = {word: weight for word, weight in own.items() if weight == _NAME}
        best = total = 0.0
        for spoken in said:
            worth = max((w * self.rarity[word] * _alike(spoken, word) for word, w in own.items()), default=0)
            best, total = max(best, worth), total + worth
        return _Score(best, total)

    def theme(self, signature: Signature) -> str | None:
        """The rarest word of a function's name that others share, or `None` when there is none so rare."""
        counts = Counter(word for each in self.words.values() for word, w in each.items() if w == _NAME)
        shared = [word for word in _name_words(signature) if counts[word] > 1]
        rarest = max(shared, key=lambda word: (self.rarity[word], word), default=None)
        return rarest if rarest is not None and self.rarity[rarest] >= _RELATED else None


def _without(request: str, titles: Iterable[str]) -> str:
    """A request without the titles in it, which may have any words."""
    text = f" {' '.join(tokens(request))} "
    for title in titles:
        if len(words := tokens(title)) > 1:
            text = text.replace(f" {' '.join(words)} ", " ")
    return text


def _length(signature: Signature) -> int:
    return len(write_line(signature)) + 1


def _is_reading(signature: Signature) -> bool:
    return signature.tool.removeprefix(f"{_INTERNAL}_").partition("_")[0] in _READING


def _is_internal(signature: Signature) -> bool:
    return signature.tool.partition("_")[0] == _INTERNAL


def _weigh(signature: Signature, known: set[str]) -> dict[str, float]:
    """The words of a function, each with the most that a place of it makes of it."""
    weighed: dict[str, float] = {}
    name = _split(signature.tool)
    description = _content(signature.function.description)
    places = [
        (_PARAMETER, word) for parameter in signature.parameters for word in _parameter_words(parameter)
    ]
    # The description of what changes something begins with a verb, as its name does.
    is_reading = name[:1] and name[0] in _READING
    places += [
        (_VERB if word in known or (place == 0 and not is_reading) else _DESCRIPTION, word)
        for place, word in enumerate(description)
    ]
    places += [(_VERB, word) for word in name[:1]] + [(_NAME, word) for word in _name_words(signature)]
    for weight, word in places:
        weighed[word] = max(weight, weighed.get(word, 0.0))
    return weighed


def _name_words(signature: Signature) -> list[str]:
    """The words of a function's name without its verb."""
    return [_stem(word) for word in _split(signature.tool)[1:] if word not in _STOP_WORDS | _READING]


def _parameter_words(parameter: Parameter) -> list[str]:
    values = parameter.schema.get("enum")
    texts = (
        [parameter.shown, *(str(value) for value in values)]
        if isinstance(values, list)
        else [parameter.shown]
    )
    return [_stem(word) for text in texts for word in _split(text) if word not in _STOP_WORDS]


def _split(name: str) -> list[str]:
    """The words of an identifier."""
    return tokens(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " "))


def _content(text: str) -> list[str]:
    ignored = _STOP_WORDS | _READING
    words = [_stem(word) for word in tokens(text) if len(word) > 1 and word not in ignored]
    return [_ALIASES.get(word, word) for word in words]


def _stem(word: str) -> str:
    """A word without its commonest English endings: "blocking" and "blocked" are both "block"."""
    for ending, rest in (("ies", "y"), ("sses", "ss"), ("uses", "us"), ("ing", ""), ("ed", ""), ("s", "")):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3 or (ending == "s" and stem.endswith(("s", "u"))):
            continue
        is_doubled = ending in ("ing", "ed") and stem[-1] == stem[-2] and stem[-1] not in "ls"
        return ((stem[:-1] if is_doubled else stem) + rest).removesuffix("e")
    return word.removesuffix("e")


def _alike(spoken: str, word: str) -> float:
    """How alike two stems are; 0 unless they are surely the same word: "stats" is not "start"."""
    if spoken != word and min(len(spoken), len(word)) < _SHORTEST_ALIKE:
        return 0.0
    similarity = token_similarity(spoken, word)
    return similarity if similarity >= _ALIKE else 0.0


_ALIASES: Final = {_stem(said): _stem(word) for said, word in _SAID_FOR.items()}
