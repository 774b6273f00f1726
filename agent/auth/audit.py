"""The audit log: one JSON line for each OAuth operation and tool call.

It says when, what, where, how it ended and how long it took, and never holds a token, an
authorization code, a verifier or a state: `record` takes no free text from a server.
"""

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from agent.jsontypes import JsonObject, dump

_logger = logging.getLogger(__name__)


class AuditLog:
    """Appends to one file, mode 0600, which several processes may share.

    Args:
        path: The file; made with its folder on the first record.
        clock: Unix seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._complained = False

    def record(
        self,
        operation: str,
        *,
        server: str,
        outcome: str,
        seconds: float | None = None,
        **ids: str | int | None,
    ) -> None:
        """Add one line. A line that cannot be written is reported to the log file once, and dropped:
        no sign-in and no call fails for want of its record.

        Args:
            operation: What was done, such as "refresh" or "tools/call".
            server: The MCP endpoint it was done for.
            outcome: "done", or one or two words for how it failed.
            seconds: How long it took.
            ids: What identifies it: profile, tool, request id, HTTP status.
        """
        entry: JsonObject = {
            "time": datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds"),
            "operation": operation,
            "server": server,
            "outcome": outcome,
        }
        if seconds is not None:
            entry["seconds"] = round(seconds, 3)
        entry.update({name: value for name, value in ids.items() if value is not None})
        try:
            self._append(f"{dump(entry)}\n".encode())
        except OSError as error:
            if not self._complained:
                _logger.warning("the audit log cannot be written: %s", error.strerror)
            self._complained = True

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # One write, because O_APPEND keeps whole writes of several processes apart.
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
