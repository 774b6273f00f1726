"""What of a text may leave in an exported conversation."""

from collections.abc import Callable

from agent.known_secrets import KnownSecrets
from agent.logs import redact_text
from agent.repl.sanitize import strip


def make_cleaner(secrets: KnownSecrets | None = None) -> Callable[[str], str]:
    """Make what takes secrets and control characters out of texts.

    Args:
        secrets: Where the keys and tokens of this program are to be found.
    """

    def clean(text: str) -> str:
        text = strip(text)
        return redact_text(text if secrets is None else secrets.hide(text))

    return clean
