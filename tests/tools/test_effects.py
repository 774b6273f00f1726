"""What a call of a tool does: by a trusted server's hints, by the built-in table, by its name."""

import json
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest
from fake_toolbox import make_tool

from agent.jsontypes import JsonObject
from agent.tools.effects import effect_of, is_bulk, is_careful, may_repeat
from agent.tools.tool import Annotations, Effect, Tool


def hinted(
    read_only: bool | None = None, destructive: bool | None = None, name: str = "do_something"
) -> Tool:
    return make_tool(name, annotations=Annotations(read_only, destructive))


def trusted(
    read_only: bool | None = None, destructive: bool | None = None, name: str = "do_something"
) -> Tool:
    return replace(hinted(read_only, destructive, name), is_trusted=True)


# Trusted servers


@pytest.mark.parametrize(
    ("read_only", "destructive", "effect"),
    [
        (True, None, Effect.READ),
        (True, False, Effect.READ),
        (True, True, Effect.DESTRUCTIVE),
        (False, True, Effect.DESTRUCTIVE),
        (None, True, Effect.DESTRUCTIVE),
        (False, False, Effect.WRITE),
        (False, None, Effect.WRITE),
        (None, False, Effect.WRITE),
        (None, None, Effect.WRITE),
    ],
)
def test_a_trusted_servers_annotations_decide(
    read_only: bool | None, destructive: bool | None, effect: Effect
) -> None:
    assert effect_of(trusted(read_only, destructive)) is effect


def test_a_trusted_servers_hint_is_stronger_than_a_name() -> None:
    assert effect_of(trusted(read_only=False, name="get_task")) is Effect.WRITE
    assert effect_of(trusted(destructive=True, name="get_task")) is Effect.DESTRUCTIVE
    assert effect_of(trusted(destructive=False, name="delete_draft")) is Effect.WRITE
    assert effect_of(trusted(read_only=True, name="delete_preview")) is Effect.READ


def test_this_programs_own_functions_are_what_they_say() -> None:
    assert effect_of(replace(hinted(read_only=True), is_local=True)) is Effect.READ


# Other servers


@pytest.mark.parametrize("name", ["do_something", "delete_everything", "tasks"])
def test_an_untrusted_server_cannot_make_a_tool_a_read(name: str) -> None:
    said = hinted(read_only=True, destructive=False, name=name)
    assert effect_of(said) is effect_of(hinted(name=name))
    assert effect_of(said) is not Effect.READ


def test_an_untrusted_server_cannot_make_a_deletion_milder() -> None:
    assert effect_of(hinted(destructive=False, name="delete_draft")) is Effect.DESTRUCTIVE


def test_an_untrusted_server_can_make_a_tool_stricter() -> None:
    assert effect_of(hinted(read_only=False, name="get_task")) is Effect.WRITE
    assert effect_of(hinted(destructive=True, name="get_task")) is Effect.DESTRUCTIVE
    assert effect_of(hinted(read_only=True, destructive=True, name="get_task")) is Effect.DESTRUCTIVE


def test_what_reads_by_its_name_reads_at_any_server() -> None:
    assert effect_of(hinted(read_only=True, name="list_issues")) is Effect.READ
    assert effect_of(hinted(name="list_issues")) is Effect.READ


# The rule of names


@pytest.mark.parametrize(
    "name",
    [
        *("get_task", "list_tasks", "find_tasks", "search_docs", "preview_my_tasks", "internal_get_stats"),
        *("getTask", "list-issues", "search.docs", "ListTasks"),
    ],
)
def test_without_hints_a_name_that_begins_with_a_read_verb_is_a_read(name: str) -> None:
    assert effect_of(hinted(name=name)) is Effect.READ


@pytest.mark.parametrize(
    "name",
    [
        *("create_list_item", "mark_read_notifications", "update_search_index", "get_or_create_tag"),
        *("find_and_replace_text", "astravue_internal_reset", "set_get_hook", "getaway_book", "list", ""),
        *("getOrCreateTag", "createListItem"),
    ],
)
def test_without_hints_a_read_verb_elsewhere_in_a_name_does_not_make_a_read(name: str) -> None:
    assert effect_of(hinted(name=name)) is Effect.WRITE


