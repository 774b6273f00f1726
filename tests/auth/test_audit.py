"""The audit log: one line an operation, for the owner's eyes."""

import json
import logging
import stat

import pytest
from auth_home import FakeClock, Home

from agent.auth.audit import AuditLog
from agent.auth.sign_in import sign_out
from agent.errors import SignInError
from agent.folders import Folders


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
