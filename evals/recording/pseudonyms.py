"""Names, addresses and numbers that stand for others of the same shape, and for the same one each time."""

import re
import unicodedata
from collections.abc import Iterable

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")
"""A word, whose accents may be characters of their own."""
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_DOMAIN = ".test"
_SAFE_DOMAINS = re.compile(r"(?i)(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)$")


def fold(word: str) -> str:
    """A word as it is compared: without its case and its accents, which not everybody writes.

    Args:
        word: Any.

    Source: The Unicode Standard, section 3.13, definition D145 (case), and section 3.11, D120 (accents).
    """
    parted = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFC", parted)


class Pseudonyms:
    """Gives pseudonyms in the order in which they are asked for, so that none tells what it stands for.

    Args:
        avoid: Words that are no pseudonyms, as somebody is called that.
        domain: One that stays.
    """

    def __init__(self, avoid: Iterable[str] = (), domain: str = "") -> None:
        self._avoid = {fold(word) for word in avoid}
        self._domain_kept = domain
        self._words: dict[str, str] = {}
        self._emails: dict[str, str] = {}
        self._domains: dict[str, str] = {}
        self._phones: dict[str, str] = {}

    def word(self, word: str) -> str:
        """Another word in the same case, which is as long but for letters that are two in the other case.

        Args:
            word: One without blanks and digits.
        """
        key = fold(word)
        if key not in self._words:
            self._words[key] = self._invent(len(key), len(self._words))
        return _in_case_of(word, self._words[key])

    def name(self, name: str) -> str:
        """Another name: each of its words is another one, and what stands between them stays.

        Args:
            name: A person's, or what they are called somewhere.
        """
        return WORD.sub(lambda match: self.word(match.group()), name)

    def email(self, address: str) -> str:
        """Another address, at a domain that nobody can own.

        Args:
            address: An e-mail address.

        Source: RFC 2606, section 2.
        """
        key = address.casefold()
        if key not in self._emails:
            local, _, domain = address.rpartition("@")
            self._emails[key] = f"{self.name(local)}@{self._domain(domain)}"
        return self._emails[key]

    def phone(self, number: str) -> str:
        """Another number: a plus sign, blanks and brackets stay.

        Args:
            number: A telephone number.
        """
        key = re.sub(r"[^0-9]", "", number)
        if key not in self._phones:
            # A number in JSON may not begin with a zero (RFC 8259, section 6).
            first = "0" if key.startswith("0") else "1"
            self._phones[key] = f"{first}{len(self._phones) + 1:0{len(key) - 1}d}"
        digits = iter(self._phones[key])
        return re.sub(r"[0-9]", lambda _match: next(digits), number)

    def _domain(self, domain: str) -> str:
        if _SAFE_DOMAINS.search(domain) or domain.casefold() == self._domain_kept:
            return domain
        key = domain.casefold()
        if key not in self._domains:
            length = max(len(domain) - len(_DOMAIN), 2)
            self._domains[key] = self._invent(length, len(self._domains) + 1) + _DOMAIN
        return self._domains[key]

    def _invent(self, length: int, number: int) -> str:
        """A word that can be spoken, and that neither is in use nor stands for anything."""
        domains = (domain.partition(".")[0] for domain in self._domains.values())
        taken = {*self._avoid, *self._words, *self._words.values(), *domains}
        letters: list[str] = []
        for attempt in range(number, number + 100_000):
            letters.clear()
            rest = attempt * 7_919 + 1_009
            for place in range(length):
                alphabet = _VOWELS if place % 2 else _CONSONANTS
                rest, letter = divmod(rest, len(alphabet))
                letters.append(alphabet[letter])
                rest = rest or attempt * 31 + place * 17 + 5
            if (word := "".join(letters)) not in taken:
                return word
        # There are not so many words of so few letters.
        return "".join(letters)


def _in_case_of(word: str, other: str) -> str:
    if word.isupper() and len(word) > 1:
        return other.upper()
    if len(word) == len(other):
        return "".join(new.upper() if old.isupper() else new for old, new in zip(word, other, strict=True))
    return other.capitalize() if word[0].isupper() else other
