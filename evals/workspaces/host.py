"""Many sandboxes in one process, each in memory and at an address of its own.

A trial's session talks to its sandbox as to any MCP server: over real HTTP, signed in by the real flow. What
is shared is what costs time and cannot be noticed: one web server listens at all addresses, and each user
signs in once and is put into every workspace.
"""

import asyncio
import contextlib
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.errors import AgentError
from agent.sandbox.control.unreliable import CuttableProtocol
from evals.definitions.case import Case
from evals.workspaces.place import Place
from evals.workspaces.sign_ins import SignIns

_BACKLOG = 128
_STARTING = 8


class Host:
    """Serves sandboxes for as long as the context is open.

    Args:
        places: How many there can be at once; whoever wants one more waits.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._apps: dict[int, ASGIApp] = {}
        self._free: asyncio.LifoQueue[int] = asyncio.LifoQueue()
        self._stack = AsyncExitStack()
        self._home = Path()
        self._key = secrets.token_hex(32)
        self._sign_ins = SignIns(self._key)
        self.starting = asyncio.Semaphore(_STARTING)
        """Whoever connects holds it: among hundreds at once an answer would come too late for a handshake."""

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            AgentError: The system gives no more sockets or no folder.
        """
        try:
            self._home = Path(tempfile.mkdtemp(prefix="trials-"))
            self._stack.callback(shutil.rmtree, self._home, ignore_errors=True)
            listeners = [self._stack.enter_context(_listener()) for _ in range(self._places)]
            server = _Server(
                uvicorn.Config(
                    self._serve,
                    interface="asgi3",
                    http=CuttableProtocol,
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    ws="none",
                    server_header=False,
                    timeout_graceful_shutdown=1,
                    timeout_keep_alive=60,
                )
            )
            serving = asyncio.create_task(server.serve(sockets=listeners))
            self._stack.push_async_callback(_stop, server, serving)
            await server.listening.wait()
        except OSError as error:
            await self._stack.aclose()
            raise AgentError(f"The sandboxes cannot be started: {error.strerror}.") from error
        for listener in listeners:
            port: int = listener.getsockname()[1]
            self._free.put_nowait(port)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def place(self, case: Case) -> AsyncGenerator[Place]:
        """Open the workspace of a case, signed in as its user.

        Raises:
            AgentError: The workspace cannot be made, or the sign-in did not work.
        """
        port = await self._free.get()
        home = Path(tempfile.mkdtemp(dir=self._home))
        try:
            async with Place.open(case, port, home, self._key) as place:
                self._apps[port] = place.app
                # A recording asks for no sign-in.
                if not case.workspace.recorded:
                    await self._sign_ins.put_into(place)
                yield place
        finally:
            self._apps.pop(port, None)
            self._free.put_nowait(port)
            await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(scope["server"][1])
        if app is None:
            # A connection that outlives its trial finds nobody.
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when it listens."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the program that trials run in."""
        yield


async def _stop(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    server.should_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await serving


@contextmanager
def _listener() -> Generator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(_BACKLOG)
        yield listener
