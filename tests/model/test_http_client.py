"""Requests to an endpoint: what they say of this machine, and how they are shown."""

import httpx2
import pytest
from fake_endpoint import FakeEndpoint, saying

from agent import __version__
from agent.model.http_client import describe_request, open_client

pytestmark = pytest.mark.anyio


async def test_an_endpoint_learns_nothing_of_this_machine() -> None:
    async with FakeEndpoint(saying("Hi")) as endpoint, open_client(endpoint.base_url) as client:
        await client.post(f"{endpoint.base_url}/x", headers={"X-Stainless-OS": "Linux", "X-Other": "stays"})
    (received,) = endpoint.requests
    assert received.headers["user-agent"] == f"astravue-agent/{__version__}"
    assert received.headers["x-other"] == "stays"
    assert not [name for name in received.headers if name.startswith("x-stainless")]


async def test_what_leaves_is_shown_first() -> None:
    shown: list[str] = []
    async with (
        FakeEndpoint(saying("Hi")) as endpoint,
        open_client(endpoint.base_url, show_request=shown.append) as client,
    ):
        await client.post(f"{endpoint.base_url}/x", json={"a": 1}, headers={"Authorization": "Bearer sk-1"})
    (text,) = shown
    head, _, body = text.partition("\n\n")
    assert head.splitlines()[0] == f"POST {endpoint.base_url}/x"
    assert body == '{"a":1}'
    assert "sk-1" not in text


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-Api-Key"])
def test_a_key_is_not_shown(name: str) -> None:
    request = httpx2.Request("GET", "http://127.0.0.1/v1/models", headers={name: "sk-secret"})
    text = describe_request(request)
    assert "sk-secret" not in text
    assert "(the key, not shown)" in text
    assert not text.endswith("\n\n")
