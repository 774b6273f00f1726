"""Puts characters together again that an endpoint cut in two.

JSON may write a character beyond the basic plane as two escapes, and some endpoints send the second
with the next chunk.
"""

from agent.jsontypes import well_formed


class Halves:
    """Keeps what is still half a character, for each of several texts that come side by side."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def join(self, key: str, piece: str) -> str:
        """What can be read now.

        Args:
            key: Which text the piece belongs to.
            piece: What came of it.
        """
        text = self._kept.pop(key, "") + piece
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._kept[key], text = text[-1], text[:-1]
        return well_formed(text)

    def rest(self, key: str) -> str:
        """What stands for a half that never became whole.

        Args:
            key: Which text has ended.
        """
        return well_formed(self._kept.pop(key, ""))
