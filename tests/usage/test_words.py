"""Tokens and what they cost are put in words that say how sure they are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.protocol import Usage
from agent.usage.words import describe_cost, describe_usage, short_cost, short_tokens

LIST = date(2026, 10, 26)


@pytest.mark.parametrize(
    ("usage", "as_of", "words"),
    [
        (
            Usage(12_345, 321, cached_tokens=9_000, reasoning_tokens=128, cost=0.0123),
            None,
            "12,345 tokens in (9,000 cached), 321 out (128 reasoning), $0.0123",
        ),
        (
            Usage(12_345, 321, cached_tokens=9_000, reasoning_tokens=128, cost=0.0123),
            LIST,
            "12,345 tokens in (9,000 cached), 321 out (128 reasoning), about $0.0123 (prices of 2026-10)",
        ),
        (Usage(12_345, 321), None, "12,345 tokens in, 321 out"),
        (Usage(12_345, 321), LIST, "12,345 tokens in, 321 out"),
        (Usage(1, 0), None, "1 token in, 0 out"),
        (Usage(), None, "0 tokens in, 0 out"),
        (Usage(10, 1, cost=0.0), None, "10 tokens in, 1 out, $0.0000"),
        (Usage(10, 1, cost=0.00001), None, "10 tokens in, 1 out, under $0.0001"),
        (Usage(10, 1, cost=0.00001), LIST, "10 tokens in, 1 out, under $0.0001 (prices of 2026-10)"),
        (Usage(10, 1, cost=1234.5), None, "10 tokens in, 1 out, $1,234.50"),
    ],
)
def test_usage_is_described(usage: Usage, as_of: date | None, words: str) -> None:
    assert describe_usage(usage, as_of) == words


@pytest.mark.parametrize(
    ("usage", "as_of", "words"),
    [
        (Usage(), None, ""),
        (Usage(cost=0.0), None, ""),
        (Usage(1, 0), None, "1 token"),
        (Usage(900, 99), None, "999 tokens"),
        (Usage(900, 100), None, "1.0k tokens"),
        (Usage(12_000, 345, cost=0.0123), None, "12.3k tokens · $0.01"),
        (Usage(12_000, 345, cost=0.0123), LIST, "12.3k tokens · about $0.01"),
        (Usage(12_000, 345, cost=0.004), None, "12.3k tokens · under $0.01"),
        (Usage(12_000, 345, cost=0.004), LIST, "12.3k tokens · under $0.01"),
        (Usage(12_000, 345, cost=0.0), None, "12.3k tokens · $0.00"),
        (Usage(12_000, 345, cost=12.345), None, "12.3k tokens · $12.35"),
        (Usage(999_949, 0), None, "999.9k tokens"),
        (Usage(999_950, 0), None, "1.0M tokens"),
        (Usage(2_300_000, 45_678), None, "2.3M tokens"),
    ],
)
def test_usage_is_put_in_short(usage: Usage, as_of: date | None, words: str) -> None:
    assert " · ".join(filter(None, (short_tokens(usage), short_cost(usage, as_of)))) == words


def test_what_costs_a_little_does_not_read_as_nothing() -> None:
    assert [describe_cost(amount) for amount in (0, 0.00001, 0.01234, 1_234.5)] == [
        "$0.0000",
        "under $0.0001",
        "$0.0123",
        "$1,234.50",
    ]
    assert describe_cost(0.001, digits=2) == "under $0.01"


_counts = st.integers(0, 10**10)
_usages = st.builds(Usage, _counts, _counts, _counts, _counts, st.none() | st.floats(0, 10**6))


@given(_usages, st.none() | st.just(LIST))
def test_a_cost_is_named_where_it_is_known_and_only_there(usage: Usage, as_of: date | None) -> None:
    described, short = describe_usage(usage, as_of), short_cost(usage, as_of)
    assert ("$" in described) == (usage.cost is not None)
    assert ("$" in short) == (usage.cost is not None and usage.total_tokens > 0)
    assert ("prices of" in described) == (usage.cost is not None and as_of is not None)


@given(st.integers(1, 10**10))
def test_a_short_count_is_right_to_its_last_digit(count: int) -> None:
    number, unit = short_tokens(Usage(count)).split()
    factor = {"k": 1_000, "M": 1_000_000}.get(number[-1], 1)
    assert float(number.rstrip("kM")) * factor == pytest.approx(count, abs=factor * 0.051)
    assert unit == ("token" if count == 1 else "tokens")
