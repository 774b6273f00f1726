"""Finds the names that were learnt, in whatever case or form they stand."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable

from evals.recording.pseudonyms import WORD, Pseudonyms, fold
from evals.recording.words import ALSO_WORDS, CALENDAR, NO_NAMES, STARTS

_ALSO_WORDS = ALSO_WORDS | CALENDAR | STARTS
# A shorter one is the beginning of other words, too.
_FEWEST_OF_A_STEM = 5
_LONGEST_ENDING = 2
# In the midst of a sentence a capital tells that a word is a name.
_IN_A_SENTENCE = re.compile(r"[^\W\d_A-Z],? $")
_FEWEST_IN_THE_GENITIVE = 3
_BETWEEN = re.compile(r"[^\S\n]*[\s.,_'’-][^\S\n]*")


class Names:
    """The names of the people in one conversation.

    Args:
        protected: Words that stay, whoever is called that.
    """

    def __init__(self, protected: Collection[str]) -> None:
        self._protected = {fold(word) for word in protected} | NO_NAMES
        self._strong: set[str] = set()
        # Words that may be others as well are names only beside another part of the same name, or alone.
        self._weak: dict[str, set[str]] = {}
        self._unspaced: set[str] = set()

    @property
    def words(self) -> Iterable[str]:
        """All words of the names."""
        return (*self._strong, *self._weak, *self._unspaced)

    def learn(self, name: str) -> None:
        """Learn a name.

        Args:
            name: A person's, of one word or more.
        """
        words = [word for word in WORD.findall(name) if fold(word) not in self._protected]
        folded = [fold(word) for word in words]
        for word, key in zip(words, folded, strict=True):
            if word.lower() == word.upper():
                self._unspaced.add(word)
            elif key in _ALSO_WORDS or len(unicodedata.normalize("NFC", word)) <= 2:
                self._weak.setdefault(key, set()).update(other for other in folded if other != key)
            else:
                self._strong.add(key)

    def replace(self, text: str, pseudonyms: Pseudonyms, count: Callable[[str], None]) -> str:
        """Put pseudonyms in the place of names.

        Args:
            text: Anything.
            pseudonyms: Gives them.
            count: Is told each name that was found.
        """
        if not (self._strong or self._weak or self._unspaced):
            return text

        def put(match: re.Match[str]) -> str:
            word = match.group()
            length = self._named(match)
            if not length:
                return self._replace_unspaced(word, pseudonyms, count)
            count(fold(word[:length]))
            return pseudonyms.word(word[:length]) + word[length:]

        return WORD.sub(put, text)

    def _named(self, match: re.Match[str]) -> int:
        """How many letters of a word are a name."""
        word = match.group()
        key = fold(word)
        if match.string.startswith('":', match.end()):
            # The name of a field in JSON.
            return 0
        if key in self._strong or (key in self._weak and self._is_in_its_name(match, key)):
            return len(word)
        if key in self._protected or key in _ALSO_WORDS:
            return 0
        for ending in range(1, _LONGEST_ENDING + 1):
            stem = fold(word[:-ending])
            if stem not in self._strong:
                continue
            is_genitive = ending == 1 and key.endswith("s") and len(stem) >= _FEWEST_IN_THE_GENITIVE
            if is_genitive or len(stem) >= _FEWEST_OF_A_STEM:
                return len(word) - ending
        return 0

    def _is_in_its_name(self, match: re.Match[str], key: str) -> bool:
        text, (start, end) = match.string, match.span()
        if text.strip() == match.group() or (text[start - 1 : start] == text[end : end + 1] == '"'):
            return True
        if (
            key in ALSO_WORDS
            and match.group().istitle()
            and _IN_A_SENTENCE.search(text, max(0, start - 3), start)
        ):
            return True
        before = re.search(rf"({WORD.pattern}){_BETWEEN.pattern}$", text[max(0, start - 64) : start])
        after = re.match(rf"{_BETWEEN.pattern}({WORD.pattern})", text[end : end + 64])
        beside = {fold(found[1]) for found in (before, after) if found}
        return bool(beside & self._weak[key])

    def _replace_unspaced(self, text: str, pseudonyms: Pseudonyms, count: Callable[[str], None]) -> str:
        """Where no blanks part the words, a name stands in the midst of letters."""
        if text.isascii() or not self._unspaced:
            return text

        def put(match: re.Match[str]) -> str:
            count(match.group())
            return pseudonyms.word(match.group())

        longest = sorted(self._unspaced, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest)), put, text)
