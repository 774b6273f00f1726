"""Which calls ask first."""

import pytest
from fake_toolbox import make_tool

from agent.tools.policy import Policy, Verdict, effect_of, may_repeat
from agent.tools.tool import Annotations, Effect, Tool


def named(name: str) -> Tool:
    return make_tool(name)


def hinted(
    read_only: bool | None = None, destructive: bool | None = None, name: str = "do_something"
) -> Tool:
    return make_tool(name, annotations=Annotations(read_only, destructive))


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
def test_annotations_decide_the_effect(
    read_only: bool | None, destructive: bool | None, effect: Effect
) -> None:
    assert effect_of(hinted(read_only, destructive)) is effect


@pytest.mark.parametrize(
    "name",
    [
        "get_task",
        "list_tasks",
        "find_tasks",
        "search_docs",
        "preview_my_tasks",
        "astravue_list_spaces",
        "astravue_internal_get_project_stats",
        "internal_get_stats",
    ],
)
def test_without_hints_a_name_that_begins_with_a_read_verb_is_a_read(name: str) -> None:
    assert effect_of(named(name)) is Effect.READ


@pytest.mark.parametrize(
    "name",
    [
        "create_list_item",
        "mark_read_notifications",
        "astravue_mark_notification_read",
        "update_search_index",
        "get_or_create_tag",
        "find_and_replace_text",
        "astravue_internal_reset",
        "set_get_hook",
        "getaway_book",
        "list",
        "",
    ],
)
def test_without_hints_a_read_verb_elsewhere_in_a_name_does_not_make_a_read(name: str) -> None:
    assert effect_of(named(name)) is Effect.WRITE


@pytest.mark.parametrize("name", ["delete_task", "astravue_bulk_delete_tasks", "task_delete", "purge_all"])
def test_without_hints_a_name_that_deletes_is_destructive(name: str) -> None:
    assert effect_of(named(name)) is Effect.DESTRUCTIVE


def test_a_hint_is_stronger_than_a_name() -> None:
    assert effect_of(hinted(read_only=False, name="get_task")) is Effect.WRITE
    assert effect_of(hinted(destructive=True, name="get_task")) is Effect.DESTRUCTIVE
    assert effect_of(hinted(destructive=False, name="delete_draft")) is Effect.WRITE
    assert effect_of(hinted(read_only=True, name="delete_preview")) is Effect.READ


def test_reads_run_without_a_question_whatever_the_policy() -> None:
    read = hinted(read_only=True)
    assert Policy().judge(read) is Verdict.ALLOW
    assert Policy(read_only=True).judge(read) is Verdict.ALLOW


@pytest.mark.parametrize("destructive", [False, True])
def test_writes_ask(destructive: bool) -> None:
    assert Policy().judge(hinted(False, destructive)) is Verdict.ASK


@pytest.mark.parametrize("destructive", [False, True])
def test_read_only_is_stronger_than_every_permission(destructive: bool) -> None:
    tool = hinted(False, destructive)
    policy = Policy(allow_all=True, allow=("*",), read_only=True)
    policy.remember(tool)
    assert policy.judge(tool) is Verdict.REFUSE


@pytest.mark.parametrize(
    ("glob", "verdict"),
    [
        ("create_task", Verdict.ALLOW),
        ("create_*", Verdict.ALLOW),
        ("*_task", Verdict.ALLOW),
        ("create", Verdict.ASK),
        ("CREATE_*", Verdict.ASK),
        ("delete_*", Verdict.ASK),
    ],
)
def test_a_glob_allows_the_tools_whose_whole_name_it_matches(glob: str, verdict: Verdict) -> None:
    assert Policy(allow=("other", glob)).judge(hinted(False, False, "create_task")) is verdict


def test_a_session_decision_holds_for_that_tool_alone() -> None:
    policy = Policy()
    policy.remember(hinted(False, False, "create_task"))
    assert policy.judge(hinted(False, False, "create_task")) is Verdict.ALLOW
    assert policy.judge(hinted(False, False, "create_space")) is Verdict.ASK


def test_a_session_decision_is_never_kept_for_a_destructive_tool() -> None:
    policy = Policy()
    policy.remember(hinted(False, True, "delete_task"))
    assert policy.judge(hinted(False, True, "delete_task")) is Verdict.ASK


def test_a_tool_that_turns_destructive_asks_again() -> None:
    policy = Policy()
    policy.remember(hinted(False, False, "move_task"))
    assert policy.judge(hinted(False, True, "move_task")) is Verdict.ASK


def test_only_reads_and_idempotent_writes_may_be_repeated() -> None:
    assert may_repeat(hinted(read_only=True))
    assert may_repeat(make_tool("set_status", annotations=Annotations(idempotent=True)))
    assert not may_repeat(named("create_task"))
    assert not may_repeat(make_tool("create_task", annotations=Annotations(idempotent=False)))
