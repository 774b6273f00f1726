"""The control API of a sandbox in a process of its own: time, tokens, faults, snapshots, requests."""

import contextlib
import socket
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.sandbox.sandbox_http import RunningSandbox, Tokens
from tests.sandbox.sandbox_workspace import ASTRAVUE_MCP, Q2_LAUNCH, FakeTime
from tests.sandbox.test_sandbox_process import failed, started

START = "2026-06-15T12:00:00+00:00"


@dataclass
class Controlled:
    sandbox: RunningSandbox
    control: httpx2.Client

    def told(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """What the control API answers to a request that it carries out."""
        if body is not None:
            options["json"] = body
        answer = self.control.request(method, path, **options)
        assert answer.is_success, answer.text
        return answer.json()

    def seen(self) -> list[dict[str, Any]]:
        return self.told("GET", "/requests")["requests"]

    def call(self, tokens: Tokens, tool: str, **arguments: Any) -> httpx2.Response:
        """A tool call of the era in which requests stand alone."""
        version = "2026-07-28"
        name = f"astravue_{tool}"
        meta = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "A test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        return self.sandbox.http.post(
            self.sandbox.url,
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": name, "arguments": arguments, "_meta": meta},
            },
            headers={
                "Authorization": f"Bearer {tokens.access}",
                "Accept": "application/json, text/event-stream",
                "MCP-Protocol-Version": version,
                "Mcp-Method": "tools/call",
                "Mcp-Name": name,
            },
        )

    def result(self, tokens: Tokens, tool: str, **arguments: Any) -> Any:
        answer = self.call(tokens, tool, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]["structuredContent"]

    def titles(self, tokens: Tokens, keyword: str) -> list[str]:
        found = self.result(tokens, "find_tasks", keyword=keyword)
        return [task["taskTitle"] for task in found["tasks"]]


@contextlib.contextmanager
def controlled_sandbox(folder: Path) -> Generator[Controlled]:
    options = ("--data", str(folder), "--start-time", START, "--rate-limit", "0", "--control-port", "0")
    with started(*options) as (_, ready):
        headers = {"Authorization": f"Bearer {ready['control']['token']}"}
        with (
            httpx2.Client(timeout=20) as http,
            httpx2.Client(base_url=ready["control"]["url"], headers=headers, timeout=20) as control,
        ):
            yield Controlled(RunningSandbox(ready["issuer"], FakeTime(), http), control)


@pytest.fixture
def controlled(tmp_path: Path) -> Generator[Controlled]:
    with controlled_sandbox(tmp_path) as controlled:
        yield controlled


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[Controlled]:
    """One sandbox for the tests that leave it as they found it."""
    with controlled_sandbox(tmp_path_factory.mktemp("shared")) as controlled:
        yield controlled


NEW_TASK = {"spaceId": ASTRAVUE_MCP, "projectId": Q2_LAUNCH, "taskTitle": "Water the plants"}


def test_it_is_off_unless_it_is_asked_for(tmp_path: Path) -> None:
    with started("--data", str(tmp_path), "--seed", "empty") as (_, ready):
        assert "control" not in ready
        for path in ("/requests", "/snapshot"):
            assert httpx2.get(f"{ready['issuer']}{path}").status_code == 404


def test_it_has_a_port_and_a_token_of_its_own(shared: Controlled) -> None:
    issuer, url = shared.sandbox.issuer, str(shared.control.base_url)
    assert urlsplit(url).hostname == urlsplit(issuer).hostname == "127.0.0.1"
    assert urlsplit(url).port != urlsplit(issuer).port
    assert shared.sandbox.http.get(f"{issuer}/requests").status_code == 404
    assert shared.control.get("/mcp").status_code == 404


