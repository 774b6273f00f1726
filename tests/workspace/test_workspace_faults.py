"""What a workspace does with a network and a server that fail: one clear error, or success."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from agent.errors import AgentError, LimitError, OutcomeUnknownError, ServerError, SignInError
from agent.events import OutsideEvent, WaitStarted
from agent.workspace.workspace import Workspace
from tests.workspace.demo_server import Demo, Naps
from tests.workspace.mcp_servers import (
    CuttingProxy,
    Fault,
    Gate,
    Running,
    Seen,
    always,
    first,
    one_after_another,
    only_initialize,
    running,
    scripted,
)

pytestmark = pytest.mark.anyio
Connect = Callable[[str], Workspace]
Served = tuple[Demo, Running]


def era(demo: Demo) -> Fault:
    """The fault that makes the demo server what its fixture says, to be kept behind others."""

    async def nothing(_: Seen) -> Response | None:
        return None

    return only_initialize if demo.legacy else nothing


async def refusal(workspace: Workspace) -> AgentError:
    async with workspace:
        with pytest.raises(AgentError) as caught:
            await workspace.connect()
    return caught.value


# ---- connecting


async def test_a_port_where_nobody_listens_is_named(connect_to: Connect, naps: Naps) -> None:
    with running(Gate()) as server:
        pass
    error = await refusal(connect_to(server.url))
    assert isinstance(error, ServerError)
    assert error.message == f"{server.url} cannot be reached: the connection was refused."
    assert naps.taken == [0.5, 1.0]


async def test_a_host_that_does_not_exist_is_named(connect_to: Connect, naps: Naps) -> None:
    error = await refusal(connect_to("https://nowhere.invalid/mcp"))
    assert error.message == "https://nowhere.invalid/mcp cannot be reached: its host name is not known."
    assert naps.taken == []


async def test_a_server_without_tls_is_told_from_one_with(connect_to: Connect) -> None:
    with running(Gate()) as server:
        error = await refusal(connect_to(server.url.replace("http:", "https:")))
    assert "No secure connection" in error.message
    assert "does not speak TLS" in error.message


@pytest.mark.parametrize(
    "address", ["astravue", "ftp://127.0.0.1/mcp", "http://", "http://127.0.0.1:port/mcp"]
)
async def test_what_is_no_address_is_said_to_be_none(address: str, connect_to: Connect) -> None:
    error = await refusal(connect_to(address))
    assert "is not the address of a server" in error.message


async def test_what_is_secret_in_an_address_stays_out_of_errors(connect_to: Connect) -> None:
    error = await refusal(connect_to("https://ada:pass@nowhere.invalid/mcp?key=hush"))
    assert "nowhere.invalid" in str(error)
    assert not {"ada", "pass", "hush"} & set(str(error).replace("/", " ").replace("?", " ").split())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HTMLResponse("<html><title>Ada's\x1b[31m bakery</title>"), "a web page (Ada's [31m bakery)"),
        (JSONResponse({"hello": "world"}), "not answering as an MCP server"),
        (PlainTextResponse(""), "an empty answer"),
        (HTMLResponse("<h1>No such page</h1>", 404), "HTTP 404, No such page"),
        (JSONResponse({"message": "gone fishing"}, 410), "HTTP 410, gone fishing"),
    ],
)
async def test_a_server_that_is_no_mcp_server_is_said_to_be_none(
    answer: Response, words: str, connect_to: Connect
) -> None:
    async def fault(_: Seen) -> Response:
        return answer

    with running(Gate(fault=fault)) as server:
        error = await refusal(connect_to(server.url))
    assert isinstance(error, ServerError)
    assert server.url in error.message
    assert words in error.message
    assert "\x1b" not in str(error)


async def test_a_probe_that_meets_an_outage_does_not_decide_the_era(
    demo: Served, connect_to: Connect, naps: Naps
) -> None:
    state, server = demo
    state.gate.fault = first(2, "server/discover", lambda _: PlainTextResponse("busy", 503))
    async with connect_to(server.url) as workspace:
        info = await workspace.connect()
    assert info.protocol_version == "2026-07-28"
    assert "initialize" not in state.gate.methods()
    assert naps.taken == [0.5, 1.0]


async def test_a_server_that_stays_down_is_given_up(connect_to: Connect) -> None:
    async def fault(_: Seen) -> Response:
        return PlainTextResponse("down for repairs", 503)

    with running(Gate(fault=fault)) as server:
        error = await refusal(connect_to(server.url))
    assert error.message == f"{server.url} answered with an error: HTTP 503, down for repairs."


async def test_a_probe_that_hangs_once_does_not_decide_the_era(demo: Served, naps: Naps) -> None:
    state, server = demo
    hung = False

    async def fault(seen: Seen) -> Response | None:
        nonlocal hung
        if seen.method == "server/discover" and not hung:
            hung = True
            await asyncio.sleep(3600)
        return None

    state.gate.fault = fault
    async with Workspace(server.url, sleep=naps, handshake_timeout=2.0) as workspace:
        info = await workspace.connect()
    assert info.protocol_version == "2026-07-28"
    assert "initialize" not in state.gate.methods()


async def test_an_old_server_that_never_answers_the_probe_is_still_reached(
    legacy_demo: Served, naps: Naps
) -> None:
    state, server = legacy_demo

    async def fault(seen: Seen) -> Response | None:
        if seen.method == "server/discover":
            await asyncio.sleep(3600)
        return None

    state.gate.fault = fault
    async with Workspace(server.url, sleep=naps, handshake_timeout=1.0) as workspace:
        info = await workspace.connect()
    assert info.protocol_version == "2025-11-25"


async def test_a_server_that_never_answers_is_given_up(naps: Naps) -> None:
    async def fault(_: Seen) -> Response:
        await asyncio.sleep(3600)
        return Response()

    with running(Gate(fault=fault)) as server:
        error = await refusal(Workspace(server.url, sleep=naps, handshake_timeout=0.1))
    assert error.message == f"{server.url} did not answer in time."


async def test_a_server_that_was_down_at_first_is_reached_later(connect_to: Connect) -> None:
    gate = scripted({})
    with running(gate) as server:
        pass
    async with connect_to(server.url) as workspace:
        with pytest.raises(ServerError):
            await workspace.connect()
        back = Running(gate, server.port)
        try:
            assert (await workspace.connect()).name == "scripted"
        finally:
            back.stop()


# ---- authorization


class Stubborn(httpx2.Auth):
    """An authentication that has lost its login, and says so."""

    failure: AgentError | None = SignInError(
        "The login of ada@example.com has ended.", "Run `astravue login`."
    )
    lost = failure

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        request.headers["Authorization"] = "Bearer stale"
        yield request


async def unauthorized(_: Seen) -> Response:
    return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": "Bearer"})


async def test_a_401_asks_for_a_sign_in(connect_to: Connect) -> None:
    with running(Gate(fault=unauthorized)) as server:
        error = await refusal(connect_to(server.url))
    assert isinstance(error, SignInError)
    assert error.message == f"{server.url} wants a sign-in."
    assert "astravue login" in error.hint


async def test_a_401_is_explained_in_the_words_of_the_authentication() -> None:
    gate = Gate(fault=unauthorized)
    with running(gate) as server:
        error = await refusal(Workspace(server.url, auth=Stubborn()))
    assert isinstance(error, SignInError)
    assert error.message == "The login of ada@example.com has ended."
    assert gate.methods() == ["server/discover"]
    assert gate.seen[0].headers["authorization"] == "Bearer stale"


async def test_an_authentication_may_mend_a_401(any_demo: Served, naps: Naps) -> None:
    state, server = any_demo

    class Mending(httpx2.Auth):
        async def async_auth_flow(
            self, request: httpx2.Request
        ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
            response = yield request
            if response.status_code == 401 and "WWW-Authenticate" in response.headers:
                request.headers["Authorization"] = "Bearer fresh"
                yield request

    async def fault(seen: Seen) -> Response | None:
        return None if seen.headers.get("authorization") == "Bearer fresh" else await unauthorized(seen)

    state.gate.fault = one_after_another(fault, era(state))
    async with Workspace(server.url, auth=Mending(), sleep=naps) as workspace:
        await workspace.call_tool("write", {"note": "milk"})
    assert state.executed == ["milk"]


async def test_a_403_is_told_in_the_words_of_the_server(any_demo: Served, connect_to: Connect) -> None:
    state, server = any_demo
    forbidden = JSONResponse({"message": "Only owners may write notes"}, 403)
    state.gate.fault = one_after_another(always("tools/call", lambda _: forbidden), era(state))
    async with connect_to(server.url) as workspace:
        with pytest.raises(ServerError, match=r"refused this request \(403\): Only owners may write notes"):
            await workspace.call_tool("write", {"note": "milk"})


# ---- rate limits


async def test_a_429_is_sat_out_and_the_call_made_once(
    any_demo: Served, connect_to: Connect, naps: Naps, told: list[OutsideEvent]
) -> None:
    state, server = any_demo
    limited = PlainTextResponse("slow down", 429, {"Retry-After": "7"})
    state.gate.fault = one_after_another(first(2, "tools/call", lambda _: limited), era(state))
    async with connect_to(server.url) as workspace:
        await workspace.call_tool("write", {"note": "milk"})
    assert state.executed == ["milk"]
    assert naps.taken == [7.0, 7.0]
    assert told == [WaitStarted("The server limits the rate of requests", 7.0)] * 2


async def test_a_429_that_lasts_too_long_is_told_with_its_time(
    any_demo: Served, connect_to: Connect, naps: Naps
) -> None:
    state, server = any_demo
    limited = PlainTextResponse("slow down", 429, {"Retry-After": "600"})
    state.gate.fault = one_after_another(always("tools/call", lambda _: limited), era(state))
    async with connect_to(server.url) as workspace:
        with pytest.raises(LimitError) as caught:
            await workspace.call_tool("write", {"note": "milk"})
    assert caught.value.hint == "Try again in 600 s."
    assert state.executed == []
    assert naps.taken == []


async def test_a_429_of_the_handshake_is_sat_out_too(demo: Served, connect_to: Connect, naps: Naps) -> None:
    state, server = demo
    limited = PlainTextResponse("slow down", 429, {"Retry-After": "3"})
    state.gate.fault = first(1, "server/discover", lambda _: limited)
    async with connect_to(server.url) as workspace:
        assert (await workspace.connect()).protocol_version == "2026-07-28"
    assert naps.taken == [3.0]


# ---- losses


def calls_cut(server: Running) -> AbstractAsyncContextManager[CuttingProxy]:
    return CuttingProxy(server.port, b'"tools/call"').listening()


async def test_a_read_whose_answer_was_lost_is_made_again(any_demo: Served, connect_to: Connect) -> None:
    state, server = any_demo
    async with calls_cut(server) as proxy, connect_to(proxy.url) as workspace:
        await workspace.tools()
        proxy.cut_answers = 1
        assert (await workspace.call_tool("look", {"what": "tree"})).text == "saw tree"
    assert state.executed == ["tree", "tree"]


async def test_a_write_whose_answer_was_lost_is_never_made_again(
    any_demo: Served, connect_to: Connect
) -> None:
    state, server = any_demo
    async with calls_cut(server) as proxy, connect_to(proxy.url) as workspace:
        await workspace.tools()
        proxy.cut_answers = 1
        with pytest.raises(OutcomeUnknownError, match="may or may not have taken effect"):
            await workspace.call_tool("write", {"note": "milk"})
        assert (await workspace.call_tool("look", {"what": "note"})).text == "saw note"
    assert state.executed == ["milk", "note"]


async def test_a_write_that_broke_off_before_the_server_is_unknown_too(
    any_demo: Served, connect_to: Connect
) -> None:
    state, server = any_demo
    async with calls_cut(server) as proxy, connect_to(proxy.url) as workspace:
        await workspace.tools()
        proxy.cut_requests = 1
        with pytest.raises(OutcomeUnknownError):
            await workspace.call_tool("write", {"note": "milk"})
    assert state.executed == []


async def test_a_read_that_is_lost_twice_is_an_error(any_demo: Served, connect_to: Connect) -> None:
    _, server = any_demo
    async with calls_cut(server) as proxy, connect_to(proxy.url) as workspace:
        await workspace.tools()
        proxy.cut_answers = 2
        with pytest.raises(ServerError, match="broke before the answer came") as caught:
            await workspace.call_tool("look", {"what": "tree"})
    assert not isinstance(caught.value, OutcomeUnknownError)


async def test_a_write_that_meets_a_gateway_error_is_unknown(any_demo: Served, connect_to: Connect) -> None:
    state, server = any_demo
    broken = HTMLResponse("<title>Bad gateway</title>", 502)
    state.gate.fault = one_after_another(always("tools/call", lambda _: broken), era(state))
    async with connect_to(server.url) as workspace:
        with pytest.raises(OutcomeUnknownError, match="HTTP 502, Bad gateway"):
            await workspace.call_tool("write", {"note": "milk"})
    assert state.gate.methods().count("tools/call") == 1


async def test_a_read_that_meets_a_gateway_error_once_is_made_again(
    any_demo: Served, connect_to: Connect
) -> None:
    state, server = any_demo
    broken = HTMLResponse("<title>Bad gateway</title>", 502)
    state.gate.fault = one_after_another(first(1, "tools/call", lambda _: broken), era(state))
    async with connect_to(server.url) as workspace:
        assert (await workspace.call_tool("look", {"what": "tree"})).text == "saw tree"


async def test_a_server_that_restarts_is_used_on(any_demo: Served, connect_to: Connect) -> None:
    state, server = any_demo
    async with connect_to(server.url) as workspace:
        await workspace.call_tool("write", {"note": "milk"})
        server.stop()
        with pytest.raises(ServerError, match="cannot be reached"):
            await workspace.call_tool("write", {"note": "eggs"})
        state.build()
        back = Running(state.gate, server.port)
        try:
            await workspace.call_tool("write", {"note": "flour"})
        finally:
            back.stop()
    assert state.executed == ["milk", "flour"]


async def test_a_call_that_finds_the_server_away_waits_for_it(
    any_demo: Served, connect_to: Connect, naps: Naps
) -> None:
    state, server = any_demo
    back: list[Running] = []

    def restart() -> None:
        if not back:
            state.build()
            back.append(Running(state.gate, server.port))

    async with connect_to(server.url) as workspace:
        await workspace.tools()
        server.stop()
        naps.during = restart
        await workspace.call_tool("write", {"note": "milk"})
    back[0].stop()
    assert state.executed == ["milk"]


async def test_a_lost_session_is_begun_again_and_the_write_made_once(
    legacy_demo: Served, connect_to: Connect
) -> None:
    state, server = legacy_demo
    gone = JSONResponse({"error": "Session not found"}, 404)
    state.gate.fault = one_after_another(first(1, "tools/call", lambda _: gone), era(state))
    async with connect_to(server.url) as workspace:
        await workspace.call_tool("write", {"note": "milk"})
    assert state.executed == ["milk"]
    assert state.gate.methods().count("initialize") == 2


async def test_calls_under_way_outlive_the_loss_of_the_session(
    legacy_demo: Served, connect_to: Connect
) -> None:
    state, server = legacy_demo
    gone = JSONResponse({"error": "Session not found"}, 404)

    async def fault(seen: Seen) -> Response | None:
        return gone if seen.name == "write" and state.gate.methods().count("initialize") == 1 else None

    state.gate.fault = one_after_another(fault, era(state))
    async with connect_to(server.url) as workspace:
        meeting = [asyncio.create_task(workspace.call_tool("meet", {})) for _ in range(3)]
        await asyncio.to_thread(wait_until_met, state, 3)
        await workspace.call_tool("write", {"note": "milk"})
        await workspace.call_tool("meet", {})
        assert [(await call).text for call in meeting] == ["met"] * 3


def wait_until_met(state: Demo, people: int) -> None:
    with state.gate.changing:
        assert state.gate.changing.wait_for(
            lambda: [seen.name for seen in state.gate.seen].count("meet") == people, 30
        )
