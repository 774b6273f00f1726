"""Which model answers."""

import asyncio
from collections.abc import Mapping

import pytest
from fake_endpoint import FakeEndpoint, listing_models

from agent.errors import ModelError
from agent.model.embedded import install_command
from agent.model.selection import (
    EMBEDDED,
    OPENAI_BASE_URL,
    OPENAI_MODEL,
    Choice,
    Kind,
    choose_model,
)
from agent.settings.settings import Settings

pytestmark = pytest.mark.anyio
KEY = "sk-very-secret-key-0123456789"


class FakeKeys:
    """Keys by the address that they are kept for; remembers what it was asked for."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        self._kept = kept
        self.asked: list[str] = []

    async def __call__(self, base_url: str) -> str | None:
        self.asked.append(base_url)
        return self._kept.get(base_url)


async def choose(
    settings: Settings,
    *,
    embedded: bool = False,
    local: Mapping[str, str] | None = None,
    keys: Mapping[str, str] | None = None,
    shown: list[str] | None = None,
) -> Choice:
    return await choose_model(
        settings,
        embedded_available=lambda: embedded,
        stored_key=FakeKeys(keys or {}),
        local_endpoints=tuple((local or {}).items()),
        show_request=None if shown is None else shown.append,
    )


async def test_a_key_alone_means_openai_and_its_small_model() -> None:
    choice = await choose(Settings(api_key=KEY, origins={"api_key": "OPENAI_API_KEY"}), embedded=True)
    assert choice == Choice(Kind.ENDPOINT, OPENAI_MODEL, OPENAI_BASE_URL, KEY, "configured by OPENAI_API_KEY")


async def test_a_named_model_is_asked_for_by_its_name() -> None:
    settings = Settings(api_key=KEY, base_url="https://models.example.com/v1", model="big-2")
    choice = await choose(settings)
    assert (choice.name, choice.base_url) == ("big-2", "https://models.example.com/v1")


async def test_an_address_alone_means_its_first_model() -> None:
    async with FakeEndpoint(listing_models("first", "second")) as endpoint:
        choice = await choose(Settings(base_url=endpoint.base_url, api_key=KEY), embedded=True)
    assert (choice.kind, choice.name, choice.base_url) == (Kind.ENDPOINT, "first", endpoint.base_url)
    (received,) = endpoint.requests
    assert received.line == "GET /v1/models HTTP/1.1"
    assert received.headers["authorization"] == f"Bearer {KEY}"


async def test_an_address_that_lists_no_models_needs_a_name() -> None:
    async with FakeEndpoint(listing_models()) as endpoint:
        with pytest.raises(ModelError, match="lists no models") as raised:
            await choose(Settings(base_url=endpoint.base_url), embedded=True)
    assert raised.value.hint == "Name a model with --model."


async def test_the_first_model_that_can_hold_a_conversation_is_taken() -> None:
    async with FakeEndpoint(listing_models("nomic-embed-text", "bge-m3", "qwen3")) as endpoint:
        assert (await choose(Settings(base_url=endpoint.base_url))).name == "qwen3"


async def test_where_no_name_looks_like_one_the_first_of_a_configured_endpoint_is_taken() -> None:
    async with FakeEndpoint(listing_models("my-embedder-that-chats")) as endpoint:
        assert (await choose(Settings(base_url=endpoint.base_url))).name == "my-embedder-that-chats"


async def test_a_local_server_that_answers_is_used_when_nothing_is_configured() -> None:
    async with FakeEndpoint() as away, FakeEndpoint(listing_models("llama")) as endpoint:
        local = {"Ollama": away.base_url, "llama.cpp": endpoint.base_url}
        choice = await choose(Settings(), embedded=True, local=local)
    assert (choice.name, choice.base_url) == ("llama", endpoint.base_url)
    assert choice.reason == "llama.cpp answers on this machine"


async def test_a_local_server_is_asked_for_the_model_that_was_named() -> None:
    async with FakeEndpoint(listing_models("llama")) as endpoint:
        choice = await choose(Settings(model="qwen"), local={"Ollama": endpoint.base_url})
    assert choice.name == "qwen"


async def test_the_local_server_that_has_the_model_that_was_named_is_asked() -> None:
    async with (
        FakeEndpoint(listing_models("llama")) as one,
        FakeEndpoint(listing_models("qwen:latest")) as two,
    ):
        choice = await choose(Settings(model="qwen"), local={"Ollama": one.base_url, "other": two.base_url})
    assert (choice.name, choice.base_url) == ("qwen", two.base_url)


async def test_a_local_server_without_a_model_to_talk_to_is_passed_over() -> None:
    async with FakeEndpoint(listing_models("bge-m3")) as one, FakeEndpoint(listing_models("llama")) as two:
        local = {"Ollama": one.base_url, "llama.cpp": two.base_url}
        assert (await choose(Settings(), embedded=True, local=local)).base_url == two.base_url


async def test_local_servers_are_asked_at_the_same_time() -> None:
    meeting = asyncio.Barrier(2)
    async with FakeEndpoint(listing_models("a")) as one, FakeEndpoint(listing_models("b")) as two:
        for endpoint in (one, two):
            endpoint.before_answering = meeting.wait
        choice = await choose(Settings(), local={"Ollama": one.base_url, "llama.cpp": two.base_url})
    assert choice.name == "a"


async def test_every_request_for_models_is_shown_before_it_leaves() -> None:
    shown: list[str] = []
    async with FakeEndpoint(listing_models("llama")) as endpoint:
        await choose(Settings(base_url=endpoint.base_url, api_key=KEY), shown=shown)
    async with FakeEndpoint(listing_models("llama")) as endpoint:
        await choose(Settings(), local={"Ollama": endpoint.base_url}, shown=shown)
    assert [text.splitlines()[0].partition(" ")[0] for text in shown] == ["GET", "GET"]
    assert KEY not in "".join(shown)


async def test_a_configured_endpoint_is_stronger_than_a_local_server() -> None:
    async with FakeEndpoint(listing_models("llama")) as endpoint:
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
    assert install_command() in raised.value.hint


async def test_having_no_model_at_all_says_every_way_to_get_one() -> None:
    with pytest.raises(ModelError, match="No model is configured and none runs") as raised:
        await choose(Settings())
    for way in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "astravue model key", "Ollama", install_command()):
        assert way in raised.value.hint


async def test_a_choice_never_shows_its_key() -> None:
    assert KEY not in repr(await choose(Settings(api_key=KEY)))


# Stored keys


async def test_a_stored_key_for_openai_alone_means_openai() -> None:
    choice = await choose(Settings(), embedded=True, keys={OPENAI_BASE_URL: KEY})
    assert choice == Choice(Kind.ENDPOINT, OPENAI_MODEL, OPENAI_BASE_URL, KEY, "configured by a stored key")


async def test_a_stored_key_is_used_for_the_address_that_it_is_kept_for_and_no_other() -> None:
    keys = {OPENAI_BASE_URL: KEY, "https://models.example.com/v1": "sk-other"}
    settings = Settings(base_url="https://models.example.com/v1", model="m")
    assert (await choose(settings, keys=keys)).api_key == "sk-other"
    async with FakeEndpoint(listing_models("m")) as endpoint:
        choice = await choose(Settings(base_url=endpoint.base_url), keys=keys)
    assert choice.api_key == "none"
    assert endpoint.requests[0].headers["authorization"] == "Bearer none"


async def test_a_local_server_is_never_sent_a_stored_key() -> None:
    async with FakeEndpoint(listing_models("llama")) as endpoint:
        choice = await choose(Settings(), local={"Ollama": endpoint.base_url}, keys={endpoint.base_url: KEY})
    assert choice.api_key == "none"
    assert endpoint.requests[0].headers["authorization"] == "Bearer none"


async def test_a_key_of_the_environment_is_stronger_than_a_stored_one_which_is_not_even_read() -> None:
    keys = FakeKeys({OPENAI_BASE_URL: "sk-stored"})
    choice = await choose_model(Settings(api_key=KEY), embedded_available=lambda: False, stored_key=keys)
    assert choice.api_key == KEY
    await choose_model(Settings(model=EMBEDDED), embedded_available=lambda: True, stored_key=keys)
    assert keys.asked == []
