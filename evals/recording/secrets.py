"""Finds keys, tokens and passwords in texts, whoever's they are.

What is found in one place is taken out everywhere, as a secret that is labelled here may stand alone there.

Sources: RFC 6750, section 2.1 (Bearer); RFC 7519, section 3 (JWT); RFC 7468, section 10 (private keys);
RFC 3986, section 3.2.1 (user information); the prefixes that vendors give their tokens for scanners to find.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

REDACTED = "[redacted]"

_NAMES = (
    r"token|secret|(?:api|access|private|secret|vault|client)[_ -]?key|password|passphrase|passwd|pwd|"
    r"authorization|cookie|assertion|credentials?"
)
_NAME = re.compile(rf"(?i)(?:{_NAMES})$")
_PEM = "PRIVATE KEY-----"
_SHAPES = (
    ("private key", re.compile(rf"-----BEGIN [A-Z ]*{_PEM}.*?(?:-----END [A-Z ]*{_PEM}|\Z)", re.DOTALL)),
    ("token", re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?")),
    (
        "API key",
        re.compile(
            r"\b(?:sk-[A-Za-z0-9_-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|"
            r"xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|hf_[A-Za-z0-9]{20,}|ya29\.[\w-]{16,})"
        ),
    ),
    ("authorization", re.compile(r"(?i)\b(?:bearer|basic)\s+(?P<value>[A-Za-z0-9._~+/-]{8,}=*)")),
    ("password", re.compile(r"://[^\s/@:\"'<>]*:(?P<value>[^\s/@\"'<>]+)@")),
    (
        "password or key",
        re.compile(
            rf"""(?ix)(?:{_NAMES}) \\?["']? \s* (?:[=:]|%3D|\bis\b) \s* (?:(?:bearer|basic)\s+)?
            (?: \\?"(?P<quoted>[^"\\]{{4,}}) | '(?P<single>[^']{{4,}})'
              | (?P<value>[^\s"'\\&,;)}}\]<>]{{4,}}) )"""
        ),
    ),
)
_PLAIN_WORD = re.compile(r"[^\W\d_]+[.!?]?|\[redacted\]")
# A plain word behind a label may be any word, so it is taken out where it stands and nowhere else.
_LABELLED_WORD = re.compile(
    rf"""(?ix)( (?:{_NAMES}) \\?["']? \s*(?:[=:]|%3D)\s* \\?["']? | (?:pass\w+|pwd)\s+is\s+ )
    (?!null\b|true\b|false\b) [^\W\d_]{{4,}}"""
)
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """Something to take out.

    Args:
        kind: What it is, in words.
        text: It.
    """

    kind: str
    text: str


def secrets_in(text: str) -> Iterator[Secret]:
    """Find secrets in a text.

    Args:
        text: Anything.
    """
    for kind, shape in _SHAPES:
        for match in shape.finditer(text):
            groups = match.groupdict()
            found = next(filter(None, groups.values()), "") if groups else match.group()
            if not groups or not is_plain_word(found):
                yield Secret(kind, found)


def redact_labelled_words(text: str) -> str:
    """Take out plain words that are said to be passwords or keys.

    Args:
        text: Anything.
    """
    return _LABELLED_WORD.sub(rf"\1{REDACTED}", text)


def is_plain_word(text: str) -> bool:
    """Say whether a text may be any word, so that it is a secret only where a label says so.

    Args:
        text: What stands behind a label.
    """
    is_word = _PLAIN_WORD.fullmatch(text) and text in (text.lower(), text.upper(), text.capitalize())
    return len(text) < _SHORTEST or bool(is_word)


def is_secret_name(name: str) -> bool:
    """Say whether a field of that name holds a secret.

    Args:
        name: The field's.
    """
    return _NAME.search(name) is not None
