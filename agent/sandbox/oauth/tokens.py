"""Authorization codes, access tokens and refresh tokens.

Every token belongs to the family of its sign-in. A refresh token works once: using it gives a new pair
and spends it. A spent one that comes back means that two parties hold it, so the whole family is revoked
(RFC 9700 section 4.14.2); so is a code that comes back (RFC 6749 section 4.1.2). Tokens are random and
stored as hashes.
"""

import sqlite3
from dataclasses import dataclass, field

from agent.sandbox.clock import MILLISECONDS, Clock
from agent.sandbox.database import Database
from agent.sandbox.oauth.clients import Client
from agent.sandbox.oauth.errors import OAuthError
from agent.sandbox.oauth.secrets import challenge_of, hashed, new_token, same

CODE_SECONDS = 60

_EXPIRE_ACCESS = """
UPDATE access_tokens SET expires_time = :now WHERE expires_time > :now
AND (:user_id IS NULL OR family_id IN (SELECT family_id FROM token_families WHERE user_id = :user_id))
"""
_EXPIRE_REFRESH = """
UPDATE refresh_tokens SET expires_time = :now WHERE expires_time > :now AND used_time IS NULL
AND (:user_id IS NULL OR family_id IN (SELECT family_id FROM token_families WHERE user_id = :user_id))
"""

_KEPT_AFTER_EXPIRY = 7 * 24 * 60 * 60 * MILLISECONDS


@dataclass(frozen=True, slots=True)
class TokenLifetimes:
    """How long tokens last, in seconds."""

    access: int = 30 * 60
    refresh: int = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Approval:
    """What a user approved for a client."""

    client_id: str
    user_id: int
    redirect_uri: str
    code_challenge: str
    scope: str
    resource: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A fresh access token, with a refresh token unless the client registered without that grant."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int
    scope: str


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """What a valid access token allows."""

    client_id: str
    user_id: int
    scope: str
    resource: str


