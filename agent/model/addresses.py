"""Where an endpoint is."""

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_on_this_machine(address: str) -> bool:
    """Say whether a URL leads to this machine, where a proxy from the environment has no business."""
    return urlsplit(address).hostname in _LOOPBACK


def is_openai(address: str) -> bool:
    """Say whether a URL leads to OpenAI's own service."""
    return urlsplit(address).hostname == "api.openai.com"


def reads_typescript(address: str, model: str) -> bool:
    """Say whether a model is shown its functions as TypeScript; others are mostly shown JSON.

    Args:
        address: The endpoint: OpenAI's own, and Azure's where OpenAI's models are, among others.
        model: The model's name there; OpenAI's open models bring the habit along.
    """
    host = urlsplit(address).hostname or ""
    openai = host == "api.openai.com" or host.endswith((".api.openai.com", ".openai.azure.com"))
    return openai or "gpt-oss" in model
