"""The log file: what went wrong in detail, never on the screen and never with a secret.

Libraries log too: the MCP SDK and the HTTP client write addresses with `state` and `code` in them,
so every line is redacted on its way.
"""

import logging
import os
import re
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent.system.private_files import private_folder

_MAX_BYTES = 2_000_000
_NAMES = (
    "token|secret|verifier|(?:api|vault|private)[_-]?key|password|passphrase|authorization|cookie|assertion"
)


def _named(names: str) -> re.Pattern[str]:
    """The name of a secret, then its value: quoted, or up to the next blank or separator."""
    return re.compile(
        rf"""(?ix)
        ( (?:{names}) (?: ["']? \s* (?:[=:]|%3D) | ["'] \s* , ) \s* (?:b(?=["']))? )
        (?: (["']) (?:(?!\2).)* \2 | (?:(?:bearer|basic)\s+)? [^\s"'&,;)}}\]]{{4,}} )
        """
    )


_SECRETS = _named(f"{_NAMES}|code|state")
_SECRETS_IN_TEXT = _named(_NAMES)
_SCHEMES = re.compile(r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{4,}")
# A user and a password before a host, as addresses of proxies have them.
_USERS = re.compile(r"(://)[^\s/@:]+:[^\s/@]+@")
_KEYS = re.compile(r"\b(?:sk-[A-Za-z0-9_-]{8,}|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+)")


def redact(text: str) -> str:
    """Replace whatever looks like a token, a key or an authorization code."""
    return _redact(_SECRETS, text)


def redact_text(text: str) -> str:
    """The same for what people write, where a code and a state are words like any other."""
    return _redact(_SECRETS_IN_TEXT, text)


def _redact(secrets: re.Pattern[str], text: str) -> str:
    named = secrets.sub(r"\1[redacted]", _USERS.sub(r"\1[redacted]@", text))
    return _KEYS.sub("[redacted]", _SCHEMES.sub(r"\1[redacted]", named))


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _PrivateFileHandler(RotatingFileHandler):
    """Makes its folder and file with the first line, readable by the user alone."""

    def _open(self) -> TextIOWrapper:
        private_folder(Path(self.baseFilename).parent)
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: a full disk is no reason to write over the conversation on the screen."""


def configure_logging(file: Path, *, verbose: bool) -> None:
    """Send every log line to the file; the screen gets none.

    Args:
        file: The log file; made, with its folder, when there is something to write.
        verbose: Write what libraries say at the level of information, too.
    """
    handler = _PrivateFileHandler(
        file, maxBytes=_MAX_BYTES, backupCount=2, encoding="utf-8", errors="backslashreplace", delay=True
    )
    handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for former in root.handlers:
        if isinstance(former, _PrivateFileHandler):
            former.close()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    logging.captureWarnings(True)
