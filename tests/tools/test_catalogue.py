"""Which functions a model is offered: few at first, and what it found after them."""

from collections.abc import Sequence

import pytest
from sandbox_tools import sandbox_tools

from agent.conversation import ToolMessage
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.tools.catalogue import (
    ASTRAVUE_CORE,
    CORE_CHARACTERS,
    FIND_TOOLS,
    Catalogue,
    Selection,
    answer_find_tools,
    find_tools_tool,
    found_by,
    topics,
)
from agent.tools.schema import FunctionTable, build_functions
from agent.tools.tool import Annotations, Tool
from agent.usage.tokens import TokenCounter

TOOLS = sandbox_tools()
EVERY = frozenset(tool.name for tool in TOOLS)


def table_of(tools: Sequence[Tool] = TOOLS) -> FunctionTable:
    return build_functions([*tools, find_tools_tool(tools)])


def names(
    catalogue: Catalogue, table: FunctionTable | None = None, local: Sequence[str] = (FIND_TOOLS,)
) -> list[str]:
    return [each.name for each in catalogue.offer(table or table_of(), local)]


def test_a_server_with_many_tools_is_offered_by_its_core_and_a_function_that_finds_the_rest() -> None:
    assert names(Catalogue()) == [*ASTRAVUE_CORE, FIND_TOOLS]


@pytest.mark.anyio
async def test_the_first_request_carries_less_than_20_kilobytes_and_2500_tokens_of_tools() -> None:
    offered = Catalogue().offer(table_of(), [FIND_TOOLS])
    counter = TokenCounter("http://127.0.0.1/v1", "any")
    await counter.load()
    assert counter.is_exact
    assert await counter.count("", (), offered) <= 2_500
    assert len(dump([[each.name, each.description, each.parameters] for each in offered])) <= 20_000


def test_a_server_with_few_tools_is_offered_whole_and_has_nothing_to_find() -> None:
    few = TOOLS[:24]
    assert names(Catalogue(), table_of(few)) == sorted(tool.name for tool in few)


def test_a_server_whose_few_tools_are_huge_is_offered_by_a_core_all_the_same() -> None:
    properties: JsonObject = {
        f"p{n}": {"type": "string", "enum": [f"{n}-{k}" for k in range(9)]} for n in range(60)
    }
    huge: JsonObject = {"type": "object", "properties": properties}
    offered = names(Catalogue(), table_of([Tool(f"get_{number}", "", "", huge) for number in range(24)]))
    assert FIND_TOOLS in offered
    assert len(offered) < 24


def test_the_threshold_and_the_core_are_settings() -> None:
    assert set(names(Catalogue(Selection(threshold=81)))) == EVERY
    chosen = Catalogue(Selection(core=("astravue_get_t*", "astravue_stop_timer")))
    assert names(chosen)[-2:] == ["astravue_stop_timer", FIND_TOOLS]
    assert all(name.startswith("astravue_get_t") for name in names(chosen)[:-2])


def test_what_was_found_stays_and_stands_after_what_was_there_before() -> None:
    catalogue = Catalogue()
    before = names(catalogue)
    catalogue.find("add a dependency", 2)
    after = names(catalogue)
    catalogue.find("delete filter", 1)
    last = names(catalogue)
    assert after[: len(before)] == before
    assert last[: len(after)] == after
    assert "astravue_add_dependency" in after
    assert last[-1] == "astravue_delete_filter"


def test_what_is_found_twice_is_offered_once() -> None:
    catalogue = Catalogue()
    names(catalogue)
    catalogue.find("astravue_delete_filter", 1)
    catalogue.find("astravue_delete_filter astravue_get_task", 2)
    assert names(catalogue).count("astravue_delete_filter") == 1
    assert names(catalogue).count("astravue_get_task") == 1


