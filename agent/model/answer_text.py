"""The text of a stream, put together from whatever pieces a vendor makes of it.

A character that was cut in two is put together again. Text that is sent anew with every chunk, each
time a little longer, is told from text that is sent piece by piece. Reasoning that a model writes into
its answer, between `<think>` and `</think>`, is told from the answer.
"""

from collections.abc import Iterator

from agent.model.halves import Halves
from agent.model.protocol import ReasoningDelta, TextDelta

_LENGTH, _VARIETY = 16, 8


class TextStream:
    """One kind of text of a stream.

    A chunk that begins with all that came before may be more of the same text, or all of it once more
    (DashScope, Apple's models, some gateways for Gemini). Which one it is shows with the next chunk,
    so until then it waits: nothing is said twice, and nothing is lost.
    """

    def __init__(self) -> None:
        self._halves = Halves()
        self._pieces: list[str] = []
        self._length = 0
        self._waiting: list[str] = []
        self._comes_whole = False

    def take(self, text: str, *, is_last: bool) -> str:
        """What a chunk adds to the text.

        Args:
            text: Of the chunk.
            is_last: The chunk also says why the model stopped.
        """
        text = self._halves.join("", text)
        if not text:
            return ""
        if self._waiting:
            return self._decide(text)
        if not self._length or len(text) < self._length:
            return self._add(text)
        return self._compare(text, is_last=is_last)

    def end(self) -> str:
        """What was still waiting."""
        half = self._halves.rest("")
        waiting, self._waiting = self._waiting, []
        if len(waiting) == 1 and _is_telling("".join(self._pieces)):
            return self._add(waiting[0][self._length :] + half)
        return self._add("".join(waiting) + half)

    def _add(self, text: str) -> str:
        self._pieces.append(text)
        self._length += len(text)
        return text

    def _compare(self, text: str, *, is_last: bool) -> str:
        so_far = "".join(self._pieces)
        self._pieces = [so_far]
        if not text.startswith(so_far) or so_far.isspace():
            return self._add(text)
        if len(text) == self._length:
            is_again = self._comes_whole or (is_last and _is_telling(so_far))
            return "" if is_again else self._add(text)
        if self._comes_whole:
            return self._add(text[self._length :])
        self._waiting = [text]
        return ""

    def _decide(self, text: str) -> str:
        before = self._waiting[-1]
        if len(text) <= len(before) or not text.startswith(before):
            text = "".join([*self._waiting, text])
            self._waiting = []
            return self._add(text)
        if not _is_telling(text):
            self._waiting.append(text)
            return ""
        self._waiting, self._comes_whole = [], True
        return self._add(text[self._length :])


def _is_telling(text: str) -> bool:
    """Say whether nobody says this twice by chance."""
    return len(text) >= _LENGTH and len(set(text)) >= _VARIETY


class Thoughts:
    """Tells reasoning that stands in the answer from the answer.

    Only a tag with which the answer begins opens reasoning, since a model writes it there and nowhere
    else; any other is text, word for word. The blank lines after the reasoning are no part of the answer.

    Source: the chat templates of DeepSeek-R1, Qwen3 and MiniMax-M2.
    """

    _OPEN, _CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._is_open = False
        self._is_over = False
        self._drops_blank = False

    def split(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
        """What a piece of the answer is.

        Args:
            text: The next piece.
        """
        if not self._is_over:
            text, self._held = self._held + text, ""
            if not self._is_open:
                text = self._look_for_opening(text)
            if self._is_open:
                reasoning, text = self._look_for_closing(text)
                if reasoning:
                    yield ReasoningDelta(reasoning)
        if self._drops_blank:
            text = text.lstrip()
            self._drops_blank = not text
        if text:
            yield TextDelta(text)

    def end(self) -> Iterator[TextDelta | ReasoningDelta]:
        """What was held back."""
        if self._held:
            yield ReasoningDelta(self._held) if self._is_open else TextDelta(self._held)
            self._held = ""

    def _look_for_opening(self, text: str) -> str:
        begun = text.lstrip()
        if begun.startswith(self._OPEN):
            self._is_open = True
            return begun.removeprefix(self._OPEN)
        if self._OPEN.startswith(begun):
            self._held = text
            return ""
        self._is_over = True
        return text

    def _look_for_closing(self, text: str) -> tuple[str, str]:
        reasoning, closing, rest = text.partition(self._CLOSE)
        if closing:
            self._is_open, self._is_over, self._drops_blank = False, True, True
            return reasoning, rest
        for length in range(min(len(text), len(self._CLOSE) - 1), 0, -1):
            if self._CLOSE.startswith(text[-length:]):
                self._held = text[-length:]
                return text[:-length], ""
        return text, ""
