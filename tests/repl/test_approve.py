"""`/approve`: the rules in words, and what it allows and takes back."""

import pytest

from agent.errors import UsageError
from agent.repl.slash.approve import allow, describe_rules, forget
from agent.tools.policy import Policy, Verdict
from agent.tools.tool import Annotations, Tool
from tests.repl.driver_window import DriverWindow


def tool(name: str, *, reads: bool = False, destroys: bool = False) -> Tool:
    return Tool(name, name, "", {}, Annotations(read_only=reads, destructive=destroys))


GET = tool("get_task", reads=True)
CREATE, UPDATE = tool("create_task"), tool("update_task")
DELETE = tool("delete_task", destroys=True)
TOOLS = [GET, CREATE, UPDATE, DELETE]


def test_rules_stand_from_the_strongest_down() -> None:
    policy = Policy(
        allow_all=True,
        allow_now=("a_*",),
        allow=("b",),
        ask=("c",),
        deny=("d",),
        read_only=True,
        for_session={"f", "e"},
    )
    assert [rule for rule, _ in describe_rules(policy)] == [
        *("--read-only", "deny = d", "--yes", "--allow a_*", "ask = c", "allow = b", "e", "f", "all else"),
    ]


def test_without_rules_reads_run_and_writes_ask() -> None:
    assert describe_rules(Policy()) == [("all else", "reads run, writes ask")]


def test_a_tool_runs_for_the_session_and_asks_again_once_that_is_taken_back() -> None:
    policy = Policy()
    said = allow(policy, "update_task", TOOLS)
    assert said.startswith("update_task runs without a question for this session.")
    assert policy.judge(UPDATE).verdict is Verdict.ALLOW
    assert policy.judge(CREATE).verdict is Verdict.ASK
    assert forget(policy, "update_task") == "No longer allowed for this session: update_task."
    assert policy.judge(UPDATE).verdict is Verdict.ASK


def test_a_glob_allows_what_it_names_but_for_what_destroys() -> None:
    policy = Policy()
    said = allow(policy, "*_task", TOOLS)
    assert "create_task and update_task run without a question" in said
    assert "delete_task still asks." in said
    verdicts = [policy.judge(each).verdict for each in (CREATE, UPDATE, DELETE)]
    assert verdicts == [Verdict.ALLOW, Verdict.ALLOW, Verdict.ASK]


def test_what_destroys_is_not_allowed_and_the_answer_says_so() -> None:
    policy = Policy()
    with pytest.raises(UsageError, match="delete_task asks every time"):
        allow(policy, "delete_task", TOOLS)
    assert policy.for_session == set()


@pytest.mark.parametrize("glob", ["nothing_*", "get_task"])
def test_a_name_that_no_write_has_allows_nothing(glob: str) -> None:
    policy = Policy()
    with pytest.raises(UsageError, match="Nothing was allowed"):
        allow(policy, glob, TOOLS)
    assert policy.for_session == set()


def test_what_settings_ask_about_stays_asked_about() -> None:
    policy = Policy(ask=("update_*",))
    assert "update_task still asks." in allow(policy, "*_task", [CREATE, UPDATE])
    assert policy.judge(UPDATE).verdict is Verdict.ASK


def test_a_stronger_rule_is_named() -> None:
    policy = Policy(deny=("update_*",))
    assert "A stronger rule still refuses update_task: deny = update_*." in allow(
        policy, "update_task", TOOLS
    )
    assert policy.judge(UPDATE).verdict is Verdict.REFUSE


def test_everything_can_be_taken_back_at_once() -> None:
    policy = Policy(for_session={"update_task", "create_*"})
    assert forget(policy, "") == "No longer allowed for this session: create_*, update_task."
    assert policy.for_session == set()
    with pytest.raises(UsageError, match="Nothing was allowed for this session"):
        forget(policy, "")


def test_what_was_not_allowed_cannot_be_taken_back() -> None:
    policy = Policy(for_session={"update_task"})
    with pytest.raises(UsageError, match="as create_task"):
        forget(policy, "create_task")
    assert policy.for_session == {"update_task"}


def test_it_is_a_command_of_the_chat(window: DriverWindow) -> None:
    window.press("/approve astravue_create_task\r")
    window.wait_for("astravue_create_task runs without a question for this session.")
    window.press("/approve\r")
    window.wait_for("reads run, writes ask")
    window.press("/approve forget\r")
    window.wait_for("No longer allowed for this session: astravue_create_task.")
