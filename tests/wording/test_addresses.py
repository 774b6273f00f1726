"""Addresses as they are shown and kept."""

import pytest

from agent.wording.addresses import has_hidden_user, hide_user, is_same_place, shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://api.astravue.com/mcp", "https://api.astravue.com/mcp"),
        ("https://ada:pass@example.com/mcp?key=hush#part", "https://…@example.com/mcp"),
        ("https://ada@example.com:8443/mcp", "https://…@example.com:8443/mcp"),
        ("https://example.com/@ada/mcp", "https://example.com/@ada/mcp"),
        ("https://ada:p@ss@[::1]:80/mcp", "https://…@[::1]:80/mcp"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(address: str, shown: str) -> None:
    assert shown_address(address) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ada:pass@example.com:port/mcp?key=hush", "https://…@example.com:port/mcp"),
        ("https://ada:pa/ss?w#rd@example.com/mcp", "https://…@example.com/mcp"),
        ("ada:pass@example.com", "…@example.com"),
        ("nonsense", "nonsense"),
    ],
)
def test_what_is_no_address_is_shown_without_it_as_well(text: str, shown: str) -> None:
    assert shown_address(text) == shown


def test_what_is_hidden_is_hidden_once_and_can_be_told() -> None:
    hidden = hide_user("https://ada:pass@example.com/mcp?team=7")

    assert hidden == hide_user(hidden) == "https://…@example.com/mcp?team=7"
    assert has_hidden_user(hidden)
    assert not has_hidden_user("https://example.com/mcp")


def test_an_address_is_the_same_place_with_and_without_a_user() -> None:
    assert is_same_place("https://…@example.com/mcp", "https://ada:pass@example.com/mcp")
    assert not is_same_place("https://…@example.com/mcp", "https://ada:pass@example.com/other")
    assert not is_same_place("nonsense", "https://example.com/mcp")
