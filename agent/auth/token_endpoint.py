"""Requests to an authorization server's token and revocation endpoints.

Errors carry only what RFC 6749 section 5.2 lets a server say, `error` and `error_description`,
with control characters and anything secret taken out: never a body, never a token.
"""

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx2

import agent
from agent.auth.login import Login, Registration
from agent.jsontypes import JsonObject, is_object
from agent.system.authorities import trusted_authorities

USER_AGENT = f"astravue-agent/{agent.__version__}"
_THIS_MACHINE = ("all://127.0.0.1", "all://localhost", "all://[::1]")
_DESCRIPTION_LENGTH = 200
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_TRANSIENT = (408, 425, 429)
# With these a second request without `resource` could only fail again.
_NOT_ABOUT_RESOURCE = ("invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type")


def make_oauth_client() -> httpx2.AsyncClient:
    """Make the HTTP client for OAuth traffic: it bears no token and follows no redirects.

    What is on this machine is reached directly: a proxy of the environment could not find it.
    """
    return httpx2.AsyncClient(
        verify=trusted_authorities(),
        mounts=dict.fromkeys(_THIS_MACHINE),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        timeout=httpx2.Timeout(20, connect=10),
        follow_redirects=False,
    )


@dataclass(frozen=True, slots=True)
class Tokens:
    """A successful token response (RFC 6749 section 5.1).

    Args:
        access_token: The bearer token.
        refresh_token: None when the server gave none.
        lifetime: Seconds until the access token expires; None when the server did not say.
        scope: What was granted; None when it is what was asked for.
        account: Who signed in, by the id token, when there is one.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lifetime: float | None
    scope: str | None
    account: str | None


class TokenRequestError(Exception):
    """The endpoint refused a request, or gave no answer that can be used.

    Args:
        error: The OAuth error code, or a few words for what happened instead.
        description: What the server said about it, cleaned; often empty.
        transient: The same request may succeed later.
        retry_after: How long the server asked to wait, in seconds.
        status: The HTTP status; None when no answer came.
    """

    def __init__(
        self,
        error: str,
        description: str = "",
        *,
        transient: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        self.description = description
        self.transient = transient
        self.retry_after = retry_after
        self.status = status

    @property
    def outcome(self) -> str:
        """The same in a word that cannot hold anything secret, for the audit log."""
        if self.status is None:
            return "unreachable"
        return self.error if _ERROR_CODE.fullmatch(self.error) else f"HTTP {self.status}"


async def exchange_code(
    http: httpx2.AsyncClient,
    token_endpoint: str,
    registration: Registration,
    *,
    code: str,
    verifier: str,
    resource: str,
) -> Tokens:
    """Exchange an authorization code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).

    Raises:
        TokenRequestError: The code was refused or the endpoint gave no usable answer.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": registration.redirect_uri,
        "code_verifier": verifier,
        "resource": resource,
    }
    return await _request_tokens(http, token_endpoint, registration, form, [code, verifier])


async def refresh(http: httpx2.AsyncClient, login: Login, registration: Registration) -> tuple[Tokens, bool]:
    """Get new tokens for a login (RFC 6749 section 6).

    A server that refuses `resource` here is asked once more without it.

    Returns:
        The tokens, and whether the server accepts `resource`.

    Raises:
        TokenRequestError: The refresh token was refused or the endpoint gave no usable answer.
    """
    refresh_token = login.refresh_token or ""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    if login.resource is not None:
        try:
            audience = {**form, "resource": login.resource}
            return await _request_tokens(
                http, login.token_endpoint, registration, audience, [refresh_token]
            ), True
        except TokenRequestError as error:
            if error.status != 400 or error.error in _NOT_ABOUT_RESOURCE:
                raise
    return await _request_tokens(http, login.token_endpoint, registration, form, [refresh_token]), False


async def revoke(http: httpx2.AsyncClient, login: Login) -> bool:
    """Revoke a login's tokens where the server offers it (RFC 7009 section 2.1).

    Returns:
        Whether the server confirmed it.
    """
    token, registration = login.refresh_token or login.access_token, login.registration
    if login.revocation_endpoint is None or registration is None:
        return False
    kind = "refresh_token" if login.refresh_token else "access_token"
    form = {"token": token, "token_type_hint": kind}
    try:
        response = await _post(http, login.revocation_endpoint, registration, form)
        if response.status_code == 400 and registration.authentication == "none":
            # Servers are known to insist on the parameter, which may be empty (RFC 6749 section 2.3.1).
            form["client_secret"] = ""
            response = await _post(http, login.revocation_endpoint, registration, form)
    except TokenRequestError:
        return False
    return response.status_code == 200


