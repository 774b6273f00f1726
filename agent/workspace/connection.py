"""One connection: an MCP client that is entered and left in a task of its own.

The SDK's client must be left in the task that entered it, while its calls may come from any task.
So each connection has a task that opens the client, waits until nobody needs it any more, and
closes it. A connection that is retired serves the calls it has, and takes no new ones.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field

import httpx2
import mcp_types
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import SubscriptionLost
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from agent import __version__
from agent.server_features import ServerInfo
from agent.system.authorities import trusted_authorities
from agent.tools.tool import Tool
from agent.wording.addresses import shown_address
from agent.workspace.failure import Failure, FailureKind, failure_in, is_group, one_line
from agent.workspace.http import MAX_ANSWER, AnsweringTransport, Patience
from agent.workspace.incoming import LEAST_LEVEL, FrontEnd, Incoming
from agent.workspace.repair import Findings
from agent.workspace.streams import RepairingTransport

USER_AGENT = f"astravue-agent/{__version__}"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_CONNECT_TIME = 10.0
_SEND_TIME = 30.0
# Below the 5 s after which common servers close an idle connection: a request that meets that
# moment may or may not have been executed.
_IDLE_TIME = 4.0
_LISTEN_DELAYS = (1.0, 5.0, 30.0, 120.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect, and with what.

    Args:
        url: The address of the MCP endpoint.
        auth: Adds the access token to each request; `None` for a server without sign-in.
        read_timeout: Seconds that a server may be silent while it works on a request.
        patience: How long to wait for a handshake and for a limit of the rate.
        front_end: Who hears of what the server does of its own accord.
        clock: Monotonic seconds.
    """

    url: str
    auth: httpx2.Auth | None = field(repr=False)
    read_timeout: float
    patience: Patience
    front_end: FrontEnd
    clock: Callable[[], float]


class OpeningError(Exception):
    """A connection could not be opened.

    Args:
        failure: What went wrong.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class Connection:
    """An open MCP client and what was learned through it; made by `run_connection`.

    Args:
        client: The client.
        endpoint: Where the server is.
        findings: What was found out about its tools while they were listed.
        incoming: Takes what the server does of its own accord.
    """

    def __init__(self, client: Client, endpoint: Endpoint, findings: Findings, incoming: Incoming) -> None:
        self.client = client
        self.findings = findings
        self.incoming = incoming
        self.tools: tuple[Tool, ...] | None = None
        self.listing = asyncio.Lock()
        self.tools_version = 0
        self.retired = False
        self.info = _describe_server(client, shown_address(endpoint.url))
        self._users = 0
        self._unused = asyncio.Event()

    @contextlib.contextmanager
    def in_use(self) -> Generator[None]:
        """Keep the connection open while the block runs."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            self._close_if_unused()

    def retire(self) -> None:
        """Take no new calls, and close once the last one has ended."""
        self.retired = True
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self.retired and not self._users:
            self._unused.set()

    async def wait_until_unused(self) -> None:
        """Wait until it is retired and nobody uses it."""
        await self._unused.wait()

    def forget_tools(self) -> None:
        """List the tools again the next time somebody asks for them."""
        self.tools = None
        self.tools_version += 1


def _describe_server(client: Client, address: str) -> ServerInfo:
    known = client.server_info or mcp_types.Implementation(name=address, version="")
    offered = client.server_capabilities.model_dump(by_alias=True, exclude_none=True)
    return ServerInfo(
        name=one_line(known.name),
        version=one_line(known.version),
        protocol_version=client.protocol_version,
        instructions=client.instructions or "",
        capabilities=tuple(sorted(offered)),
        title=one_line(known.title or known.name),
    )


async def run_connection(
    endpoint: Endpoint, opened: asyncio.Future[Connection], *, accept_any_verdict: bool
) -> None:
    """Open a connection, hand it over through `opened`, and close it when it is no longer used.

    Args:
        endpoint: Where to connect.
        opened: Gets the connection, or the `OpeningError`.
        accept_any_verdict: Try the older handshake even after an outage of the newer one's probe.
    """
    connection: Connection | None = None
    try:
        async with _enter_client(endpoint, accept_any_verdict) as connection:
            if not opened.done():
                opened.set_result(connection)
                await connection.wait_until_unused()
    except Exception as error:
        _log.info("connection ended: %s", type(error).__name__)
        if not opened.done():
            opened.set_exception(OpeningError(_opening_failure(error)))
    finally:
        if connection is not None:
            connection.retired = True
        if not opened.done():
            opened.cancel()


