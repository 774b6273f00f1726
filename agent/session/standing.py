"""What a session is doing and what it took so far, as a toolbar tells it."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.wording.bars import draw_bar

_BAR_CELLS = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """The present state of a session; made often, so of things that are at hand.

    Args:
        stage: What is waited for; empty when nothing is.
        share: How much of that is done, from 0 to 1; `None` where nobody knows.
        model: The model's name; empty while there is none.
        account: Who is signed in; empty where that is not known.
        sign_in_problem: What the user should do something about, such as that nobody is signed in.
        place: The profile and the server, where they are not the usual ones.
        tokens: What the conversation took so far.
        cost: What that cost; empty where it is not known.
    """

    stage: str = ""
    share: float | None = None
    model: str = ""
    account: str = ""
    sign_in_problem: str = ""
    place: str = ""
    tokens: str = ""
    cost: str = ""


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
