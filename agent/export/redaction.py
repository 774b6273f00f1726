"""What of a text may leave in an exported conversation."""

from collections.abc import Callable
from typing import TypeAlias

from agent.drawing.sanitize import strip
from agent.known_secrets import KnownSecrets
from agent.system.logs import redact_text

Clean: TypeAlias = Callable[[str], str]
"""Takes out of a text what is not to leave."""


def make_cleaner(secrets: KnownSecrets | None = None) -> Clean:
    """Make what takes secrets and control characters out of texts.

    Args:
        secrets: Where the keys and tokens of this program are to be found.
    """

    def clean(text: str) -> str:
        text = strip(text)
        return redact_text(text if secrets is None else secrets.hide(text))

    return clean
