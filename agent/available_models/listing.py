"""Finds out which models one could use, and which one is in use."""

import asyncio
from dataclasses import dataclass

from agent.auth.model_keys import KeyLookup
from agent.available_models.places import Found, Place, look_around
from agent.available_models.records import ListedModels, ModelPlace
from agent.errors import ModelError
from agent.jsontypes import JsonObject, JsonValue
from agent.model.check_embedded import is_fetched
from agent.model.embedded import install_command, is_available
from agent.model.embedded.weights import QWEN_CODER
from agent.model.selection import EMBEDDED, Choice, Kind, choose_model
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.wording.addresses import shown_address


@dataclass(frozen=True, slots=True)
class Models:
    """All that is told.

    Args:
        found: The places and what they have.
        choice: The model in use; none if there is none.
        problem: Why there is none.
        fetched: The embedded model's weights are there.
    """

    found: Found
    choice: Choice | None
    problem: str
    fetched: bool


async def look(settings: Settings, folders: Folders, keys: KeyLookup) -> Models:
    """Ask every place for its models, and choose as a conversation would.

    Args:
        settings: What is configured.
        folders: Where the weights are.
        keys: The stored keys.
    """

    async def choose() -> Choice | ModelError:
        try:
            return await choose_model(settings, embedded_available=is_available, stored_key=keys)
        except ModelError as error:
            return error

    found, choice = await asyncio.gather(look_around(settings, keys), choose())
    if isinstance(choice, ModelError):
        return Models(found, None, str(choice), is_fetched(folders))
    return Models(found, choice, "", is_fetched(folders))


def list_models(models: Models) -> ListedModels:
    """Put it into words."""
    choice = models.choice
    is_embedded = choice is not None and choice.kind is Kind.EMBEDDED
    embedded = ModelPlace(
        f"{EMBEDDED} ({_describe_embedded(models)})",
        (QWEN_CODER.name,),
        QWEN_CODER.name if is_embedded else "",
    )
    if choice:
        where = f" at {shown_address(choice.base_url)}" if choice.base_url else ""
        in_use = f"In use: {choice.name}{where}, {choice.reason}"
    else:
        in_use = f"In use: none. {models.problem}"
    places = [_describe(place, choice) for place in models.found.places]
    return ListedModels((*places, embedded), in_use, models.found.kept)


def _describe(place: Place, choice: Choice | None) -> ModelPlace:
    problem = "" if place.listing.names else f": {place.listing.problem}"
    names = _names(choice, place)
    return ModelPlace(
        f"{shown_address(place.base_url)} ({place.title}){problem}",
        tuple(names),
        next((name for name in names if _is_chosen(choice, place, name)), ""),
        len(place.listing.names) - len(place.listing.chatting),
    )


def _names(choice: Choice | None, place: Place) -> list[str]:
    """The models of a place, with the one in use among them even where it is not listed."""
    names = list(place.listing.chatting)
    if choice and choice.base_url == place.base_url and not any(_is_chosen(choice, place, n) for n in names):
        names.append(choice.name)
    return names


def _is_chosen(choice: Choice | None, place: Place, name: str) -> bool:
    if choice is None or choice.base_url != place.base_url:
        return False
    return name in (choice.name, f"{choice.name}:latest")


def _describe_embedded(models: Models) -> str:
    installed = "installed" if is_available() else f"not installed: {install_command()}"
    size = f"{QWEN_CODER.size / 1e9:.2f} GB"
    fetched = f"{size}, fetched" if models.fetched else f"{size}, not fetched yet: astravue model fetch"
    return f"{installed}; {fetched}"


def write_models(models: Models) -> JsonObject:
    """Write it for scripts."""
    choice = models.choice
    places: list[JsonValue] = [
        {
            "base_url": shown_address(place.base_url),
            "title": place.title,
            "models": list(place.listing.chatting),
            "problem": place.listing.problem or None,
        }
        for place in models.found.places
    ]
    return {
        "in_use": {
            "name": choice.name,
            "base_url": shown_address(choice.base_url) or None,
            "reason": choice.reason,
        }
        if choice
        else None,
        "problem": models.problem or None,
        "endpoints": places,
        "embedded": {
            "name": QWEN_CODER.name,
            "bytes": QWEN_CODER.size,
            "installed": is_available(),
            "fetched": models.fetched,
        },
        "keys": list(models.found.kept),
    }
