"""The log file: what went wrong in detail, never on the screen and never with a secret.

Libraries log too: the MCP SDK and the HTTP client write addresses with `state` and `code` in them,
so every line is redacted on its way.
"""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MAX_BYTES = 2_000_000
_SECRETS = re.compile(
    r"(?i)\b((?:bearer|basic)\s+|(?:access_token|refresh_token|id_token|client_secret|code_verifier|code|state|"
    r"api_key|password|authorization)[\"']?\s*[=:]\s*[\"']?)[A-Za-z0-9._~+/%=-]{4,}"
)
_KEYS = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}")


def redact(text: str) -> str:
    """Replace whatever looks like a token, a key or an authorization code."""
    return _KEYS.sub("[redacted]", _SECRETS.sub(r"\1[redacted]", text))


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _PrivateFileHandler(RotatingFileHandler):
    """Makes its folder and file with the first line, readable by the user alone."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            file = Path(self.baseFilename)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
        except OSError:
            # A log that cannot be written must not stop what it would have told of.
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: a full disk is no reason to write over the conversation on the screen."""


def configure_logging(file: Path, *, verbose: bool) -> None:
    """Send every log line to the file; the screen gets none.

    Args:
        file: The log file; made, with its folder, when there is something to write.
        verbose: Write what libraries say at the level of information, too.
    """
    handler = _PrivateFileHandler(file, maxBytes=_MAX_BYTES, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.captureWarnings(True)
