"""Long pasted texts: one token at the prompt, the whole text in what is sent.

In the draft a token is a single character of a private use area, so it is moved over and deleted as one, and
nothing that somebody writes can be mistaken for it. `ShowPastes` draws what the prompt shows for it.
"""

import re
from bisect import bisect_right
from itertools import accumulate

from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from agent.drawing.sanitize import repair_input, strip

LONG_LINES = 10
LONG_CHARACTERS = 1_000
"""A pasted text with more of either is shown as a token."""

_WRITTEN_CHARACTERS = 10_000
# Supplementary Private Use Area-B, its end: of the characters that nobody uses those that nobody uses least.
_FIRST, _LAST = 0x10F000, 0x10FFFD
_TOKEN = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")


class Pastes:
    """The long texts that were pasted in one chat."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def take(self, pasted: str) -> str:
        """Say what stands in the draft for a pasted text: the text itself, or its token if it is long.

        Args:
            pasted: The text as the terminal gives it.
        """
        text = _TOKEN.sub("\ufffd", repair_input(pasted))
        if len(text) <= LONG_CHARACTERS and text.count("\n") < LONG_LINES:
            return text
        if text not in self._texts:
            if _FIRST + len(self._texts) > _LAST:
                return text
            self._texts.append(text)
        return chr(_FIRST + self._texts.index(text))

    def expand(self, draft: str) -> str:
        """The draft with whole texts in place of tokens."""
        return _TOKEN.sub(lambda token: self._text(token[0]) or "", draft)

    def fold(self, text: str) -> str:
        """The opposite: tokens in place of the texts that were pasted."""
        text = _TOKEN.sub("\ufffd", text)
        for number, pasted in enumerate(self._texts):
            text = text.replace(pasted, chr(_FIRST + number))
        return text

    def write_down(self, draft: str) -> str:
        """What later chats remember of a draft: all of it, but for texts too long to go through."""
        whole = self.expand(draft)
        if len(whole) <= _WRITTEN_CHARACTERS:
            return whole
        return _TOKEN.sub(lambda token: self.label(token[0]), draft)

    def label(self, token: str) -> str:
        """What is shown for a token; empty if it is none."""
        text = self._text(token)
        if text is None:
            return ""
        lines = text.count("\n") + (not text.endswith("\n"))
        size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        return f"[pasted text {ord(token) - _FIRST + 1}: {size}]"

    def _text(self, token: str) -> str | None:
        number = ord(token) - _FIRST
        return self._texts[number] if 0 <= number < len(self._texts) else None


def shown_of_message(text: str) -> str:
    """What is shown of a message once it is sent: its beginning, if it is long."""
    shown = strip("\n".join(text[: 2 * LONG_CHARACTERS].split("\n", 2 * LONG_LINES)[: 2 * LONG_LINES]))
    left = len(text) - len(shown)
    return shown if left < LONG_CHARACTERS else f"{shown} …\n[{left:,} more characters were sent too]"


class ShowPastes(Processor):
    """Draws the tokens of a draft.

    Args:
        pastes: Knows them.
    """

    def __init__(self, pastes: Pastes) -> None:
        self._pastes = pastes

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Put labels in place of tokens."""
        fragments = transformation_input.fragments
        if not _TOKEN.search(fragment_list_to_text(fragments)):
            return Transformation(fragments)
        exploded = explode_text_fragments(fragments)
        shown = [
            ("class:pasted", label) if (label := self._pastes.label(fragment[1])) else fragment
            for fragment in exploded
        ]
        begins = [0, *accumulate(len(fragment[1]) for fragment in shown)]
        return Transformation(
            shown,
            source_to_display=lambda place: begins[min(place, len(shown))] + max(0, place - len(shown)),
            display_to_source=lambda place: bisect_right(begins, place) - 1 + max(0, place - begins[-1]),
        )
