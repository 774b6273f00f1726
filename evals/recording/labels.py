"""Finds what a text or the name of a field says to be a password or a key, however it looks.

The whole value goes: up to the closing quote, in the query of an address up to the next parameter, and
otherwise up to white space, without the stop or bracket that ends what was said.
"""

import re
from collections.abc import Iterator

REDACTED = "[redacted]"

_WORDS = r"password|passphrase|passwd|passwort|passcode|kennwort|pwd|mot\s+de\s+passe|contraseña"
_KEY = (
    r"token|secret|(?:api|access|private|secret|vault|client)[_ -]?key|authorization|cookie|assertion|"
    r"credentials?"
)
_PIN = r"(?<![^\W_])pin(?:[ _-]?(?:code|number))?"
_FIELD = re.compile(rf"(?i)(?:{_WORDS}|{_KEY}|{_PIN})$")
_FOR = r"(?:\s+(?:for|of|to|für|zum|von)(?:\s+[\w'’.-]+){1,4}?)?"
_SCHEME = r"(?:(?:bearer|basic)\s+)?"
_QUOTED = (
    r"""\\"(?P<escaped>[^"\\]+) | "(?P<double>[^"\\]+) | '(?P<single>[^'\n]+)' | [“„«](?P<curly>[^”“»\n]+)"""
)
_IS = r"(?:\bis\b|\blautet\b|\bist\b)"
_LABELLED = re.compile(
    rf"""(?ix)
    (?<=[?&]) [\w-]*(?:{_WORDS}|{_KEY})= (?P<parameter>[^\s&\#"'<>\\]+)
    | (?:{_WORDS}){_FOR} \\?["']? \s* (?:{_IS}\s*:?|[=:]|%3D) \s*
      (?:{_QUOTED} | (?P<password>[^\s"'\\]\S*))
    | (?:{_KEY}){_FOR} \\?["']? \s* (?:[=:]|%3D) \s* {_SCHEME}
      (?:{_QUOTED.replace("P<", "P<k")} | (?P<key>[^\s"'\\]\S*))
    | (?:{_KEY}){_FOR} \s+ {_IS} \s*:?\s* {_SCHEME}
      (?:{_QUOTED.replace("P<", "P<i")} | (?P<said>(?=\S*\d)[^\s"'\\]\S*))
    | {_PIN}{_FOR} \\?["']? \s* (?:{_IS}\s*:?|[=:]) \s* ["']? (?P<pin>\d{{4,8}})\b
    """
)
# What is said of a password rather than to be one.
_SAID_OF_ONE = frozenset(
    re.findall(
        r"\w+", "null none true false undefined required missing wrong invalid incorrect expired empty weak"
    )
)
_PLAIN_WORD = re.compile(r"[^\W\d_]+[.!?]?|\[redacted\]")
_FEWEST = 4
_FEWEST_ALONE = 6
_OPENERS = {")": "(", "]": "[", "}": "{", ">": "<"}


def labelled_in(text: str) -> Iterator[tuple[int, int]]:
    """Find where the values stand that are said to be secrets.

    Args:
        text: Anything.
    """
    for match in _LABELLED.finditer(text):
        name = match.lastgroup or ""
        start, value = match.start(name), match.group(name)
        if name in ("password", "key", "said"):
            value = _without_end(value)
        if len(value) >= _FEWEST and value.casefold().rstrip("!?") not in _SAID_OF_ONE:
            yield start, start + len(value)


def is_plain_word(text: str) -> bool:
    """Say whether a text may be any word, so that it is a secret only where a label says so.

    Args:
        text: What stands behind a label.
    """
    is_word = _PLAIN_WORD.fullmatch(text) and text in (text.lower(), text.upper(), text.capitalize())
    return len(text) < _FEWEST_ALONE or bool(is_word)


def is_secret_name(name: str) -> bool:
    """Say whether a field of that name holds a secret.

    Args:
        name: The field's.
    """
    return _FIELD.search(name) is not None


def _without_end(value: str) -> str:
    """A value without what ends the sentence, the bracket or the text in JSON around it."""
    value = re.split(r"""\\?["'](?=[\s,;)}\]]|\\?["'}\]]|$)""", value, maxsplit=1)[0]
    while value and (value[-1] in ".,;:" or _is_unopened(value)):
        value = value[:-1]
    return value


def _is_unopened(value: str) -> bool:
    opener = _OPENERS.get(value[-1])
    return opener is not None and value.count(opener) < value.count(value[-1])
