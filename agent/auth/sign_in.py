"""Signing in with a browser, and signing out.

Authorization code grant with PKCE S256 (RFC 6749, RFC 7636) over a loopback redirect (RFC 8252),
with `state`, `iss` (RFC 9207) and `resource` (RFC 8707). The address is opened in a browser and
shown at the same time, and the address that the browser ends at may be pasted back, so a sign-in
works over SSH and in containers. Whichever comes first counts.

This module needs the MCP SDK, so it is imported only when somebody signs in or out.
"""

import asyncio
import contextlib
import dataclasses
import secrets
import time
from collections.abc import Callable, Generator
from urllib.parse import urlencode, urlsplit

import httpx2
from mcp.client.auth import OAuthFlowError, PKCEParameters
from mcp.client.auth.utils import (
    extract_field_from_www_auth,
    union_scopes,
    validate_authorization_response_iss,
)

from agent.auth.audit import AuditLog
from agent.auth.browser import BrowserOpener, PasteReader, Person
from agent.auth.callback import CallbackListener, Redirect, has_state
from agent.auth.discovery import Authorization, discover, same_issuer
from agent.auth.login import DEFAULT_CLIENT, ClientSettings, Login, Registration, canonical_server
from agent.auth.registration import find_registration, register
from agent.auth.token_endpoint import (
    TokenRequestError,
    Tokens,
    clean,
    exchange_code,
    make_oauth_client,
    revoke,
)
from agent.auth.vault import Vault
from agent.errors import AgentError, ServerError, SignInError, VaultError

_LOCK_BOUND = 30.0
_UNKNOWN_CLIENT = ("invalid_client", "unauthorized_client")


class _ClientInDoubtError(SignInError):
    """A failure that may mean that the server no longer knows this client."""


async def sign_in(
    server: str,
    profile: str,
    *,
    vault: Vault,
    open_browser: BrowserOpener | None,
    read_pasted: PasteReader | None = None,
    show: Callable[[str], None],
    http: Callable[[], httpx2.AsyncClient] = make_oauth_client,
    clock: Callable[[], float] = time.time,
    timeout: float = 300.0,
    client: ClientSettings = DEFAULT_CLIENT,
    challenge: str | None = None,
    audit: AuditLog | None = None,
) -> Login | None:
    """Sign in and store the login.

    Args:
        server: The MCP endpoint.
        profile: Under which name the account is kept.
        vault: Where the login is stored. When it cannot be, that is shown and the login returned
            all the same: `TokenManager.adopt` tries again.
        open_browser: Called once with the address; an async function may also finish the sign-in
            itself, and what it raises ends it. None leaves the browser to the person.
        read_pasted: Reads a line that the person pasted; raises EOFError when no more can come.
        show: Shows a line to the person; the first is the address.
        http: Makes the client for OAuth traffic.
        clock: Unix seconds.
        timeout: How long the person has, in seconds.
        client: What the settings say of this program as a client.
        challenge: The `WWW-Authenticate` header of the call that was refused, when there was one.
        audit: Where the operation is recorded.

    Returns:
        The login; None when the server asks for no authorization.

    Raises:
        UsageError: `server` is no address.
        ServerError: A server cannot be reached.
        SignInError: The sign-in was refused, not finished in time, or would not be safe.
        VaultError: The vault takes another key; no browser was opened.
    """
    server = canonical_server(server)
    person = Person(open_browser, read_pasted, show, timeout)
    started = clock()
    outcome = "failed"
    try:
        async with http() as requests:
            authorization = await discover(server, requests, challenge, client)
            if authorization is None:
                outcome = "not needed"
                return None
            previous = await asyncio.to_thread(_load_previous, vault, server, profile, show)
            if previous is not None and challenge is not None and _is_step_up(challenge):
                wider = union_scopes(previous.scope, authorization.scope)
                authorization = dataclasses.replace(authorization, scope=wider)
            listener, known = _listen(previous, authorization, client)
            async with listener:
                try:
                    registration = known or await register(
                        authorization.metadata, listener.redirect_uri, authorization.scope, requests
                    )
                    tokens = await _authorize(requests, authorization, registration, person, listener)
                except AgentError as error:
                    listener.finish(error.message)
                    if isinstance(error, _ClientInDoubtError) and previous is not None and known is not None:
                        with contextlib.suppress(VaultError):
                            await asyncio.to_thread(_doubt_registration, vault, previous)
                    raise
                finally:
                    if audit is not None and listener.strangers:
                        # One line however many there were: a stranger cannot push others out of the log.
                        audit.record(
                            "sign-in",
                            server=server,
                            outcome="foreign answers",
                            profile=profile,
                            count=listener.strangers,
                        )
                login = _make_login(server, profile, authorization, registration, tokens, clock(), previous)
                await asyncio.to_thread(_store, vault, login, show)
                listener.finish(None)
        outcome = "done"
        return login
    except asyncio.CancelledError:
        outcome = "abandoned"
        raise
    finally:
        if audit is not None:
            audit.record(
                "sign-in", server=server, outcome=outcome, seconds=clock() - started, profile=profile
            )


