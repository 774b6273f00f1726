"""Reading on in a result: page by page, filtered, by fields, never too much at a time."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.context.kept_results import KeptResults
from agent.conversation import Message, ToolMessage
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.arguments import fit_arguments
from agent.tools.read_result import READ_RESULT_TOOL, read_result_function
from agent.tools.tool import ToolResult

pytestmark = pytest.mark.anyio
PEOPLE = ("Priya", "Tom", "Ana")
TASKS: JsonValue = {
    "tasks": [
        {
            "id": number,
            "title": f"Task {number}",
            "due": f"2026-12-{number % 28 + 1:02d}",
            "done": number % 2 == 0,
            "owner": {"name": PEOPLE[number % 3]},
            "tags": ["red"] if number % 10 == 0 else [],
        }
        for number in range(200)
    ],
    "total": 200,
}


async def read(value: JsonValue, limit: int = 4_000, **arguments: JsonValue) -> ToolResult:
    text = value if isinstance(value, str) else ""
    structured = None if isinstance(value, str) else value
    messages: list[Message] = [ToolMessage("c1", "list_tasks", text, structured=structured)]
    function = read_result_function(KeptResults(limit=limit), lambda: messages)
    given_all: JsonObject = {"result": "r1", **arguments}
    assert fit_arguments(READ_RESULT_TOOL, given_all) == (given_all, None)
    return await function.run(given_all)


async def page(value: JsonValue, limit: int = 4_000, **arguments: JsonValue) -> JsonObject:
    result = await read(value, limit, **arguments)
    assert not result.is_error, result.text
    assert result.structured == json.loads(result.text)
    assert isinstance(result.structured, dict)
    return result.structured


async def ids(**arguments: JsonValue) -> list[JsonValue]:
    found = await page(TASKS, limit=50_000, fields=["id"], count=1_000, **arguments)
    items = found["items"]
    assert isinstance(items, list)
    return [item["id"] for item in items if isinstance(item, dict)]


async def test_the_longest_list_is_read_where_no_path_is_given() -> None:
    found = await page(TASKS, count=2)
    assert isinstance(TASKS, dict)
    tasks = TASKS["tasks"]
    assert isinstance(tasks, list)
    assert found == {"items": tasks[:2], "from": 0, "of": 200, "path": "tasks", "next": 2}


async def test_it_goes_on_where_it_is_told_to() -> None:
    found = await page(TASKS, **{"from": 199}, path="tasks", fields=["id"])
    assert found == {"items": [{"id": 199}], "from": 199, "of": 200, "path": "tasks"}


async def test_beyond_the_end_there_is_nothing() -> None:
    assert (await page(TASKS, **{"from": 500}))["items"] == []


async def test_only_the_fields_that_are_asked_for_are_kept() -> None:
    found = await page(TASKS, count=1, fields=["id", "owner.name", "nothing"])
    assert found["items"] == [{"id": 0, "owner.name": "Priya"}]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"field": "title", "contains": "task 19"}, [19, *range(190, 200)]),
        ({"field": "id", "equals": 7}, [7]),
        ({"field": "id", "equals": "7"}, [7]),
        ({"field": "owner.name", "equals": "priya"}, [*range(0, 200, 3)]),
        ({"field": "done", "equals": False}, [*range(1, 200, 2)]),
        ({"field": "id", "greater": 197}, [198, 199]),
        ({"field": "id", "less": "2"}, [0, 1]),
        ({"field": "due", "less": "2026-12-02"}, [*range(0, 200, 28)]),
        ({"field": "tags", "equals": "red"}, [*range(0, 200, 10)]),
        ({"contains": "Task 150"}, [150]),
        ({"field": "nothing", "equals": 1}, []),
    ],
    ids=dump,
)
async def test_a_filter_keeps_what_it_says(where: JsonObject, expected: list[int]) -> None:
    assert await ids(where=where) == expected


async def test_a_filtered_page_counts_what_matches() -> None:
    found = await page(TASKS, where={"field": "done", "equals": True}, count=3, fields=["id"])
    assert (found["matching"], found["next"], found["of"]) == (100, 3, 200)


async def test_pages_one_after_the_other_are_the_whole() -> None:
    read_so_far: list[JsonValue] = []
    start: JsonValue = 0
    while start is not None:
        found = await page(TASKS, limit=1_500, **{"from": start, "count": 1_000})
        items = found["items"]
        assert isinstance(items, list)
        assert items
        read_so_far += items
        start = found.get("next")
    assert isinstance(TASKS, dict)
    assert read_so_far == TASKS["tasks"]


async def test_a_text_is_read_by_lines() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    assert (
        await read(text, **{"from": 97})
    ).text == "line 97\nline 98\nline 99\n[lines 97 to 100 of 100 lines]"
    found = await read(text, where={"contains": "line 9"}, count=2)
    assert found.text == "line 9\nline 90\n[lines 0 to 2 of 11 matching lines; from=2 reads on]"


async def test_a_text_inside_is_read_by_its_path() -> None:
    assert (
        await read({"page": {"body": "one\ntwo"}}, path="page.body")
    ).text == "one\ntwo\n[lines 0 to 2 of 2 lines]"


async def test_an_item_inside_a_list_is_read_by_its_number() -> None:
    assert (await page(TASKS, path="tasks.3.owner"))["items"] == [{"name": "Priya"}]


async def test_an_item_that_is_too_long_is_shortened() -> None:
    found = await page([{"id": 1, "text": "x" * 9_000}], limit=2_000)
    assert found["note"] == "This item is too long, so texts and lists inside are shortened."


async def test_data_inside_is_named() -> None:
    found = await page([{"file": "data:image/png;base64," + "aB3+" * 500}])
    assert found["items"] == [{"file": "[image, image/png, 2 KB]"}]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"result": "third"}, "A result is named like “r3”"),
        ({"result": "r9"}, "There is no result r9. There are r1 to r1."),
        ({"path": "projects"}, "There is no “projects” at this place; there are: tasks, total."),
        ({"path": "tasks.500"}, "there are: 0 to 199."),
        ({"where": {"field": "id"}}, "exactly one of contains, equals, greater, less"),
        ({"where": {"equals": 1, "less": 2}}, "exactly one of contains, equals, greater, less"),
    ],
    ids=dump,
)
async def test_what_cannot_be_read_is_explained(arguments: JsonObject, says: str) -> None:
    result = await read(TASKS, 4_000, **arguments)
    assert result.is_error
    assert says in result.text


async def test_it_is_offered_once_there_is_something_to_read_on_in(tmp_path: Path) -> None:
    results = KeptResults(tmp_path, limit=100)
    function = read_result_function(results, lambda: ())
    assert not function.is_wanted()
    await results.show(1, "list_tasks", ToolResult(dump(TASKS), TASKS))
    assert function.is_wanted()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=2_000),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.integers(0, 3), st.sampled_from(["contains", "equals", "greater", "less"]), st.text())
async def test_no_page_is_longer_than_a_result_may_be(
    value: JsonValue, start: int, how: str, what: str
) -> None:
    filtered: JsonObject = {"from": start, "where": {"field": "", how: what}}
    unfiltered: JsonObject = {"from": start}
    for arguments in (filtered, unfiltered):
        result = await read(value, 1_000, **arguments)
        assert len(result.text) <= 1_000


async def test_it_is_described_the_same_whatever_the_server_has() -> None:
    assert read_result_function(KeptResults(), lambda: ()).describe(()) is READ_RESULT_TOOL


@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        ({"total": 3}, "total.x", "There is no “x” at this place; there are: none."),
        ({"tasks": []}, "tasks.0", "There is no “0” at this place; there are: none."),
        ({"tasks": [1, 2]}, "tasks.2", "There is no “2” at this place; there are: 0 to 1."),
        ({str(number): 0 for number in range(21)}, "x", f"there are: {', '.join(map(str, range(20)))}."),
        ({"k" * 501: 0}, "x", f"there are: {'k' * 500}."),
        ({}, "x" * 101, f"There is no “{'x' * 100}” at this place; there are: none."),
    ],
    ids=["number", "empty", "end", "many", "long", "name"],
)
async def test_what_there_is_instead_is_told_in_a_few_words(value: JsonValue, path: str, says: str) -> None:
    result = await read(value, path=path)
    assert result.is_error
    assert result.text.endswith(says)


async def test_a_line_is_compared_without_its_end() -> None:
    found = await read("one\ntwo\none more", where={"equals": "two"})
    assert found.text == "two\n[lines 0 to 1 of 1 matching lines]"


async def test_as_many_lines_are_shown_as_fit() -> None:
    text = "\n".join("x" * 99 for _ in range(30)) + "\n"
    assert (await read(text, 1_600)).text.endswith("\n[lines 0 to 10 of 30 lines; from=10 reads on]")
    assert (await read(text, 1_599)).text.endswith("\n[lines 0 to 9 of 30 lines; from=9 reads on]")


async def test_beyond_the_last_line_there_are_none() -> None:
    assert (await read("one\ntwo", **{"from": 9})).text == "\n[no lines of 2 lines]"


async def test_an_empty_filter_keeps_everything() -> None:
    assert (await page(TASKS, where={}, count=1)).get("matching") is None


async def test_a_field_may_lie_in_each_item_of_a_list() -> None:
    value: JsonValue = [{"owners": [{"name": "Ana"}, {"name": "Tom"}]}, {"owners": [{"name": "Priya"}]}]
    found = await page(value, where={"field": "owners.name", "equals": "Tom"}, fields=["owners.name"])
    assert found["items"] == [{"owners.name": ["Ana", "Tom"]}]


async def test_an_item_that_is_too_long_keeps_its_place_and_its_short_fields() -> None:
    found = await page([{"id": 1, "text": "x" * 9_000}, {"id": 2}], limit=2_000)
    assert (found["from"], found["of"], found["next"]) == (0, 2, 1)
    items = found["items"]
    assert isinstance(items, list)
    assert isinstance(items[0], dict)
    assert items[0]["id"] == 1


async def test_a_long_path_is_told_by_its_beginning() -> None:
    assert (await page({"k" * 201: [1]}, path="k" * 201))["path"] == "k" * 200
