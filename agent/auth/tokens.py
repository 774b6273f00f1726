"""The token manager: always a good access token, and nobody waits for it.

One refresh at a time in a process, shared by all who need it, ahead of expiry and in the
background. It runs in a worker thread (see `refresh`), so cancelling whoever waits for it never
loses a rotated token.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable

import httpx2

from agent.auth.audit import AuditLog
from agent.auth.login import Login, canonical_server
from agent.auth.refresh import Held, Refresher, Renewal, TransientError
from agent.auth.token_endpoint import make_oauth_client
from agent.auth.vault import Vault
from agent.errors import AgentError, ServerError, SignInError, VaultError

_BACK_OFF = (0.5, 1.0, 2.0, 4.0)
_LONGEST_PAUSE = 65.0
_LONGEST_SLEEP = 60.0
_AFTER_FAILURE = 15.0

_logger = logging.getLogger(__name__)


class TokenManager:
    """Keeps the tokens of one login usable.

    Use it within one event loop, and close it before that ends.

    Args:
        vault: Where the login is stored.
        server: The MCP endpoint.
        profile: The profile of the login.
        http: Makes the client for OAuth traffic, one for each refresh.
        clock: Unix seconds.
        audit: Where each request is recorded.
        warn: Told in one sentence of what the user should know although it went well.
        sleep: Waits for the next refresh ahead of expiry, in seconds.
        pause: Waits between two attempts, in seconds, in a worker thread; None for a wait that
            `aclose` cuts short.
    """

    def __init__(
        self,
        vault: Vault,
        server: str,
        profile: str,
        *,
        http: Callable[[], httpx2.AsyncClient] = make_oauth_client,
        clock: Callable[[], float] = time.time,
        audit: AuditLog | None = None,
        warn: Callable[[str], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._server = canonical_server(server)
        self._profile = profile
        self._vault = vault
        self._refresher = Refresher(vault, self._server, profile, http=http, clock=clock, audit=audit)
        self._clock = clock
        self._warn = warn
        self._sleep = sleep
        self._stopping = threading.Event()
        self._pause: Callable[[float], object] = pause or self._stopping.wait
        self._held: Held | None = None
        self._signed = 0
        self._refused = ""
        self._working: asyncio.Task[Login | None] | None = None
        self._warned = False
        self._keeping_fresh: asyncio.Task[None] | None = None

    @property
    def server(self) -> str:
        """The MCP endpoint, in canonical form."""
        return self._server

    @property
    def login(self) -> Login | None:
        """The login in memory; None before the first use and without a sign-in."""
        return None if self._held is None else self._held.login

    async def access_token(self) -> str | None:
        """Give a token to use now.

        It waits only when the present one has expired. One that is about to expire is given out
        while a newer one is fetched in the background.

        Returns:
            The token; None when no login is stored.

        Raises:
            SignInError: The token has expired and only a sign-in can bring a new one.
            ServerError: The token has expired and the authorization server cannot be reached.
            VaultError: The vault cannot be opened.
        """
        login = self.login
        now = self._clock()
        if login is None or (login.refresh_token is None and login.is_due(now)):
            # Another process may have signed in since.
            login = await self._reload()
            if login is None:
                return None
        self._keep_fresh()
        if not login.is_due(now):
            return login.access_token
        if not login.is_expired(now):
            self._start(login.access_token)
            return login.access_token
        renewed = await self._renewed(login.access_token)
        return None if renewed is None else renewed.access_token

    async def newer_than(self, stale: str) -> str | None:
        """Give another token than one that the server refused.

        Args:
            stale: The token that was answered by 401.

        Returns:
            The token; None when no login is stored.

        Raises:
            SignInError: Only a sign-in can bring a new token, or the server refuses new ones too.
            ServerError: The authorization server cannot be reached.
            VaultError: The vault cannot be opened.
        """
        login = self.login or await self._reload()
        if login is None:
            return None
        if login.access_token != stale and not login.is_expired(self._clock()):
            return login.access_token
        if stale == self._refused:
            raise self.refused(stale)
        renewed = await self._renewed(stale)
        return None if renewed is None else renewed.access_token

    def refused(self, token: str) -> SignInError:
        """Note that the server refused a token that was issued a moment ago.

        Refreshing it once more would only go round in circles, so `newer_than` will not.

        Returns:
            What to tell the user.
        """
        self._refused = token
        return SignInError(
            f"{self._server} refuses the login although it was just refreshed; it was kept.",
            "Run `astravue login`.",
        )

    def accepted(self) -> None:
        """Note that the server let a request in."""
        self._refused = ""

    async def refresh_now(self) -> Login:
        """Replace the tokens whether they are due or not.

        Raises:
            SignInError: No login is stored, or only a sign-in can bring new tokens.
            ServerError: The authorization server cannot be reached.
            VaultError: The vault cannot be opened.
        """
        login = self.login or await self._reload()
        renewed = None if login is None else await self._renewed(login.access_token)
        if renewed is None:
            raise SignInError(f"There is no login to {self._server}.", "Run `astravue login`.")
        return renewed

    async def adopt(self, login: Login) -> None:
        """Use a login that a sign-in in this process brought, whether it could be stored or not."""
        await self._settle()
        try:
            stored = await asyncio.to_thread(self._vault.load, login.server, login.profile)
        except VaultError:
            stored = None
        saved = stored == login
        self._signed += 1
        self._held = Held(login, saved=saved, instead_of=None if saved else stored)
        self._keep_fresh()

    async def forget(self) -> None:
        """Let go of the login after a sign-out in this process."""
        await self._settle()
        self._signed += 1
        self._held = None

    async def aclose(self) -> None:
        """Stop the background work; a refresh that is under way is finished and stored first."""
        self._stopping.set()
        if self._keeping_fresh is not None:
            self._keeping_fresh.cancel()
            await asyncio.gather(self._keeping_fresh, return_exceptions=True)
        await self._settle()
        await self._save()

    async def _settle(self) -> None:
        if self._working is not None:
            await asyncio.wait([self._working])

    async def _reload(self) -> Login | None:
        signed = self._signed
        stored = await asyncio.to_thread(self._vault.load, self._server, self._profile)
        # What was read before somebody signed in or out here no longer counts.
        if signed == self._signed and stored is not None and (self._held is None or self._held.saved):
            self._held = Held(stored)
        return self.login

    async def _renewed(self, stale: str) -> Login | None:
        login = await asyncio.shield(self._start(stale))
        if login is not None and login.access_token == stale:
            # That refresh had been started for an older token, and found this one.
            login = await asyncio.shield(self._start(stale))
        return login

    def _start(self, stale: str) -> asyncio.Task[Login | None]:
        """Give the refresh that is under way, or start one."""
        return self._start_work(lambda: self._attempts(self._held, stale))

    def _start_work(self, work: Callable[[], Renewal]) -> asyncio.Task[Login | None]:
        """Give the work that is under way, or start this: one at a time, so that none undoes another."""
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(work))
            self._working.add_done_callback(_log_failure)
        return self._working

    async def _work(self, work: Callable[[], Renewal]) -> Login | None:
        renewal = await asyncio.to_thread(work)
        self._held = renewal.held
        if renewal.warning is not None and self._warn is not None and not self._warned:
            self._warn(renewal.warning)
        self._warned = renewal.warning is not None
        if renewal.error is not None:
            raise renewal.error
        return self.login

    async def _save(self) -> None:
        """Try again to store a login that could not be written."""
        held = self._held
        if held is not None and not held.saved:
            await asyncio.shield(self._start_work(lambda: self._refresher.save(held)))

    def _attempts(self, held: Held | None, stale: str) -> Renewal:
        """Try until it works, the server says no, or it is time to tell the user; in a worker thread."""
        pauses = iter(_BACK_OFF)
        while True:
            try:
                return self._refresher.attempt(held, stale)
            except TransientError as error:
                pause = next(pauses, None)
                wait = None if pause is None else max(pause, error.retry_after or 0.0)
                if wait is None or wait > _LONGEST_PAUSE or self._stopping.is_set():
                    hint = f"Try again in {error.retry_after or 60:.0f} seconds."
                    failure = ServerError(f"The login could not be refreshed: {error}; it was kept.", hint)
                    return Renewal(held, failure)
                self._pause(wait)

    def _keep_fresh(self) -> None:
        if self._keeping_fresh is None or self._keeping_fresh.done():
            self._keeping_fresh = asyncio.create_task(self._refresh_ahead())

    async def _refresh_ahead(self) -> None:
        while (held := self._held) is not None and held.login.refresh_token is not None:
            seconds = held.login.seconds_until_refresh(self._clock())
            if seconds is None and held.saved:
                return
            try:
                if seconds is None or seconds > 0:
                    # In short steps, because a suspended machine and a set clock do not wake a sleeper.
                    await self._sleep(min(_LONGEST_SLEEP if seconds is None else seconds, _LONGEST_SLEEP))
                    await self._save()
                else:
                    await asyncio.shield(self._start(held.login.access_token))
            except SignInError:
                return
            except AgentError:
                await self._sleep(_AFTER_FAILURE)


def _log_failure(task: asyncio.Task[Login | None]) -> None:
    # Whoever waits gets the error; this is for a background refresh that nobody waits for.
    with contextlib.suppress(asyncio.CancelledError):
        error = task.exception()
        if error is not None:
            _logger.info("refresh failed: %s", error)
