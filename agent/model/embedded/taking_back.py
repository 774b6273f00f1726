"""Sentences that take something back, and requests that have no word for deleting.

The model takes "scrap that" for a wish to delete what was talked about last. So code reads such sentences,
and no call that deletes is made unless the user's own words speak of deleting.
"""

import re
from collections.abc import Sequence
from typing import Final

from agent.model.embedded.choice import Choice, ChosenCall
from agent.model.embedded.matching import tokens
from agent.tools.effects import words_of

_BEFORE: Final = (
    r"(?:(?:actually|no|nope|oh|ah|hm+|oops|ok|okay|well|wait|sorry|please|on second thoughts?"
    r"|(?:can|could|would) you|i want to|let s|lets) )*"
)
_AFTER: Final = r"(?: (?:again|then|now|please|thanks|thank you|for now|after all))*"
_THING: Final = r"(?:that|it|this|about it|about that|the whole thing|everything|all of (?:it|that|this))"
_CANCELS: Final = re.compile(rf"{_BEFORE}(?:cancel|scrap|forget|never ?mind|disregard)(?: {_THING})?{_AFTER}")
_LAST: Final = (
    rf"(?:{_THING}|(?:(?:the|my|your|that) )?(?:(?:very )?last|latest|previous)?"
    r" ?(?:change|action|step|edit|one|thing)|what (?:you|i|we) (?:have )?(?:just )?(?:did|done|changed))"
)
_UNDOES: Final = re.compile(
    rf"{_BEFORE}(?:(?:undo|revert)(?: {_LAST})?"
    rf"|(?:take|roll|turn) (?:{_LAST} back|back {_LAST})|reverse {_LAST}){_AFTER}"
)
_UNDO: Final = "/undo takes the last change back."
_NOTHING_PENDING: Final = f"Nothing is pending. {_UNDO}"

_READS: Final = re.compile(r"(?:[a-z]+_){0,2}?(?:get|list|find|search|show|preview|read)_")
_DELETES: Final = re.compile(
    r"(?:^|_)(?:delete|remove|archive|destroy|purge|erase|wipe|drop|truncate|clear|trash|discard)(?:_|$)"
)
_SPEAKS_OF_DELETING: Final = re.compile(
    r"\b(?:delet|remov|eras|discard|drop|destroy|purg|wip(?:e|ing)|archiv|clear|trash|scrap|bin\b|toss|strip"
    r"|eliminat|clean|detach|unlink|untag|kick|throw|take\b.*\b(?:off|out|away|from)\b|taking\b.*\b(?:off|out)\b"
    r"|(?:get|getting|got) rid\b|(?:can|must|should|has to|have to) go\b|no longer\b|any ?more\b"
    r"|(?:not|n['’]?t) (?:need|depend|wait|block))",
    re.IGNORECASE,
)
_NOT_DELETED: Final = (
    "I did not understand that, so I changed nothing. To have something deleted, say “delete” and its name."
)


def cancels(request: str) -> bool:
    """Say whether a sentence only calls off what was asked: "actually, cancel that"."""
    return _CANCELS.fullmatch(" ".join(tokens(request))) is not None


def read_taking_back(request: str) -> Choice | None:
    """The answer to a sentence that calls something off, or wants a change undone; `None` for any other.

    Args:
        request: The user's words, while no question waits for them.
    """
    if cancels(request):
        return Choice(answer=_NOTHING_PENDING)
    if _UNDOES.fullmatch(" ".join(tokens(request))):
        return Choice(answer=_UNDO)
    return None


def without_unasked_deletion(calls: Sequence[ChosenCall], request: str) -> Choice:
    """The calls, or an answer in their place where one deletes and the request has no word for that.

    Args:
        calls: What the model wrote.
        request: The user's words.
    """
    if any(_deletes(call.tool) for call in calls) and not _SPEAKS_OF_DELETING.search(request):
        return Choice(answer=_NOT_DELETED)
    return Choice(tuple(calls))


def _deletes(tool: str) -> bool:
    name = words_of(tool)
    return _DELETES.search(name) is not None and _READS.match(name) is None
