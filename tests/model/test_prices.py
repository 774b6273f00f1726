"""What an answer costs is said by its vendor, or by a list that says how old it is, or not at all."""

import tomllib
from dataclasses import replace
from datetime import date
from importlib import resources
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import JsonObject
from agent.model.prices import LongInput, Price, cost_of, price_of, vendor_cost, with_cost
from agent.model.protocol import Usage

OPENAI = "https://api.openai.com/v1"
GOOGLE = "https://generativelanguage.googleapis.com/v1beta/openai/"
PRICE = Price(2.0, 0.5, 2.5, 8.0, date(2026, 10, 1), "https://prices.example")
LONG = replace(PRICE, long=LongInput(1_000, 2.0, 1.5))


def listed() -> dict[str, Any]:
    text = resources.files("agent").joinpath("data", "prices.toml").read_text(encoding="utf-8")
    return {vendor["host"]: vendor for vendor in tomllib.loads(text)["vendors"]}


ROWS = [
    pytest.param(vendor, price, id=f"{host} {name}")
    for host, vendor in listed().items()
    for name, price in vendor["models"].items()
]


# The list


@pytest.mark.parametrize("vendor", listed().values(), ids=lambda vendor: vendor["host"])
def test_each_vendor_has_a_day_and_a_page(vendor: dict[str, Any]) -> None:
    assert set(vendor) == {"host", "source", "as_of", "models"}
    assert type(vendor["as_of"]) is date
    assert str(vendor["source"]).startswith("https://")
    assert urlsplit(f"https://{vendor['host']}").hostname == vendor["host"]


@pytest.mark.parametrize(("vendor", "price"), ROWS)
def test_each_price_is_positive_and_the_cache_is_never_dearer(
    vendor: dict[str, Any], price: dict[str, Any]
) -> None:
    assert set(price) <= {"input", "cached", "written", "output", "long", "until"}
    assert 0 < price.get("cached", price["input"]) <= price["input"] <= price["output"]
    assert price["input"] <= price.get("written", price["input"]) <= 2 * price["input"]
    assert price.get("until", vendor["as_of"]) >= vendor["as_of"]
    if long := price.get("long"):
        assert set(long) == {"above", "input", "output"}
        assert type(long["above"]) is int
        assert long["above"] >= 100_000
        assert long["input"] > 1
        assert long["output"] > 1


def test_every_listed_model_has_a_price() -> None:
    for host, vendor in listed().items():
        for name, row in vendor["models"].items():
            price = price_of(f"https://{host}/v1", name, today=vendor["as_of"])
            assert price is not None
            assert (price.input, price.output) == (row["input"], row["output"])
            assert (price.as_of, price.source) == (vendor["as_of"], vendor["source"])


def test_a_price_left_out_is_that_of_input() -> None:
    mini, old = price_of(OPENAI, "gpt-5-mini"), price_of(OPENAI, "gpt-4o-2024-05-13")
    assert mini is not None
    assert (mini.input, mini.cached, mini.written) == (0.25, 0.025, 0.25)
    assert old is not None
    assert old.cached == old.input


# Which price


@pytest.mark.parametrize("dated", ["gpt-5-mini-2025-08-07", "gpt-5-mini-20250807"])
def test_a_dated_name_costs_what_its_base_does(dated: str) -> None:
    assert price_of(OPENAI, dated) == price_of(OPENAI, "gpt-5-mini")


def test_a_dated_name_with_a_price_of_its_own_has_that_one() -> None:
    first, base = price_of(OPENAI, "gpt-4o-2024-05-13"), price_of(OPENAI, "gpt-4o-2024-11-20")
    assert first is not None
    assert base == price_of(OPENAI, "gpt-4o")
    assert first.input == 5.0


@pytest.mark.parametrize(
    "name",
    [
        "gpt-5-huge",
        "gpt-5-mini-fast",
        "gpt",
        "gpt-5-",
        "gpt-5-2025",
        "gpt-5-latest",
        "ft:gpt-4o",
        "",
        "GPT-5",
    ],
)
def test_a_name_that_only_begins_like_a_listed_one_has_no_price(name: str) -> None:
    assert price_of(OPENAI, name) is None


