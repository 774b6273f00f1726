"""The models of a running session: which there are, and another one in place of the one that answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from agent.available_models.records import ListedModels
from agent.errors import ModelError
from agent.settings.settings import Settings
from agent.system.folders import Folders

if TYPE_CHECKING:
    from agent.auth.model_keys import KeyLookup
    from agent.available_models.places import Found

_ORIGIN = "/model"


class AvailableModels:
    """Finds models, and changes to one.

    Args:
        open_keys: Waits until the stored keys are at hand.
        settings: What is in force.
        folders: Where the embedded model's weights are.
        use_model: Changes to the model that settings name; returns it with why it is this one.
    """

    def __init__(
        self,
        open_keys: "Callable[[], Awaitable[KeyLookup]]",
        settings: Callable[[], Settings],
        folders: Folders,
        use_model: Callable[[Settings], Awaitable[str]],
    ) -> None:
        self._open_keys = open_keys
        self._settings = settings
        self._folders = folders
        self._use_model = use_model

    async def list(self) -> ListedModels:
        """Ask every place for its models.

        Raises:
            AgentError: The stored keys cannot be opened.
        """
        keys = await self._open_keys()
        # The vault's libraries take a while to import.
        await asyncio.to_thread(import_module, "agent.available_models.listing")
        from agent.available_models.listing import list_models, look

        return list_models(await look(self._settings(), self._folders, keys))

    async def use(self, name: str) -> str:
        """Answer with another model from the next turn on.

        Args:
            name: The model, wherever it is.

        Returns:
            The model, and why it is this one.

        Raises:
            ModelError: There is no such model, or it cannot be used; the one before stays.
        """
        keys = await self._open_keys()
        await asyncio.to_thread(import_module, "agent.available_models.listing")
        from agent.available_models.places import look_around
        from agent.model.embedded.weights import QWEN_CODER
        from agent.model.selection import EMBEDDED

        settings = self._settings()
        if name in (EMBEDDED, QWEN_CODER.name):
            chosen = replace(settings, model=EMBEDDED)
        else:
            chosen = place_model(settings, name, await look_around(settings, keys))
        origins = {**settings.origins, "model": _ORIGIN}
        if chosen.base_url != settings.base_url:
            origins["base_url"] = _ORIGIN
        return await self._use_model(replace(chosen, origins=origins))


def place_model(settings: Settings, name: str, found: "Found") -> Settings:
    """The settings with another model, and with the endpoint that has it.

    Args:
        settings: What is in force.
        name: The model.
        found: All places and what they have.

    Raises:
        ModelError: No place has it.
    """
    from agent.available_models.places import find_place

    base_url, doubt = find_place(name, found, must_be_configured=False)
    configured = found.configured
    # An endpoint that does not tell its models may have any.
    may_have = configured is not None and configured.listing.reached and not configured.listing.names
    if doubt and not may_have:
        raise ModelError(
            f"There is no model {name} anywhere; the one before stays.", "/model lists those there are."
        )
    if not base_url:
        return replace(settings, model=name)
    # A key is for its own address alone; the other one's is looked up.
    return replace(settings, model=name, base_url=base_url, api_key="")
