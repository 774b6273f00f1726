"""Takes out of a recording what is nobody else's business, in all lines alike, so that it can be replayed.

Secrets give way to one mark. What tells of people gives way to pseudonyms, the same in every line and file;
the people whom a seed of the sandbox invents stay, as a replay needs them as they are.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from agent.jsontypes import JsonObject, JsonValue, is_object
from evals.recording.invented import NOBODY, Invented
from evals.recording.labels import REDACTED, is_plain_word, is_secret_name, labelled_in
from evals.recording.names import Names
from evals.recording.people import EMAIL, people_in
from evals.recording.phones import PHONE, any_form_of, digits_of, is_phone, is_phone_field
from evals.recording.pseudonyms import Pseudonyms
from evals.recording.secrets import secrets_in
from evals.recording.words import GENERIC, TECHNICAL

_OF_A_CALL = ("call", "tool_calls")
# Shorter keys would be found in any text.
_SHORTEST = 8
_LETTERS = re.compile(r"[^\W\d_]+")
_HOME = r"(?<=/home/)[^/\s\"'\\]+|(?<=/Users/)[^/\s\"'\\]+|(?<=\\Users\\)[^/\s\"'\\]+"
_USER_INFO = r"(?<=://)[^\s/@\"'<>]+(?=@)"
_LABELLED = "password or key"


class Masking:
    """What is masked in one conversation.

    Args:
        lines: All of it, the header first.
        own_secrets: Keys and tokens of this program.
        invented: The people who stay.
        beside: What is written beside the conversation and is masked alike.
    """

    def __init__(
        self,
        lines: Sequence[JsonObject],
        own_secrets: Iterable[str | None],
        invented: Invented = NOBODY,
        beside: Iterable[JsonValue] = (),
    ) -> None:
        known = (each for each in own_secrets if each is not None and len(each) >= _SHORTEST)
        self._secrets: dict[str, str] = dict.fromkeys(known, "key or token of this program")
        self._invented = invented
        self._phones: set[str] = set()
        self._masked: dict[str, set[str]] = {}
        allowed = {word.lower() for line in lines for word in _values_allowed(line)}
        self._names = Names(GENERIC | invented.words | allowed)
        for line in lines:
            _walk_event(line, self._learn)
        for value in beside:
            self._learn(value)
        self._phones -= invented.phones
        self._pseudonyms = Pseudonyms({*self._names.words, *invented.words}, invented.domain)
        self._secret = _any_of(self._secrets)
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
        if self._secret is not None:
            text = self._secret.sub(self._replace_secret, text)
        return self._mask_people(self._mask_labelled(text))

    def _learn(self, value: JsonValue, name: str = "") -> JsonValue:
        if isinstance(value, str):
            if is_secret_name(name) and not is_plain_word(value):
                self._secrets.setdefault(value, _LABELLED)
            for secret in secrets_in(value):
                self._secrets.setdefault(secret.text, secret.kind)
        elif isinstance(value, list):
            for item in value:
                self._learn(item, name)
        elif is_object(value):
            for key, item in value.items():
                self._learn(item, key)
        if not name:
            self._learn_people(value)
        return value

    def _learn_people(self, value: JsonValue) -> None:
        for person in people_in(value):
            if person.kind == "name":
                self._names.learn(person.text)
            elif person.kind == "telephone number":
                self._phones.add(digits_of(person.text))

    def _compile(self) -> re.Pattern[str]:
        phones = [any_form_of(number) for number in sorted(self._phones, key=len, reverse=True)]
        return re.compile(
            f"(?P<address>{_USER_INFO})|(?P<home>{_HOME})|(?P<email>{EMAIL.pattern})"
            f"|(?P<phone>{'|'.join([*phones, PHONE.pattern])})"
        )

    def _mask_labelled(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end in labelled_in(text):
            parts += [text[done:start], self._redact(_LABELLED, text[start:end])]
            done = end
        return "".join([*parts, text[done:]])

    def _mask_people(self, text: str) -> str:
        # Names come last, in the whole, as the words around one tell whether it is a name.
        def count(name: str) -> None:
            self._masked.setdefault("name", set()).add(name)

        return self._names.replace(self._pattern.sub(self._replace, text), self._pseudonyms, count)

    def _replace(self, match: re.Match[str]) -> str:
        found = match.group()
        match match.lastgroup:
            case "address":
                return self._redact("user in an address", found)
            case "home":
                return self._count("folder of somebody's", found, "user")
            case "email":
                instead = found if self._invented.has_address(found) else self._pseudonyms.email(found)
                return self._count("e-mail address", found, instead)
            case _:
                return self._count("telephone number", found, self._instead_of_phone(found))

    def _instead_of_phone(self, found: str) -> str:
        digits = digits_of(found)
        is_one = digits in self._phones or (digits not in self._invented.phones and is_phone(found))
        return self._pseudonyms.phone(found) if is_one else found

    def _replace_secret(self, match: re.Match[str]) -> str:
        return self._redact(self._secrets[match.group()], match.group())

    def _redact(self, kind: str, text: str) -> str:
        return self._count(kind, text, REDACTED)

    def _count(self, kind: str, found: str, instead: str) -> str:
        if instead != found:
            self._masked.setdefault(kind, set()).add(found.casefold())
        return instead

    def _mask_value(self, value: JsonValue, name: str = "") -> JsonValue:
        if isinstance(value, str):
            is_hidden = value and is_secret_name(name)
            return self._redact(_LABELLED, value) if is_hidden else self.mask_text(value)
        if isinstance(value, list):
            return [self._mask_value(item, name) for item in value]
        if is_object(value):
            return {key: self._mask_value(item, key) for key, item in value.items()}
        if isinstance(value, int) and is_phone_field(name, value):
            number = str(value)
            return int(self._count("telephone number", number, self._pseudonyms.phone(number)))
        return value


def _any_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    longest = sorted(secrets, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))) if longest else None


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
