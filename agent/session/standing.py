"""What a session is doing and what it took so far, as a toolbar tells it."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.model.protocol import Model
from agent.session.stage import Stage
from agent.settings.settings import DEFAULT_PROFILE, DEFAULT_SERVER, Settings
from agent.usage.ledger import Ledger
from agent.usage.words import short_cost, short_tokens

if TYPE_CHECKING:
    from agent.auth.login import Login

# From then on it is told that a sign-in which cannot be renewed is about to end.
_SOON = 600.0


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


def describe_standing(
    stage: Stage,
    settings: Settings,
    model: Model | None,
    account: str,
    sign_in_problem: str,
    ledger: Ledger,
) -> Standing:
    """Put together what a toolbar tells.

    Args:
        stage: What is waited for.
        settings: Which server and profile.
        model: Answers; there may be none yet.
        account: Who is signed in; empty where that is not known.
        sign_in_problem: What the user should do something about; not told while something is waited for,
            which says what to do itself.
        ledger: What the conversation took.
    """
    total = ledger.total
    return Standing(
        stage.text,
        stage.share,
        model.name if model else "",
        account,
        "" if stage.text else sign_in_problem,
        describe_place(settings),
        short_tokens(total),
        short_cost(total, ledger.as_of),
    )


def describe_sign_in_problem(login: "Login | None", is_asked_for: bool, now: float) -> str:
    """Say what the user should do something about: that nobody is signed in, or will be soon.

    Args:
        login: The sign-in, if there is one.
        is_asked_for: The server refused a request without one.
        now: Unix seconds.
    """
    if login is None:
        return "not signed in" if is_asked_for else ""
    left = login.remaining(now)
    if login.refresh_token is not None or left is None or left > _SOON:
        return ""
    return f"sign-in expires in {math.ceil(left / 60)} min" if left > 0 else "sign-in has expired"


def describe_place(settings: Settings) -> str:
    """Name the profile and the server, as far as they are not the usual ones."""
    profile = "" if settings.profile == DEFAULT_PROFILE else settings.profile
    server = "" if settings.server == DEFAULT_SERVER else urlsplit(settings.server).netloc.rpartition("@")[2]
    return " at ".join(filter(None, (profile, server)))
