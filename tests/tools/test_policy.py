"""Which calls run, which ask, and which never leave."""

import pytest
from fake_toolbox import make_tool

from agent.errors import SettingsError
from agent.tools.policy import FOR_SESSION, Judgement, Policy, Verdict
from agent.tools.tool import Annotations, Tool

ALLOW, ASK, REFUSE = Verdict.ALLOW, Verdict.ASK, Verdict.REFUSE
READ = make_tool("get_task", annotations=Annotations(read_only=True))


def write(name: str = "create_task") -> Tool:
    return make_tool(name, annotations=Annotations(read_only=False, destructive=False))


def destructive(name: str = "delete_task") -> Tool:
    return make_tool(name, annotations=Annotations(read_only=False, destructive=True))


def test_reads_run_without_a_question_whatever_is_allowed() -> None:
    assert Policy().judge(READ) == Judgement(ALLOW)
    assert Policy(read_only=True).judge(READ) == Judgement(ALLOW)


@pytest.mark.parametrize("tool", [write(), destructive()])
def test_writes_ask(tool: Tool) -> None:
    assert Policy().judge(tool) == Judgement(ASK)


# From the strongest rule to the weakest

EVERYTHING = Policy(
    read_only=True,
    deny=("create_*",),
    allow_all=True,
    allow_now=("create_*",),
    ask=("create_*",),
    allow=("create_*",),
    for_session={"create_task"},
)
VERDICTS = [
    ("read_only", Judgement(REFUSE, "--read-only")),
    ("deny", Judgement(REFUSE, "deny = create_*")),
    ("allow_all", Judgement(ALLOW, "--yes")),
    ("allow_now", Judgement(ALLOW, "--allow create_*")),
    ("ask", Judgement(ASK, "ask = create_*")),
    ("allow", Judgement(ALLOW, "allow = create_*")),
    ("for_session", Judgement(ALLOW, FOR_SESSION)),
]


@pytest.mark.parametrize("strongest", range(len(VERDICTS)))
def test_the_strongest_rule_decides(strongest: int) -> None:
    policy = Policy()
    for name, _ in VERDICTS[strongest:]:
        setattr(policy, name, getattr(EVERYTHING, name))
    assert policy.judge(write()) == VERDICTS[strongest][1]


def test_a_read_is_asked_about_or_refused_only_where_a_rule_names_it() -> None:
    assert Policy(ask=("get_*",)).judge(READ) == Judgement(ASK, "ask = get_*")
    assert Policy(deny=("*",)).judge(READ) == Judgement(REFUSE, "deny = *")
    assert Policy(ask=("get_*",), allow_all=True).judge(READ) == Judgement(ALLOW, "--yes")


@pytest.mark.parametrize(
    ("glob", "verdict"),
    [
        ("create_task", ALLOW),
        ("create_*", ALLOW),
        ("*_task", ALLOW),
        ("create", ASK),
        ("CREATE_*", ASK),
        ("delete_*", ASK),
    ],
)
def test_a_glob_means_the_tools_whose_whole_name_it_matches(glob: str, verdict: Verdict) -> None:
    assert Policy(allow=("other", glob)).judge(write()).verdict is verdict


# What a yes may hold for


def test_a_decision_for_the_session_holds_for_that_tool_alone() -> None:
    policy = Policy()
    policy.remember(write("create_task"))
    assert policy.judge(write("create_task")).verdict is ALLOW
    assert policy.judge(write("create_space")).verdict is ASK


@pytest.mark.parametrize(
    "tool", [destructive(), write("bulk_close"), write("astravue_move_task"), write("asked_task")]
)
def test_no_yes_is_remembered_for_what_asks_every_time(tool: Tool) -> None:
    kept: list[str] = []
    policy = Policy(ask=("asked_*",), keep=kept.append)
    assert not policy.may_keep(tool)
    policy.remember(tool)
    policy.remember_for_good(tool)
    assert policy.judge(tool).verdict is ASK
    assert kept == []


def test_a_tool_that_turns_destructive_asks_again() -> None:
    policy = Policy()
    policy.remember(write("move_it"))
    assert policy.judge(destructive("move_it")).verdict is ASK


def test_a_yes_for_good_is_written_down_and_holds_at_once() -> None:
    kept: list[str] = []
    policy = Policy(keep=kept.append)
    policy.remember_for_good(write())
    assert kept == ["create_task"]
    assert policy.judge(write()) == Judgement(ALLOW, "allow = create_task")


def test_a_yes_that_cannot_be_written_down_holds_for_the_session() -> None:
    def keep(_: str) -> None:
        raise SettingsError("The disk is full.")

    policy = Policy(keep=keep)
    with pytest.raises(SettingsError):
        policy.remember_for_good(write())
    assert policy.judge(write()) == Judgement(ALLOW, FOR_SESSION)


def test_without_a_settings_file_nothing_can_be_kept_for_good() -> None:
    assert not Policy().may_keep(write())
    assert Policy(keep=lambda _: None).may_keep(write())


def test_a_name_may_look_like_a_glob() -> None:
    odd = write("create_[task]")
    assert Policy(for_session={odd.name}).judge(odd) == Judgement(ALLOW, FOR_SESSION)


def test_what_was_allowed_for_the_session_can_be_taken_back_one_by_one_or_all() -> None:
    policy = Policy()
    for glob in ("update_*", "create_*", "archive_task"):
        policy.allow_for_session(glob)
    assert policy.judge(write()) == Judgement(ALLOW, FOR_SESSION)
    assert policy.forget("create_*") == ("create_*",)
    assert policy.judge(write()) == Judgement(ASK)
    assert policy.forget("create_*") == ()
    assert policy.forget() == ("archive_task", "update_*")
    assert policy.for_session == set()
