"""Tools are found by what somebody says of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_tools import sandbox_tools

from agent.jsontypes import JsonObject
from agent.tools.search import ToolSearch, stems
from agent.tools.tool import Tool

SEARCH = ToolSearch(sandbox_tools())


def found(words: str, most: int = 5) -> list[str]:
    return [tool.name.removeprefix("astravue_") for tool in SEARCH.find(words, most)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("add a dependency between two tasks", "add_dependency"),
        ("delete a project", "delete_project"),
        ("log hours by hand", "log_manual_time"),
        ("add a checklist item", "create_checklist_item"),
        ("tag a task", "add_tag_to_task"),
        ("set a custom field's value", "set_custom_field_value"),
        ("mark notification as read", "mark_notification_read"),
        ("timesheet report", "get_timesheet_report"),
        ("move task", "move_task"),
        ("duplicate", "duplicate_task"),
        ("astravue_delete_filter", "delete_filter"),
    ],
)
def test_the_best_stands_first(words: str, first: str) -> None:
    assert found(words)[0] == first


@pytest.mark.parametrize(
    ("words", "among"),
    [
        ("everything about attachments", {"list_attachments", "delete_attachment"}),
        ("who are the members of the workspace", {"get_workspace_members"}),
        ("saved filters", {"list_filters", "create_filter", "update_filter", "delete_filter"}),
        ("time spent on a project", {"get_project_time_entries", "get_project_time_summary"}),
        ("several tasks at once in bulk", {"bulk_create_tasks", "bulk_update_tasks", "bulk_delete_tasks"}),
    ],
)
def test_what_belongs_together_is_found_together(words: str, among: set[str]) -> None:
    assert among <= set(found(words))


def test_every_tool_is_found_by_its_title_and_by_its_name() -> None:
    for tool in sandbox_tools():
        assert SEARCH.find(tool.name, 1) == [tool]
        assert tool in SEARCH.find(tool.title, 5), tool.title


def test_a_parameter_leads_to_its_tool_after_names_do() -> None:
    tools = [
        Tool("alpha", "", "", {"type": "object", "properties": {"colour": {"type": "string"}}}),
        Tool("set_colour", "", "", {"type": "object"}),
    ]
    assert [tool.name for tool in ToolSearch(tools).find("colour", 5)] == ["set_colour", "alpha"]


def test_words_that_nothing_has_find_nothing() -> None:
    assert found("zebra crossing") == []
    assert found("") == []
    assert ToolSearch(()).find("anything", 5) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dependencies", "dependency"),
        ("logging", "log"),
        ("created", "create"),
        ("statuses", "status"),
        ("taskStatusId", "task status id"),
        ("Tasks!", "task"),
    ],
)
def test_endings_and_spellings_do_not_matter(one: str, other: str) -> None:
    assert set(stems(one)) == set(stems(other))


@given(st.text(max_size=60), st.integers(0, 10))
def test_any_words_find_at_most_so_many_and_the_same_each_time(words: str, most: int) -> None:
    tools = SEARCH.find(words, most)
    assert len(tools) <= most
    assert len({tool.name for tool in tools}) == len(tools)
    assert SEARCH.find(words, most) == tools


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("logs", "log"),
        ("entries", "entry"),
        ("logged", "log"),
        ("submitted", "submit"),
        ("assignees", "assignee"),
        ("agreed", "agree"),
    ],
)
def test_further_endings_do_not_matter(one: str, other: str) -> None:
    assert set(stems(one)) == set(stems(other))


def test_what_would_leave_less_than_three_letters_is_no_ending() -> None:
    assert set(stems("red bus")) == {"red", "bus"}


def test_a_title_leads_to_its_tool_and_one_that_repeats_the_name_counts_once() -> None:
    assert [tool.name for tool in ToolSearch([Tool("x1", "Archive", "", {})]).find("archive", 5)] == ["x1"]
    bare, titled = Tool("paint_wall", "", "", {}), Tool("paint_door", "paint_door", "", {})
    for tools in ([bare, titled], [titled, bare]):
        assert ToolSearch(tools).find("paint", 5) == tools


def test_a_word_counts_more_where_it_is_said_again() -> None:
    once = Tool("pick_colour", "", "Paints a wall", {})
    twice = Tool("mix_colour", "", "Paints a colour", {})
    assert ToolSearch([once, twice]).find("colour", 5) == [twice, once]


def test_a_rare_word_says_more_than_a_common_one() -> None:
    tools = [Tool(name, "", "", {}) for name in ("paint_wall", "paint_door", "paint_roof", "lock_gate")]
    assert ToolSearch(tools).find("paint gate", 5)[0].name == "lock_gate"


def test_what_a_parameter_is_for_leads_to_its_tool() -> None:
    properties: JsonObject = {"c": {"description": "The colour"}, "d": True}
    tool = Tool("alpha", "", "", {"type": "object", "properties": properties})
    assert ToolSearch([tool]).find("colour", 5) == [tool]