@contextlib.asynccontextmanager
async def _enter_client(endpoint: Endpoint, accept_any_verdict: bool) -> AsyncGenerator[Connection]:
    findings = Findings()
    connection: Connection | None = None

    def forget_tools() -> None:
        if connection is not None:
            connection.forget_tools()

    incoming = Incoming(shown_address(endpoint.url), endpoint.front_end, endpoint.clock, forget_tools)
    async with _http_client(endpoint, accept_any_verdict) as http_client:
        transport = streamable_http_client(
            endpoint.url, http_client=http_client, max_sse_event_size=MAX_ANSWER
        )
        client = Client(
            RepairingTransport(transport, findings),
            mode="auto",
            cache=None,
            client_info=mcp_types.Implementation(name="astravue-agent", version=__version__),
            message_handler=incoming.take,
            logging_callback=incoming.log,
            log_level=LEAST_LEVEL.value,
            elicitation_callback=incoming.elicit,
        )
        async with contextlib.AsyncExitStack() as stack:
            # The requests of the handshake have a limit each; this one is for a server that dribbles.
            async with asyncio.timeout(4 * endpoint.patience.handshake):
                await stack.enter_async_context(client)
            connection = Connection(client, endpoint, findings, incoming)
            watching = asyncio.create_task(_watch_lists(connection, endpoint.patience))
            try:
                yield connection
            finally:
                watching.cancel()
                await asyncio.wait((watching,))


async def _watch_lists(connection: Connection, patience: Patience) -> None:
    """Ask a server of the stateless era to tell when its lists change; older ones tell unasked."""
    client = connection.client
    offered = client.server_capabilities
    tools = bool(offered.tools and offered.tools.list_changed)
    prompts = bool(offered.prompts and offered.prompts.list_changed)
    resources = bool(offered.resources and offered.resources.list_changed)
    if client.protocol_version not in MODERN_PROTOCOL_VERSIONS or not (tools or prompts or resources):
        return
    for delay in _LISTEN_DELAYS:
        with contextlib.suppress(MCPError, SubscriptionLost):
            async with client.listen(
                tools_list_changed=tools, prompts_list_changed=prompts, resources_list_changed=resources
            ) as subscription:
                # The events themselves reach `Incoming` as well, as in the older eras.
                async for _ in subscription:
                    pass
        # What changed while nobody listened is not told later.
        connection.forget_tools()
        await patience.sleep(delay)


def _http_client(endpoint: Endpoint, accept_any_verdict: bool) -> httpx2.AsyncClient:
    # A client as the innermost part, because it alone reads the proxies of the environment; those
    # never apply to this machine.
    loopback: dict[str, httpx2.AsyncBaseTransport | None] = {f"all://{host}": None for host in _LOOPBACK}
    limits = httpx2.Limits(keepalive_expiry=_IDLE_TIME)
    inner = httpx2.AsyncClient(verify=trusted_authorities(), limits=limits, mounts=loopback)
    transport = AnsweringTransport(inner, endpoint.patience)
    transport.accept_any_verdict = accept_any_verdict
    return httpx2.AsyncClient(
        headers={"User-Agent": USER_AGENT},
        auth=endpoint.auth,
        timeout=httpx2.Timeout(_SEND_TIME, connect=_CONNECT_TIME, read=endpoint.read_timeout),
        transport=transport,
    )


def _opening_failure(error: BaseException) -> Failure:
    if is_group(error):
        return _opening_failure(error.exceptions[0])
    if isinstance(error, MCPError):
        return failure_in(error) or Failure(FailureKind.UNUSABLE, f"it said “{one_line(error.message)}”")
    if isinstance(error, TimeoutError):
        return Failure(FailureKind.TIMEOUT)
    if isinstance(error, ImportError):
        return Failure(FailureKind.BAD_PROXY, one_line(str(error)))
    if isinstance(error, httpx2.InvalidURL | httpx2.UnsupportedProtocol | UnicodeError):
        return Failure(FailureKind.BAD_ADDRESS)
    return Failure(FailureKind.UNUSABLE, f"its answer to the handshake does not fit ({type(error).__name__})")
