"""Names, addresses and numbers that stand for others of the same shape, and for the same one each time."""

import re
from collections.abc import Iterable

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_LETTERS = re.compile(r"[^\W\d_]+")
_DOMAIN = ".test"
_SAFE_DOMAINS = re.compile(r"(?i)(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)$")


class Pseudonyms:
    """Gives pseudonyms in the order in which they are asked for, so that none tells what it stands for.

    Args:
        avoid: Words that are no pseudonyms, as somebody is called that.
    """

    def __init__(self, avoid: Iterable[str] = ()) -> None:
        self._avoid = {word.lower() for word in avoid}
        self._words: dict[str, str] = {}
        self._emails: dict[str, str] = {}
        self._domains: dict[str, str] = {}
        self._phones: dict[str, str] = {}

    def word(self, word: str) -> str:
        """Another word of the same length and case.

        Args:
            word: One without blanks and digits.
        """
        # A few letters are two in the other case, and then the shape is another one.
        key = f"{word.lower()} {len(word)}"
        if key not in self._words:
            self._words[key] = self._invent(len(word), len(self._words))
        return _in_case_of(word, self._words[key])

    def name(self, name: str) -> str:
        """Another name: each of its words is another one, and what stands between them stays.

        Args:
            name: A person's, or what they are called somewhere.
        """
        return _LETTERS.sub(lambda match: self.word(match.group()), name)

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
        key = re.sub(r"\D", "", number)
        if key not in self._phones:
            self._phones[key] = f"{len(self._phones) + 1:0{len(key)}d}"[-len(key) :]
        digits = iter(self._phones[key])
        return re.sub(r"\d", lambda _match: next(digits), number)

    def _domain(self, domain: str) -> str:
        if _SAFE_DOMAINS.search(domain):
            return domain
        key = domain.casefold()
        if key not in self._domains:
            length = max(len(domain) - len(_DOMAIN), 2)
            self._domains[key] = self._invent(length, len(self._domains) + 1) + _DOMAIN
        return self._domains[key]

    def _invent(self, length: int, number: int) -> str:
        """A word that can be spoken, and that neither is in use nor stands for anything."""
        domains = (domain.partition(".")[0] for domain in self._domains.values())
        given = (key.partition(" ")[0] for key in self._words)
        taken = {*self._avoid, *given, *self._words.values(), *domains}
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
    return "".join(new.upper() if old.isupper() else new for old, new in zip(word, other, strict=True))
