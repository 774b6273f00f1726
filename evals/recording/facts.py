"""What an answer says that the results of calls told it: titles, names, numbers."""

from collections.abc import Iterable, Iterator

from agent.jsontypes import JsonValue, is_object
from evals.definitions.case import AnswerRule
from evals.replaying.volatile import mask_volatile
from evals.scoring.answers import find_faults

_MOST = 3
_SHORTEST = 3
_LONGEST = 60
_SMALLEST = 10
_NAMING = ("title", "name")


def facts_of(answer: str, results: Iterable[JsonValue], said: str) -> list[str]:
    """Find some facts of an answer, those that name things first.

    Args:
        answer: The answer.
        results: What calls gave until then.
        said: What the user said until then; who repeats that need not have looked.
    """
    read, known = answer.casefold(), said.casefold()
    ranks: dict[str, int] = {}
    for rank, text in _texts([mask_volatile(result) for result in results], ""):
        if text.casefold() in read and text.casefold() not in known:
            ranks[text] = min(rank, ranks.get(text, rank))
    facts: list[str] = []
    for text in sorted(ranks, key=lambda each: (ranks[each], -len(each), each)):
        is_new = not any(text in fact or fact in text for fact in facts)
        if is_new and len(facts) < _MOST and not [*find_faults(AnswerRule(contains=(text,)), answer)]:
            facts.append(text)
    return facts


def _texts(value: JsonValue, name: str) -> Iterator[tuple[int, str]]:
    """Texts and numbers, each with a rank: those that name things, other texts, numbers."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif is_object(value):
        for key, item in value.items():
            # Another run may give what it makes another id.
            if not key.casefold().endswith("id"):
                yield from _texts(item, key)
    elif isinstance(value, str):
        is_short = _SHORTEST <= len(value) <= _LONGEST and value == value.strip() and "\n" not in value
        if is_short and "://" not in value:
            yield 0 if name.casefold().endswith(_NAMING) else 1, value
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _SMALLEST:
        yield 2, str(value)