async def sign_out(
    login: Login,
    *,
    vault: Vault,
    http: Callable[[], httpx2.AsyncClient] = make_oauth_client,
    clock: Callable[[], float] = time.time,
    audit: AuditLog | None = None,
) -> bool:
    """Forget a login here and revoke its tokens at the server where it offers that (RFC 7009).

    It is taken out of the vault first, so that no other process can refresh what is being revoked.

    Returns:
        Whether the server confirmed the revocation. If not, the access token lives until it expires.

    Raises:
        VaultError: The vault could not be written; nothing was changed.
    """
    started = clock()
    newest = await asyncio.to_thread(_take, vault, login)
    async with http() as client:
        revoked = await revoke(client, newest)
    if audit is not None:
        audit.record(
            "sign-out",
            server=login.server,
            outcome="done" if revoked else "not revoked",
            seconds=clock() - started,
            profile=login.profile,
        )
    return revoked


async def _authorize(
    http: httpx2.AsyncClient,
    authorization: Authorization,
    registration: Registration,
    person: Person,
    listener: CallbackListener,
) -> Tokens:
    """Send the person to the authorization endpoint and exchange what comes back."""
    state, proof = secrets.token_urlsafe(32), PKCEParameters.generate()
    request = {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": registration.redirect_uri,
        "state": state,
        "code_challenge": proof.code_challenge,
        "code_challenge_method": "S256",
        "resource": authorization.resource,
    }
    if authorization.scope:
        request["scope"] = authorization.scope
    endpoint = str(authorization.metadata.authorization_endpoint)
    address = f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(request)}"
    listener.expect(state)
    try:
        redirect = await person.send_to(address, listener)
    except TimeoutError:
        raise _ClientInDoubtError(
            f"Nobody finished the sign-in within {person.timeout:g} seconds; nothing was changed.",
            "Run `astravue login` again.",
        ) from None
    code = _check_redirect(redirect, state, authorization)
    try:
        return await exchange_code(
            http,
            str(authorization.metadata.token_endpoint),
            registration,
            code=code,
            verifier=proof.code_verifier,
            resource=authorization.resource,
        )
    except TokenRequestError as error:
        if error.transient:
            raise ServerError(
                f"The sign-in was approved but could not be finished: {error}; nothing was changed.",
                "Run `astravue login` again.",
            ) from None
        kind = _ClientInDoubtError if error.error in _UNKNOWN_CLIENT else SignInError
        raise kind(
            f"The authorization server did not accept the sign-in: {error}.", "Run `astravue login` again."
        ) from None


