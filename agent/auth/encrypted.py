"""Which addresses codes and tokens may be sent to.

OAuth 2.1 section 1.5 wants TLS, and so does MCP authorization, "Communication Security"; what stays on this
machine crosses no network.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from agent.errors import SignInError


def refuse_unencrypted(address: str) -> SignInError | None:
    """Say why no sign-in is made at an address, and no token sent there; `None` if both may be.

    Args:
        address: Of a server or of one of its endpoints.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or _is_loopback(parts.hostname or ""):
        return None
    return SignInError(
        f"{address} is not encrypted, so a sign-in there could be read by others; nothing was changed.",
        "Use a server with an https address.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
