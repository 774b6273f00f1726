"""The MCP endpoint over real HTTP: who gets in, what is listed, how results and refusals look."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import TextContent, Tool
from sandbox_http import RunningSandbox, running_sandbox

Mode = Literal["auto", "legacy"]


@asynccontextmanager
async def connected(
    sandbox: RunningSandbox, key: str = "alex", mode: Mode = "auto"
) -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {sandbox.sign_in(key).access}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(sandbox.url, http_client=http), mode=mode) as client,
    ):
        yield client


async def listed(client: Client) -> tuple[list[Tool], int]:
    tools: list[Tool] = []
    pages = 0
    cursor: str | None = None
    while cursor is not None or not pages:
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        pages += 1
        cursor = page.next_cursor
    return tools, pages


def definitions() -> list[dict[str, Any]]:
    return json.loads(resources.files("agent.sandbox").joinpath("tools.json").read_text("utf-8"))


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_is_listed_as_defined_in_both_eras(sandbox: RunningSandbox, mode: Mode) -> None:
    async with connected(sandbox, mode=mode) as client:
        tools, pages = await listed(client)
    assert pages == 4
    assert len(tools) == 81
    for tool, definition in zip(tools, definitions(), strict=True):
        assert tool.name == definition["name"]
        assert tool.title == definition["title"]
        assert tool.description == definition["description"]
        assert tool.input_schema == definition["inputSchema"]
        assert tool.annotations is not None
        shown = tool.annotations.model_dump(by_alias=True, exclude_none=True)
        assert shown == definition["annotations"]


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_works_for_the_user_who_signed_in(sandbox: RunningSandbox, mode: Mode) -> None:
    async with connected(sandbox, "priya", mode) as client:
        result = await client.call_tool("astravue_get_current_user", {})
    assert not result.is_error
    assert result.structured_content["firstName"] == "Priya"
    content = result.content[0]
    assert isinstance(content, TextContent)
    assert json.loads(content.text) == result.structured_content


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_refusal_is_a_result_in_one_sentence(sandbox: RunningSandbox, mode: Mode) -> None:
    async with connected(sandbox, mode=mode) as client:
        result = await client.call_tool("astravue_get_space", {"spaceId": "first"})
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    assert result.content[0].text == "spaceId: it must be a whole number."
    assert result.structured_content["error"]["field"] == "spaceId"


@pytest.mark.anyio
async def test_an_unknown_tool_and_a_strange_cursor_are_protocol_errors(sandbox: RunningSandbox) -> None:
    async with connected(sandbox) as client:
        with pytest.raises(MCPError, match="There is no tool"):
            await client.call_tool("astravue_fly", {})
        for cursor in ("nonsense", "dG9vbHM6OTk5", "dG9vbHM6LTE="):
            with pytest.raises(MCPError, match="cursor"):
                await client.list_tools(cursor=cursor)


@pytest.mark.anyio
async def test_what_one_user_writes_another_reads(sandbox: RunningSandbox) -> None:
    async with connected(sandbox) as alex, connected(sandbox, "priya") as priya:
        ids = {"spaceId": 501, "projectId": 11272}
        made = await alex.call_tool("astravue_create_task", ids | {"taskTitle": "Shared", "owners": [104]})
        task_id = made.structured_content["taskId"]
        seen = await priya.call_tool("astravue_get_task", {"taskId": task_id})
    assert seen.structured_content["taskTitle"] == "Shared"


def test_without_a_token_the_challenge_names_the_metadata(sandbox: RunningSandbox) -> None:
    answer = sandbox.post_mcp()
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert (
        challenge == f'Bearer resource_metadata="{sandbox.issuer}/.well-known/oauth-protected-resource/mcp"'
    )


def test_a_bad_token_is_called_invalid(sandbox: RunningSandbox) -> None:
    answer = sandbox.post_mcp("no such token")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert "resource_metadata=" in answer.headers["www-authenticate"]


@pytest.mark.parametrize("name", ["example.com", "127.0.0.1:1", "sandbox.example:80"])
def test_another_host_name_is_refused(sandbox: RunningSandbox, name: str) -> None:
    assert sandbox.post_mcp(Host=name).status_code == 421


def test_a_page_of_another_machine_is_refused(sandbox: RunningSandbox) -> None:
    assert sandbox.post_mcp(Origin="https://example.com").status_code == 403
    assert sandbox.post_mcp(Origin="http://localhost.example.com").status_code == 403
    answer = sandbox.post_mcp(Origin="http://localhost:6274")
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "http://localhost:6274"


def test_a_request_that_is_too_large_is_refused(sandbox: RunningSandbox) -> None:
    answer = sandbox.http.post(f"{sandbox.issuer}/oauth/token", content=b"x" * (5 * 1024 * 1024))
    assert answer.status_code == 413


def test_each_user_has_a_limit_of_requests_a_minute(tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "astravue.db", rate_limit=5) as sandbox:
        token = sandbox.sign_in().access
        for _ in range(5):
            assert sandbox.post_mcp(token).status_code != 429
            sandbox.time.move(seconds=2)
        refused = sandbox.post_mcp(token)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "50"
        assert sandbox.post_mcp(sandbox.sign_in("priya").access).status_code != 429
        sandbox.time.move(seconds=50)
        assert sandbox.post_mcp(token).status_code != 429
