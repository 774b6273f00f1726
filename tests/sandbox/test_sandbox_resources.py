"""The resources over real HTTP: what is listed, who sees what, and what completes the ids of templates."""

import json
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import ResourceTemplateReference, TextResourceContents

from tests.sandbox.sandbox_http import RunningSandbox
from tests.sandbox.sandbox_workspace import ASTRAVUE_MCP, MARKETING, Q2_LAUNCH, WEBSITE
from tests.sandbox.test_sandbox_mcp import Mode, connected

PROJECTS = "astravue://spaces/{spaceId}/projects"
OVERVIEW = "astravue://spaces/{spaceId}/projects/{projectId}/overview"

pytestmark = pytest.mark.anyio


async def read(client: Client, uri: str) -> dict[str, Any]:
    result = await client.read_resource(uri)
    (contents,) = result.contents
    assert isinstance(contents, TextResourceContents)
    assert contents.uri == uri
    assert contents.mime_type == "application/json"
    return json.loads(contents.text)


async def called(client: Client, tool: str, **arguments: Any) -> Any:
    return (await client.call_tool(f"astravue_{tool}", arguments)).structured_content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_four_resources_and_two_templates_are_listed_in_both_eras(
    sandbox: RunningSandbox, mode: Mode
) -> None:
    async with connected(sandbox, mode=mode) as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
    assert {resource.uri: resource.name for resource in resources} == {
        "astravue://user/me": "Current User Profile",
        "astravue://org/members": "Organisation Members",
        "astravue://org/spaces": "Organisation Spaces",
        "astravue://dashboard/overview": "Dashboard Overview",
    }
    assert {template.uri_template: template.name for template in templates} == {
        PROJECTS: "Projects in Space",
        OVERVIEW: "Project Overview",
    }
    assert {each.mime_type for each in (*resources, *templates)} == {"application/json"}
    assert all(each.description for each in (*resources, *templates))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("key", ["alex", "grace", "nina"])
async def test_a_resource_holds_what_the_tool_says_to_the_same_user(
    sandbox: RunningSandbox, mode: Mode, key: str
) -> None:
    async with connected(sandbox, key, mode) as client:
        assert await read(client, "astravue://user/me") == await called(client, "get_current_user")
        assert await read(client, "astravue://org/members") == await called(client, "get_workspace_members")
        assert await read(client, "astravue://dashboard/overview") == await called(client, "get_task_counts")
        seen = await called(client, "list_spaces")
        assert await read(client, "astravue://org/spaces") == seen
        for space in seen["spaces"]:
            space_id = space["spaceId"]
            listed = await called(client, "list_projects", spaceId=space_id)
            assert await read(client, f"astravue://spaces/{space_id}/projects") == listed
            for project in listed["projects"]:
                ids = {"spaceId": space_id, "projectId": project["projectId"]}
                overview = await read(client, OVERVIEW.format(**ids))
                assert overview == await called(client, "get_project", **ids)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    "uri",
    [
        "astravue://user/you",
        "astravue://user/me/",
        "astravue://user/me?all=true",
        "file:///etc/passwd",
        "astravue://spaces/0/projects",
        "astravue://spaces/-501/projects",
        "astravue://spaces/٥٠١/projects",
        "astravue://spaces/{spaceId}/projects",
        "astravue://spaces/99999999999999999999/projects",
        "astravue://spaces/9999/projects",
        f"astravue://spaces/{MARKETING}/projects/{Q2_LAUNCH}/overview",
    ],
)
async def test_what_is_not_there_is_said_in_a_sentence(sandbox: RunningSandbox, mode: Mode, uri: str) -> None:
    async with connected(sandbox, mode=mode) as client:
        with pytest.raises(MCPError, match=r"^\w+: .*\.$") as refused:
            await client.read_resource(uri)
    assert refused.value.error.code == -32602
    assert refused.value.error.data == {"uri": uri}


async def test_what_the_caller_may_not_see_looks_like_what_is_not_there(sandbox: RunningSandbox) -> None:
    async with connected(sandbox, "grace") as grace, connected(sandbox, "nina") as nina:
        everything = {space["spaceId"] for space in (await called(grace, "list_spaces"))["spaces"]}
        hers = {space["spaceId"] for space in (await called(nina, "list_spaces"))["spaces"]}
        (hidden, *_) = sorted(everything - hers)
        with pytest.raises(MCPError) as refused:
            await nina.read_resource(f"astravue://spaces/{hidden}/projects")
        with pytest.raises(MCPError) as missing:
            await nina.read_resource("astravue://spaces/9999/projects")
    assert str(refused.value).replace(str(hidden), "9999") == str(missing.value)


async def completed(
    client: Client, uri: str, name: str, typed: str, given: dict[str, str] | None = None
) -> list[str]:
    reference = ResourceTemplateReference(uri=uri)
    found = await client.complete(reference, {"name": name, "value": typed}, given)
    assert found.completion.total == len(found.completion.values)
    return found.completion.values


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_ids_are_completed_by_their_beginning_and_by_name(sandbox: RunningSandbox, mode: Mode) -> None:
    async with connected(sandbox, "grace", mode) as client:
        assert await completed(client, PROJECTS, "spaceId", "50") == ["501", "502", "503", "504"]
        assert await completed(client, PROJECTS, "spaceId", "502") == [str(MARKETING)]
        assert await completed(client, PROJECTS, "spaceId", "MARKET") == [str(MARKETING)]
        assert len(await completed(client, OVERVIEW, "projectId", "")) == 10
        narrowed = await completed(client, OVERVIEW, "projectId", "", {"spaceId": str(ASTRAVUE_MCP)})
        assert str(Q2_LAUNCH) in narrowed
        assert str(WEBSITE) not in narrowed
        assert await completed(client, OVERVIEW, "projectId", "1", {"spaceId": "none"}) == []


async def test_only_ids_that_the_caller_sees_are_completed(sandbox: RunningSandbox) -> None:
    async with connected(sandbox, "nina") as client:
        spaces = [str(space["spaceId"]) for space in (await called(client, "list_spaces"))["spaces"]]
        assert 0 < len(spaces) < 4
        assert await completed(client, PROJECTS, "spaceId", "") == spaces
        assert 0 < len(await completed(client, OVERVIEW, "projectId", "")) < 10


async def test_what_cannot_be_completed_is_said(sandbox: RunningSandbox) -> None:
    async with connected(sandbox) as client:
        for uri, name in ((PROJECTS, "projectId"), ("astravue://user/me", "spaceId"), ("x://y", "spaceId")):
            with pytest.raises(MCPError, match=f"no argument {name}"):
                await completed(client, uri, name, "")
        with pytest.raises(MCPError, match="cursor"):
            await client.list_resources(cursor="more")
        with pytest.raises(MCPError, match="cursor"):
            await client.list_resource_templates(cursor="more")
