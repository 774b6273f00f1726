"""The loopback address that the browser is sent back to after a sign-in (RFC 8252 section 7.3).

The socket is bound when the port is chosen and held until the answer is in, so no other program
can take the port in between. The browser's request is kept open until the code has been
exchanged: the page that it shows then says how the sign-in really ended.

Any program and any page of this machine can send something here. What does not bear the state of the
request that was sent is refused and changes nothing (RFC 8252 section 8.9).
"""

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from agent.auth.landing_page import landing_page
from agent.errors import SignInError

_PATH = "/callback"
_HOST = "127.0.0.1"
_REQUEST_BOUND = 10.0
_ANSWER_BOUND = 2.0


@dataclass(frozen=True, slots=True)
class Redirect:
    """The parameters of an authorization response (RFC 6749 section 4.1.2, RFC 9207).

    Args:
        state: What ties it to the request that was sent.
        code: The authorization code; None when there is an error.
        error: The error code; None when there is a code.
        error_description: What the server says about the error.
        iss: Which authorization server says so.
    """

    state: str | None = field(repr=False)
    code: str | None = field(repr=False)
    error: str | None
    error_description: str | None
    iss: str | None


def parse_redirect(text: str) -> Redirect:
    """Read an authorization response out of an address, a request target or a bare query string.

    Raises:
        ValueError: It holds neither one code nor one error, or a parameter twice.
    """
    text = text.strip().partition("#")[0]
    address, mark, query = text.partition("?")
    fields = parse_qs(query if mark and "=" not in address else text, max_num_fields=50)

    def single(name: str) -> str | None:
        values = fields.get(name, [])
        if len(values) > 1:
            raise ValueError(f"{name} is there more than once")
        return values[0] if values else None

    redirect = Redirect(
        single("state"), single("code"), single("error"), single("error_description"), single("iss")
    )
    if (redirect.code is None) == (redirect.error is None):
        raise ValueError("neither a code nor an error")
    return redirect


def has_state(redirect: Redirect, state: str) -> bool:
    """Say whether an answer belongs to the request that was sent with a state."""
    return secrets.compare_digest((redirect.state or "").encode(), state.encode())


class CallbackListener:
    """Listens for the browser on a loopback port of its own.

    Use it as an asynchronous context manager; leaving it answers a browser that still waits.

    Args:
        port: Which port to take, such as the one of an earlier registration; 0 for any.

    Raises:
        SignInError: The port is in use.
    """

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":
                # Else the port of an earlier sign-in is barred for a minute after it was closed; on
                # Windows the same option would let another program listen here too.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((_HOST, port))
            self._socket.listen()
            self._socket.setblocking(False)
        except OSError as error:
            self._socket.close()
            raise SignInError(
                f"Port {port} on this machine is in use ({error.strerror}), "
                "so the browser could not come back.",
                "Close the program that uses it and try again.",
            ) from None
        self.port: int = self._socket.getsockname()[1]
        self.strangers = 0
        """How many answers came that belong to another sign-in or to none."""
        self._state: str | None = None
        self._redirect: asyncio.Future[Redirect] | None = None
        self._outcome: asyncio.Future[str | None] | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def redirect_uri(self) -> str:
        """The address to register and to send the browser back to."""
        return f"http://{_HOST}:{self.port}{_PATH}"

    async def __aenter__(self) -> "CallbackListener":
        loop = asyncio.get_running_loop()
        self._redirect, self._outcome = loop.create_future(), loop.create_future()
        self._server = await asyncio.start_server(self._accept, sock=self._socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.finish("The sign-in was given up. Go back to the terminal.")
        assert self._server is not None
        self._server.close()
        if self._answering:
            await asyncio.wait(self._answering, timeout=_ANSWER_BOUND)
        # What is left are connections that a browser opened ahead and never used.
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def expect(self, state: str) -> None:
        """Say which answer is waited for; until then each is a stranger's.

        Args:
            state: That of the request that is about to be sent.
        """
        self._state = state

    async def redirect(self) -> Redirect:
        """Wait for the browser to come back with a code or an error."""
        assert self._redirect is not None
        return await asyncio.shield(self._redirect)

    def finish(self, failure: str | None) -> None:
        """Tell the waiting browser how the sign-in ended; only the first call counts.

        Args:
            failure: One sentence; None when it worked.
        """
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(failure)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        task.add_done_callback(self._answering.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_BOUND):
                request_line = (await reader.readline()).decode("latin-1").split()
                while (await reader.readline()).strip():
                    pass
            status, page = await self._answer(request_line)
            writer.write(_response(status, page))
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            return  # whoever it was hung up, dawdled or sent a line without end
        finally:
            writer.close()

    async def _answer(self, request_line: list[str]) -> tuple[str, str]:
        assert self._redirect is not None
        assert self._outcome is not None
        if len(request_line) != 3 or request_line[0] != "GET":
            return "405 Method Not Allowed", landing_page("This address only takes a browser's redirect.")
        target = request_line[1]
        if urlsplit(target).path != _PATH:
            return "404 Not Found", landing_page("There is nothing at this address.")
        try:
            redirect = parse_redirect(target)
        except ValueError:
            return "400 Bad Request", landing_page("The address holds no answer of an authorization server.")
        if self._state is None or not has_state(redirect, self._state):
            self.strangers += 1
            return "400 Bad Request", landing_page(
                "This answer belongs to another sign-in. Use the newest address that the terminal shows."
            )
        if not self._redirect.done():
            self._redirect.set_result(redirect)
        if task := asyncio.current_task():
            self._answering.add(task)
        failure = await asyncio.shield(self._outcome)
        return "200 OK" if failure is None else "400 Bad Request", landing_page(failure)


def _response(status: str, page: str) -> bytes:
    body = page.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
