"""The audit log: one JSON line for each OAuth operation and tool call.

It says when, what, where, how it ended and how long it took, and never holds a token, an
authorization code, a verifier or a state: `record` takes no free text from a server.

A file that has grown long is put aside as `audit.1.jsonl`, the one before it as `audit.2.jsonl`, and
so on; the oldest goes.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from agent.jsontypes import JsonObject, dump, parse_object
from agent.system.private_files import private_folder
from agent.wording.addresses import shown_address

_LONGEST = 5_000_000
_KEPT = 4
_logger = logging.getLogger(__name__)


class AuditLog:
    """Appends to one file, mode 0600, which several processes may share.

    Args:
        path: The file; made with its folder on the first record.
        clock: Unix seconds.
        longest: How long the file may become before it is put aside, in bytes.
    """

    def __init__(
        self, path: Path, clock: Callable[[], float] = time.time, *, longest: int = _LONGEST
    ) -> None:
        self._path = path
        self._clock = clock
        self._longest = longest
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
            "server": shown_address(server),
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
        private_folder(self._path.parent)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # One write, because O_APPEND keeps whole writes of several processes apart.
            os.write(descriptor, line)
            length = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if length > self._longest:
            self._rotate()

    def _rotate(self) -> None:
        # Whoever finds the lock taken leaves it to the other; whoever comes late finds a short file.
        lock = FileLock(self._path.with_suffix(".lock"), timeout=0, mode=0o600)
        with contextlib.suppress(Timeout), lock:
            if self._path.stat().st_size <= self._longest:
                return
            older = _older_files(self._path)
            for source, target in reversed(list(zip([self._path, *older[:-1]], older, strict=True))):
                if source.exists():
                    source.replace(target)


def read_audit_log(path: Path) -> Generator[JsonObject]:
    """Read the entries of an audit log, those put aside included, the oldest first.

    A line that is no JSON object, the last one before a full disk, say, is passed over.

    Raises:
        OSError: A file that is there cannot be read.
    """
    for file in [*reversed(_older_files(path)), path]:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            continue
        for line in lines:
            with contextlib.suppress(ValueError):
                yield parse_object(line)


def _older_files(path: Path) -> list[Path]:
    return [path.with_name(f"{path.stem}.{number}{path.suffix}") for number in range(1, _KEPT)]