@pytest.mark.parametrize(
    "name", ["delete_task", "bulk_delete_tasks", "task_delete", "purge_all", "deleteTask", "wipe-disk"]
)
def test_without_hints_a_name_that_deletes_is_destructive(name: str) -> None:
    assert effect_of(hinted(name=name)) is Effect.DESTRUCTIVE


# Astravue's tools


def documented() -> list[dict[str, Any]]:
    return json.loads(resources.files("agent").joinpath("sandbox/tools.json").read_text())


def test_the_built_in_table_agrees_with_what_the_documented_tools_are() -> None:
    listed = documented()
    assert len(listed) == 81
    for each in listed:
        hints = each["annotations"]
        said = trusted(hints["readOnlyHint"], hints["destructiveHint"], name="do_something")
        assert effect_of(hinted(name=each["name"])) is effect_of(said), each["name"]


@pytest.mark.parametrize("make", [hinted, trusted])
def test_the_table_is_a_floor_at_every_server(make: Any) -> None:
    assert effect_of(make(True, False, "astravue_delete_task")) is Effect.DESTRUCTIVE
    assert effect_of(make(True, False, "astravue_update_task")) is Effect.WRITE
    assert effect_of(make(False, True, "astravue_get_task")) is Effect.DESTRUCTIVE
    assert effect_of(make(False, None, "astravue_get_task")) is Effect.WRITE


# Calls that always ask, and calls about many things


@pytest.mark.parametrize(
    ("name", "careful"),
    [
        ("astravue_bulk_update_tasks", True),
        ("astravue_bulk_create_tasks", True),
        ("astravue_move_task", True),
        ("astravue_add_project_member", True),
        ("astravue_delete_task", True),
        ("batch_send", True),
        ("closeAllIssues", True),
        ("astravue_update_task", False),
        ("astravue_start_timer", False),
        ("send_mail", False),
        ("list_all_issues", False),
    ],
)
def test_what_is_lost_or_seen_by_all_asks_every_time(name: str, careful: bool) -> None:
    assert is_careful(hinted(name=name)) is careful


@pytest.mark.parametrize(
    ("name", "arguments", "bulk"),
    [
        ("update_task", {"taskId": 1}, False),
        ("update_task", {"taskId": 1, "owners": [1, 2], "tags": ["a", "b"]}, False),
        ("update_task", {"taskId": 1, "userIds": [1, 2]}, False),
        ("archive", {"taskIds": [1, 2]}, True),
        ("archive", {"taskIds": [1]}, False),
        ("archive", {"items": [{"a": 1}, {"a": 2}]}, True),
        ("mark_read", {"markAll": True}, True),
        ("mark_read", {"markAll": False}, False),
        ("bulk_update", {}, True),
    ],
)
def test_a_call_about_several_things_is_a_bulk_call(name: str, arguments: JsonObject, bulk: bool) -> None:
    assert is_bulk(hinted(name=name), arguments) is bulk


# Repeating


def test_only_reads_and_idempotent_writes_may_be_repeated() -> None:
    assert may_repeat(hinted(read_only=True))
    assert may_repeat(hinted(name="get_task"))
    assert may_repeat(make_tool("set_status", annotations=Annotations(idempotent=True)))
    assert not may_repeat(hinted(name="create_task"))
    assert not may_repeat(hinted(read_only=True, destructive=True))
    assert not may_repeat(make_tool("create_task", annotations=Annotations(idempotent=False)))


@pytest.mark.parametrize("name", ["do_something", "delete_something"])
def test_a_trusted_servers_harmless_write_is_a_write(name: str) -> None:
    assert effect_of(trusted(None, False, name)) is Effect.WRITE
    assert effect_of(trusted(None, None, "list_things")) is Effect.READ
    assert effect_of(trusted(None, False, "list_things")) is Effect.READ
    assert effect_of(trusted(None, None, "delete_something")) is Effect.DESTRUCTIVE


@pytest.mark.parametrize(
    ("key", "several"),
    [("ownerIds", False), ("assignee_ids", False), ("memberIds", False), ("task_id", True), ("notes", False)],
)
def test_a_list_of_ids_is_several_things_unless_they_are_people(key: str, several: bool) -> None:
    assert is_bulk(make_tool("update_task"), {key: ["a", "b"]}) is several
