"""What an answer costs: as its vendor says, else by the list price, else unknown.

List prices stand in `agent/data/prices.toml`, each vendor's with the day it was read and the page it was
read from. A host or model that is not in it has no price, so nobody is shown a guess.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import NotRequired, TypedDict, cast
from urllib.parse import urlsplit

from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.model.protocol import Usage

_A_MILLION = 1_000_000
_TICKS_PER_DOLLAR = 10**10
# Names of one state of a model: `gpt-5-mini-2025-08-07`, `grok-4.5-20260708`.
_DATED = re.compile(r"(?P<base>.+)-\d{4}-?\d{2}-?\d{2}")


@dataclass(frozen=True, slots=True)
class LongInput:
    """What a longer request costs.

    Args:
        above: How many tokens the input of the longest ordinary request has.
        input: What the prices of all input are multiplied by.
        output: What the price of output is multiplied by.
    """

    above: int
    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Price:
    """The list price of a model, in US dollars a million tokens.

    Args:
        input: Read by the model, neither from its cache nor written to it.
        cached: Read from the prompt cache.
        written: Written to the prompt cache.
        output: Written by the model, reasoning among them.
        as_of: The day it was read.
        source: The page it was read from.
        long: What a longer request costs, where that is more.
    """

    input: float
    cached: float
    written: float
    output: float
    as_of: date
    source: str
    long: LongInput | None = None


def price_of(base_url: str, model: str, *, today: date | None = None) -> Price | None:
    """The list price of a model; `None` where it is not known.

    Args:
        base_url: The endpoint.
        model: The model's name there; a dated name costs what its base does, unless it is listed itself.
        today: The day of the request; by the clock when left out.
    """
    models = _table().get(urlsplit(base_url).hostname or "", {})
    # Google lists its models under this prefix and takes either name.
    name = model.removeprefix("models/")
    dated = _DATED.fullmatch(name)
    row = models.get(name) or (models.get(dated["base"]) if dated else None)
    if row is None or (row.until is not None and row.until < (today or date.today())):
        return None
    return row.price


def cost_of(usage: Usage, price: Price) -> float:
    """What one request costs by its list price, in US dollars.

    Args:
        usage: The tokens of that request; the price of several may depend on how long each was.
        price: The model's.
    """
    total = max(usage.input_tokens, 0)
    cached = min(max(usage.cached_tokens, 0), total)
    written = min(max(usage.written_tokens, 0), total - cached)
    fresh = total - cached - written
    read = fresh * price.input + cached * price.cached + written * price.written
    answered = max(usage.output_tokens, 0) * price.output
    if price.long is not None and total > price.long.above:
        read, answered = read * price.long.input, answered * price.long.output
    return (read + answered) / _A_MILLION


def with_cost(usage: Usage, price: Price | None) -> Usage:
    """Add what one request costs, unless its vendor has said so; unchanged where it is not known.

    Args:
        usage: The tokens of that request.
        price: The model's list price, if there is one.
    """
    if usage.cost is not None or price is None:
        return usage
    return replace(usage, cost=cost_of(usage, price))


def vendor_cost(usage: JsonObject) -> float | None:
    """What the vendor says that a request cost, in US dollars; `None` where it says nothing.

    Args:
        usage: The `usage` object of an answer, as it came.

    Source: https://docs.x.ai/developers/cost-tracking (`cost_in_usd_ticks`, of which 10^10 are a dollar);
    https://openrouter.ai/docs/use-cases/usage-accounting (`cost` in credits, which are dollars; with a key
    of one's own at the upstream vendor, that one's charge comes on top); the `usage` of Perplexity's
    Agent API (`cost` is an object with `currency` and `total_cost`).
    """
    ticks = _amount(usage.get("cost_in_usd_ticks"))
    if ticks is not None:
        return ticks / _TICKS_PER_DOLLAR
    cost = usage.get("cost")
    if is_object(cost):
        return _amount(cost.get("total_cost")) if cost.get("currency", "USD") == "USD" else None
    charged = _amount(cost)
    details = usage.get("cost_details")
    if charged is not None and usage.get("is_byok") is True and is_object(details):
        charged += _amount(details.get("upstream_inference_cost")) or 0.0
    return charged


def _amount(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # JSON's 1e999 is read as infinity.
    return float(value) if 0 <= value < _A_MILLION * _TICKS_PER_DOLLAR else None


@dataclass(frozen=True, slots=True)
class _Row:
    price: Price
    until: date | None


class _StoredPrice(TypedDict):
    input: float
    cached: NotRequired[float]
    written: NotRequired[float]
    output: float
    long: NotRequired[Mapping[str, float]]
    until: NotRequired[date]


class _StoredVendor(TypedDict):
    host: str
    source: str
    as_of: date
    models: Mapping[str, _StoredPrice]


@cache
def _table() -> Mapping[str, Mapping[str, _Row]]:
    import tomllib

    text = resources.files("agent").joinpath("data", "prices.toml").read_text(encoding="utf-8")
    vendors = cast("list[_StoredVendor]", tomllib.loads(text)["vendors"])
    return {vendor["host"]: dict(_rows(vendor)) for vendor in vendors}


def _rows(vendor: _StoredVendor) -> Iterator[tuple[str, _Row]]:
    for name, stored in vendor["models"].items():
        long = stored.get("long")
        price = Price(
            input=stored["input"],
            cached=stored.get("cached", stored["input"]),
            written=stored.get("written", stored["input"]),
            output=stored["output"],
            as_of=vendor["as_of"],
            source=vendor["source"],
            long=LongInput(int(long["above"]), long["input"], long["output"]) if long else None,
        )
        yield name, _Row(price, stored.get("until"))
