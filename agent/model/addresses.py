"""Where an endpoint is."""

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_on_this_machine(address: str) -> bool:
    """Say whether a URL leads to this machine, where a proxy from the environment has no business."""
    return urlsplit(address).hostname in _LOOPBACK


def is_openai(address: str) -> bool:
    """Say whether a URL leads to OpenAI's own service."""
    return urlsplit(address).hostname == "api.openai.com"
