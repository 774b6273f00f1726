"""Takes a snapshot of a sandbox on this machine for a conversation that changed nothing in it.

A sandbox can still be had where its database is a file: that of `astravue sandbox` in its usual folder, and
those of `astravue try`. One with a folder of its own (`--data`) or in memory cannot.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from agent.sandbox.database import open_snapshot
from agent.sandbox.errors import SnapshotRefused
from agent.settings.settings import TRY_PORT
from agent.system.folders import Folders
from agent.transcripts.transcript import Transcript

_FILE = "astravue.db"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Children before parents.
_FORGET_SIGN_INS = """
    DELETE FROM refresh_tokens; DELETE FROM access_tokens; DELETE FROM authorization_codes;
    DELETE FROM token_families; DELETE FROM oauth_clients; VACUUM;
"""


def find_snapshot(transcript: Transcript, folders: Folders) -> bytes:
    """The workspace of a conversation with a sandbox, if its database can still be had; empty otherwise.

    It has to be the one that was talked to: somebody signed in to it at that address. What it holds now is
    what the conversation began with only if that changed nothing. Whether anybody else did, a replay tells.

    Args:
        transcript: The conversation.
        folders: Of this installation, where sandboxes keep their databases.
    """
    address = urlsplit(transcript.header.server)
    if address.hostname not in _LOOPBACK or _has_written(transcript):
        return b""
    for path in _places(folders.sandbox, address.port or 0):
        try:
            snapshot = _read(path, transcript.header.server)
            open_snapshot(snapshot).close()
        except (OSError, sqlite3.Error, SnapshotRefused):
            continue
        return snapshot
    return b""


def _has_written(transcript: Transcript) -> bool:
    return any(
        event.get("type") == "tool_call_started" and event.get("effect") != "read"
        for event in transcript.events
    )


def _places(folder: Path, port: int) -> Iterator[Path]:
    yield from (folder / f"try-{port - TRY_PORT}" / _FILE, folder / _FILE)


def _read(path: Path, server: str) -> bytes:
    """A copy of the database of a server without what signed-in clients left in it."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        source.backup(copy)
        resources = {resource for (resource,) in copy.execute("SELECT resource FROM token_families")}
        if server.rstrip("/") not in resources:
            raise SnapshotRefused("it is another sandbox's")
        copy.executescript(_FORGET_SIGN_INS)
        return copy.serialize()
