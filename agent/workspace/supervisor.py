"""The supervisor: keeps at most one current connection, and opens a new one when it is needed.

A connection that is lost is not replaced in the background: the next call opens a new one, so that
a server that is down is not knocked at while nobody wants anything from it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from agent.workspace.connection import Connection, Endpoint, OpeningError, run_connection
from agent.workspace.failure import Failure, FailureKind

_ATTEMPTS = 3
_TOTAL_TIME = 10.0
_FIRST_DELAY = 0.5
_LEAVING_TIME = 5.0


class Supervisor:
    """Opens, shares and replaces the connections to one endpoint.

    Args:
        endpoint: Where to connect.
        clock: Monotonic seconds.
    """

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._current: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to connect, without waiting."""
        self._join_opening()

    async def stop(self) -> None:
        """Close everything, within a few seconds."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait((self._opening,))
        if self._current is not None:
            self._current.retire()
            self._current = None
        if self._tasks:
            _, hanging = await asyncio.wait(self._tasks, timeout=_LEAVING_TIME)
            for task in hanging:
                task.cancel()
            if hanging:
                await asyncio.wait(hanging)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """Give the current connection, opened if need be, and keep it open for the block.

        Raises:
            OpeningError: It cannot be opened.
        """
        current = self._current
        while current is None or current.retired:
            # Shielded: others wait for the same attempt, and whoever comes next can use it.
            current = await asyncio.shield(self._join_opening())
        with current.in_use():
            yield current

    def retire(self, connection: Connection) -> None:
        """Let the next call open a new connection; calls under way on this one go on."""
        connection.retire()
        if self._current is connection:
            self._current = None

    def _join_opening(self) -> asyncio.Task[Connection]:
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open())
            # Whoever waited may have been interrupted; a failure that nobody hears is no fault.
            self._opening.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._opening

    async def _open(self) -> Connection:
        patience = self._endpoint.patience
        started, waited, attempt = self._clock(), 0.0, 1
        failure = Failure(FailureKind.UNREACHABLE)
        while True:
            # A server that never answers the probe may still be an old one; one that is down is not.
            any_verdict = attempt == _ATTEMPTS or failure.kind is FailureKind.TIMEOUT
            try:
                self._current = await self._open_once(any_verdict)
            except OpeningError as error:
                failure = error.failure
            else:
                return self._current
            if (
                failure.kind is FailureKind.RATE_LIMITED
                and waited + failure.retry_after <= patience.rate_limit
            ):
                waited += failure.retry_after
                await patience.sit_out(failure.retry_after)
                continue
            if not failure.passing or attempt == _ATTEMPTS or self._clock() - started > _TOTAL_TIME:
                raise OpeningError(failure)
            await patience.sleep(_FIRST_DELAY * 2 ** (attempt - 1))
            attempt += 1

    async def _open_once(self, accept_any_verdict: bool) -> Connection:
        opened: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(
            run_connection(self._endpoint, opened, accept_any_verdict=accept_any_verdict)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await opened
        except asyncio.CancelledError:
            task.cancel()
            raise
