"""The MCP handshake: by the stored token, which is never renewed."""

import dataclasses
from collections.abc import Callable

import pytest
from starlette.responses import Response

from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.doctor.server import check_server
from agent.errors import ServerError
from agent.jsontypes import JsonObject
from tests.doctor.conftest import NOW
from tests.doctor.test_doctor_sign_in import LOGIN
from tests.workspace.demo_server import Demo
from tests.workspace.mcp_servers import Gate, Seen, running, scripted

pytestmark = pytest.mark.anyio

MakeCase = Callable[..., Case]


def demo(fault: Callable[[Seen], Response | None] | None = None) -> Gate:
    gate = Gate()
    Demo(gate, legacy=False).build()

    async def ask(seen: Seen) -> Response | None:
        return fault(seen) if fault else None

    gate.fault = ask
    return gate


def wants_token(seen: Seen) -> Response | None:
    borne = seen.headers.get("authorization")
    return None if borne == f"Bearer {LOGIN.access_token}" else Response(status_code=401)


async def test_a_server_says_its_name_its_protocol_and_how_many_tools_it_has(make_case: MakeCase) -> None:
    with running(demo()) as server:
        finding = await check_server(None, make_case(server.url))
    assert finding == Finding("server", Outcome.OK, "demo 3, MCP 2026-07-28, 7 tools")


async def test_no_tool_is_called(make_case: MakeCase) -> None:
    gate = demo()
    with running(gate) as server:
        await check_server(None, make_case(server.url))
    assert "tools/call" not in gate.methods()


async def test_the_stored_token_is_borne_to_its_own_server(make_case: MakeCase) -> None:
    with running(demo(wants_token)) as server:
        login = dataclasses.replace(LOGIN, server=server.url)
        finding = await check_server(login, make_case(server.url))
    assert finding.outcome is Outcome.OK


async def test_the_stored_token_is_borne_nowhere_else(make_case: MakeCase) -> None:
    gate = demo(wants_token)
    with running(gate) as server:
        finding = await check_server(
            dataclasses.replace(LOGIN, server="https://a.example/mcp"), make_case(server.url)
        )
    assert finding.outcome is Outcome.PROBLEM
    assert all("authorization" not in seen.headers for seen in gate.seen)


async def test_a_refused_token_is_a_problem_and_not_renewed(make_case: MakeCase) -> None:
    with running(demo(lambda _: Response(status_code=401))) as server:
        login = dataclasses.replace(LOGIN, server=server.url)
        finding = await check_server(login, make_case(server.url))
    assert (finding.outcome, finding.advice) == (Outcome.PROBLEM, "Run `astravue login`.")
    assert "was refused" in finding.text
    assert LOGIN.access_token not in finding.text


async def test_without_a_sign_in_a_server_that_wants_one_is_not_tried(make_case: MakeCase) -> None:
    with running(demo(wants_token)) as server:
        finding = await check_server(None, make_case(server.url))
    assert finding == Finding("server", Outcome.NOT_TRIED, "it wants a sign-in first")


async def test_an_expired_token_is_not_renewed_to_have_a_look(make_case: MakeCase) -> None:
    gate = demo()
    with running(gate) as server:
        login = dataclasses.replace(LOGIN, server=server.url, expires_at=NOW - 1)
        finding = await check_server(login, make_case(server.url))
    assert (finding.outcome, gate.seen) == (Outcome.NOT_TRIED, [])
    assert "astravue auth refresh" in finding.advice


async def test_tools_that_are_left_out_are_named(make_case: MakeCase) -> None:
    bad: JsonObject = {"name": "bad", "inputSchema": {"type": "object", "properties": {"a": {"type": 7}}}}
    good: JsonObject = {"name": "good", "inputSchema": {"type": "object"}}
    with running(scripted({"tools/list": {"tools": [good, bad]}})) as server:
        finding = await check_server(None, make_case(server.url))
    assert finding.outcome is Outcome.WARNING
    assert finding.text.startswith(
        "scripted 1, MCP 2025-11-25, 1 tools, 1 left out: bad: its input schema is malformed"
    )


async def test_what_is_no_mcp_server_says_so(make_case: MakeCase) -> None:
    with running(Gate()) as server, pytest.raises(ServerError):
        await check_server(None, make_case(server.url))
