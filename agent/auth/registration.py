"""How this program becomes known to an authorization server: beforehand, by a document, or by registering.

The order is that of the MCP authorization specification, "Client Registration Approaches": a client
registered beforehand, a client id metadata document where the server supports them, dynamic
registration (RFC 7591).

This module needs the MCP SDK, so it is imported only when somebody signs in.
"""

import httpx2
from mcp.client.auth.utils import should_use_client_metadata_url
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata
from pydantic import AnyUrl, ValidationError

import agent
from agent.auth.login import ClientAuthentication, ClientSettings, Registration
from agent.auth.token_endpoint import clean
from agent.errors import ServerError, SignInError
from agent.jsontypes import is_object

CLIENT_ID_SETTING = "client_id"
_PUBLIC_CLIENT: ClientAuthentication = "none"


def find_registration(
    client: ClientSettings, metadata: OAuthMetadata, redirect_uri: str
) -> Registration | None:
    """Give the registration that needs no request: one made beforehand, or a metadata document.

    Args:
        client: What the settings say.
        metadata: Of the authorization server.
        redirect_uri: Where the browser is to be sent back to.

    Returns:
        The registration; None when this program must register by itself.
    """
    if client.client_id:
        secret = client.client_secret or None
        authentication = _PUBLIC_CLIENT if secret is None else _usual_authentication(metadata)
        return Registration(client.client_id, authentication, redirect_uri, False, secret)
    if should_use_client_metadata_url(metadata, client.metadata_url):
        return Registration(client.metadata_url, _PUBLIC_CLIENT, redirect_uri, dynamic=False)
    return None


async def register(
    metadata: OAuthMetadata, redirect_uri: str, scope: str | None, http: httpx2.AsyncClient
) -> Registration:
    """Register as a public client with a loopback redirect.

    Args:
        metadata: Of the authorization server.
        redirect_uri: Where the browser is to be sent back to.
        scope: What sign-ins will ask for; servers are known to refuse what a client did not register for.
        http: A client that bears no token.

    Raises:
        ServerError: The endpoint cannot be reached.
        SignInError: The server takes no registrations, refused this one, or gave one of no use.
    """
    if metadata.registration_endpoint is None:
        raise SignInError(
            f"The authorization server {metadata.issuer} registers no clients by itself; "
            "nothing was changed.",
            f"Set `{CLIENT_ID_SETTING}` to a client id that its owner gives you.",
        )
    wanted = OAuthClientMetadata(
        client_name="Astravue agent",
        redirect_uris=[AnyUrl(redirect_uri)],
        token_endpoint_auth_method=_PUBLIC_CLIENT,
        scope=scope,
        software_id="astravue-agent",
        software_version=agent.__version__,
    )
    try:
        response = await http.post(
            str(metadata.registration_endpoint),
            json=wanted.model_dump(mode="json", by_alias=True, exclude_none=True),
        )
    except httpx2.HTTPError as error:
        raise ServerError(
            f"The authorization server cannot be reached ({type(error).__name__}); nothing was changed.",
            "Check the network and try again.",
        ) from None
    if response.status_code not in (200, 201):
        raise SignInError(
            f"The authorization server refused to register this program: {_reason(response)}.",
            f"Set `{CLIENT_ID_SETTING}` to a client id that its owner gives you.",
        )
    try:
        granted = OAuthClientInformationFull.model_validate_json(response.content)
    except ValidationError as error:
        fields = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}))
        raise SignInError(
            f"The authorization server's registration answer cannot be used ({fields or 'no JSON'}).",
            "Ask who runs the server.",
        ) from None
    return Registration(
        client_id=granted.client_id,
        authentication=choose_authentication(granted, metadata),
        redirect_uri=redirect_uri,
        dynamic=True,
        client_secret=granted.client_secret,
        scope=scope,
    )


def choose_authentication(
    granted: OAuthClientInformationFull, metadata: OAuthMetadata
) -> ClientAuthentication:
    """Choose how to authenticate at the token endpoint with the registration that the server made.

    Raises:
        SignInError: The server wants a method that a program on a desktop cannot serve.
    """
    match granted.token_endpoint_auth_method:
        case "none":
            return "none"
        case "client_secret_post" | "client_secret_basic" as method if granted.client_secret:
            return method
        case None if granted.client_secret is None:
            return "none"
        case None:
            return _usual_authentication(metadata)
        case other:
            raise SignInError(
                f"The authorization server wants the client authentication {clean(other)}, "
                "which this program cannot give.",
                f"Set `{CLIENT_ID_SETTING}` to a client id of a public client.",
            )


def _usual_authentication(metadata: OAuthMetadata) -> ClientAuthentication:
    # RFC 7591 section 2: a client that is told nothing uses basic authentication.
    offered = metadata.token_endpoint_auth_methods_supported
    only_post = offered is not None and "client_secret_basic" not in offered
    return "client_secret_post" if only_post else "client_secret_basic"


def _reason(response: httpx2.Response) -> str:
    try:
        body: object = response.json()
    except ValueError:
        body = None
    words = [body.get("error"), body.get("error_description")] if is_object(body) else []
    said = [clean(word) for word in words if isinstance(word, str) and word]
    return ", ".join(said) or f"it answered {response.status_code}"
