"""A proxy before a server, which takes itself to be at the address of the proxy, as its own links say."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2

_SECONDS = 60
_NOT_HANDED_ON = {"connection", "transfer-encoding", "content-length", "keep-alive", "accept-encoding"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it comes in, with the server's address in its headers."""

    method: str
    path: str
    headers: dict[str, str]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes out, with the proxy's address in it."""

    status: int
    headers: dict[str, str]
    text: str


class Proxy:
    """The server at another address; it hands everything on until told otherwise.

    Args:
        origin: Of the server.
        own: The proxy's host and port.
    """

    def __init__(self, origin: str, own: str) -> None:
        self.url = f"http://{own}/mcp"
        self.origin = origin
        self._names = urlsplit(origin).netloc, own

    def inward(self, text: str) -> str:
        """Put the server's address in the place of the proxy's."""
        target, own = self._names
        return _renamed(text, own, target)

    def outward(self, text: str) -> str:
        """Put the proxy's address in the place of the server's."""
        target, own = self._names
        return _renamed(text, target, own)

    def take(self, request: Request) -> Answer | None:
        """Look at a request; an answer keeps it from the server."""
        del request
        return None

    def lets_stream(self, request: Request) -> bool:
        """Whether events in answer to a request pass untouched, as they come."""
        return request.method == "GET"

    def give(self, request: Request, answer: Answer) -> str:
        """The text that is handed on in the place of an answer's."""
        del request
        return answer.text


_P = TypeVar("_P", bound=Proxy)


def _renamed(text: str, old: str, new: str) -> str:
    return text.replace(old, new).replace(old.replace(":", "%3A"), new.replace(":", "%3A"))


@contextmanager
def forwarding(make: Callable[[str], _P]) -> Generator[_P]:
    """Serve through a proxy.

    Args:
        make: Makes the proxy of its own host and port.
    """
    proxies: list[_P] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            proxy = proxies[0]
            self.close_connection = True
            content = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {
                name: proxy.inward(value)
                for name, value in self.headers.items()
                if name.lower() not in _NOT_HANDED_ON
            }
            request = Request(self.command, self.path, headers, content)
            refusal = proxy.take(request)
            if refusal is None:
                self._hand_on(proxy, request)
            else:
                self._begin(refusal.status, refusal.headers)
                self.wfile.write(refusal.text.encode())

        do_GET = do_POST = do_DELETE = forward

        def _hand_on(self, proxy: _P, request: Request) -> None:
            with httpx2.stream(
                request.method,
                proxy.origin + proxy.inward(request.path),
                headers={**request.headers, "Accept-Encoding": "identity"},
                content=proxy.inward(request.content).encode(),
                timeout=_SECONDS,
                trust_env=False,
            ) as answer:
                headers = {name: proxy.outward(value) for name, value in answer.headers.items()}
                self._begin(answer.status_code, headers)
                is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
                if is_stream and proxy.lets_stream(request):
                    for piece in answer.iter_raw():
                        self.wfile.write(piece)
                        self.wfile.flush()
                    return
                text = proxy.outward(answer.read().decode())
                self.wfile.write(proxy.give(request, Answer(answer.status_code, headers, text)).encode())

        def _begin(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _NOT_HANDED_ON:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxies.append(make(f"127.0.0.1:{server.server_port}"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield proxies[0]
        finally:
            server.shutdown()
