"""One refresh of a login: under the inter-process lock, after a second look at the vault.

Everything here is blocking code for a worker thread. A thread cannot be cancelled, so neither an
interrupted turn nor the end of the event loop can come between a token response and its storing.
"""

import asyncio
import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from agent.auth.audit import AuditLog
from agent.auth.login import Login, Registration
from agent.auth.token_endpoint import TokenRequestError, Tokens, refresh
from agent.auth.vault import Vault
from agent.errors import AgentError, ServerError, SignInError, VaultError

_LOCK_BOUND = 75.0
_UNKNOWN_CLIENT = ("invalid_client", "unauthorized_client")
_SIGN_IN = "Run `astravue login`."


class TransientError(Exception):
    """A refresh that failed for now; nothing was changed and the same attempt may succeed later.

    Args:
        message: What happened, without a full stop.
        retry_after: How long the server asked to wait, in seconds.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Held:
    """A login in memory, and how it stands to the vault.

    Args:
        login: The login.
        saved: The vault held exactly this when it was last looked at.
        instead_of: What the vault held when this one could not be written.
    """

    login: Login
    saved: bool = True
    instead_of: Login | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """How an attempt ended.

    Args:
        held: What to hold from now on; None when the login was signed out elsewhere.
        error: What the callers who wait are told; None when `held` can be used.
        warning: What the user should know although it worked.
    """

    held: Held | None
    error: AgentError | None = None
    warning: str | None = None


class Refresher:
    """Replaces the tokens of one login.

    Args:
        vault: Where the login is stored.
        server: The MCP endpoint, in canonical form.
        profile: The profile of the login.
        http: Makes the client for OAuth traffic.
        clock: Unix seconds.
        audit: Where each request is recorded.
    """

    def __init__(
        self,
        vault: Vault,
        server: str,
        profile: str,
        *,
        http: Callable[[], httpx2.AsyncClient],
        clock: Callable[[], float] = time.time,
        audit: AuditLog | None = None,
    ) -> None:
        self._vault = vault
        self._server = server
        self._profile = profile
        self._http = http
        self._clock = clock
        self._audit = audit

    def attempt(self, held: Held | None, stale: str) -> Renewal:
        """Replace a token that is due or was refused, unless another process already did.

        Args:
            held: The login in memory.
            stale: The access token that is to be replaced.

        Raises:
            TransientError: Try again later.
            VaultError: Nothing is in memory and the vault cannot be opened.
        """
        try:
            with self._vault.refreshing(self._server, self._profile, _LOCK_BOUND):
                held = self._newest(held)
                if held is None:
                    return Renewal(None)
                if held.login.access_token != stale and not held.login.is_due(self._clock()):
                    return self._kept(held)
                return self._refresh(held)
        except TimeoutError:
            raise TransientError("another process has been refreshing it for too long") from None

    def save(self, held: Held) -> Renewal:
        """Try again to store a login that could not be written, unless a newer one is stored by now."""
        try:
            with self._vault.refreshing(self._server, self._profile, _LOCK_BOUND):
                newest = self._newest(held)
                return Renewal(None) if newest is None else self._kept(newest)
        except TimeoutError:
            return Renewal(held)

    def _newest(self, held: Held | None) -> Held | None:
        try:
            stored = self._vault.load(self._server, self._profile)
        except VaultError:
            if held is None:
                raise
            return Held(held.login, saved=False)
        if held is not None and stored is None and not self._vault.exists:
            # Moved aside by another process or away with its folder: that is no sign-out.
            return Held(held.login, saved=False)
        if held is None or (held.saved and stored != held.login):
            return None if stored is None else Held(stored)
        if held.saved or stored is None or stored == held.instead_of:
            return held
        if stored.sign_in_id == held.login.sign_in_id and stored.rotation <= held.login.rotation:
            return held
        return Held(stored)

    def _kept(self, held: Held) -> Renewal:
        """Store what is held, if it is not stored yet."""
        if held.saved:
            return Renewal(held)
        try:
            self._vault.save(held.login)
        except VaultError as error:
            return Renewal(held, warning=_unsaved(error))
        return Renewal(Held(held.login))

    def _changed(self, held: Held, login: Login, error: AgentError | None = None) -> Renewal:
        """Store a changed login before anybody uses it."""
        before = held.login if held.saved else held.instead_of
        kept = self._kept(Held(login, saved=False, instead_of=before))
        return dataclasses.replace(kept, error=error)

    def _refresh(self, held: Held) -> Renewal:
        login = held.login
        if login.refresh_token is None or login.registration is None:
            how = "has expired" if login.is_expired(self._clock()) else "cannot be renewed"
            return Renewal(
                held, SignInError(f"The login to {self._server} {how}; nothing else was lost.", _SIGN_IN)
            )
        started = self._clock()
        try:
            tokens, resource_accepted = asyncio.run(self._request(login, login.registration))
        except TokenRequestError as error:
            self._record(error.outcome, started, error.status)
            return self._refused(held, error)
        self._record("done", started, 200)
        return self._changed(
            held,
            dataclasses.replace(
                login,
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token or login.refresh_token,
                # Counted from before the request, so it never seems to live longer than it does.
                expires_at=None if tokens.lifetime is None else started + tokens.lifetime,
                lifetime=tokens.lifetime,
                scope=tokens.scope or login.scope,
                account=tokens.account or login.account,
                resource=login.resource if resource_accepted else None,
                rotation=login.rotation + 1,
            ),
        )

    async def _request(self, login: Login, registration: Registration) -> tuple[Tokens, bool]:
        async with self._http() as client:
            return await refresh(client, login, registration)

    def _refused(self, held: Held, error: TokenRequestError) -> Renewal:
        if error.transient:
            raise TransientError(str(error), error.retry_after) from None
        login = held.login
        if error.error == "invalid_grant":
            # Somebody who does not share our lock (a copied home, a network disk) may have been faster.
            newest = self._newest(held)
            if newest is None or newest.login.access_token != login.access_token:
                return Renewal(newest)
            dead = dataclasses.replace(login, refresh_token=None, rotation=login.rotation + 1)
            lost = SignInError(
                f"{login.issuer} no longer accepts the login to {self._server}; nothing else was lost.",
                _SIGN_IN,
            )
            return self._changed(held, dead, lost)
        if error.error in _UNKNOWN_CLIENT:
            forgotten = dataclasses.replace(
                login, registration=None, refresh_token=None, rotation=login.rotation + 1
            )
            lost = SignInError(
                f"{login.issuer} no longer knows this program; nothing else was lost.", _SIGN_IN
            )
            return self._changed(held, forgotten, lost)
        return Renewal(
            held,
            ServerError(f"The login could not be refreshed: {error}; it was kept.", "Try again in a minute."),
        )

    def _record(self, outcome: str, started: float, status: int | None) -> None:
        if self._audit is not None:
            self._audit.record(
                "refresh",
                server=self._server,
                outcome=outcome,
                seconds=self._clock() - started,
                profile=self._profile,
                status=status,
            )


def _unsaved(error: VaultError) -> str:
    return f"{error.message} The login goes on in memory and is stored as soon as that works."
