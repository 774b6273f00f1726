"""Many sandboxes in one process: each trial has a workspace of its own, at an address of its own."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from agent.errors import AgentError, UsageError
from agent.events import ToolCallFinished
from agent.jsontypes import JsonObject, is_object
from agent.sandbox.clock import Clock
from agent.sandbox.database import open_snapshot
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.tools.policy import Policy
from evals.definitions.case import (
    Action,
    Case,
    Category,
    Disturbance,
    Failure,
    GoldenCall,
    Moment,
    OutsideCall,
    Turn,
    WorkspaceDefinition,
)
from evals.workspaces.calls import CallRefused, Calls
from evals.workspaces.host import Host
from evals.workspaces.place import Place
from evals.workspaces.sign_ins import PROFILE
from evals.workspaces.starting import goal_changes, start_of, take_due

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEASE = 141383


def a_case(name: str = "one", *turns: Turn, user: str = "", setup: tuple[OutsideCall, ...] = ()) -> Case:
    return Case(
        id=f"single-step/{name}",
        path=Path(f"/cases/single-step/{name}.yaml"),
        title="A case",
        category=Category.SINGLE_STEP,
        workspace=WorkspaceDefinition("demo", START, setup=setup),
        turns=turns,
        user=user,
        digest=name,
    )


def renaming(title: str) -> OutsideCall:
    return OutsideCall("astravue_update_task", {"taskId": LEASE, "taskTitle": title})


async def call(place: Place, tool: str, arguments: JsonObject) -> JsonObject:
    """Call a tool as a trial does: over HTTP, signed in."""
    session = Session(
        Settings(server=place.url, profile=PROFILE),
        place.folders,
        SessionOptions(policy=Policy(allow_all=True), record=False),
        environ=place.environ,
    )
    try:
        finished = [each async for each in session.call(tool, arguments)]
    finally:
        await session.aclose()
    (result,) = (each.structured for each in finished if isinstance(each, ToolCallFinished))
    assert is_object(result)
    return result


async def test_what_one_trial_changes_no_other_one_sees() -> None:
    async with Host(2) as host, host.place(a_case()) as here, host.place(a_case()) as there:
        assert here.url != there.url
        await call(here, "astravue_update_task", {"taskId": LEASE, "taskTitle": "Mine"})
        task = await call(there, "astravue_get_task", {"taskId": LEASE})
        assert task["taskTitle"] == "Sign the lease for the new office"
        assert len(here.changes()) == 1
        assert there.changes() == ()


async def test_the_next_trial_at_an_address_begins_afresh_and_is_signed_in_without_signing_in_again() -> None:
    async with Host(1) as host:
        async with host.place(a_case()) as place:
            first = place.url
            await call(place, "astravue_update_task", {"taskId": LEASE, "taskTitle": "Mine"})
        async with host.place(a_case("another")) as place:
            assert place.url == first
            families = place.database.value("SELECT count(*) FROM token_families")
            task = await call(place, "astravue_get_task", {"taskId": LEASE})
            assert task["taskTitle"] == "Sign the lease for the new office"
            assert place.database.value("SELECT count(*) FROM token_families") == families == 1


async def test_a_sign_in_is_taken_along_to_another_address() -> None:
    async with Host(2) as host, host.place(a_case()) as one, host.place(a_case("another")) as two:
        assert one.url != two.url
        await call(one, "astravue_update_task", {"taskId": LEASE, "taskTitle": "Mine"})
        assert (await call(two, "astravue_get_task", {"taskId": LEASE}))["taskTitle"] != "Mine"
        ids = [place.database.value("SELECT token_hash FROM access_tokens") for place in (one, two)]
        assert ids[0] == ids[1]
        two.disturb(Disturbance(Moment.START, Action.EXPIRE_ACCESS))
        assert (await call(two, "astravue_get_current_user", {}))["userId"] == 101
        used = "SELECT count(*) FROM refresh_tokens WHERE used_time IS NOT NULL"
        assert [place.database.value(used) for place in (one, two)] == [0, 1]


async def test_a_sign_in_is_taken_along_to_a_workspace_at_another_moment() -> None:
    later = replace(
        a_case("later"), workspace=WorkspaceDefinition("demo", datetime(2031, 2, 1, 12, tzinfo=UTC))
    )
    async with Host(1) as host:
        async with host.place(a_case()) as place:
            await call(place, "astravue_get_current_user", {})
        async with host.place(later) as place:
            await call(place, "astravue_get_current_user", {})
            assert place.database.value("SELECT count(*) FROM access_tokens") == 1


async def test_the_case_says_who_is_signed_in() -> None:
    async with Host(1) as host, host.place(a_case(user="priya@demo.astravue.example")) as place:
        assert (await call(place, "astravue_get_current_user", {}))["email"] == "priya@demo.astravue.example"


async def test_expired_tokens_are_renewed_by_the_session() -> None:
    async with Host(1) as host, host.place(a_case()) as place:
        place.disturb(Disturbance(Moment.START, Action.EXPIRE_ACCESS))
        assert (await call(place, "astravue_get_current_user", {}))["userId"] == 101
        assert place.database.value("SELECT count(*) FROM refresh_tokens WHERE used_time IS NOT NULL") == 1


async def test_a_failure_befalls_as_many_requests_as_it_says() -> None:
    async with Host(1) as host, host.place(a_case()) as place:
        place.disturb(Disturbance(Moment.START, Action.FAIL, failure=Failure(status=503, path="/x")))
        async with httpx2.AsyncClient(trust_env=False) as client:
            address = place.url.replace("/mcp", "/x")
            assert [(await client.get(address)).status_code for _ in range(2)] == [503, 404]


async def test_a_call_of_somebody_else_is_made_in_the_middle_of_a_trial() -> None:
    async with Host(1) as host, host.place(a_case()) as place:
        place.disturb(Disturbance(Moment.START, Action.RUN, call=renaming("Theirs")))
        assert (await call(place, "astravue_get_task", {"taskId": LEASE}))["taskTitle"] == "Theirs"


async def test_an_address_without_a_trial_serves_nobody() -> None:
    async with Host(1) as host:
        async with host.place(a_case()) as place:
            address = place.url
        async with httpx2.AsyncClient(trust_env=False) as client:
            assert (await client.get(address)).status_code == 503


async def test_a_place_is_free_again_after_a_trial_that_failed() -> None:
    async with Host(1) as host:
        with pytest.raises(UsageError, match="nobody in demo has the address"):
            async with host.place(a_case(user="nobody@nowhere.example")):
                pass
        async with host.place(a_case()) as place:
            assert place.changes() == ()


def test_the_goal_is_what_the_approved_golden_calls_change() -> None:
    rename = GoldenCall("astravue_update_task", {"taskId": LEASE, "taskTitle": "Done"}, line=7)
    assert len(goal_changes(a_case("approved", Turn("Rename it", (rename,))))) == 1
    assert goal_changes(a_case("declined", Turn("Rename it", (rename,), approve=()))) == ()


def test_a_golden_call_may_use_what_an_earlier_one_made() -> None:
    made = GoldenCall("astravue_create_personal_task", {"taskTitle": "Buy milk"}, name="new")
    noted = GoldenCall("astravue_add_task_comment", {"taskId": "$new.taskId", "comment": "Oat milk"})
    changes = goal_changes(a_case("chained", Turn("Do", (made, noted))))
    assert {"tasks", "comments"} <= {change.table for change in changes}


def test_what_the_user_puts_in_place_is_what_the_goal_has() -> None:
    rename = GoldenCall("astravue_update_task", {"taskId": LEASE, "taskTitle": "Wrong"})
    edited = Turn("Rename it", (rename,), edits={"astravue_update_task": {"taskTitle": "Right"}})
    (change,) = goal_changes(a_case("edited", edited))
    assert "Right" in change.values.values()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            GoldenCall("astravue_delete_task", {"taskId": 1}, line=9),
            "yaml:9: astravue_delete_task is refused",
        ),
        (GoldenCall("astravue_get_current_user", refused=True, line=4), "yaml:4: .* is not refused"),
        (GoldenCall("astravue_get_task", {"taskId": "$new.taskId"}, line=3), "yaml:3: .*stands for nothing"),
    ],
)
def test_a_golden_call_that_does_not_end_as_it_says_is_a_fault_of_the_case(
    call: GoldenCall, said: str
) -> None:
    with pytest.raises(AgentError, match=said):
        goal_changes(a_case(f"faulty-{call.line}", Turn("Do", (call,))))


def test_the_setup_is_part_of_what_a_case_begins_with() -> None:
    untouched = start_of(a_case("untouched"))
    assert start_of(a_case("set-up", setup=(renaming("Before"),))) != untouched
    with pytest.raises(AgentError, match="the setup is refused"):
        start_of(a_case("bad", setup=(OutsideCall("astravue_delete_task", {"taskId": 1}, line=3),)))


def test_a_snapshot_that_does_not_fit_is_named(tmp_path: Path) -> None:
    (tmp_path / "old.db").write_bytes(b"no database")
    case = replace(
        a_case("snapshot"),
        path=tmp_path / "case.yaml",
        workspace=WorkspaceDefinition("demo", START, snapshot="old.db"),
    )
    with pytest.raises(AgentError, match=r"old\.db: The snapshot is no SQLite database"):
        start_of(case)
    with pytest.raises(AgentError, match=r"none\.db cannot be read"):
        start_of(replace(case, digest="none", workspace=replace(case.workspace, snapshot="none.db")))


def test_something_due_happens_once() -> None:
    pending = [Disturbance(Moment.AFTER, Action.REVOKE, "a"), Disturbance(Moment.AFTER, Action.ADVANCE)]
    assert take_due(pending, Moment.BEFORE, "a") == []
    assert [each.action for each in take_due(pending, Moment.AFTER, "b")] == [Action.ADVANCE]
    assert [each.action for each in take_due(pending, Moment.AFTER, "a")] == [Action.REVOKE]
    assert pending == []


def test_a_call_of_nobody_is_refused() -> None:
    database = open_snapshot(start_of(a_case("nobody")))
    with pytest.raises(CallRefused, match="nobody has the address"):
        Calls(database, Clock()).make("x@y.example", "astravue_get_current_user", {})
    database.close()