class TokenStore:
    """Issues, rotates, checks and revokes tokens.

    Args:
        database: Holds them, each as its hash.
        clock: Tells the time.
        lifetimes: How long each kind lives.
    """

    def __init__(self, database: Database, clock: Clock, lifetimes: TokenLifetimes) -> None:
        self._database = database
        self._clock = clock
        self._lifetimes = lifetimes

    def issue_code(self, approval: Approval) -> str:
        """Returns an authorization code that works once, within a minute."""
        code = new_token()
        now = self._clock.milliseconds()
        with self._database.transaction():
            self._forget_old(now)
            family_id = self._database.insert(
                "INSERT INTO token_families (client_id, user_id, scope, resource, created_time) "
                "VALUES (?, ?, ?, ?, ?)",
                (approval.client_id, approval.user_id, approval.scope, approval.resource, now),
            )
            self._database.run(
                "INSERT INTO authorization_codes (code_hash, family_id, redirect_uri, code_challenge, "
                "expires_time) VALUES (?, ?, ?, ?, ?)",
                (
                    hashed(code),
                    family_id,
                    approval.redirect_uri,
                    approval.code_challenge,
                    now + CODE_SECONDS * MILLISECONDS,
                ),
            )
        return code

    def redeem_code(
        self, client: Client, code: str, redirect_uri: str, verifier: str, resource: str | None
    ) -> TokenPair:
        """Returns the first tokens of a sign-in.

        Raises:
            OAuthError: invalid_grant: the code is unknown, expired, used, or bound to something else;
                invalid_target: it was issued for another resource.
        """
        with self._database.transaction():
            outcome = self._redeem(client, code, redirect_uri, verifier, resource)
        if isinstance(outcome, OAuthError):
            raise outcome
        return outcome

    def refresh(
        self, client: Client, refresh_token: str, scope: str | None, resource: str | None
    ) -> TokenPair:
        """Spends a refresh token and returns a new pair.

        Raises:
            OAuthError: invalid_grant: it is unknown, expired, revoked or spent, which revokes its family;
                invalid_scope or invalid_target: more is asked for than was approved.
        """
        with self._database.transaction():
            outcome = self._refresh(client, refresh_token, scope, resource)
        if isinstance(outcome, OAuthError):
            raise outcome
        return outcome

    def check_access(self, token: str, resource: str) -> AccessGrant | None:
        """Returns what an access token allows at `resource`, or None if it does not work there."""
        row = self._database.row(
            "SELECT f.client_id, f.user_id, t.scope, f.resource FROM access_tokens t "
            "JOIN token_families f USING (family_id) "
            "WHERE t.token_hash = ? AND t.expires_time > ? AND f.revoked_time IS NULL AND f.resource = ?",
            (hashed(token), self._clock.milliseconds(), resource),
        )
        if row is None:
            return None
        return AccessGrant(row["client_id"], row["user_id"], row["scope"], row["resource"])

    def revoke(self, client: Client, token: str) -> None:
        """Revokes the sign-in that a token of this client belongs to; any other token changes nothing."""
        with self._database.transaction():
            family_id = self._database.value(
                "SELECT f.family_id FROM token_families f WHERE f.client_id = :client_id AND f.family_id IN ("
                "SELECT family_id FROM refresh_tokens WHERE token_hash = :hash "
                "UNION SELECT family_id FROM access_tokens WHERE token_hash = :hash)",
                {"client_id": client.client_id, "hash": hashed(token)},
            )
            if family_id is not None:
                self._revoke_family(family_id)

    def expire(self, user_id: int | None, *, access: bool, refresh: bool) -> int:
        """Lets tokens expire now and returns how many did.

        Args:
            user_id: Whose tokens; None for everyone's.
            access: Whether access tokens expire.
            refresh: Whether refresh tokens expire.
        """
        asked = {"now": self._clock.milliseconds(), "user_id": user_id}
        expired = 0
        with self._database.transaction():
            if access:
                expired += self._database.run(_EXPIRE_ACCESS, asked)
            if refresh:
                expired += self._database.run(_EXPIRE_REFRESH, asked)
        return expired

    def revoke_all(self, user_id: int | None) -> int:
        """Revokes every sign-in of a user, or of everyone for None, and returns how many."""
        with self._database.transaction():
            return self._database.run(
                "UPDATE token_families SET revoked_time = :now "
                "WHERE revoked_time IS NULL AND (:user_id IS NULL OR user_id = :user_id)",
                {"now": self._clock.milliseconds(), "user_id": user_id},
            )

    def _redeem(
        self, client: Client, code: str, redirect_uri: str, verifier: str, resource: str | None
    ) -> TokenPair | OAuthError:
        row = self._database.row(
            "SELECT * FROM authorization_codes JOIN token_families USING (family_id) WHERE code_hash = ?",
            (hashed(code),),
        )
        if row is None or row["client_id"] != client.client_id:
            return OAuthError("invalid_grant", "The authorization code is unknown.")
        if row["used_time"] is not None:
            self._revoke_family(row["family_id"])
            return OAuthError(
                "invalid_grant", "The authorization code was used before; its tokens are revoked."
            )
        self._database.run(
            "UPDATE authorization_codes SET used_time = ? WHERE code_hash = ?",
            (self._clock.milliseconds(), hashed(code)),
        )
        if row["expires_time"] <= self._clock.milliseconds():
            return OAuthError("invalid_grant", "The authorization code has expired.")
        if row["redirect_uri"] != redirect_uri:
            return OAuthError("invalid_grant", "redirect_uri is not the one of the authorization request.")
        if not same(challenge_of(verifier), row["code_challenge"]):
            return OAuthError("invalid_grant", "code_verifier does not fit the code challenge.")
        if resource is not None and resource != row["resource"]:
            return OAuthError("invalid_target", "resource is not the one of the authorization request.")
        return self._issue_pair(client, row["family_id"], row["scope"])

    def _refresh(
        self, client: Client, refresh_token: str, scope: str | None, resource: str | None
    ) -> TokenPair | OAuthError:
        row = self._database.row(
            "SELECT * FROM refresh_tokens JOIN token_families USING (family_id) WHERE token_hash = ?",
            (hashed(refresh_token),),
        )
        if row is None or row["client_id"] != client.client_id:
            return OAuthError("invalid_grant", "The refresh token is unknown.")
        if row["revoked_time"] is not None:
            return OAuthError("invalid_grant", "The refresh token was revoked.")
        if row["used_time"] is not None:
            self._revoke_family(row["family_id"])
            return OAuthError(
                "invalid_grant", "The refresh token was used before; all its tokens are revoked."
            )
        if row["expires_time"] <= self._clock.milliseconds():
            return OAuthError("invalid_grant", "The refresh token has expired.")
        if resource is not None and resource != row["resource"]:
            return OAuthError("invalid_target", "resource is not the one of the authorization request.")
        return self._rotate(client, row, scope)

    def _rotate(self, client: Client, row: sqlite3.Row, scope: str | None) -> TokenPair | OAuthError:
        if scope is not None and not set(scope.split()) <= set(row["scope"].split()):
            return OAuthError("invalid_scope", "scope asks for more than was approved.")
        self._database.run(
            "UPDATE refresh_tokens SET used_time = ? WHERE token_hash = ?",
            (self._clock.milliseconds(), row["token_hash"]),
        )
        return self._issue_pair(client, row["family_id"], scope or row["scope"])

    def _issue_pair(self, client: Client, family_id: int, scope: str) -> TokenPair:
        now = self._clock.milliseconds()
        access_token = new_token()
        self._database.run(
            "INSERT INTO access_tokens (token_hash, family_id, scope, expires_time) VALUES (?, ?, ?, ?)",
            (hashed(access_token), family_id, scope, now + self._lifetimes.access * MILLISECONDS),
        )
        refresh_token = None
        if "refresh_token" in client.grant_types:
            refresh_token = new_token()
            self._database.run(
                "INSERT INTO refresh_tokens (token_hash, family_id, expires_time) VALUES (?, ?, ?)",
                (hashed(refresh_token), family_id, now + self._lifetimes.refresh * MILLISECONDS),
            )
        return TokenPair(access_token, refresh_token, self._lifetimes.access, scope)

    def _revoke_family(self, family_id: int) -> None:
        self._database.run(
            "UPDATE token_families SET revoked_time = ? WHERE family_id = ? AND revoked_time IS NULL",
            (self._clock.milliseconds(), family_id),
        )

    def _forget_old(self, now: int) -> None:
        """Drops tokens long expired, and families that nothing refers to any more."""
        before = (now - _KEPT_AFTER_EXPIRY,)
        self._database.run("DELETE FROM access_tokens WHERE expires_time < ?", before)
        self._database.run("DELETE FROM refresh_tokens WHERE expires_time < ?", before)
        self._database.run("DELETE FROM authorization_codes WHERE expires_time < ?", before)
        self._database.run(
            "DELETE FROM token_families WHERE created_time < ? AND NOT EXISTS "
            "(SELECT 1 FROM access_tokens a WHERE a.family_id = token_families.family_id) AND NOT EXISTS "
            "(SELECT 1 FROM refresh_tokens r WHERE r.family_id = token_families.family_id)",
            before,
        )
