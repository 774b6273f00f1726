"""What the counts of this machine must be multiplied by to be those of a model.

Other models have other encodings, and templates add what nobody documents. Each answer says how many
tokens its request had, so after a few of them an estimate is right for whichever model answers.
"""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from agent.conversation import Message
from agent.model.protocol import FunctionDefinition, Usage
from agent.system.remembered import recall, remember
from agent.usage.tokens import TokenCounter

_LEAST, _MOST = 0.3, 3.0
_WEIGHT = 0.5
_WORTH_KEEPING = 0.01
_MOST_MODELS = 100


class Calibration:
    """The factor of each model, remembered between runs in one small file.

    A file that cannot be read or written costs a few rough estimates, so that is logged and nothing else.

    Args:
        path: The file; without one, nothing outlives this object.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._factors: dict[str, float] | None = None
        self._learnt: dict[str, float] = {}

    def factor(self, base_url: str, model: str) -> float:
        """What counts are multiplied by for a model; 1 while nothing is known of it."""
        return self._known().get(_key(base_url, model), 1.0)

    def knows(self, base_url: str, model: str) -> bool:
        """Say whether anything is known of a model."""
        return _key(base_url, model) in self._known()

    def learn(self, base_url: str, model: str, *, counted: int, actual: int) -> bool:
        """Take in what an answer says about its request.

        Args:
            base_url: The endpoint.
            model: The model's name there.
            counted: The request's tokens as counted here.
            actual: The same as the endpoint counted them.

        Returns:
            Whether the factor moved so far that it is worth saving.
        """
        if counted <= 0 or actual <= 0:
            return False
        known, key = self._known(), _key(base_url, model)
        ratio = min(max(actual / counted, _LEAST), _MOST)
        before = known.get(key)
        # Half of the way there, as factors go: from 0.5 to 2 that is 1.
        after = ratio if before is None else before * (ratio / before) ** _WEIGHT
        known[key] = self._learnt[key] = after
        return before is None or abs(after - before) > _WORTH_KEEPING * before

    def save(self) -> None:
        """Write what was learnt beside what other windows learnt meanwhile; may take a while."""
        if self._path is None:
            return
        others = [(key, factor) for key, factor in _read(self._path).items() if key not in self._learnt]
        kept = [*self._learnt.items(), *others][:_MOST_MODELS]
        remember(self._path, dict(kept), what="how tokens are counted")

    def _known(self) -> dict[str, float]:
        if self._factors is None:
            self._factors = {} if self._path is None else _read(self._path)
        return self._factors


class InputEstimator:
    """Says how long the next request is, and learns from the answer.

    Args:
        counter: Counts on this machine.
        calibration: What counts are multiplied by.
        base_url: The endpoint.
        model: The model's name there.
    """

    def __init__(self, counter: TokenCounter, calibration: Calibration, base_url: str, model: str) -> None:
        self._counter = counter
        self._calibration = calibration
        self._base_url = base_url
        self._model = model
        self._last: tuple[str, tuple[Message, ...], tuple[FunctionDefinition, ...]] | None = None

    async def estimate(
        self, system: str, messages: Iterable[Message], functions: Sequence[FunctionDefinition]
    ) -> int:
        """The tokens of a request as its model will count them, as well as is known.

        Args:
            system: The system prompt.
            messages: The history.
            functions: The functions that may be called.
        """
        self._last = (system, tuple(messages), tuple(functions))
        counted = await self._counter.count(*self._last)
        return round(counted * self._calibration.factor(self._base_url, self._model))

    async def learn(self, usage: Usage) -> None:
        """Compare the last request that was estimated with what its answer says of it.

        Args:
            usage: The tokens of that request alone.
        """
        # Four bytes for a token is too rough to learn from; by the end of an answer the encoding is there.
        if self._last is None or not self._counter.is_exact:
            return
        counted = await self._counter.count(*self._last)
        if self._calibration.learn(self._base_url, self._model, counted=counted, actual=usage.input_tokens):
            await asyncio.to_thread(self._calibration.save)


def _key(base_url: str, model: str) -> str:
    # Never the whole address: some carry a key.
    parts = urlsplit(base_url)
    return f"{parts.hostname or ''}{parts.path.rstrip('/')} {model}"


def _read(path: Path) -> dict[str, float]:
    return {
        key: float(factor)
        for key, factor in recall(path).items()
        if isinstance(factor, int | float) and _LEAST <= factor <= _MOST
    }
