"""What `astravue status` tells, for people and for scripts."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.session.account import Account, parse_account
from agent.session.status import Connection, SignIn, Status

NOW = 1_800_000_000.0
SIGN_IN = SignIn("https://a.example/mcp", "default", "mara@example.com", NOW + 90)
STATUS = Status(
    server="https://a.example/mcp",
    profile="default",
    connection=Connection("Astravue", "1.0", "2025-11-25"),
    sign_in=SIGN_IN,
    role="Manager",
    vault=Path("vault.bin"),
    key_location="the OS keychain",
    encrypted=True,
    vault_problem="",
)
NOBODY = replace(
    STATUS, connection=None, sign_in=None, role="", key_location="", vault_problem="It is locked."
)


def test_people_read_account_role_expiry_and_key() -> None:
    rows = dict(replace(STATUS, others=(replace(SIGN_IN, profile="work"),)).rows(NOW))
    assert rows["Connected"] == "Astravue 1.0, MCP 2025-11-25"
    assert rows["Sign-in"] == "the access token lives for 1 min 30 s and is renewed by itself"
    assert (rows["Account"], rows["Role"]) == ("mara@example.com", "Manager")
    assert rows["Vault"] == "vault.bin; key: the OS keychain"
    assert rows["Other sign-in"] == "https://a.example/mcp (profile work, mara@example.com)"


def test_a_sign_in_without_a_refresh_token_is_not_called_renewable() -> None:
    rows = dict(replace(STATUS, sign_in=replace(SIGN_IN, is_renewed=False)).rows(NOW))
    assert rows["Sign-in"] == "the access token lives for 1 min 30 s and cannot be renewed"


def test_people_read_what_is_missing() -> None:
    rows = dict(NOBODY.rows(NOW))
    assert (rows["Connected"], rows["Account"], rows["Role"]) == ("no", "not known", "not known")
    assert rows["Sign-in"] == "none (astravue login)"
    assert rows["Vault"] == "vault.bin; It is locked."


def test_an_unencrypted_vault_is_called_that() -> None:
    plain = replace(STATUS, encrypted=False, key_location="none; the vault is not encrypted")
    assert "UNENCRYPTED: whoever reads the file can use the sign-ins" in dict(plain.rows(NOW))["Vault"]
    assert plain.to_json()["encrypted"] is False


def test_scripts_find_the_same_keys_whatever_the_state() -> None:
    told, nothing = STATUS.to_json(), NOBODY.to_json()
    assert list(told) == list(nothing)
    assert told["expires_at"] == "2027-01-15T08:01:30+00:00"
    assert told["protocol_version"] == "2025-11-25"
    assert nothing["vault_problem"] == "It is locked."
    for name in ("account", "role", "expires_at", "server_name", "key_location"):
        assert nothing[name] is None


def test_an_expiry_that_no_calendar_reaches_is_not_told() -> None:
    assert replace(STATUS, sign_in=replace(SIGN_IN, expires_at=1e18)).to_json()["expires_at"] is None


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ('{"email": "a@b.example", "role": {"roleName": "Admin"}}', Account("a@b.example", "Admin")),
        ('{"firstName": "Mara", "lastName": "Lind", "role": "Guest"}', Account("Mara Lind", "Guest")),
        ('{"name": "Mara", "email": 7, "role": [1]}', Account("Mara", "")),
        ("[]", Account()),
        ("not JSON", Account()),
    ],
)
def test_the_user_is_read_in_the_forms_that_servers_give(text: str, account: Account) -> None:
    assert parse_account(text) == account
