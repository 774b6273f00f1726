"""How many tokens a request may have: what the model can read, less the room for its answer."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from agent.system.remembered import recall, remember

USUAL_WINDOW = 128_000
"""What is taken for the context of a model of which nothing is known."""
_LEAST = 1_024
_MOST_ANSWER = 8_192
_MOST_MODELS = 100


class ContextBudget:
    """The budget of one model; what its endpoint says about it is remembered between runs.

    A file that cannot be read or written costs a refused request, so that is logged and nothing else.

    Args:
        base_url: The endpoint.
        model: The model's name there.
        chosen: What the user set for the context; 0 for nothing.
        path: Where to remember; nowhere if left out.
    """

    def __init__(self, base_url: str, model: str, *, chosen: int = 0, path: Path | None = None) -> None:
        # Never the whole address: some carry a key.
        parts = urlsplit(base_url)
        self._key = f"{parts.hostname or ''}:{parts.port or ''}{parts.path.rstrip('/')} {model}"
        self._path = path
        learnt = 0 if path is None else _read(path).get(self._key, 0)
        self.window = min(chosen or learnt or USUAL_WINDOW, learnt or chosen or USUAL_WINDOW)

    @property
    def request(self) -> int:
        """The most tokens of a request."""
        return self.window - min(_MOST_ANSWER, self.window // 4)

    async def learn(self, tokens: int | None, *, sent: int) -> bool:
        """Take in that an endpoint refused a request as too long.

        Args:
            tokens: What the model can read, if the endpoint says so.
            sent: How long the request was, as counted here.

        Returns:
            Whether the budget is smaller now, so that the request may be fitted again.
        """
        window = tokens if tokens is not None and tokens < self.window else min(self.window, sent) * 9 // 10
        if window < _LEAST:
            return False
        self.window = window
        if tokens is not None and self._path is not None:
            await asyncio.to_thread(self._save, self._path, tokens)
        return True

    def _save(self, path: Path, tokens: int) -> None:
        known = {self._key: tokens, **{key: each for key, each in _read(path).items() if key != self._key}}
        remember(path, dict(list(known.items())[:_MOST_MODELS]), what="how much models can read")


def _read(path: Path) -> dict[str, int]:
    return {key: each for key, each in recall(path).items() if isinstance(each, int) and each >= _LEAST}
