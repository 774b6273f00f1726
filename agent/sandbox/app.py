"""The web application: authorization server and MCP endpoint over one database."""

from dataclasses import dataclass, field
from functools import cache

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import DEFAULT_MAX_REQUEST_BODY_SIZE, RequestBodyLimitMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp

from agent.sandbox.clock import Clock
from agent.sandbox.database import Database
from agent.sandbox.guard import LOOPBACK_ORIGIN, BearerGuard, HostCheck
from agent.sandbox.mcp_endpoint import McpEndpoint
from agent.sandbox.mcp_texts import McpTexts
from agent.sandbox.oauth.clients import Clients
from agent.sandbox.oauth.endpoints import Addresses, JsonEndpoints
from agent.sandbox.oauth.sign_in import SignInPage
from agent.sandbox.oauth.tokens import TokenLifetimes, TokenStore
from agent.sandbox.prompt_catalogue import load_prompts
from agent.sandbox.rate_limit import SlidingWindow
from agent.sandbox.tools.catalogue import load_catalogue

_WRONG_PASSWORDS = 10
_WRONG_PASSWORDS_SECONDS = 300
_RATE_SECONDS = 60

# Lets MCP clients that run in a browser on this machine reach every endpoint.
_BROWSER_ACCESS = Middleware(
    CORSMiddleware,
    allow_origin_regex=LOOPBACK_ORIGIN,
    allow_methods=["GET", "POST", "DELETE"],
    allow_headers=["*"],
    expose_headers=["WWW-Authenticate", "Retry-After", "Mcp-Session-Id"],
)


@dataclass(frozen=True, slots=True)
class AppSettings:
    """What a running sandbox is set to.

    Args:
        host: The loopback address that it serves.
        port: The port that it serves.
        lifetimes: How long tokens last.
        rate_limit: Requests a user may make a minute at the MCP endpoint; 0 for no limit.
    """

    host: str
    port: int
    lifetimes: TokenLifetimes = field(default_factory=TokenLifetimes)
    rate_limit: int = 100

    @property
    def issuer(self) -> str:
        """The origin that it serves, without a trailing slash."""
        return origin(self.host, self.port)

    @property
    def host_names(self) -> frozenset[str]:
        """The Host headers that it answers to."""
        return host_names(self.host, self.port)


def origin(host: str, port: int) -> str:
    """Returns the origin of what is served at an address."""
    return f"http://{_bracketed(host)}:{port}"


def host_names(host: str, port: int) -> frozenset[str]:
    """Returns the Host headers of what is served at a loopback address."""
    names = ("127.0.0.1", "localhost", "[::1]", _bracketed(host))
    return frozenset(f"{name}:{port}" for name in names)


def create_app(database: Database, clock: Clock, settings: AppSettings) -> ASGIApp:
    """Returns the application; it uses the database from the thread that runs its event loop alone."""
    addresses = Addresses(settings.issuer)
    clients = Clients(database, clock)
    tokens = TokenStore(database, clock, settings.lifetimes)
    attempts = SlidingWindow(clock, _WRONG_PASSWORDS, _WRONG_PASSWORDS_SECONDS)
    requests = SlidingWindow(clock, settings.rate_limit, _RATE_SECONDS)
    texts = McpTexts(database, clock, _prompts())
    mcp_server = McpEndpoint(database, clock, _tools(), texts).server()
    sessions = StreamableHTTPSessionManager(mcp_server, json_response=True)
    guarded = BearerGuard(StreamableHTTPASGIApp(sessions), addresses, tokens, requests)
    app = Starlette(
        routes=[
            *JsonEndpoints(addresses, clients, tokens).routes(),
            *SignInPage(addresses, database, clients, tokens, attempts).routes(),
            Route("/mcp", guarded),
        ],
        middleware=[_BROWSER_ACCESS],
        lifespan=lambda _app: sessions.run(),
    )
    return HostCheck(RequestBodyLimitMiddleware(app, DEFAULT_MAX_REQUEST_BODY_SIZE), settings.host_names)


# Several applications in one process serve the same tools and prompts.
_prompts = cache(load_prompts)
_tools = cache(load_catalogue)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
