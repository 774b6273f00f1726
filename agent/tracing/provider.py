"""Who serves a model, in the words of OpenTelemetry's semantic conventions."""

from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_EMBEDDED = "astravue.embedded"
# What else speaks OpenAI's protocols is told by `server.address`.
_COMPATIBLE = "openai"
_PROVIDERS = {
    "openai.azure.com": "azure.ai.openai",
    "services.ai.azure.com": "azure.ai.inference",
    "api.anthropic.com": "anthropic",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.moonshot.ai": "moonshot_ai",
    "api.perplexity.ai": "perplexity",
    "api.x.ai": "x_ai",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model is.

    Args:
        provider: Who serves it.
        host: Its endpoint's host; empty without an endpoint.
        port: Its endpoint's port.
    """

    provider: str
    host: str = ""
    port: int = 0


def place_of(base_url: str) -> Place:
    """Say where an endpoint is and who serves it.

    Args:
        base_url: The endpoint; empty for the embedded model.

    Source: the registry of `gen_ai.provider.name`.
    """
    if not base_url:
        return Place(_EMBEDDED)
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    provider = next((name for end, name in _PROVIDERS.items() if f".{host}".endswith(f".{end}")), _COMPATIBLE)
    return Place(provider, host, parts.port or _PORTS.get(parts.scheme, 0))
