"""A proxy before the sandbox that keeps every secret which passes it, and turns hostile when told to."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

_SECONDS = 60
_SECRETS = {
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "password",
    "refresh_token",
    "state",
}
_NOT_HANDED_ON = {"connection", "transfer-encoding", "content-length", "keep-alive", "accept-encoding"}


class RecordingProxy:
    """The sandbox at another address, which takes itself to be at that address.

    Args:
        origin: Of the sandbox.
        own: Its own host and port.
    """

    def __init__(self, origin: str, own: str) -> None:
        self.url = f"http://{own}/mcp"
        self.origin = origin
        self.refuses = False
        """Refuse every token and refresh, with the secret that was sent in the error's own words."""
        self._names = urlsplit(origin).netloc, own
        self._seen: dict[str, set[str]] = {}

    def seen(self, *kinds: str) -> set[str]:
        """The secrets that passed, of the given kinds or of all."""
        return {secret for kind in kinds or self._seen for secret in self._seen.get(kind, ())}

    def inward(self, text: str) -> str:
        """Put the sandbox's address in the place of the proxy's."""
        target, own = self._names
        return _renamed(text, own, target)

    def outward(self, text: str) -> str:
        """Put the proxy's address in the place of the sandbox's."""
        target, own = self._names
        return _renamed(text, target, own)

    def note_address(self, address: str) -> None:
        """Keep the secrets in an address."""
        self.note(dict(parse_qsl(urlsplit(address).query)))

    def note(self, fields: dict[str, Any]) -> None:
        """Keep those fields of a form or an object that are secret."""
        for name in _SECRETS & fields.keys():
            self._seen.setdefault(name, set()).add(str(fields[name]))


def _renamed(text: str, old: str, new: str) -> str:
    return text.replace(old, new).replace(old.replace(":", "%3A"), new.replace(":", "%3A"))


@contextmanager
def recording_proxy(origin: str) -> Generator[RecordingProxy]:
    """Serve a sandbox through a proxy.

    Args:
        origin: Of the sandbox.
    """
    proxies: list[RecordingProxy] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            proxy = proxies[0]
            content = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = dict(parse_qsl(content)) if self.path.startswith("/oauth/") else {}
            proxy.note_address(self.path)
            proxy.note(form)
            self.close_connection = True
            if proxy.refuses:
                return self._refuse(form)
            headers = {
                name: proxy.inward(value)
                for name, value in self.headers.items()
                if name.lower() not in _NOT_HANDED_ON
            }
            headers["Accept-Encoding"] = "identity"
            with httpx2.stream(
                self.command,
                proxy.origin + proxy.inward(self.path),
                headers=headers,
                content=proxy.inward(content).encode(),
                timeout=_SECONDS,
                trust_env=False,
            ) as answer:
                self._begin(answer.status_code, {n: proxy.outward(v) for n, v in answer.headers.items()})
                proxy.note_address(answer.headers.get("location", ""))
                if answer.headers.get("content-type", "").startswith("text/event-stream"):
                    for piece in answer.iter_raw():
                        self.wfile.write(piece)
                        self.wfile.flush()
                    return None
                text = proxy.outward(answer.read().decode())
                if self.path in ("/oauth/token", "/oauth/register"):
                    proxy.note(json.loads(text))
                self.wfile.write(text.encode())
            return None

        do_GET = do_POST = do_DELETE = forward

        def _refuse(self, form: dict[str, str]) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            challenge = f'Bearer error="invalid_token", error_description="not {token}"'
            echo = {"error": "invalid_grant", "error_description": f"not {form.get('refresh_token')}"}
            is_token_request = self.path == "/oauth/token"
            self._begin(400 if is_token_request else 401, {"WWW-Authenticate": challenge})
            self.wfile.write(json.dumps(echo if is_token_request else {"not": token}).encode())

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
        proxies.append(RecordingProxy(origin, f"127.0.0.1:{server.server_port}"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield proxies[0]
        finally:
            server.shutdown()
