"""Finds what a conversation tells of people: their names, e-mail addresses and telephone numbers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from agent.jsontypes import JsonValue, is_object
from evals.recording.phones import is_phone_field, phones_in
from evals.recording.pseudonyms import WORD, fold
from evals.recording.words import STARTS

EMAIL = re.compile(r"(?:[^\W_]|[%+])(?:[\w.%+&-]|'(?=\w))*@\w[\w-]*(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_BEFORE_ADDRESS = re.compile(
    r"((?:[^\W\d_][\w'’.-]* ){0,3}[^\W\d_][\w'’-]*)[\"”]?\s*([<(])\s*(" + EMAIL.pattern + ")"
)
_PARTICLES = frozenset(WORD.findall("von van der den de del della la le di da dos bin ibn al el zu ter"))

_PEOPLE = (
    r"owner|assignee|user|member|author|creator|created[_ ]?by|updated[_ ]?by|assigned[_ ]?(?:to|by)|"
    r"reporter|manager|participant|attendee|contact|person|people|lead|requester|colleague|employee|customer|sender"
)
_NAME_FIELD = re.compile(
    rf"(?i)^(?:(?:first|last|full|display|given|family|middle|nick|sur)[_ ]?name"
    rf"|(?:{_PEOPLE})s?[_ ]?(?:user)?name)$"
)
_PEOPLE_FIELD = re.compile(rf"(?i)^(?:[a-z]*[_ ]?)?(?:{_PEOPLE})s?$")
_PARTS = (
    "firstName",
    "first_name",
    "givenName",
    "given_name",
    "lastName",
    "last_name",
    "familyName",
    "family_name",
)
_IDENTIFIED_BY = ("email", "emailAddress", "firstName", "first_name", "mail")


@dataclass(frozen=True, slots=True)
class Person:
    """Something that tells of a person.

    Args:
        kind: “name”, “e-mail address” or “telephone number”.
        text: It.
    """

    kind: str
    text: str


def people_in(value: JsonValue) -> Iterator[Person]:
    """Find what tells of people.

    Args:
        value: A result, the arguments of a call, or a text; one that holds JSON is read as such.
    """
    match value:
        case str():
            yield from _in_text(value)
        case list():
            for item in value:
                yield from people_in(item)
        case dict():
            yield from _in_object(value)
        case _:
            return


def _in_object(value: dict[str, JsonValue]) -> Iterator[Person]:
    if whole := " ".join(each for name in _PARTS if isinstance(each := value.get(name), str)):
        yield from _names(whole)
    is_person = any(isinstance(value.get(name), str) for name in _IDENTIFIED_BY)
    for name, item in value.items():
        if is_phone_field(name, item):
            yield Person("telephone number", str(item))
        if _NAME_FIELD.match(name) or (is_person and name.casefold() == "name"):
            yield from _names(item)
        elif _PEOPLE_FIELD.match(name):
            yield from _named_in(item)
        yield from people_in(item)


def _named_in(value: JsonValue) -> Iterator[Person]:
    """The names in what stands for people: a name, an object with one, or several of these."""
    for item in value if isinstance(value, list) else [value]:
        if is_object(item):
            for name in ("name", "title", "label"):
                yield from _names(item.get(name))
        else:
            yield from _names(item)


def _names(value: JsonValue) -> Iterator[Person]:
    if isinstance(value, str) and re.search(r"[^\W\d_]", value) and not EMAIL.fullmatch(value.strip()):
        yield Person("name", value.strip())


def _in_text(text: str) -> Iterator[Person]:
    for address in EMAIL.findall(text):
        yield Person("e-mail address", address)
        yield from _spelt_out(address, text)
    for words, bracket, address in _BEFORE_ADDRESS.findall(text):
        if name := _name_before(words.split(), address, bracket):
            yield Person("name", name)
    for number in phones_in(text):
        yield Person("telephone number", number)
    if text.lstrip()[:1] in ("{", "["):
        try:
            value: JsonValue = json.loads(text)
        except (ValueError, RecursionError):
            return
        yield from people_in(value)


def _spelt_out(address: str, text: str) -> Iterator[Person]:
    """The name that an address like `first.last@` is made of, wherever the text says it."""
    parts = [fold(part) for part in WORD.findall(address.rpartition("@")[0])]
    words = [word for word in WORD.findall(EMAIL.sub(" ", text)) if _is_capital(word)]
    for first, second in pairwise(words):
        if len(parts) > 1 and {fold(first), fold(second)} == {parts[0], parts[-1]}:
            yield Person("name", f"{first} {second}")


def _name_before(words: list[str], address: str, bracket: str) -> str:
    """What of the words right before an address is a name: those with a capital, or those it is made of.

    A single one in a sentence may be any word; `Name <address>` is how mail says it (RFC 5322, section 3.4).
    """
    own = {fold(word) for word in WORD.findall(address.rpartition("@")[0])}
    is_name = [_is_capital(word) or fold(word) in own for word in words]
    first = len(words)
    while first and (is_name[first - 1] or words[first - 1] in _PARTICLES):
        first -= 1
    name = words[first:]
    while name and ((fold(name[0]) in STARTS and fold(name[0]) not in own) or name[0] in _PARTICLES):
        name = name[1:]
    is_one = (
        len(name) == 1 and bracket == "(" and not any(fold(part) in own for part in WORD.findall(name[0]))
    )
    return "" if is_one else " ".join(name)


def _is_capital(word: str) -> bool:
    return word[0].isupper() or word[0].lower() == word[0].upper()
