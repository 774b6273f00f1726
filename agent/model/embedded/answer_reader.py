"""Reads the text out of an answer while its JSON still comes in."""

import json
import re

_START = re.compile(r'\s*\{\s*"answer"\s*:\s*"')
_TEXT = re.compile(r'(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*')


class AnswerReader:
    """Takes the pieces of `{"answer": "..."}` and gives the pieces of its text.

    Of any other object it gives nothing.
    """

    def __init__(self) -> None:
        self._raw = ""
        self._given = 0

    @property
    def has_read(self) -> bool:
        """Some text has been given."""
        return self._given > 0

    def read(self, piece: str) -> str:
        """Take the next piece; return the text that is certain by now and was not given yet."""
        self._raw += piece
        start = _START.match(self._raw)
        if start is None:
            return ""
        body = _TEXT.match(self._raw, start.end())
        raw = body[0] if body is not None else ""
        # Half of a surrogate pair is no character yet.
        raw = re.sub(r"\\u[dD][89abAB][0-9a-fA-F]{2}$", "", raw)
        text: str = json.loads(f'"{raw}"', strict=False)
        more = text[self._given :]
        self._given = len(text)
        return more
