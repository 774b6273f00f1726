"""Sign-ins that are made once for an address and a user, and put into each workspace there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.consent import sign_in_as
from agent.sandbox.clock import MILLISECONDS
from agent.session import Session
from agent.session_options import SessionOptions
from agent.settings import Settings
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
    """What a sign-in left in the sandbox and in the vault."""

    made: float
    rows: Sequence[tuple[str, tuple[object, ...]]] = field(repr=False)
    vault: bytes = field(repr=False)


class SignIns:
    """The sign-ins of a host.

    Args:
        vault_key: The key of all vaults.
        clock: Seconds, monotonic.
    """

    def __init__(self, vault_key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._vault_key = vault_key
        self._clock = clock
        self._made: dict[tuple[int, str], _SignIn] = {}

    async def put_into(self, place: Place) -> None:
        """Sign the user of a workspace in.

        Args:
            place: Is being served.

        Raises:
            AgentError: The sign-in did not work.
        """
        key = (place.port, place.user.email)
        made = self._made.get(key)
        if made is None or self._clock() - made.made > _SECONDS:
            self._made[key] = await self._sign_in(place)
            return
        for statement, row in made.rows:
            moved = (*row, _now(place)) if ":now" in statement else row
            place.database.run(statement.replace(":now", "?"), moved)
        vault = place.folders.vault_file
        vault.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        vault.write_bytes(made.vault)

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
        return _SignIn(self._clock(), rows, place.folders.vault_file.read_bytes())


def _now(place: Place) -> int:
    return int(place.case.workspace.start_time.timestamp() * MILLISECONDS)
