"""Tells the standing of a session from what it holds."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.ledger import Ledger
from agent.model.protocol import Model
from agent.settings import DEFAULT_PROFILE, DEFAULT_SERVER, Settings
from agent.standing import Stage, Standing
from agent.usage import short_cost, short_tokens

if TYPE_CHECKING:
    from agent.backend import Backend


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
        backend.sign_in_problem(now) if backend else "",
        describe_place(settings),
        short_tokens(total),
        short_cost(total, ledger.as_of),
    )


def describe_place(settings: Settings) -> str:
    """Name the profile and the server, as far as they are not the usual ones."""
    profile = "" if settings.profile == DEFAULT_PROFILE else settings.profile
    server = "" if settings.server == DEFAULT_SERVER else urlsplit(settings.server).netloc.rpartition("@")[2]
    return " at ".join(filter(None, (profile, server)))
