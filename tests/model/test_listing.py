"""What models an endpoint says it has."""

import json

import pytest
from fake_endpoint import FakeEndpoint, Reply, listing_models

from agent.jsontypes import JsonValue
from agent.model.listing import Listing, can_chat, list_models

pytestmark = pytest.mark.anyio


def saying_json(value: JsonValue) -> Reply:
    return Reply([json.dumps(value).encode()], content_type="application/json")


async def ask(reply: Reply, seconds: float = 30.0) -> Listing:
    async with FakeEndpoint(reply) as endpoint:
        return await list_models(endpoint.base_url, api_key="none", seconds=seconds)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply([b"<html>Welcome</html>"], content_type="text/html"), "lists no models"),
        (Reply([b'{"data": [{"id": "x"}]}'], status=401), "refuses the API key (HTTP 401)"),
        (Reply([b'{"data": [{"id": "x"}]}'], status=403), "refuses the API key (HTTP 403)"),
        (
            Reply([b'{"data": [{"id": "x"}]}'], status=302, headers={"location": "http://127.0.0.1:9/"}),
            "lists no models (HTTP 302)",
        ),
        (Reply([b'{"data": [{"id": "x"'], cut=True), "broke off its answer"),
        (Reply([b"\xff\xfe"]), "lists no models"),
        (Reply([b"[" * 100_000]), "lists no models"),
        (Reply([b"no gzip"], headers={"content-encoding": "gzip"}), "broke off its answer"),
        (saying_json([]), "lists no models"),
        (saying_json(7), "lists no models"),
        (saying_json({"data": {"id": "x"}}), "lists no models"),
        (saying_json({"data": [None, 7, {}, {"id": 7}, {"id": ""}]}), "lists no models"),
        (saying_json({"models": [{"name": "x"}]}), "lists no models"),
    ],
    ids=range(13),
)
async def test_an_answer_that_is_no_list_of_models_is_no_model(reply: Reply, problem: str) -> None:
    listing = await ask(reply)
    assert (listing.names, listing.problem, listing.reached) == ((), problem, True)
    assert ("astravue model key" in listing.hint) == ("refuses" in problem)


async def test_names_that_are_texts_are_taken_from_among_others() -> None:
    listing = await ask(saying_json({"data": [None, {"id": 7}, {"id": "good"}]}))
    assert listing == Listing(("good",))


async def test_a_slash_at_the_end_of_the_address_does_no_harm() -> None:
    async with FakeEndpoint(listing_models("good")) as endpoint:
        await list_models(f"{endpoint.base_url}/", api_key="none", seconds=30.0)
    assert endpoint.requests[0].line == "GET /v1/models HTTP/1.1"


async def test_a_server_that_never_stops_answering_is_given_up() -> None:
    assert (await ask(Reply([b"x"] * 1_000_000), 0.05)).problem == "did not answer within 0.05 s"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/v1", "http://[::1/v1", "http://\x00/v1", ""])
async def test_an_address_that_leads_nowhere_has_no_models(address: str) -> None:
    listing = await list_models(address, api_key="none", seconds=5.0)
    assert (listing.names, listing.problem, listing.reached) == ((), "cannot be reached", False)


@pytest.mark.parametrize(
    "name",
    [
        "gpt-5-mini",
        "llama3.2:latest",
        "qwen3:8b",
        "eclipse-7b",
        "command-r-plus",
        "gemma-it",
        "bigbge",
    ],
)
def test_models_to_talk_to(name: str) -> None:
    assert can_chat(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "text-embedding-3-small",
            "nomic-embed-text:latest",
            "mxbai-embed-large",
            "all-minilm",
            "bge-m3:latest",
        ),
        *(
            "BAAI/bge-reranker-v2-m3",
            "whisper-1",
            "tts-1-hd",
            "gpt-4o-mini-tts",
            "gpt-4o-transcribe",
            "clip-vit",
        ),
        *("dall-e-3", "gpt-image-1", "omni-moderation-latest", "intfloat/e5-large", "gpt-realtime", "sora-2"),
    ],
)
def test_models_for_embeddings_ranking_speech_and_pictures_are_not_talked_to(name: str) -> None:
    assert not can_chat(name)


def test_the_newest_of_a_model_is_known_without_its_tag() -> None:
    listing = Listing(("llama3.2:latest", "qwen3:8b"))
    assert listing.knows("llama3.2")
    assert listing.knows("qwen3:8b")
    assert not listing.knows("qwen3")
