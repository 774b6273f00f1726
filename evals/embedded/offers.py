"""Ways to choose the functions that the model chooses from, to be compared.

own          as the model does it: a core, and what a request's words point at
all          every function, in every request
catalogue    as conversations with other models do it: their core, and what `find_tools` finds, here with the
             user's own words in place of a model's
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from agent.model.embedded.naming import Signature, read_signatures
from agent.model.embedded.offer import Offer
from agent.model.embedded.prefix import divide
from agent.tools.catalogue import ASTRAVUE_CORE
from agent.tools.search import ToolSearch
from agent.tools.tool import Tool
from evals.embedded.functions import load_functions

OfferFor: TypeAlias = Callable[[str], Offer]
"""The functions for a request."""

_MOST_FOUND: Final = 5


class FoundOffer(Offer):
    """A core, and further functions that all come along."""

    def pointed_at(self, request: str, titles: Iterable[str] = ()) -> tuple[Signature, ...]:
        """All of the further functions: they were found for this request alone."""
        del request, titles
        return self.further


def own() -> OfferFor:
    """As the model does it."""
    offer = divide(read_signatures(load_functions()))
    return lambda _request: offer


def every() -> OfferFor:
    """All functions in every request."""
    offer = Offer(tuple(read_signatures(load_functions())))
    return lambda _request: offer


def catalogue() -> OfferFor:
    """The core of conversations, and what is found with the user's words."""
    functions = load_functions()
    signatures = {signature.function.name: signature for signature in read_signatures(functions)}
    core = tuple(signatures[name] for name in ASTRAVUE_CORE)
    search = ToolSearch([Tool(each.name, "", each.description, each.parameters) for each in functions])

    def offer_for(request: str) -> Offer:
        found = (
            signatures[tool.name] for tool in search.find(request, _MOST_FOUND) if tool.name in signatures
        )
        return FoundOffer(core, tuple(each for each in found if each not in core))

    return offer_for


OFFERS: Final[Mapping[str, Callable[[], OfferFor]]] = {"own": own, "all": every, "catalogue": catalogue}