def test_the_mini_model_is_not_priced_as_the_full_one() -> None:
    full, mini = price_of(OPENAI, "gpt-5"), price_of(OPENAI, "gpt-5-mini")
    assert full is not None
    assert mini is not None
    assert full.input > mini.input


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:11434/v1",
        "http://localhost:8080/v1",
        "https://openai.example/v1",
        "https://api.openai.com.example/v1",
        "https://example/api.openai.com/v1",
        # Regional endpoints charge more.
        "https://eu.api.openai.com/v1",
        "",
    ],
)
def test_a_host_that_is_not_listed_has_no_prices(address: str) -> None:
    assert price_of(address, "gpt-5-mini") is None


@pytest.mark.parametrize("address", ["https://API.OpenAI.com", "https://api.openai.com:443/v1/"])
def test_a_host_is_known_however_its_address_is_written(address: str) -> None:
    assert price_of(address, "gpt-5-mini") == price_of(OPENAI, "gpt-5-mini")


def test_a_model_is_found_under_the_prefix_that_its_vendor_lists_it_with() -> None:
    assert price_of(GOOGLE, "models/gemini-2.5-flash") == price_of(GOOGLE, "gemini-2.5-flash")
    assert price_of(GOOGLE, "gemini-2.5-flash") is not None


def test_a_price_that_was_announced_to_end_is_unknown_from_then_on() -> None:
    last_day = date(2026, 12, 31)
    assert price_of(GOOGLE, "gemini-3.8-flash", today=last_day) is not None
    assert price_of(GOOGLE, "gemini-3.8-flash", today=date(2027, 1, 1)) is None


# What it comes to


def test_each_kind_of_token_has_its_price() -> None:
    million = 1_000_000
    assert cost_of(Usage(input_tokens=million), PRICE) == pytest.approx(2.0)
    assert cost_of(Usage(input_tokens=million, cached_tokens=million), PRICE) == pytest.approx(0.5)
    assert cost_of(Usage(input_tokens=million, written_tokens=million), PRICE) == pytest.approx(2.5)
    assert cost_of(Usage(output_tokens=million), PRICE) == pytest.approx(8.0)


def test_reasoning_is_paid_as_the_output_that_it_is_part_of() -> None:
    thought = Usage(output_tokens=300, reasoning_tokens=200)
    assert cost_of(thought, PRICE) == cost_of(Usage(output_tokens=300), PRICE)


def test_a_long_request_is_dearer_as_a_whole() -> None:
    ordinary, long = Usage(1_000, 10), Usage(1_001, 10)
    assert cost_of(ordinary, LONG) == cost_of(ordinary, PRICE)
    assert cost_of(long, LONG) == pytest.approx((1_001 * 2.0 * 2.0 + 10 * 8.0 * 1.5) / 1_000_000)


_counts = st.integers(0, 2_000_000)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    read, answered = draw(_counts), draw(_counts)
    cached = draw(st.integers(0, read))
    return Usage(
        read,
        answered,
        cached_tokens=cached,
        reasoning_tokens=draw(st.integers(0, answered)),
        written_tokens=draw(st.integers(0, read - cached)),
    )


@given(usages(), usages())
def test_two_answers_cost_what_each_of_them_does(one: Usage, other: Usage) -> None:
    assert cost_of(one + other, PRICE) == pytest.approx(cost_of(one, PRICE) + cost_of(other, PRICE))


@given(usages(), st.integers(0, 1_000), st.sampled_from(["input_tokens", "output_tokens"]))
def test_more_tokens_never_cost_less(usage: Usage, more: int, kind: str) -> None:
    longer = replace(usage, **{kind: getattr(usage, kind) + more})
    for price in (PRICE, LONG):
        assert cost_of(longer, price) >= cost_of(usage, price)


