"""Golden answers with something else in the place of a fact."""

import re
from collections.abc import Iterator

from evals.definitions.case import AnswerRule, Case
from evals.scoring.answers import find_faults

EMPTY_HANDED = "I could not find anything about that."
_NUMBER = re.compile(r"\d+")
_INSTEAD = "something else"


def rules_of(case: Case) -> Iterator[tuple[int, AnswerRule]]:
    """What answers have to say, each with the place of its turn.

    Args:
        case: The case.
    """
    for rule in case.expect.answers:
        yield (rule.turn or len(case.turns)) - 1, rule


def is_noticed(rule: AnswerRule, answer: str) -> bool:
    """Whether a rule finds fault with an answer."""
    return next(find_faults(rule, answer), None) is not None


def alter(answer: str, fact: str) -> tuple[str, str]:
    """Put something else in the place of a fact.

    Args:
        answer: Says it.
        fact: What is said.

    Returns:
        The answer, and what stands there now; the answer as it was where the fact cannot be found in it.
    """
    numbers = list(_NUMBER.finditer(fact))
    if numbers:
        last = numbers[-1]
        other = f"{int(last[0]) + 1:0{len(last[0])}}"
        instead = f"{fact[: last.start()]}{other}{fact[last.end() :]}"
    else:
        instead = _INSTEAD
    return re.sub(re.escape(fact), lambda _: instead, answer, flags=re.IGNORECASE), instead
