"""Finds keys, tokens and passwords in texts, whoever's they are.

What is found in one place is taken out everywhere, as a secret that is labelled here may stand alone there.

Sources: RFC 6750, section 2.1 (Bearer); RFC 7519, section 3 (JWT); RFC 7468, section 10 (private keys);
RFC 3986, section 3.2.1 (user information); ISO 13616-1, section 6 (IBAN); ISO/IEC 7812-1, annex B (the last
digit of cards); the prefixes that vendors give their tokens for scanners to find.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.recording.labels import is_plain_word, labelled_in

_PEM = "PRIVATE KEY-----"
_SHAPES = (
    ("private key", re.compile(rf"-----BEGIN [A-Z ]*{_PEM}.*?(?:-----END [A-Z ]*{_PEM}|\Z)", re.DOTALL)),
    ("token", re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?")),
    (
        "API key",
        re.compile(
            r"\b(?:sk-[A-Za-z0-9_-]{8,}|[sr]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,}|"
            r"gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{20,}|"
            r"pypi-[\w-]{16,}|xox[abprs]-[\w-]{10,}|A[KS]IA[0-9A-Z]{16}|AIza[\w-]{30,}|"
            r"hf_[A-Za-z0-9]{20,}|ya29\.[\w-]{16,})"
        ),
    ),
    # It has no shape of its own, so the key's id has to stand beside it.
    (
        "API key",
        re.compile(
            r"\bA[KS]IA[0-9A-Z]{16}\b(?:\W+[A-Za-z]\w{0,30}){0,4}\W+(?P<value>[A-Za-z0-9/+]{40})(?![\w/+])"
        ),
    ),
    ("authorization", re.compile(r"(?i)\b(?:bearer|basic)\s+(?P<value>[A-Za-z0-9._~+/-]{8,}=*)")),
    ("password", re.compile(r"://[^\s/@:\"'<>]*:(?P<value>[^\s/@\"'<>]+)@")),
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(
    r"(?<![\w.+-])(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6[045]\d\d|62\d\d|35\d\d)(?:[ -]?\d{4}){3}(?![\w-])"
    r"|(?<![\w.+-])3[47]\d\d[ -]?\d{6}[ -]?\d{5}(?![\w-])"
)


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
            found = match["value"] if "value" in shape.groupindex else match.group()
            if "value" not in shape.groupindex or not is_plain_word(found):
                yield Secret(kind, found)
    for start, end in labelled_in(text):
        if not is_plain_word(text[start:end]):
            yield Secret("password or key", text[start:end])
    for match in _IBAN.finditer(text):
        if found := _valid_iban(match.group()):
            yield Secret("bank account", found)
    for match in _CARD.finditer(text):
        if _is_card(match.group()):
            yield Secret("payment card", match.group())


def _valid_iban(text: str) -> str:
    """As much from the start as is an IBAN; words in capitals may follow it."""
    while len(text) > 14:
        letters = text.replace(" ", "")
        turned = letters[4:] + letters[:4]
        if int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1:
            return text
        text = text.rpartition(" ")[0]
    return ""


def _is_card(text: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(re.sub(r"\D", "", text))):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
