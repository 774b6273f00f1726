"""Finds what a conversation tells of people: their names, e-mail addresses and telephone numbers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.jsontypes import JsonValue, is_object

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
PHONE = re.compile(r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\w)")
_NAMED = re.compile(r"([^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){1,3})\s*[<(]\s*" + EMAIL.pattern)

_PEOPLE = (
    r"owner|assignee|user|member|author|creator|created[_ ]?by|updated[_ ]?by|assigned[_ ]?(?:to|by)|"
    r"reporter|manager|participant|attendee|contact|person|people|lead|requester|colleague|employee|customer|sender"
)
_NAME_FIELD = re.compile(
    rf"(?i)^(?:(?:first|last|full|display|given|family|middle|nick|sur)[_ ]?name"
    rf"|(?:{_PEOPLE})s?[_ ]?(?:user)?name)$"
)
_PEOPLE_FIELD = re.compile(rf"(?i)^(?:[a-z]*[_ ]?)?(?:{_PEOPLE})s?$")
_PHONE_FIELD = re.compile(r"(?i)(?:phone|mobile|telephone|^tel|^fax|whatsapp)(?:[_ ]?(?:number|no))?$")
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
    is_person = any(isinstance(value.get(name), str) for name in _IDENTIFIED_BY)
    for name, item in value.items():
        if _PHONE_FIELD.search(name) and isinstance(item, str) and sum(map(str.isdigit, item)) > 4:
            yield Person("telephone number", item)
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
    for found in EMAIL.findall(text):
        yield Person("e-mail address", found)
    for found in _NAMED.findall(text):
        yield Person("name", found)
    for found in PHONE.findall(text):
        yield Person("telephone number", found)
    if text.lstrip()[:1] in ("{", "["):
        try:
            value: JsonValue = json.loads(text)
        except (ValueError, RecursionError):
            return
        yield from people_in(value)
