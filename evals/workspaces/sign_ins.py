"""Sign-ins that are made once for a user, and put into each workspace where that user is signed in."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.auth.login import Login
from agent.auth.vault import Vault
from agent.demo.consent import sign_in_as
from agent.sandbox.clock import MILLISECONDS
from agent.session.options import SessionOptions
from agent.session.session import Session
from agent.settings.settings import Settings
from agent.tools.policy import Policy
from evals.workspaces.place import Place

PROFILE = "eval"
# Parents before children; times are moved to where the clock of the other workspace stands.
_COPIES = (
    (
        "SELECT client_id, client_secret_hash, client_name, redirect_uris, grant_types,"
        " token_endpoint_auth_method, created_time FROM oauth_clients",
        "INSERT INTO oauth_clients VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    (
        "SELECT family_id, client_id, user_id, scope, resource, created_time, revoked_time"
        " FROM token_families",
        "INSERT INTO token_families VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    (
        "SELECT token_hash, family_id, scope, expires_time - :now FROM access_tokens",
        "INSERT INTO access_tokens VALUES (?, ?, ?, ? + :now)",
    ),
    (
        "SELECT token_hash, family_id, used_time, expires_time - :now FROM refresh_tokens",
        "INSERT INTO refresh_tokens (token_hash, family_id, used_time, expires_time)"
        " VALUES (?, ?, ?, ? + :now)",
    ),
)
_SECONDS = 20 * 60
"""How long a sign-in is used; access tokens last ten minutes longer."""


@dataclass(frozen=True, slots=True)
class _SignIn:
    """What a sign-in left in the sandbox and in the vault.

    Args:
        made: When.
        url: Where.
        rows: What puts it into a sandbox.
        login: What was kept of it.
        vaults: The vaults with it, by the addresses of their servers.
    """

    made: float
    url: str
    rows: Sequence[tuple[str, tuple[object, ...]]] = field(repr=False)
    login: str = field(repr=False)
    vaults: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)


class SignIns:
    """The sign-ins of a host.

    Args:
        vault_key: The key of all vaults.
        clock: Seconds, monotonic.
    """

    def __init__(self, vault_key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._vault_key = vault_key
        self._clock = clock
        self._made: dict[tuple[str, str], _SignIn] = {}
        self._signing_in = asyncio.Lock()

    async def put_into(self, place: Place) -> None:
        """Sign the user of a workspace in.

        Args:
            place: Is being served.

        Raises:
            AgentError: The sign-in did not work.
        """
        key = (place.case.workspace.seed, place.user.email)
        # Whoever comes while it is made waits for it.
        async with self._signing_in:
            made = self._made.get(key)
            if made is None or self._clock() - made.made > _SECONDS:
                self._made[key] = await self._sign_in(place)
                return
        for statement, row in made.rows:
            moved = tuple(place.url if value == made.url else value for value in row)
            place.database.run(
                statement.replace(":now", "?"), (*moved, _now(place)) if ":now" in statement else moved
            )
        path = place.folders.vault_file
        if kept := made.vaults.get(place.url):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(kept)
            return
        moved_login = made.login.replace(_origin(made.url), _origin(place.url))
        Vault(place.folders, place.environ).save(Login.from_json(json.loads(moved_login)))
        made.vaults[place.url] = path.read_bytes()

    async def _sign_in(self, place: Place) -> _SignIn:
        session = Session(
            Settings(server=place.url, profile=PROFILE),
            place.folders,
            SessionOptions(policy=Policy(), record=False),
            environ=place.environ,
        )
        try:
            await sign_in_as(place.demo_user, session)
        finally:
            await session.aclose()
        rows = [
            (insert, tuple(row))
            for select, insert in _COPIES
            for row in place.database.rows(select, {"now": _now(place)} if ":now" in select else ())
        ]
        login = Vault(place.folders, place.environ).load(place.url, PROFILE)
        assert login is not None
        return _SignIn(self._clock(), place.url, rows, json.dumps(login.to_json()))


def _origin(url: str) -> str:
    return url.removesuffix("/mcp")


def _now(place: Place) -> int:
    return int(place.case.workspace.start_time.timestamp() * MILLISECONDS)