def test_two_runs_have_different_tokens(tmp_path: Path) -> None:
    tokens: set[str] = set()
    for number in range(2):
        options = ("--data", str(tmp_path / str(number)), "--seed", "empty", "--control-port", "0")
        with started(*options) as (_, ready):
            tokens.add(ready["control"]["token"])
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 32


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer", "Basic {token}", "{token}"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/requests"), ("PUT", "/snapshot"), ("POST", "/clock")])
def test_without_the_token_nothing_is_told_or_done(
    shared: Controlled, authorization: str | None, method: str, path: str
) -> None:
    token = shared.control.headers["authorization"].removeprefix("Bearer ")
    headers = {} if authorization is None else {"Authorization": authorization.format(token=token)}
    url = f"{str(shared.control.base_url).rstrip('/')}{path}"
    answer = httpx2.request(method, url, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert token not in answer.text


def test_a_page_of_another_machine_is_refused(shared: Controlled) -> None:
    assert shared.control.get("/requests", headers={"Host": "example.com"}).status_code == 421
    origin = {"Origin": "https://example.com"}
    assert shared.control.get("/requests", headers=origin).status_code == 403


def test_the_clock_moves_and_tokens_age_with_it(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    shown = controlled.told("POST", "/clock", {"advance_seconds": 29 * 60})["time"]
    assert timedelta(minutes=29) <= datetime.fromisoformat(shown) - datetime.fromisoformat(START)
    assert controlled.sandbox.accepts(tokens.access)
    controlled.told("POST", "/clock", {"advance_seconds": 60})
    assert not controlled.sandbox.accepts(tokens.access)
    assert controlled.sandbox.refresh(tokens).status_code == 200


def test_a_tool_sees_the_day_that_the_clock_was_moved_to(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    before = controlled.result(tokens, "get_task_counts")["overdue"]
    controlled.told("POST", "/clock", {"advance_seconds": 365 * 24 * 60 * 60})
    after = controlled.result(controlled.sandbox.sign_in(), "get_task_counts")["overdue"]
    assert after > before


def test_access_tokens_expire_while_refresh_tokens_live(controlled: Controlled) -> None:
    alex, priya = controlled.sandbox.sign_in("alex"), controlled.sandbox.sign_in("priya")
    assert controlled.told("POST", "/tokens/expire") == {"expired": 2}
    for tokens in (alex, priya):
        assert not controlled.sandbox.accepts(tokens.access)
        renewed = controlled.sandbox.refresh(tokens).json()
        assert controlled.sandbox.accepts(renewed["access_token"])


def test_refresh_tokens_expire_while_access_tokens_live(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    assert controlled.told("POST", "/tokens/expire", {"kind": "refresh"}) == {"expired": 1}
    assert controlled.sandbox.accepts(tokens.access)
    assert controlled.sandbox.refresh(tokens).json()["error"] == "invalid_grant"


def test_the_tokens_of_one_user_expire_or_are_revoked(controlled: Controlled) -> None:
    alex, priya = controlled.sandbox.sign_in("alex"), controlled.sandbox.sign_in("priya")
    body = {"kind": "all", "email": "priya@demo.astravue.example"}
    assert controlled.told("POST", "/tokens/expire", body) == {"expired": 2}
    assert not controlled.sandbox.accepts(priya.access)
    assert controlled.sandbox.accepts(alex.access)
    body = {"email": "alex@demo.astravue.example"}
    assert controlled.told("POST", "/tokens/revoke", body) == {"revoked": 1}
    assert not controlled.sandbox.accepts(alex.access)
    assert controlled.sandbox.refresh(alex).json()["error"] == "invalid_grant"
    assert controlled.told("POST", "/tokens/revoke", body) == {"revoked": 0}


def test_clients_are_forgotten_with_their_tokens(controlled: Controlled) -> None:
    one, other = controlled.sandbox.sign_in(), controlled.sandbox.sign_in()
    assert controlled.told("POST", "/clients/forget", {"client_id": one.client_id}) == {"forgotten": 1}
    assert not controlled.sandbox.accepts(one.access)
    assert controlled.sandbox.refresh(one).json()["error"] == "invalid_client"
    assert controlled.sandbox.accepts(other.access)
    assert controlled.told("POST", "/clients/forget") == {"forgotten": 1}
    assert controlled.sandbox.refresh(other).json()["error"] == "invalid_client"


def test_an_endpoint_fails_as_often_as_asked(controlled: Controlled) -> None:
    fault = {"path": "/oauth/token", "status": 503, "times": 2, "headers": {"Retry-After": "7"}}
    controlled.told("POST", "/faults", fault)
    assert controlled.sandbox.register().status_code == 201
    for _ in range(2):
        answer = controlled.sandbox.token(grant_type="refresh_token")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "7"
    assert controlled.sandbox.token(grant_type="refresh_token").status_code == 401


def test_a_fault_without_a_number_of_times_stays_until_it_is_taken_back(controlled: Controlled) -> None:
    controlled.told("POST", "/faults", {"path": "/mcp", "status": 500})
    assert [controlled.sandbox.post_mcp().status_code for _ in range(3)] == [500] * 3
    assert controlled.told("DELETE", "/faults") == {"cleared": 1}
    assert controlled.sandbox.post_mcp().status_code == 401


def test_faults_befall_requests_in_the_order_in_which_they_were_added(controlled: Controlled) -> None:
    for status in (503, 429):
        controlled.told("POST", "/faults", {"path": "/mcp", "status": status, "times": 1})
    assert [controlled.sandbox.post_mcp().status_code for _ in range(3)] == [503, 429, 401]


def test_a_fault_can_wait_for_one_tool(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    fault = {"path": "/mcp", "tool": "astravue_list_spaces", "status": 502, "times": 1}
    controlled.told("POST", "/faults", fault)
    assert controlled.call(tokens, "get_current_user").status_code == 200
    assert controlled.call(tokens, "list_spaces").status_code == 502
    assert controlled.call(tokens, "list_spaces").status_code == 200


def test_a_slow_answer_is_late_and_right(controlled: Controlled) -> None:
    controlled.told("POST", "/faults", {"path": "/mcp", "delay_ms": 1500, "times": 1})
    with pytest.raises(httpx2.ReadTimeout):
        controlled.sandbox.http.post(controlled.sandbox.url, timeout=0.2)
    controlled.told("POST", "/faults", {"path": "/mcp", "delay_ms": 1, "times": 1})
    assert controlled.sandbox.post_mcp().status_code == 401


def test_a_connection_is_cut_before_the_work_is_done(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    controlled.told("POST", "/faults", {"path": "/mcp", "cut": "before", "times": 1})
    with pytest.raises(httpx2.TransportError):
        controlled.call(tokens, "create_task", **NEW_TASK)
    assert controlled.titles(tokens, "Water the plants") == []


def test_a_connection_is_cut_after_the_work_was_done(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    controlled.told("POST", "/faults", {"path": "/mcp", "cut": "after", "times": 1})
    with pytest.raises(httpx2.TransportError):
        controlled.call(tokens, "create_task", **NEW_TASK)
    assert controlled.titles(tokens, "Water the plants") == ["Water the plants"]


def test_a_refresh_whose_answer_is_lost_has_spent_the_token(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    controlled.told("POST", "/faults", {"path": "/oauth/token", "cut": "after", "times": 1})
    with pytest.raises(httpx2.TransportError):
        controlled.sandbox.refresh(tokens)
    assert controlled.sandbox.refresh(tokens).json()["error"] == "invalid_grant"
    assert not controlled.sandbox.accepts(tokens.access)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_connection_is_cut_without_a_single_byte(controlled: Controlled, cut: str) -> None:
    path = "/.well-known/oauth-authorization-server"
    controlled.told("POST", "/faults", {"path": path, "cut": cut, "times": 1})
    port = urlsplit(controlled.sandbox.issuer).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=20) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        received = b""
        with contextlib.suppress(ConnectionResetError):
            received = raw.recv(1000)
    assert received == b""
    assert controlled.sandbox.http.get(f"{controlled.sandbox.issuer}{path}").status_code == 200


def test_a_snapshot_brings_back_tasks_and_sign_ins(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    snapshot = controlled.control.get("/snapshot")
    assert snapshot.headers["content-type"] == "application/vnd.sqlite3"
    assert snapshot.content.startswith(b"SQLite format 3\0")
    first = controlled.result(tokens, "create_task", **NEW_TASK)
    later = controlled.sandbox.sign_in("priya")
    controlled.told("POST", "/tokens/revoke")
    restored = controlled.told("PUT", "/snapshot", content=snapshot.content)
    assert restored == {"restored": len(snapshot.content)}
    assert not controlled.sandbox.accepts(later.access)
    assert controlled.titles(tokens, "Water the plants") == []
    assert controlled.result(tokens, "create_task", **NEW_TASK)["taskId"] == first["taskId"]


def test_a_snapshot_that_is_none_is_refused_in_a_sentence(shared: Controlled) -> None:
    answer = shared.control.put("/snapshot", content=b"not a snapshot")
    assert answer.status_code == 400
    assert answer.json() == {"error": "The snapshot is no SQLite database."}
    assert shared.sandbox.sign_in().access


def test_requests_are_listed_without_what_they_carried(controlled: Controlled) -> None:
    tokens = controlled.sandbox.sign_in()
    assert controlled.told("DELETE", "/requests")["cleared"] > 0
    controlled.result(tokens, "find_tasks", keyword="confidential")
    controlled.sandbox.http.get(f"{controlled.sandbox.issuer}/nowhere?code=secret")
    renewed = controlled.sandbox.refresh(tokens).json()
    controlled.told("POST", "/faults", {"path": "/mcp", "cut": "before", "times": 1})
    with pytest.raises(httpx2.TransportError):
        controlled.call(tokens, "list_spaces")
    call = {"method": "POST", "path": "/mcp", "rpc_method": "tools/call"}
    other = {"rpc_method": None, "tool": None}
    assert controlled.seen() == [
        call | {"tool": "astravue_find_tasks", "status": 200},
        other | {"method": "GET", "path": "/nowhere", "status": 404},
        other | {"method": "POST", "path": "/oauth/token", "status": 200},
        call | {"tool": "astravue_list_spaces", "status": None},
    ]
    listed = controlled.control.get("/requests").text
    for secret in (tokens.access, tokens.refresh, *renewed.values(), "confidential", "secret"):
        assert str(secret) not in listed.replace('"/oauth/token"', "")


def test_a_body_that_is_no_call_is_noted_all_the_same(controlled: Controlled) -> None:
    bodies: Sequence[bytes] = (b"", b"\xff", b"[" * 100_000, b"[]", b'{"jsonrpc": "2.0", "method": 1}', b"1")
    for body in bodies:
        controlled.sandbox.http.post(controlled.sandbox.url, content=body)
    seen = controlled.seen()
    assert [each["status"] for each in seen] == [401] * len(bodies)
    assert {each["tool"] for each in seen} == {None}


def test_a_body_that_is_too_large_is_refused_as_without_control(shared: Controlled) -> None:
    answer = shared.sandbox.http.post(f"{shared.sandbox.issuer}/oauth/token", content=b"x" * 5_000_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/clock", {}, "advance_seconds"),
        ("/clock", {"advance_seconds": -1}, "advance_seconds"),
        ("/clock", {"advance_seconds": 1.5}, "advance_seconds"),
        ("/clock", {"advance_seconds": True}, "advance_seconds"),
        ("/clock", {"advance_seconds": 10**12}, "advance_seconds"),
        ("/clock", {"hours": 1}, "hours"),
        ("/clock", [], "no JSON object"),
        ("/tokens/expire", {"kind": "magic"}, "kind"),
        ("/tokens/revoke", {"email": "nobody@example.com"}, "email"),
        ("/tokens/revoke", {"email": 5}, "email"),
        ("/clients/forget", {"client_id": ["a"]}, "client_id"),
        ("/faults", {"status": 500}, "path"),
        ("/faults", {"path": "mcp", "status": 500}, "path"),
        ("/faults", {"path": "/mcp"}, "status"),
        ("/faults", {"path": "/mcp", "status": 200}, "status"),
        ("/faults", {"path": "/mcp", "status": 503, "times": 0}, "times"),
        ("/faults", {"path": "/mcp", "status": 503, "cut": "after"}, "cut"),
        ("/faults", {"path": "/mcp", "cut": "between"}, "cut"),
        ("/faults", {"path": "/mcp", "delay_ms": 10**9}, "delay_ms"),
        ("/faults", {"path": "/mcp", "cut": "after", "headers": {"A": "b"}}, "headers"),
        ("/faults", {"path": "/mcp", "status": 503, "headers": {"A": "b\r\nC: d"}}, "headers"),
        ("/faults", {"path": "/mcp", "status": 503, "headers": {"A b": "c"}}, "headers"),
        ("/faults", {"path": "/mcp", "status": 503, "headers": {"Content-Length": "0"}}, "headers"),
        ("/faults", {"path": "/mcp", "status": 503, "headers": ["A"]}, "headers"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    shared: Controlled, path: str, body: object, problem: str
) -> None:
    answer = shared.control.post(path, json=body)
    assert answer.status_code == 400
    assert problem in answer.json()["error"]
    assert shared.told("DELETE", "/faults") == {"cleared": 0}


def test_a_control_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, message = failed("--data", str(tmp_path), "--control-port", str(port))
    assert code == 1
    assert message.count("\n") == 1
    assert f"Port {port}" in message
    assert "--control-port" in message
