"""From listed tools to function definitions."""

import re

import pytest
from fake_toolbox import make_tool
from hypothesis import given
from hypothesis import strategies as st

from agent.jsontypes import JsonObject
from agent.tools.schema import build_functions
from agent.tools.tool import Tool


def names_of(*tools: str) -> list[str]:
    return [function.name for function in build_functions(map(make_tool, tools)).definitions]


# Names


def test_a_name_that_endpoints_accept_is_kept() -> None:
    assert names_of("astravue_list-tasks_2") == ["astravue_list-tasks_2"]


@pytest.mark.parametrize("name", ["tasks.list", "tâche", "a b", "x" * 65, ""])
def test_a_name_that_endpoints_refuse_is_replaced_by_one_that_they_accept(name: str) -> None:
    table = build_functions([make_tool(name)])
    (function,) = table.definitions
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function.name)
    assert table.tools[function.name].name == name
    assert table.function_of(name) == function.name


@given(st.lists(st.text("ab._", max_size=3) | st.text("a.", min_size=63, max_size=66), unique=True))
def test_different_tools_have_different_functions(names: list[str]) -> None:
    table = build_functions(map(make_tool, names))
    assert sorted(tool.name for tool in table.tools.values()) == sorted(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function) for function in table.tools)


def test_a_tool_that_is_not_listed_keeps_its_name() -> None:
    assert build_functions([]).function_of("no.such.tool") == "no.such.tool"


# The table


def test_tools_for_the_servers_own_interface_stay_out() -> None:
    table = build_functions([make_tool("get_task"), make_tool("app_only", hidden=True)])
    assert [function.name for function in table.definitions] == ["get_task"]
    assert "app_only" not in table.tools


@given(st.permutations(["delete_task", "a.b", "get_task", "create_task", "a_b"]))
def test_the_order_in_which_a_server_lists_its_tools_makes_no_difference(names: list[str]) -> None:
    definitions = build_functions(map(make_tool, names)).definitions
    assert definitions == build_functions(map(make_tool, sorted(names))).definitions
    assert [function.name for function in definitions] == sorted(function.name for function in definitions)


def test_a_long_description_is_shortened_to_what_endpoints_take() -> None:
    long = Tool("get_task", "Get task", "x" * 2000, {"type": "object"})
    (function,) = build_functions([long]).definitions
    assert len(function.description) == 1024
    assert function.description.endswith("…")


def test_a_tool_without_a_description_is_described_by_its_title() -> None:
    (function,) = build_functions([Tool("get_task", "Get task", "", {"type": "object"})]).definitions
    assert function.description == "Get task"


SAYABLE: JsonObject = {"type": "object", "properties": {"title": {"type": "string"}}}
FREE_FORM: JsonObject = {"type": "object", "properties": {"criteria": {"type": "object"}}}


def test_no_function_is_strict_unless_it_is_asked_for() -> None:
    (function,) = build_functions([Tool("get_task", "Get task", "", SAYABLE)]).definitions
    assert (function.parameters, function.strict) == (SAYABLE, False)


def test_each_function_is_strict_on_request_if_its_schema_can_be_said_strictly() -> None:
    tools = [Tool("sayable", "", "", SAYABLE), Tool("free_form", "", "", FREE_FORM)]
    free_form, sayable = build_functions(tools, strict=True).definitions
    assert (free_form.parameters, free_form.strict) == (FREE_FORM, False)
    assert sayable.strict
    assert sayable.parameters["required"] == ["title"]
    table = build_functions(tools, strict=True)
    assert [table.is_strict(name) for name in ("sayable", "free_form", "unknown")] == [True, False, False]


def test_a_function_of_which_something_was_left_out_for_brevity_is_not_strict() -> None:
    named: JsonObject = {f"property_{number}": {"type": "string"} for number in range(1000)}
    (function,) = build_functions([Tool("long", "", "", {"properties": named})], strict=True).definitions
    assert not function.strict


def test_what_is_replaced_in_a_name_is_one_sign_for_one() -> None:
    (name,) = names_of("a b")
    assert re.fullmatch("a_b_[0-9a-f]{8}", name)
    assert [len(name) for name in names_of("x" * 65)] == [64]
    assert names_of("x" * 64) == ["x" * 64]


def test_a_description_at_the_limit_is_kept() -> None:
    def described(length: int) -> str:
        return build_functions([Tool("a", "", "x" * length, {})]).definitions[0].description

    assert described(1_024) == "x" * 1_024
    assert described(1_025) == "x" * 1_023 + "…"


def test_a_function_that_finds_others_says_so() -> None:
    (function,) = build_functions([Tool("find", "", "", {}, finds=True)]).definitions
    assert function.finds


@pytest.mark.parametrize("strict", [True, False])
def test_a_schema_too_deep_to_be_read_is_offered_as_far_as_it_can_be_written(strict: bool) -> None:
    schema: JsonObject = {}
    for _ in range(5_000):
        schema = {"properties": {"x": schema}}
    (function,) = build_functions([Tool("deep", "", "", schema)], strict=strict).definitions
    assert "x" in str(function.parameters)
    assert not function.strict