def clean(text: str, secrets: Iterable[str] = ()) -> str:
    """Make a server's text fit to show: one line, printable, short, without the given secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _DESCRIPTION_LENGTH else f"{line[: _DESCRIPTION_LENGTH - 1]}…"


async def _request_tokens(
    http: httpx2.AsyncClient, url: str, registration: Registration, form: dict[str, str], secrets: list[str]
) -> Tokens:
    response = await _post(http, url, registration, form)
    if response.status_code != 200:
        raise _refusal(response, [*secrets, registration.client_secret or ""])
    body = _object(response)
    access_token, token_type = body.get("access_token"), body.get("token_type", "Bearer")
    if not isinstance(access_token, str) or not access_token:
        raise TokenRequestError("the token endpoint's answer holds no access token", status=200)
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise TokenRequestError("the token endpoint gave a token that is no bearer token", status=200)
    refresh_token, scope = body.get("refresh_token"), body.get("scope")
    return Tokens(
        access_token=access_token,
        refresh_token=refresh_token if isinstance(refresh_token, str) and refresh_token else None,
        lifetime=_seconds(body.get("expires_in")),
        scope=scope if isinstance(scope, str) else None,
        account=_account(body.get("id_token")),
    )


async def _post(
    http: httpx2.AsyncClient, url: str, registration: Registration, form: dict[str, str]
) -> httpx2.Response:
    headers: dict[str, str] = {}
    secret = registration.client_secret or ""
    if registration.authentication == "client_secret_basic":
        # Both parts are form-encoded first: RFC 6749 section 2.3.1.
        pair = f"{quote(registration.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form = {**form, "client_id": registration.client_id}
        if registration.authentication == "client_secret_post":
            form["client_secret"] = secret
    try:
        return await http.post(url, data=form, headers=headers)
    except httpx2.TimeoutException:
        raise TokenRequestError("the authorization server did not answer in time", transient=True) from None
    except httpx2.HTTPError as error:
        raise TokenRequestError(
            f"the authorization server cannot be reached ({type(error).__name__})", transient=True
        ) from None


def _refusal(response: httpx2.Response, secrets: list[str]) -> TokenRequestError:
    status = response.status_code
    body = _object(response)
    error, description = body.get("error"), body.get("error_description")
    return TokenRequestError(
        clean(error, secrets) if isinstance(error, str) else f"the authorization server answered {status}",
        clean(description, secrets) if isinstance(description, str) else "",
        transient=status >= 500 or status in _TRANSIENT,
        retry_after=_retry_after(response),
        status=status,
    )


def _object(response: httpx2.Response) -> JsonObject:
    with contextlib.suppress(ValueError):
        body: object = response.json()
        if is_object(body):
            return body
    return {}


def _seconds(value: object) -> float | None:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with contextlib.suppress(ValueError):
            seconds = float(value)
            return seconds if 0 <= seconds < float("inf") else None
    return None


def _retry_after(response: httpx2.Response) -> float | None:
    """Read Retry-After in either form (RFC 9110 section 10.2.3), a date against the server's own clock."""
    value = response.headers.get("Retry-After", "")
    if value.isdigit():
        return float(value)
    with contextlib.suppress(ValueError):
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, wait.total_seconds())
    return None


def _account(id_token: object) -> str | None:
    """Read who signed in out of an id token.

    Its signature is not checked: it came from the token endpoint itself, over TLS, and names
    somebody on a status line only (OpenID Connect Core 1.0 section 3.1.3.7, item 6).
    """
    if not isinstance(id_token, str) or id_token.count(".") != 2:
        return None
    payload = id_token.split(".")[1]
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not is_object(claims):
        return None
    named = (claims.get(claim) for claim in ("email", "name", "preferred_username"))
    return next((clean(value) for value in named if isinstance(value, str) and value), None)
