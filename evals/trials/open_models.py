"""What the live trials of a process share: models that are opened once, and what is learnt of them."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from agent.model.embedded.model import EmbeddedModel
from agent.model.protocol import Model, ModelRequest, StreamItem
from agent.model.selection import Choice
from agent.settings.settings import Settings
from agent.system.folders import find_folders
from evals.trials.choosing import JUDGE, PLAY_A_USER, choice_of, is_embedded

_LOGGER = logging.getLogger(__name__)


class Loadable(Model, Protocol):
    """A model that is loaded before it can be asked."""

    async def ready(self) -> None:
        """Wait until it is loaded.

        Raises:
            ModelError: It cannot be.
        """
        ...


def _open_embedded() -> EmbeddedModel:
    # Weights and prompt states are this user's, and found again; those of a trial's own would take minutes.
    return EmbeddedModel(find_folders(os.environ), on_progress=_log_progress)


def _log_progress(text: str, _fraction: float | None) -> None:
    _LOGGER.info("%s", text)


class OpenModels:
    """The models of the live and simulated trials of a process.

    Args:
        settings: Name the model that answers; see `evals.trials.choosing.settle`.
        user_settings: Name the one that plays the user; `None` for the same one.
        judge_settings: Name the one that judges; `None` for no judge.
        cache: A folder for what is learnt of endpoints.
        open_embedded: Makes the embedded model, once it is needed.
    """

    def __init__(
        self,
        settings: Settings,
        user_settings: Settings | None = None,
        judge_settings: Settings | None = None,
        *,
        cache: Path,
        open_embedded: Callable[[], Loadable] = _open_embedded,
    ) -> None:
        self.settings = settings
        self.user_settings = user_settings or settings
        self.judge_settings = judge_settings
        self.cache = cache
        self._open_embedded = open_embedded
        self._embedded: Loadable | None = None
        self._alone = asyncio.Lock()
        self._opening = asyncio.Lock()
        self._opened: dict[str, Model] = {}

    def answering(self) -> Model | None:
        """The model that answers every trial; `None` where each session connects to its endpoint itself."""
        return SharedModel(self._load()) if is_embedded(self.settings) else None

    @asynccontextmanager
    async def admitted(self) -> AsyncGenerator[None]:
        """Wait until one more trial may begin: the embedded model takes one at a time.

        Raises:
            ModelError: It cannot be fetched or loaded.
        """
        if not is_embedded(self.settings):
            yield
            return
        async with self._alone:
            await self._load().ready()
            yield

    async def user(self) -> Model:
        """The model that plays users.

        Raises:
            UsageError: The embedded one was chosen.
        """
        return await self._connect(self.user_settings, PLAY_A_USER)

    async def judge(self) -> Model | None:
        """The model that judges, if one does.

        Raises:
            UsageError: The embedded one was chosen.
        """
        return None if self.judge_settings is None else await self._connect(self.judge_settings, JUDGE)

    async def aclose(self) -> None:
        """Close connections, and end the child process of the embedded model."""
        for model in self._opened.values():
            await model.aclose()
        if self._embedded is not None:
            await self._embedded.aclose()

    def _load(self) -> Loadable:
        self._embedded = self._embedded or self._open_embedded()
        return self._embedded

    async def _connect(self, settings: Settings, part: str) -> Model:
        choice = choice_of(settings, part)
        async with self._opening:
            if part not in self._opened:
                self._opened[part] = await asyncio.to_thread(self._open, choice, settings.api)
        return self._opened[part]

    def _open(self, choice: Choice, api: str) -> Model:
        # The import takes most of a second, so this runs in a thread.
        from agent.model.opening import open_model

        return open_model(choice, api=api, capabilities_file=self.cache / "capabilities.json")


@asynccontextmanager
async def open_models(
    settings: Settings, user_settings: Settings | None, judge_settings: Settings | None
) -> AsyncGenerator[OpenModels]:
    """Have the models of a process, for as long as the context is open.

    Args:
        settings: See `OpenModels`.
        user_settings: See `OpenModels`.
        judge_settings: See `OpenModels`.
    """
    with tempfile.TemporaryDirectory(prefix="models-", ignore_cleanup_errors=True) as cache:
        models = OpenModels(settings, user_settings, judge_settings, cache=Path(cache))
        try:
            yield models
        finally:
            await models.aclose()


class SharedModel:
    """A model that outlives the sessions that use it.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        """Ask for the next message; see `Model.respond`."""
        return self._model.respond(request)

    async def aclose(self) -> None:
        """Leave it open for the next session."""
