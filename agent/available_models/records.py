"""Which models there are, as plain records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """Somewhere that has models, or should.

    Args:
        title: The place in words, with what is wrong with it.
        names: Its models.
        in_use: The one of them that answers; empty if none does.
        left_out: How many more it has that cannot hold a conversation.
    """

    title: str
    names: tuple[str, ...]
    in_use: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ListedModels:
    """Everything that could be found.

    Args:
        places: The configured endpoint first, the embedded model last.
        in_use: Which model answers and why, or why none does; one sentence.
        kept: The addresses for which a key is kept.
    """

    places: tuple[ModelPlace, ...]
    in_use: str
    kept: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All models, each once."""
        return tuple(dict.fromkeys(name for place in self.places for name in place.names))
