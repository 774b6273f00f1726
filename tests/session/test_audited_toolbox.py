"""Every tool call is in the audit log, with what it was about and how it ended."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from agent.auth.audit import AuditLog, read_audit_log
from agent.errors import OutcomeUnknownError, ServerError
from agent.events import Decision
from agent.jsontypes import JsonObject
from agent.session.audited_toolbox import AuditedToolbox
from agent.tools.tool import ToolResult
from tests.fake_toolbox import FakeToolbox, Handler, answering, make_tool, raises, returns

SERVER = "https://a.example/mcp"
TOOL = make_tool("update_task")


async def interrupted(_: JsonObject) -> ToolResult:
    raise asyncio.CancelledError


def audited(path: Path, handler: Handler) -> AuditedToolbox:
    ticks = iter((10.0, 12.5))
    log = AuditLog(path, lambda: 1_800_000_000.0)
    return AuditedToolbox(FakeToolbox((TOOL,), update_task=handler), log, SERVER, lambda: next(ticks))


@pytest.mark.anyio
async def test_a_call_is_recorded_with_ids_and_without_texts(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    toolbox = audited(path, returns(answering({"taskId": 7})))
    assert await toolbox.tools() == (TOOL,)
    arguments: JsonObject = {"taskId": 7, "taskTitle": "Private", "billable": True, "paid": True}
    result = await toolbox.call_tool("update_task", arguments)

    assert result.structured == {"taskId": 7}
    assert list(read_audit_log(path)) == [
        {
            "time": "2027-01-15T08:00:00.000+00:00",
            "operation": "tools/call",
            "server": SERVER,
            "outcome": "done",
            "seconds": 2.5,
            "tool": "update_task",
            "taskId": 7,
        }
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("handler", "outcome"),
    [
        (returns(answering({}, is_error=True)), "refused"),
        (raises(ServerError("The server is down.")), "server"),
        (raises(OutcomeUnknownError("The answer was lost.")), "unknown"),
        (raises(RuntimeError("a fault of ours")), "failed"),
        (interrupted, "interrupted"),
    ],
)
async def test_a_call_that_fails_is_recorded_with_how(tmp_path: Path, handler: Handler, outcome: str) -> None:
    path = tmp_path / "audit.jsonl"
    with contextlib.suppress(Exception, asyncio.CancelledError):
        await audited(path, handler).call_tool("update_task", {})
    assert "down" not in path.read_text()
    assert [entry["outcome"] for entry in read_audit_log(path)] == [outcome]


def test_a_decision_is_recorded_with_its_rule_and_the_things_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    toolbox = audited(path, returns(answering({})))
    arguments: JsonObject = {"taskIds": [7, 8], "taskTitle": "Private"}
    toolbox.note(TOOL, arguments, Decision.DENIED_BY_RULE, "deny = update_*")
    (entry,) = read_audit_log(path)
    del entry["time"]
    assert entry == {
        "operation": "approval",
        "server": SERVER,
        "outcome": "denied_by_rule",
        "tool": "update_task",
        "rule": "deny = update_*",
        "taskIds": "7,8",
    }