def _check_redirect(redirect: Redirect, state: str, authorization: Authorization) -> str:
    """Check that an answer belongs to this sign-in and comes from this server, and give its code."""
    if not has_state(redirect, state):
        raise SignInError(
            "The pasted address belongs to another sign-in than this one (its state is wrong); "
            "nothing was changed.",
            "Run `astravue login` again and use the newest address.",
        )
    try:
        validate_authorization_response_iss(redirect.iss, authorization.metadata)
    except OAuthFlowError:
        raise SignInError(
            f"The answer did not come from {authorization.issuer}, which was asked; nothing was changed.",
            "Run `astravue login` again.",
        ) from None
    if redirect.code is not None:
        return redirect.code
    if redirect.error == "access_denied":
        raise SignInError(
            "The sign-in was refused; nothing was changed.", "Run `astravue login` to try again."
        )
    said = ", ".join(clean(word, [state]) for word in (redirect.error, redirect.error_description) if word)
    kind = _ClientInDoubtError if redirect.error in _UNKNOWN_CLIENT else SignInError
    raise kind(f"The authorization server refused the sign-in: {said}.", "Run `astravue login` again.")


def _listen(
    previous: Login | None, authorization: Authorization, client: ClientSettings
) -> tuple[CallbackListener, Registration | None]:
    """Open the listener, on the port of a registration that can be used again if there is one."""
    if find_registration(client, authorization.metadata, "") is not None:
        listener = CallbackListener()
        return listener, find_registration(client, authorization.metadata, listener.redirect_uri)
    known = previous.registration if previous is not None else None
    if (
        previous is not None
        and known is not None
        and known.dynamic
        and not known.doubtful
        and known.may_ask_for(authorization.scope)
        and same_issuer(previous.issuer, authorization.issuer)
    ):
        try:
            return CallbackListener(urlsplit(known.redirect_uri).port or 0), known
        except SignInError:
            pass  # the port is taken: a registration for another one is quickly made
    return CallbackListener(), None


def _make_login(
    server: str,
    profile: str,
    authorization: Authorization,
    registration: Registration,
    tokens: Tokens,
    now: float,
    previous: Login | None,
) -> Login:
    revocation = authorization.metadata.revocation_endpoint
    return Login(
        server=server,
        profile=profile,
        issuer=authorization.issuer,
        token_endpoint=str(authorization.metadata.token_endpoint),
        revocation_endpoint=None if revocation is None else str(revocation),
        registration=registration,
        resource=authorization.resource,
        scope=tokens.scope or authorization.scope,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=None if tokens.lifetime is None else now + tokens.lifetime,
        lifetime=tokens.lifetime,
        account=tokens.account or (previous.account if previous is not None else None),
        sign_in_id=secrets.token_hex(8),
    )


def _is_step_up(challenge: str) -> bool:
    refused = httpx2.Response(403, headers={"WWW-Authenticate": challenge})
    return extract_field_from_www_auth(refused, "error") == "insufficient_scope"


def _load_previous(vault: Vault, server: str, profile: str, show: Callable[[str], None]) -> Login | None:
    try:
        return vault.load(server, profile)
    except VaultError as error:
        # A damaged vault was moved aside and is gone now; any other trouble is still there.
        stored = vault.load(server, profile)
        show(error.message)
        return stored


def _store(vault: Vault, login: Login, show: Callable[[str], None]) -> None:
    try:
        with _lock(vault, login):
            vault.save(login)
    except VaultError as error:
        show(str(error))


def _take(vault: Vault, login: Login) -> Login:
    with _lock(vault, login):
        newest = vault.load(login.server, login.profile) or login
        vault.delete(login.server, login.profile)
    return newest


def _doubt_registration(vault: Vault, previous: Login) -> None:
    """Have the next sign-in register anew.

    A server that forgot its clients shows an error page that never leads back here. The tokens of
    the login stay as they are: an abandoned sign-in must not spoil one that works.
    """
    with _lock(vault, previous):
        stored = vault.load(previous.server, previous.profile)
        if stored is not None and stored.registration is not None:
            doubtful = dataclasses.replace(stored.registration, doubtful=True)
            vault.save(dataclasses.replace(stored, registration=doubtful))


@contextlib.contextmanager
def _lock(vault: Vault, login: Login) -> Generator[None]:
    try:
        with vault.refreshing(login.server, login.profile, _LOCK_BOUND):
            yield
    except TimeoutError:
        raise VaultError(
            "Another process kept this login busy; what was stored before is kept.", "Try again."
        ) from None