@given(usages())
def test_a_cached_token_never_costs_more_than_a_fresh_one(usage: Usage) -> None:
    uncached = replace(usage, cached_tokens=0, written_tokens=0)
    assert cost_of(replace(uncached, cached_tokens=usage.cached_tokens), LONG) <= cost_of(uncached, LONG)


_any_count = st.integers(-(10**12), 10**12)


@given(st.builds(Usage, _any_count, _any_count, _any_count, _any_count, st.none(), _any_count))
def test_nothing_that_an_endpoint_counts_costs_less_than_nothing(usage: Usage) -> None:
    assert cost_of(usage, LONG) >= 0


# Whose word counts


def test_the_vendors_own_cost_comes_before_the_list() -> None:
    assert with_cost(Usage(1_000, 100, cost=0.5), PRICE).cost == 0.5
    assert with_cost(Usage(1_000, 100, cost=0.0), PRICE).cost == 0.0


def test_the_list_serves_where_the_vendor_says_nothing() -> None:
    assert with_cost(Usage(1_000, 100), PRICE) == Usage(1_000, 100, cost=0.0028)


def test_without_a_price_the_cost_stays_unknown() -> None:
    assert with_cost(Usage(1_000, 100), None).cost is None


def test_one_answer_of_unknown_cost_makes_the_sum_unknown() -> None:
    known = with_cost(Usage(1_000, 100), PRICE)
    assert (known + Usage(1, 1)).cost is None
    assert (known + known).cost == pytest.approx(0.0056)
    assert (known + Usage()).cost == known.cost


@pytest.mark.parametrize(
    ("reported", "dollars"),
    [
        # The example of https://docs.x.ai/developers/cost-tracking
        ({"cost_in_usd_ticks": 37_756_000}, 0.0037756),
        ({"cost": 0.0033789, "is_byok": False}, 0.0033789),
        # OpenRouter repeats the charge as the upstream vendor's, also where it is the same money.
        ({"cost": 0.01, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.01}}, 0.01),
        ({"cost": 0.01, "cost_details": {"upstream_inference_cost": 0.01}}, 0.01),
        ({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.036}}, 0.036),
        ({"cost": 0.002, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.04}}, 0.042),
        ({"cost": 0.002, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, 0.002),
        ({"cost": {"currency": "USD", "input_cost": 0.001, "total_cost": 0.006}}, 0.006),
        ({"cost": 0}, 0.0),
    ],
)
def test_a_vendors_cost_is_read(reported: JsonObject, dollars: float) -> None:
    assert vendor_cost(reported) == pytest.approx(dollars)


@pytest.mark.parametrize(
    "reported",
    [
        {},
        {"prompt_tokens": 12, "completion_tokens": 3},
        {"cost": None},
        {"cost": "0.01"},
        {"cost": True},
        {"cost": -0.01},
        {"cost": float("inf")},
        {"cost": float("nan")},
        {"cost": [0.01]},
        {"cost": {"currency": "EUR", "total_cost": 0.01}},
        {"cost": {"currency": "USD"}},
        {"cost_in_usd_ticks": "37756000"},
        {"cost_details": {"upstream_inference_cost": 0.01}, "is_byok": True},
    ],
)
def test_what_is_no_cost_in_dollars_is_not_taken_for_one(reported: JsonObject) -> None:
    assert vendor_cost(reported) is None


@given(st.dictionaries(st.sampled_from(["cost", "cost_in_usd_ticks"]), st.floats() | st.integers()))
def test_no_reported_number_becomes_a_cost_below_nothing_or_without_end(
    reported: dict[str, float | int],
) -> None:
    cost = vendor_cost(dict(reported))
    assert cost is None or 0 <= cost < float("inf")


def test_a_usage_of_several_steps_adds_up_in_any_order() -> None:
    steps = [with_cost(Usage(100 * n, n, cached_tokens=50 * n), PRICE) for n in range(1, 6)]
    sums = [sum(order, Usage()).cost for order in (steps, steps[::-1])]
    assert all(one == pytest.approx(other) for one, other in pairwise(sums))
