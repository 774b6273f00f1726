"""What a session waits for at the moment."""

from collections.abc import Callable

from agent.wording.bars import draw_bar

_BAR_CELLS = 20


class Stage:
    """What is waited for at the moment.

    Args:
        tell: Told of each change in words; empty ones when nothing is waited for any more.
    """

    def __init__(self, tell: Callable[[str], None] | None) -> None:
        self._tell = tell
        self.text = "starting"
        self.share: float | None = None

    def set(self, text: str, share: float | None = None) -> None:
        """Wait for something else, or for nothing.

        Args:
            text: What is waited for.
            share: How much of it is done; at 1 it is waited for no more.
        """
        if share is not None and share >= 1:
            text, share = "", None
        self.text, self.share = text, share
        if self._tell is not None:
            bar = "" if share is None else f" {draw_bar(share, _BAR_CELLS)} {share:.0%}"
            self._tell(text + bar)
