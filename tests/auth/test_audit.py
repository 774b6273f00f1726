"""The audit log: one line an operation, for the owner's eyes."""

import json
import logging
import stat
import subprocess
import sys

import pytest
from auth_home import FakeClock, Home

from agent.auth.audit import AuditLog, read_audit_log
from agent.auth.sign_in import sign_out
from agent.errors import SignInError
from agent.system.folders import Folders


def test_a_line_says_when_what_where_and_how_it_ended(folders: Folders, clock: FakeClock) -> None:
    log = AuditLog(folders.audit_file, clock)
    log.record(
        "tools/call",
        server="https://a.example/mcp",
        outcome="done",
        seconds=0.12345,
        tool="list",
        status=None,
    )
    log.record("refresh", server="https://a.example/mcp", outcome="invalid_grant", status=400)

    lines = [json.loads(line) for line in folders.audit_file.read_text().splitlines()]
    assert lines == [
        {
            "time": "2027-01-15T08:00:00.000+00:00",
            "operation": "tools/call",
            "server": "https://a.example/mcp",
            "outcome": "done",
            "seconds": 0.123,
            "tool": "list",
        },
        {
            "time": "2027-01-15T08:00:00.000+00:00",
            "operation": "refresh",
            "server": "https://a.example/mcp",
            "outcome": "invalid_grant",
            "status": 400,
        },
    ]
    assert stat.S_IMODE(folders.audit_file.stat().st_mode) == 0o600


def test_a_long_file_is_put_aside_and_the_oldest_entries_go(folders: Folders) -> None:
    log = AuditLog(folders.audit_file, longest=500)
    for number in range(62):
        log.record("refresh", server="https://a.example/mcp", outcome="done", status=number)

    files = sorted(folders.logs.glob("audit*.jsonl"))
    assert [file.name for file in files] == [
        "audit.1.jsonl",
        "audit.2.jsonl",
        "audit.3.jsonl",
        "audit.jsonl",
    ]
    assert all(file.stat().st_size <= 700 and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    kept = [entry["status"] for entry in read_audit_log(folders.audit_file)]
    assert kept == list(range(62))[-len(kept) :]
    assert len(kept) > 10


def test_processes_that_write_at_once_lose_nothing_when_the_file_is_put_aside(folders: Folders) -> None:
    program = (
        "import sys; from pathlib import Path; from agent.auth.audit import AuditLog\n"
        "log = AuditLog(Path(sys.argv[1]), longest=20_000)\n"
        "for number in range(100): log.record('refresh', server='s', outcome='done', status=number)"
    )
    command = [sys.executable, "-P", "-c", program, str(folders.audit_file)]
    writers = [subprocess.Popen(command) for _ in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    written = [entry["status"] for entry in read_audit_log(folders.audit_file)]
    assert sorted(map(int, map(str, written))) == sorted(list(range(100)) * 4)


def test_lines_that_are_no_entries_are_passed_over(folders: Folders) -> None:
    folders.logs.mkdir(parents=True)
    folders.audit_file.write_bytes(b'{"operation": "refresh"}\n\xff\xfe\n[1]\n{"operation": "sign-')
    assert list(read_audit_log(folders.audit_file)) == [{"operation": "refresh"}]


def test_a_log_that_cannot_be_written_stops_nothing(
    folders: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    folders.logs.parent.mkdir(parents=True)
    folders.logs.write_text("no folder")
    log = AuditLog(folders.audit_file)
    with caplog.at_level(logging.WARNING):
        log.record("refresh", server="s", outcome="done")
        log.record("refresh", server="s", outcome="done")
    assert len(caplog.records) == 1


@pytest.mark.anyio
async def test_every_oauth_operation_is_recorded_with_its_end(home: Home) -> None:
    home.server.consent = lambda answer: {
        "state": answer["state"],
        "error": "access_denied",
        "iss": answer["iss"],
    }
    with pytest.raises(SignInError):
        await home.sign_in()
    home.server.consent = None
    login = await home.sign_in()
    tokens = home.tokens()
    home.server.fail_next_token_request(503)
    await tokens.refresh_now()
    home.server.families[0].revoked = True
    with pytest.raises(SignInError):
        await tokens.refresh_now()
    await tokens.aclose()
    await sign_out(login, vault=home.vault, clock=home.clock, audit=home.audit)

    lines = [json.loads(line) for line in home.folders.audit_file.read_text().splitlines()]
    assert [(line["operation"], line["outcome"]) for line in lines] == [
        ("sign-in", "failed"),
        ("sign-in", "done"),
        ("refresh", "HTTP 503"),
        ("refresh", "done"),
        ("refresh", "invalid_grant"),
        ("sign-out", "done"),
    ]
