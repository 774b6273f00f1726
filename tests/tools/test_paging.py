"""Lists that come page by page, whatever a server calls the arguments that ask for a page."""

import pytest

from agent.jsontypes import JsonObject, JsonValue
from agent.tools.paging import Paging, has_more, properties_of, required_of
from agent.tools.tool import Annotations, Tool


def tool(schema: JsonObject) -> Tool:
    return Tool("list_tasks", "List tasks", "Lists tasks.", schema, Annotations(read_only=True))


def listing(**properties: JsonValue) -> Tool:
    return tool({"type": "object", "properties": properties})


COUNT: JsonObject = {"type": "integer"}


# Arguments


def test_arguments_are_those_of_the_schema() -> None:
    needed = tool({"properties": {"a": COUNT, "b": {}}, "required": ["a", "c"]})
    assert properties_of(needed) == {"a": COUNT, "b": {}}
    assert required_of(needed) == {"a": COUNT, "c": {}}


@pytest.mark.parametrize("schema", [{}, {"properties": [], "required": {}}, {"properties": True}])
def test_a_schema_that_lists_none_has_none(schema: JsonObject) -> None:
    assert properties_of(tool(schema)) == {}
    assert required_of(tool(schema)) == {}


# Pages


@pytest.mark.parametrize("page", ["page", "pageNumber", "page_number"])
@pytest.mark.parametrize("size", ["pageSize", "page_size", "perPage", "limit"])
def test_a_page_is_asked_for_by_its_number_and_with_a_large_size(page: str, size: str) -> None:
    paging = Paging.of(listing(projectId=COUNT, **{page: COUNT, size: COUNT}))
    assert paging == Paging(page, {size: 100})
    assert paging.arguments(3) == {size: 100, page: 3}


@pytest.mark.parametrize(
    ("schema", "size"),
    [
        ({"maximum": 50}, 50),
        ({"maximum": 500}, 100),
        ({"maximum": "many"}, 100),
        ({}, 100),
        (True, 100),
    ],
)
def test_a_page_is_no_larger_than_the_schema_allows(schema: JsonValue, size: int) -> None:
    assert Paging.of(listing(limit=schema)).arguments(1) == {"limit": size}


def test_a_list_that_knows_no_pages_is_asked_for_at_once() -> None:
    assert Paging.of(listing(projectId=COUNT, homepage=COUNT)) == Paging(None, {})
    assert Paging(None, {}).arguments(1) == {}


# The last page


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ({"hasMore": True}, True),
        ({"hasMore": False}, False),
        ({"hasMore": 1}, False),
        ({"total": 11}, True),
        ({"total": 10}, False),
        ({"total": "11"}, False),
        ({"hasMore": False, "total": 11}, True),
        ({}, False),
        ([], False),
        (None, False),
    ],
)
def test_an_answer_says_whether_there_is_more_than_was_read(answer: JsonValue, more: bool) -> None:
    assert has_more(answer, 10) is more
