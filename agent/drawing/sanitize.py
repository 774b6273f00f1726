"""Keep text that others wrote from steering the terminal.

What a model or a server sends may hold escape sequences that move the cursor, rewrite the title or
the clipboard, and bidirectional controls that make a line read otherwise than it is. All of that
goes; letters, line feeds and tabs stay.

Sources: ECMA-48, 5.4 (control sequences) and 8.3 (control strings); Unicode Standard Annex 9,
sections 2 (directional formatting characters) and 3.2 (character types); Unicode Technical Report
36, section 3.5.
"""

import re
import unicodedata
from enum import Enum, auto

# Only text with one of these needs a closer look.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without line feed and tab, delete, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # Bidi_Control
    "\u2028\u2029\ufeff"  # separators that count as line ends, byte order mark
    "\U000e0000-\U000e007f"  # tags: invisible text
    "\ud800-\udfff]"  # lone surrogates, which no stream can encode
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING_INTRODUCERS = "]PX^_"
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_ISOLATE = "\u2068{}\u2069"
_C1_STRING_INTRODUCERS = "\x90\x98\x9d\x9e\x9f"


class _State(Enum):
    TEXT = auto()
    ESCAPE = auto()
    CONTROL_SEQUENCE = auto()
    STRING = auto()
    STRING_ESCAPE = auto()


class Sanitizer:
    """Strip a stream of text; where its chunks are cut makes no difference.

    An unfinished control string ends with its line, so that a server cannot swallow an answer by
    opening one.
    """

    def __init__(self) -> None:
        self._state = _State.TEXT

    def feed(self, chunk: str) -> str:
        """Return what of a chunk may reach the screen."""
        if self._state is _State.TEXT and not _SUSPECT.search(chunk):
            return chunk
        return "".join(map(self._step, chunk))

    def _step(self, character: str) -> str:
        match self._state:
            case _State.TEXT:
                return self._text(character)
            case _State.ESCAPE:
                return self._escape(character)
            case _State.CONTROL_SEQUENCE:
                return self._control_sequence(character)
            case _State.STRING | _State.STRING_ESCAPE:
                return self._string(character)

    def _text(self, character: str) -> str:
        if not _SUSPECT.match(character):
            return character
        if character == "\x1b":
            self._state = _State.ESCAPE
        elif character == "\x9b":
            self._state = _State.CONTROL_SEQUENCE
        elif character in _C1_STRING_INTRODUCERS:
            self._state = _State.STRING
        elif character in "\u2028\u2029":
            return "\n"
        elif _SURROGATE.match(character):
            return "\ufffd"
        return ""

    def _escape(self, character: str) -> str:
        if character == "[":
            self._state = _State.CONTROL_SEQUENCE
            return ""
        if character in _STRING_INTRODUCERS:
            self._state = _State.STRING
            return ""
        if "\x20" <= character <= "\x2f":
            return ""
        self._state = _State.TEXT
        return "" if "\x30" <= character <= "\x7e" else self._text(character)

    def _control_sequence(self, character: str) -> str:
        if "\x20" <= character <= "\x3f":
            return ""
        self._state = _State.TEXT
        return "" if "\x40" <= character <= "\x7e" else self._text(character)

    def _string(self, character: str) -> str:
        if self._state is _State.STRING_ESCAPE and character != "\\":
            # The escape did not end the string but begins a sequence of its own.
            self._state = _State.ESCAPE
            return self._escape(character)
        if character in "\x07\x9c\\" and (character != "\\" or self._state is _State.STRING_ESCAPE):
            self._state = _State.TEXT
            return ""
        if character == "\n":
            self._state = _State.TEXT
            return character
        if character == "\x1b":
            self._state = _State.STRING_ESCAPE
        return ""


def strip(text: str) -> str:
    """Strip a whole text."""
    return Sanitizer().feed(text)


def strip_line(text: str) -> str:
    """Strip a text and make it one line: runs of white space become one space."""
    return " ".join(strip(text).split())


def isolate(text: str) -> str:
    """Keep stripped text that reads from right to left from reordering what stands beside it on a line."""
    if text.isascii() or not any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text):
        return text
    return _ISOLATE.format(text)


def repair_input(text: str) -> str:
    """Make what was typed or pasted fit to be stored and sent.

    Line ends become line feeds, and bytes that the terminal's encoding could not read become
    replacement characters; nothing else is touched, for it is the user's own text.
    """
    return _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
