"""Ways to choose the functions that the model chooses from, to be compared.

own          as the model does it: a core, and what a request's words point at
all          every function, in every request
catalogue    as conversations with other models do it: their core, and what `find_tools` finds, here with the
             user's own words in place of a model's
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class FoundOffer(Offer):
    """A core, and further functions that were found for one request.

    Args:
        request: That request.
    """

    request: str = ""

    def pointed_at(self, request: str, titles: Iterable[str] = ()) -> tuple[Signature, ...]:
        """The further functions, for the request that they were found for."""
        del titles
        return self.further if request == self.request else ()


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
        return FoundOffer(core, tuple(each for each in found if each not in core), request=request)

    return offer_for


OFFERS: Final[Mapping[str, Callable[[], OfferFor]]] = {"own": own, "all": every, "catalogue": catalogue}
