"""What `astravue status` tells of sign-in, server and vault: for people as rows, for scripts as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agent.jsontypes import JsonObject
from agent.wording.expiry import describe_expiry

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SignIn:
    """One stored sign-in, without its tokens.

    Args:
        server: The MCP server.
        profile: The name that tells several accounts at one server apart.
        account: Who is signed in; empty when neither the sign-in nor the server told it.
        expires_at: When the access token dies, in Unix seconds; None when the server did not say.
        is_renewed: There is a refresh token.
    """

    server: str
    profile: str
    account: str
    expires_at: float | None
    is_renewed: bool = True

    def describe_expiry(self, now: float) -> str:
        """Say how long the access token lives.

        Args:
            now: Unix seconds.
        """
        return describe_expiry(self.expires_at, now, is_renewed=self.is_renewed)


@dataclass(frozen=True, slots=True)
class Connection:
    """The server that answered: its name, its version, and the revision of MCP spoken with it."""

    name: str
    version: str
    protocol_version: str


@dataclass(frozen=True, slots=True)
class Status:
    """The present state.

    Args:
        server: The server's address.
        profile: The profile in use.
        connection: Who answered there; None when nobody did.
        sign_in: The sign-in in use, if there is one.
        role: The account's role in its organisation, as the server names it; may be empty.
        vault: The vault's file.
        key_location: Where its key lives, in words; empty when it cannot be opened.
        encrypted: Whether it is encrypted.
        vault_problem: Why it cannot be opened; empty when it can.
        others: The other sign-ins in it.
        tools_left_out: Which of the server's tools cannot be used, and why.
    """

    server: str
    profile: str
    connection: Connection | None
    sign_in: SignIn | None
    role: str
    vault: Path
    key_location: str
    encrypted: bool
    vault_problem: str
    others: tuple[SignIn, ...] = ()
    tools_left_out: tuple[str, ...] = ()

    def rows(self, now: float) -> tuple[Row, ...]:
        """Describe it as pairs of a label and a value.

        Args:
            now: Unix seconds.
        """
        connection = self.connection
        answered = (
            f"{connection.name} {connection.version}, MCP {connection.protocol_version}"
            if connection
            else "no"
        )
        warning = "" if self.encrypted else " UNENCRYPTED: whoever reads the file can use the sign-ins;"
        return (
            ("Server", self.server),
            ("Connected", answered),
            ("Sign-in", self.sign_in.describe_expiry(now) if self.sign_in else _NO_SIGN_IN),
            ("Account", (self.sign_in.account if self.sign_in else "") or _UNKNOWN),
            ("Role", self.role or _UNKNOWN),
            ("Profile", self.profile),
            ("Vault", f"{self.vault};{warning} {self.vault_problem or f'key: {self.key_location}'}"),
            *(("Other sign-in", _describe(other)) for other in self.others),
            *((("Tools left out", "; ".join(self.tools_left_out)),) if self.tools_left_out else ()),
        )

    def to_json(self) -> JsonObject:
        """Describe it for scripts; the keys are a promise, described in docs/scripting.md."""
        connection, sign_in = self.connection, self.sign_in
        return {
            "server": self.server,
            "profile": self.profile,
            "connected": connection is not None,
            "server_name": connection.name if connection else None,
            "server_version": connection.version if connection else None,
            "protocol_version": connection.protocol_version if connection else None,
            "signed_in": sign_in is not None,
            "account": (sign_in.account if sign_in else "") or None,
            "role": self.role or None,
            "expires_at": _iso(sign_in.expires_at) if sign_in else None,
            "vault": str(self.vault),
            "key_location": self.key_location or None,
            "encrypted": self.encrypted,
            "vault_problem": self.vault_problem or None,
            "other_sign_ins": [
                {
                    "server": other.server,
                    "profile": other.profile,
                    "account": other.account or None,
                    "expires_at": _iso(other.expires_at),
                }
                for other in self.others
            ],
            "tools_left_out": list(self.tools_left_out),
        }


_NO_SIGN_IN = "none (astravue login)"
_UNKNOWN = "not known"


def _describe(sign_in: SignIn) -> str:
    account = f", {sign_in.account}" if sign_in.account else ""
    return f"{sign_in.server} (profile {sign_in.profile}{account})"


def _iso(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        # A server may name a lifetime that no calendar reaches.
        return None
