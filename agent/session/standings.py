"""Tells the standing of a session from what it holds."""

import math
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.model.protocol import Model
from agent.session.standing import Stage, Standing
from agent.settings.settings import DEFAULT_PROFILE, DEFAULT_SERVER, Settings
from agent.usage.ledger import Ledger
from agent.usage.words import short_cost, short_tokens

if TYPE_CHECKING:
    from agent.auth.login import Login
    from agent.session.backend import Backend

# From then on it is told that a sign-in which cannot be renewed is about to end.
_SOON = 600.0


def describe_standing(
    stage: Stage,
    settings: Settings,
    model: Model | None,
    backend: "Backend | None",
    ledger: Ledger,
    now: float,
) -> Standing:
    """Put together what a toolbar tells.

    Args:
        stage: What is waited for.
        settings: Which server and profile.
        model: Answers; there may be none yet.
        backend: Knows of the sign-in; it may not be loaded yet.
        ledger: What the conversation took.
        now: Unix seconds.
    """
    total = ledger.total
    return Standing(
        stage.text,
        stage.share,
        model.name if model else "",
        backend.account if backend else "",
        # A stage says what to do about it.
        backend.sign_in_problem(now) if backend and not stage.text else "",
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
