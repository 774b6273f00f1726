"""What a reference leads to, and what it says together with the keywords beside it."""

import pytest

from agent.jsontypes import JsonObject
from agent.tools.references import combine, has_own_base, point_to

ROOT: JsonObject = {"prefixItems": [{"const": 1}, {"const": 2}]}


def test_the_root_points_to_itself() -> None:
    assert point_to(ROOT, "#") is ROOT


def test_an_item_of_a_list_is_found_by_its_number() -> None:
    assert point_to(ROOT, "#/prefixItems/1") == {"const": 2}


@pytest.mark.parametrize("last", ["2", "x", "-1", "²", ""])
def test_what_is_no_place_in_a_list_leads_nowhere(last: str) -> None:
    assert point_to(ROOT, f"#/prefixItems/{last}") is None


def test_a_mere_anchor_is_no_base() -> None:
    assert not has_own_base({"$id": "#here"})
    assert has_own_base({"$id": "https://example.com/here"})


def test_what_held_together_before_holds_together_with_the_target() -> None:
    said: JsonObject = {"allOf": [{"minLength": 1}], "maxLength": 9}
    assert combine({"maxLength": 3}, said) == {
        "allOf": [{"minLength": 1}, {"maxLength": 3}],
        "maxLength": 9,
    }
