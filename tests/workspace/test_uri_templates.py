"""Templates of resources' addresses."""

import pytest

from agent.errors import ServerError
from agent.workspace.templates import expand, names_in


def test_a_template_says_what_it_wants_and_becomes_an_address() -> None:
    template = "demo://spaces/{space}/{id}{?page,size}"
    assert names_in(template) == ("space", "id", "page", "size")
    assert expand(template, {"space": "a b/c", "id": "7"}) == "demo://spaces/a%20b%2Fc/7"
    assert expand(template, {"space": "a", "id": "7", "page": "2"}) == "demo://spaces/a/7?page=2"


def test_what_is_no_template_is_told_of() -> None:
    with pytest.raises(ServerError, match="nothing was read"):
        names_in("demo://spaces/{space")