def test_a_function_of_this_program_that_comes_up_later_does_not_move_what_was_there() -> None:
    reader = Tool("read_result", "Read", "Reads.", {"type": "object"}, is_local=True)
    table = build_functions([*TOOLS, find_tools_tool(TOOLS), reader])
    catalogue = Catalogue()
    names(catalogue, table)
    catalogue.find("delete filter", 1)
    before = names(catalogue, table)
    assert names(catalogue, table, [FIND_TOOLS, "read_result"]) == [*before, "read_result"]


def test_a_conversation_that_goes_on_has_what_it_found() -> None:
    first = Catalogue()
    names(first)
    result = answer_find_tools(first, {"words": "delete filter", "most": 1})
    kept = ToolMessage("c1", FIND_TOOLS, result.text, structured=result.structured)
    assert found_by(kept) == ["astravue_delete_filter"]
    assert names(Catalogue(messages=[kept])) == names(first)


def test_a_tool_that_the_server_no_longer_lists_is_no_longer_offered() -> None:
    catalogue = Catalogue()
    names(catalogue)
    catalogue.find("delete filter", 1)
    fewer = [tool for tool in TOOLS if tool.name not in ("astravue_delete_filter", "astravue_get_task")]
    offered = names(catalogue, table_of(fewer))
    assert "astravue_delete_filter" not in offered
    assert "astravue_get_task" not in offered


def test_a_tool_that_the_server_lists_anew_can_be_found() -> None:
    catalogue = Catalogue()
    names(catalogue)
    new = Tool("astravue_paint_wall", "Paint wall", "Paints.", {"type": "object", "properties": {}})
    table = table_of([*TOOLS, new])
    names(catalogue, table)
    assert [each.name for each in catalogue.find("paint the wall", 1)] == ["astravue_paint_wall"]
    assert names(catalogue, table)[-1] == "astravue_paint_wall"


def test_of_a_server_that_is_not_known_the_core_is_what_only_looks() -> None:
    tools = [
        Tool(
            f"thing_{number}",
            "",
            "Does a thing.",
            {"type": "object"},
            Annotations(read_only=number % 2 == 0),
            is_trusted=True,
        )
        for number in range(40)
    ]
    offered = names(Catalogue(), table_of(tools))
    assert offered[-1] == FIND_TOOLS
    assert offered[:-1] == sorted(tool.name for tool in tools if tool.annotations.read_only)


def test_tools_that_are_too_large_for_the_core_can_only_be_found() -> None:
    huge: JsonObject = {
        "type": "object",
        "properties": {f"parameter_number_{n}": {"type": "string"} for n in range(190)},
    }
    tools = [
        Tool("get_huge", "", "Huge.", huge),
        *(Tool(f"get_{n}", "", "", {"type": "object"}) for n in range(30)),
    ]
    catalogue = Catalogue()
    assert "get_huge" not in names(catalogue, table_of(tools))
    catalogue.find("get_huge", 1)
    assert "get_huge" in names(catalogue, table_of(tools))


def test_the_answer_names_what_was_found_and_says_that_it_can_be_called() -> None:
    catalogue = Catalogue()
    names(catalogue)
    result = answer_find_tools(catalogue, {"words": "delete filter", "most": 1})
    assert "astravue_delete_filter" in result.text
    assert "can call these now" in result.text
    assert not result.is_error


def test_nothing_found_says_so() -> None:
    catalogue = Catalogue()
    names(catalogue)
    assert "Nothing fits" in answer_find_tools(catalogue, {"words": "zebra"}).text


def test_the_finder_says_how_many_there_are_and_what_about() -> None:
    text = find_tools_tool(TOOLS).description
    assert "There are 81" in text
    assert "checklist" in text
    assert "astravue" not in text


def test_what_a_message_wishes_for_is_offered_after_what_was_there_and_stays() -> None:
    catalogue = Catalogue()
    before = names(catalogue)
    catalogue.wish_for(["*list_dependencies", "*get_task", "no_such_*"])
    assert names(catalogue) == [*before, "astravue_list_dependencies"]
    assert names(catalogue) == [*before, "astravue_list_dependencies"]


