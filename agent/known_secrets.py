"""Recognises the keys and tokens of this program, so that none of them leaves in the arguments of a call.

Where they may stand in a text that is to be shown, they are taken out.
"""

from collections.abc import Callable, Iterable, Iterator

# Shorter ones would be found in any text.
_SHORTEST = 8


class KnownSecrets:
    """Holds no secret itself but where each is to be found, as tokens are renewed.

    Args:
        sources: Each gives the secrets of one kind as they are now; empty ones are passed over.
    """

    def __init__(self, *sources: Callable[[], Iterable[str | None]]) -> None:
        self._sources = sources

    def are_in(self, text: str) -> bool:
        """Say whether a text holds one of them, as it is."""
        return any(secret in text for secret in self._all())

    def hide(self, text: str) -> str:
        """A text without them."""
        for secret in self._all():
            text = text.replace(secret, "[redacted]")
        return text

    def _all(self) -> Iterator[str]:
        for source in self._sources:
            for secret in source():
                if secret is not None and len(secret) >= _SHORTEST:
                    yield secret
