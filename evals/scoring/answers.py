"""Whether an answer says what it has to, however it is written."""

import re
import unicodedata
from collections.abc import Iterator

from evals.definitions.case import AnswerRule

# Models write these in either way, and mean the same.
_ALIKE = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"}
)
_EMPHASIS = re.compile(r"\*+|`+|~~|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")
_LINE_STARTS = re.compile(r"^\s*(?:#{1,6}|>+)\s+", re.MULTILINE)
_RULES = re.compile(r"\|[\s:|-]*(?=\||$)", re.MULTILINE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def find_faults(rule: AnswerRule, answer: str) -> Iterator[str]:
    """What an answer has otherwise than a rule wants, each as one line.

    Args:
        rule: The rule.
        answer: The answer, as Markdown.
    """
    read = read_answer(answer)
    for text in rule.contains:
        if not _says(answer, read, text):
            yield f'it has to say "{text}"'
    for pattern in rule.matches:
        if not any(re.search(pattern, form, re.IGNORECASE) for form in (read, answer)):
            yield f"it has to match {pattern}"
    for text in rule.lacks:
        if _says(answer, read, text):
            yield f'it must not say "{text}"'


def read_answer(text: str) -> str:
    """A text as it is read: on one line, without marks of Markdown, each letter in one form.

    Args:
        text: Markdown.

    Source: Unicode Standard Annex 15 (NFKC).
    """
    plain = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    plain = _EMPHASIS.sub("", _LINE_STARTS.sub("", _RULES.sub(" ", plain)))
    return _THOUSANDS.sub("", " ".join(plain.replace("|", " ").split()))


def _says(answer: str, read: str, text: str) -> bool:
    wanted = read_answer(text).casefold()
    if not wanted:
        return text in answer
    # A number is itself only where no other digit stands beside it: there is no 6 in 16, nor in 6.5.
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, read.casefold()) is not None