def test_the_function_that_finds_others_is_asked_in_words() -> None:
    tool = find_tools_tool(TOOLS)
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "words": {
                "type": "string",
                "description": "What the function is to do, such as “make one task wait for another”.",
            },
            "most": {"type": "integer", "minimum": 1, "maximum": 8},
        },
        "required": ["words"],
        "additionalProperties": False,
    }
    assert (tool.name, tool.title, tool.annotations) == (
        "find_tools",
        "Find tools",
        Annotations(read_only=True),
    )
    assert tool.is_local
    assert tool.finds


def test_what_was_found_is_told_as_callable_and_what_was_not_in_words() -> None:
    catalogue = Catalogue()
    table = table_of()
    catalogue.offer(table, [FIND_TOOLS])
    (name,) = [tool.name for tool in TOOLS if tool.name.endswith("delete_task")]
    found = answer_find_tools(catalogue, {"words": name, "most": 1})
    (summary,) = [tool.description[:200] for tool in TOOLS if tool.name == name]
    assert found.structured == {"found": [{"name": name, "description": summary}]}
    assert found.text == dump(
        {"found": [{"name": name, "description": summary}], "note": "You can call these now."}
    )
    nothing = answer_find_tools(catalogue, {"words": "xyzzy"})
    assert nothing.structured is None
    assert nothing.text == (
        "Nothing fits these words. Say it in other words, or tell the user that it cannot be done."
    )


# What is easily overlooked


def test_before_anything_was_offered_there_is_nothing_to_find() -> None:
    assert Catalogue().find("task") == []


def test_two_wishes_are_both_granted() -> None:
    catalogue = Catalogue()
    catalogue.wish_for(["astravue_delete_project"])
    catalogue.wish_for(["astravue_delete_filter"])
    assert names(catalogue)[-2:] == ["astravue_delete_project", "astravue_delete_filter"]


def test_the_core_leaves_room_for_the_function_that_finds_the_rest() -> None:
    for length in range(0, 300, 40):
        table = table_of([Tool(f"get_{number:02}", "", "x" * length, {}) for number in range(99)])
        catalogue = Catalogue(Selection(threshold=1))
        offered = catalogue.offer(table, [FIND_TOOLS])
        sizes = [
            dump({"name": each.name, "description": each.description, "parameters": each.parameters})
            for each in offered
        ]
        assert offered[-1].name == FIND_TOOLS
        assert CORE_CHARACTERS - len(sizes[0]) < sum(map(len, sizes)) <= CORE_CHARACTERS


def test_topics_are_told_in_the_singular_and_without_the_servers_own_name() -> None:
    said = ("acme_get_task", "acme_list_tasks", "acme_list_spaces", "acme_get_space_note", "acme_get_note")
    assert topics([Tool(name, "", "", {}) for name in said]) == "note, space, task"


def test_of_many_topics_those_of_most_tools_are_told() -> None:
    rare = [Tool(f"get_{letter}{letter}{letter}", "", "", {}) for letter in "abcdefghijklmnopqrstuvwxy"]
    common = [Tool(f"{verb}_zebra", "", "", {}) for verb in ("get", "update")]
    assert topics([*rare, *common]).split(", ")[-2:] == ["www", "zebra"]


def test_as_many_are_found_as_usual_where_no_number_is_given() -> None:
    catalogue = Catalogue()
    names(catalogue)
    result = answer_find_tools(catalogue, {"words": "task"})
    assert isinstance(result.structured, dict)
    listed = result.structured["found"]
    assert isinstance(listed, list)
    assert len(listed) == 5


FOUND_ELSEWHERE: list[tuple[str, JsonValue]] = [
    ("get_task", {"found": [{"name": "delete_task"}]}),
    (FIND_TOOLS, None),
    (FIND_TOOLS, {"found": 5}),
    (FIND_TOOLS, {"found": [5, {}]}),
]


@pytest.mark.parametrize(("name", "structured"), FOUND_ELSEWHERE)
def test_only_what_a_search_found_counts_as_found(name: str, structured: JsonValue) -> None:
    assert found_by(ToolMessage("c1", name, "", structured=structured)) == []
