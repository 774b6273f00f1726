"""Finding the authorization server, by every form that servers publish it in."""

import pytest
from auth_home import Home
from fake_authorization_server import FakeAuthorizationServer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.auth.discovery import Authorization, discover
from agent.auth.login import DEFAULT_CLIENT, ClientSettings
from agent.auth.token_endpoint import make_oauth_client
from agent.errors import ServerError, SignInError

pytestmark = pytest.mark.anyio


async def _discover(
    server: FakeAuthorizationServer, challenge: str | None = None, client: ClientSettings = DEFAULT_CLIENT
) -> Authorization:
    async with make_oauth_client() as http:
        found = await discover(server.server, http, challenge, client)
    assert found is not None
    return found


@pytest.mark.parametrize("place", ["challenge", "path", "root"])
async def test_resource_metadata_is_found_in_each_of_its_three_places(
    server: FakeAuthorizationServer, place: str
) -> None:
    server.resource_metadata_at = (place,)

    found = await _discover(server)

    assert found.issuer == server.issuer
    assert found.resource == server.server
    order = [path for path in server.requests if "resource" in path]
    forms = ["GET /.well-known/oauth-protected-resource/mcp", "GET /.well-known/oauth-protected-resource"]
    assert order == {"challenge": ["GET /elsewhere/resource"], "path": forms[:1], "root": forms}[place]


async def test_an_issuer_with_and_without_a_trailing_slash_is_the_same(
    server: FakeAuthorizationServer,
) -> None:
    server.issuer_slash_in_metadata = True
    assert (await _discover(server)).issuer == f"{server.issuer}/"


async def test_an_issuer_with_and_without_a_slash_signs_in(home: Home) -> None:
    home.server.issuer_path = "/tenant"
    home.server.issuer_slash_in_metadata = True
    assert (await home.sign_in()).issuer == f"{home.server.origin}/tenant/"


@pytest.mark.parametrize("at_root", [False, True])
async def test_an_issuer_with_a_path_may_publish_at_the_root_of_its_host(
    server: FakeAuthorizationServer, at_root: bool
) -> None:
    server.issuer_path = "/tenant"
    server.metadata_at_host_root = at_root

    assert (await _discover(server)).issuer == f"{server.origin}/tenant"
    assert ("GET /.well-known/oauth-authorization-server" in server.requests) == at_root


async def test_an_issuer_with_a_path_is_registered_with_where_the_metadata_at_the_root_says(
    home: Home,
) -> None:
    home.server.issuer_path = "/tenant"
    home.server.metadata_at_host_root = True

    login = await home.sign_in()

    assert login.issuer == f"{home.server.origin}/tenant"
    assert login.token_endpoint == f"{home.server.origin}/token"
    assert [request for request in home.server.requests if "register" in request] == ["POST /register"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("", "/.well-known/openid-configuration"),
        ("/tenant", "/.well-known/openid-configuration/tenant"),
        ("/tenant", "/tenant/.well-known/openid-configuration"),
        ("/tenant", "/.well-known/openid-configuration"),
    ],
)
async def test_the_metadata_may_stand_in_each_form_of_openid_connect(
    server: FakeAuthorizationServer, path: str, form: str
) -> None:
    server.issuer_path = path
    server.openid_form = form

    assert (await _discover(server)).issuer == server.issuer
    asked = [request for request in server.requests if "oauth-authorization-server" in request]
    assert asked[0] == f"GET /.well-known/oauth-authorization-server{path}"
    assert server.requests[-1] == f"GET {form}"


async def test_a_server_without_pkce_is_refused(server: FakeAuthorizationServer) -> None:
    for methods in (None, ("plain",)):
        server.pkce_methods = methods
        with pytest.raises(SignInError, match="does not say that it offers PKCE with S256"):
            await _discover(server)


async def test_a_setting_may_vouch_for_pkce_that_a_server_does_not_mention(
    server: FakeAuthorizationServer,
) -> None:
    """But never against what the server does say."""
    trusting = ClientSettings(assume_pkce=True)
    server.pkce_methods = None
    assert (await _discover(server, client=trusting)).issuer == server.issuer

    server.pkce_methods = ("plain",)
    with pytest.raises(SignInError, match="does not say that it offers PKCE with S256"):
        await _discover(server, client=trusting)


async def test_a_server_of_2025_03_26_needs_no_resource_metadata(server: FakeAuthorizationServer) -> None:
    server.resource_metadata_at = ()
    server.pkce_methods = None

    found = await _discover(server)

    assert found.issuer == server.origin
    assert found.resource == server.server


async def test_a_server_without_any_metadata_has_the_default_endpoints(
    server: FakeAuthorizationServer,
) -> None:
    server.resource_metadata_at = ()
    server.issuer_path = "/hidden"

    found = await _discover(server)

    assert str(found.metadata.token_endpoint) == f"{server.origin}/token"
    assert str(found.metadata.registration_endpoint) == f"{server.origin}/register"


async def test_metadata_that_is_nowhere_is_said_to_be_missing(server: FakeAuthorizationServer) -> None:
    async def nothing(_: Request) -> Response:
        return Response(status_code=404)

    server.issuer_path = "/tenant"
    server.metadata_override = nothing
    with pytest.raises(SignInError, match="publishes no metadata"):
        await _discover(server)


async def test_scopes_come_from_the_challenge_first(server: FakeAuthorizationServer) -> None:
    server.challenge_scope = "tasks:read"
    assert (await _discover(server)).scope == "tasks:read"


@pytest.mark.parametrize(
    ("supported", "scope"),
    [
        (("openid", "profile", "email", "admin"), "openid profile email"),
        (("openid", "admin"), "openid"),
        (("admin",), None),
        (None, "openid profile email"),
        (("openid", "offline_access"), "openid offline_access"),
    ],
)
async def test_else_the_documented_scopes_that_the_server_knows(
    server: FakeAuthorizationServer, supported: tuple[str, ...] | None, scope: str | None
) -> None:
    """And never all that the server lists."""
    server.scopes_supported = supported
    assert (await _discover(server)).scope == scope


async def test_a_client_without_default_scopes_names_none(server: FakeAuthorizationServer) -> None:
    server.scopes_supported = None
    assert (await _discover(server, client=ClientSettings(default_scope=""))).scope is None


async def test_a_server_error_is_not_taken_for_missing_metadata(server: FakeAuthorizationServer) -> None:
    async def broken(_: Request) -> Response:
        return Response(status_code=503)

    server.metadata_override = broken
    with pytest.raises(ServerError, match="answers 503"):
        await _discover(server)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token_endpoint": "http://login.example/token"}, "not encrypted"),
        ({"issuer": "https://evil.example"}, "calls itself https://evil.example"),
    ],
)
async def test_metadata_that_would_not_be_safe_is_refused(
    server: FakeAuthorizationServer, changes: dict[str, str], words: str
) -> None:
    async def twisted(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": server.issuer,
                "authorization_endpoint": f"{server.origin}/authorize",
                "token_endpoint": f"{server.origin}/token",
                "code_challenge_methods_supported": ["S256"],
                **changes,
            }
        )

    server.metadata_override = twisted
    with pytest.raises(SignInError, match=words):
        await _discover(server)


async def test_metadata_of_another_resource_is_refused(server: FakeAuthorizationServer) -> None:
    async def foreign(_: Request) -> Response:
        return JSONResponse(
            {"resource": "https://other.example/mcp", "authorization_servers": [server.issuer]}
        )

    server.resource_metadata_override = foreign
    with pytest.raises(SignInError, match="metadata for another resource"):
        await _discover(server)
