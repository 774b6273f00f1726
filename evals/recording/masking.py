"""Takes out of a recording what is nobody else's business, in all lines alike, so that it can be replayed.

Secrets give way to one mark. What tells of people gives way to pseudonyms of the same shape; conversations
with the sandbox tell of invented people only, and a replay needs these as they are.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from agent.jsontypes import JsonObject, JsonValue, is_object
from evals.recording.people import EMAIL, PHONE, people_in
from evals.recording.pseudonyms import Pseudonyms
from evals.recording.secrets import (
    REDACTED,
    is_plain_word,
    is_secret_name,
    redact_labelled_words,
    secrets_in,
)
from evals.recording.words import ALSO_WORDS, GENERIC, TECHNICAL

_OF_A_CALL = ("call", "tool_calls")
# Shorter keys would be found in any text.
_SHORTEST = 8
_LETTERS = re.compile(r"[^\W\d_]+")
_HOME = r"(?<=/home/)[^/\s\"'\\]+|(?<=/Users/)[^/\s\"'\\]+|(?<=\\Users\\)[^/\s\"'\\]+"
_USER_INFO = r"(?<=://)[^\s/@\"'<>]+(?=@)"


class Masking:
    """What is masked in one conversation.

    Args:
        lines: All of it, the header first.
        own_secrets: Keys and tokens of this program.
        hides_people: What tells of people is masked too.
    """

    def __init__(
        self, lines: Sequence[JsonObject], own_secrets: Iterable[str | None], *, hides_people: bool
    ) -> None:
        known = (each for each in own_secrets if each is not None and len(each) >= _SHORTEST)
        self._secrets: dict[str, str] = dict.fromkeys(known, "key or token of this program")
        self._hides_people = hides_people
        self._loose: set[str] = set()
        self._exact: set[str] = set()
        self._masked: dict[str, set[str]] = {}
        self._protected = GENERIC | {word.lower() for line in lines for word in _values_allowed(line)}
        for line in lines:
            _walk_event(line, self._learn)
        self._pseudonyms = Pseudonyms(self._loose | self._exact)
        self._pattern = self._compile()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many things of each kind were masked."""
        return {kind: len(found) for kind, found in self._masked.items()}

    def mask(self, line: JsonObject) -> JsonObject:
        """Mask one line of the transcript; what the endpoint alone can read is dropped.

        Args:
            line: Any of its lines.
        """
        masked = _walk_event(line, self._mask_value)
        return {**masked, "provider_items": []} if "provider_items" in masked else masked

    def mask_text(self, text: str) -> str:
        """Mask a text.

        Args:
            text: Anything.
        """
        redacted = redact_labelled_words(text)
        if redacted != text:
            self._masked.setdefault("password or key", set()).add(text)
        return self._pattern.sub(self._replace, redacted)

    def _learn(self, value: JsonValue, name: str = "") -> JsonValue:
        if isinstance(value, str):
            if is_secret_name(name) and not is_plain_word(value):
                self._secrets.setdefault(value, "password or key")
            for secret in secrets_in(value):
                self._secrets.setdefault(secret.text, secret.kind)
        elif isinstance(value, list):
            for item in value:
                self._learn(item, name)
        elif is_object(value):
            for key, item in value.items():
                self._learn(item, key)
        if self._hides_people and not name:
            for person in people_in(value):
                if person.kind == "name":
                    self._learn_name(person.text)
        return value

    def _learn_name(self, name: str) -> None:
        for word in _LETTERS.findall(name):
            key = word.lower()
            if key in self._protected or len(word) < 2:
                continue
            if key in ALSO_WORDS or len(word) == 2:
                self._exact.add(word)
            else:
                # Not every capital is found by its small letter.
                self._loose |= {key, word}

    def _compile(self) -> re.Pattern[str]:
        longest = sorted(self._secrets, key=len, reverse=True)
        parts = [f"(?P<secret>{'|'.join(map(re.escape, longest))})"] if longest else []
        parts += [f"(?P<address>{_USER_INFO})", f"(?P<home>{_HOME})"]
        if self._hides_people:
            parts += [f"(?P<email>{EMAIL.pattern})", f"(?P<phone>{PHONE.pattern})"]
            if self._loose:
                parts.append(f"(?P<name>(?i:{_alternatives(self._loose)}))")
            if self._exact:
                parts.append(f"(?P<word>{_alternatives(self._exact)})")
        return re.compile("|".join(parts))

    def _replace(self, match: re.Match[str]) -> str:
        found = match.group()
        match match.lastgroup:
            case "secret":
                kind, instead = self._secrets[found], REDACTED
            case "address":
                kind, instead = "user in an address", REDACTED
            case "home":
                kind, instead = "folder of somebody's", "user"
            case "email":
                kind, instead = "e-mail address", self._pseudonyms.email(found)
            case "phone":
                kind, instead = "telephone number", self._pseudonyms.phone(found)
            case _:
                kind, instead = "name", self._pseudonyms.name(found)
        if instead != found:
            self._masked.setdefault(kind, set()).add(found.casefold())
        return instead

    def _mask_value(self, value: JsonValue, name: str = "") -> JsonValue:
        if isinstance(value, str):
            if value and is_secret_name(name):
                self._masked.setdefault("password or key", set()).add(value)
                return REDACTED
            return self.mask_text(value)
        if isinstance(value, list):
            return [self._mask_value(item, name) for item in value]
        if is_object(value):
            return {key: self._mask_value(item, key) for key, item in value.items()}
        return value


def _alternatives(words: Iterable[str]) -> str:
    """Words as they stand between other letters or none; scripts without capitals have no blanks either."""
    cased = [re.escape(word) for word in words if word.lower() != word.upper()]
    other = [re.escape(word) for word in words if word.lower() == word.upper()]
    parts = (
        [rf"(?<![^\W\d_])(?:{'|'.join(sorted(cased, key=len, reverse=True))})(?![^\W\d_])"] if cased else []
    )
    return "|".join([*parts, *sorted(other, key=len, reverse=True)])


def _walk_event(line: JsonObject, take: Callable[[JsonValue], JsonValue]) -> JsonObject:
    """Give what somebody may have written of a line to a function, and put what it returns in its place."""
    walked: JsonObject = {}
    for name, value in line.items():
        if name in TECHNICAL:
            walked[name] = value
        elif name in _OF_A_CALL:
            walked[name] = _walk_calls(value, take)
        elif name == "error" and is_object(value):
            walked[name] = {**value, **{key: take(value[key]) for key in ("message", "hint") if key in value}}
        else:
            walked[name] = take(value)
    return walked


def _walk_calls(value: JsonValue, take: Callable[[JsonValue], JsonValue]) -> JsonValue:
    if isinstance(value, list):
        return [_walk_call(call, take) for call in value]
    return _walk_call(value, take)


def _walk_call(call: JsonValue, take: Callable[[JsonValue], JsonValue]) -> JsonValue:
    if not is_object(call) or not isinstance(text := call.get("arguments"), str):
        return call
    try:
        arguments: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return {**call, "arguments": take(text)}
    taken = take(arguments)
    # The model's own way of writing stays where nothing was changed.
    return call if taken == arguments else {**call, "arguments": json.dumps(taken, ensure_ascii=False)}


def _values_allowed(line: JsonObject) -> Iterable[str]:
    """The words that the schemas of functions allow in some place, which replays need as they are."""
    waiting: list[JsonValue] = [line.get("functions")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif is_object(value):
            allowed = value.get("enum")
            for item in allowed if isinstance(allowed, list) else []:
                yield from _LETTERS.findall(str(item))
            waiting += value.values()
