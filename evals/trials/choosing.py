"""Chooses the models of a run once, so that every trial in every process asks the same ones."""

from dataclasses import replace

from agent.errors import UsageError
from agent.model.embedded import is_available
from agent.model.selection import EMBEDDED, Choice, Kind, StoredKey, choose_model, no_key
from agent.settings.settings import Settings

PLAY_A_USER = "play a user"
JUDGE = "judge"


async def settle(settings: Settings, *, stored_key: StoredKey = no_key) -> Settings:
    """Choose the model as the chat would, and say so in the settings: its name, address and key.

    Args:
        settings: What was asked for.
        stored_key: Finds the key that is kept for an address.

    Raises:
        ModelError: There is none.
        UsageError: Another one than the one that is named would answer.
    """
    choice = await choose_model(settings, embedded_available=is_available, stored_key=stored_key)
    if settings.model and choice.name != settings.model:
        raise UsageError(
            f"No endpoint is configured for the model {settings.model}, and none of this machine has it.",
            "Name its endpoint with --base-url URL, or take the embedded model: --model embedded",
        )
    if choice.kind is Kind.EMBEDDED:
        return replace(settings, model=EMBEDDED, base_url="", api_key="")
    return replace(settings, model=choice.name, base_url=choice.base_url, api_key=choice.api_key)


def is_embedded(settings: Settings) -> bool:
    """Whether settled settings name the embedded model, which does one thing after another.

    Args:
        settings: See `settle`.
    """
    return settings.model == EMBEDDED


def choice_of(settings: Settings, part: str) -> Choice:
    """The endpoint that settled settings name, for a part that takes more than the embedded model.

    Args:
        settings: See `settle`.
        part: What the model is to do, in words that follow “cannot”.

    Raises:
        UsageError: They name the embedded model.
    """
    if is_embedded(settings):
        raise UsageError(
            f"The embedded model cannot {part}.", "Name an endpoint and one of its models, with --base-url."
        )
    return Choice(Kind.ENDPOINT, settings.model, settings.base_url, settings.api_key, "chosen for the run")
