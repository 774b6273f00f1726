"""What models an endpoint says it has."""

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.jsontypes import JsonObject, parse_object

if TYPE_CHECKING:
    from agent.model.http_client import ShowRequest

NO_KEY = "none"
"""Sent where there is no key; endpoints without keys accept any text."""

# Endpoints list everything they run; nothing but the name tells what cannot hold a conversation.
_NO_CHAT = re.compile(
    r"""(?ix)
    embed | rerank | whisper | moderation | transcri | dall-e | minilm | stable-diffusion
    | (?<![a-z]) (?: tts | asr | stt | clip | bge | gte | e5 | audio | realtime | image | imagen | flux | sdxl
                   | sora | veo | babbage | davinci ) (?![a-z])
    """
)


@dataclass(frozen=True, slots=True)
class Listing:
    """An endpoint's answer to the question for its models.

    Args:
        names: Of the models, in the endpoint's order.
        problem: Why there are none, a sentence that goes on after the endpoint's address.
        hint: What to do about it.
        reached: Something answered.
        may_answer: It lists nothing, and may answer questions all the same.
    """

    names: tuple[str, ...] = ()
    problem: str = ""
    hint: str = "Name a model with --model."
    reached: bool = True
    may_answer: bool = False

    @property
    def chatting(self) -> tuple[str, ...]:
        """The models that can hold a conversation, as far as their names tell."""
        return tuple(name for name in self.names if can_chat(name))

    def knows(self, name: str) -> bool:
        """Say whether a model is listed; Ollama lists its newest under a tag that may be left out."""
        return name in self.names or f"{name}:latest" in self.names


def can_chat(name: str) -> bool:
    """Say whether a model may hold a conversation; one for embeddings, ranking, speech or pictures cannot."""
    return _NO_CHAT.search(name) is None


async def list_models(
    base_url: str, *, api_key: str, seconds: float, show_request: "ShowRequest | None" = None
) -> Listing:
    """Ask an endpoint for its models.

    Args:
        base_url: The endpoint, usually ending in `/v1`.
        api_key: Sent as bearer.
        seconds: How long to wait for the whole answer.
        show_request: Is shown the request as it leaves.
    """
    import httpx2

    from agent.model.http_client import open_client

    try:
        # Another program may listen there, and send for ever.
        async with open_client(base_url, show_request=show_request) as http, asyncio.timeout(seconds):
            headers = {"Authorization": f"Bearer {api_key}"}
            response = await http.get(f"{base_url.rstrip('/')}/models", headers=headers)
    except (TimeoutError, httpx2.TimeoutException):
        return Listing(problem=f"did not answer within {seconds:g} s")
    except (httpx2.ConnectError, httpx2.InvalidURL, httpx2.UnsupportedProtocol, ValueError):
        return Listing(problem="cannot be reached", hint="Check the network and the address.", reached=False)
    except httpx2.HTTPError:
        return Listing(problem="broke off its answer")
    if response.status_code in (401, 403):
        return Listing(
            problem=f"refuses the API key (HTTP {response.status_code})",
            hint="Store its key with `astravue model key`, or set OPENAI_API_KEY.",
        )
    if response.status_code != 200:
        return Listing(problem=f"lists no models (HTTP {response.status_code})", may_answer=True)
    names = _read(response.text)
    return Listing(names) if names else Listing(problem="lists no models", may_answer=True)


def _read(text: str) -> tuple[str, ...]:
    try:
        body: JsonObject = parse_object(text)
    except ValueError:
        return ()
    listed = body.get("data")
    if not isinstance(listed, list):
        return ()
    names = (item.get("id") for item in listed if isinstance(item, dict))
    return tuple(name for name in names if isinstance(name, str) and name)
