"""Whether spans are sent, and where to."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from agent.doctor.finding import Finding, Outcome
from agent.tracing.wish import read_wish

TRACING = "tracing"


def check_tracing(environ: Mapping[str, str]) -> Finding:
    """Say what the environment asks for, and whether it can be had.

    Args:
        environ: The process environment.
    """
    wish = read_wish(environ)
    if not wish.asked:
        return Finding(TRACING, Outcome.OK, "off: nothing is told of what you do here")
    if wish.problem:
        return Finding(TRACING, Outcome.WARNING, f"no spans are sent: {wish.problem}", wish.advice)
    parts = urlsplit(wish.endpoint)
    content = "with what is said" if wish.with_content else "without what is said"
    return Finding(
        TRACING, Outcome.OK, f"spans go to {parts.hostname}:{parts.port or parts.scheme}, {content}"
    )
