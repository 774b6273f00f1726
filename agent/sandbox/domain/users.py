"""The members of an organisation."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from agent.sandbox.database import Database
from agent.sandbox.domain.context import Caller, Context, Json
from agent.sandbox.errors import NotFound

_ROLE_IDS = {"Account Admin": 1, "Admin": 2, "Manager": 3, "Member": 4, "Guest": 5}

_MEMBER = """
SELECT user_id, organisation_id, first_name, last_name, email, org_role, about, status, created_time
FROM users
"""


def find_caller(database: Database, user_id: int) -> Caller | None:
    """Returns the active user with that id as a caller, or None."""
    row = database.row(_MEMBER + "WHERE user_id = ? AND status = 'ACTIVE'", (user_id,))
    if row is None:
        return None
    return Caller(row["user_id"], row["organisation_id"], row["org_role"])


def current_user(context: Context) -> Json:
    """Returns the caller's profile with the organisation they work in."""
    row = context.database.row(_MEMBER + "WHERE user_id = ?", (context.caller.user_id,))
    assert row is not None
    name = context.database.value(
        "SELECT name FROM organisations WHERE organisation_id = ?", (context.caller.organisation_id,)
    )
    return show_member(row) | {
        "tenantId": row["organisation_id"],
        "organisationName": name,
        "about": row["about"],
    }


def list_members(context: Context) -> list[Json]:
    """Returns every active member of the organisation, by name."""
    rows = context.database.rows(
        _MEMBER + "WHERE organisation_id = ? AND status = 'ACTIVE' ORDER BY first_name, last_name, user_id",
        (context.caller.organisation_id,),
    )
    return [show_member(row) for row in rows]


def member_by_email(context: Context, email: str) -> Json:
    """Returns the active member with that e-mail address.

    Raises:
        NotFound: There is none.
    """
    return show_member(_find_by_email(context, email))


def member_id(context: Context, field: str, user_id: int) -> int:
    """Returns the id again if it belongs to an active member of the caller's organisation.

    Raises:
        NotFound: It does not.
    """
    found = context.database.value(
        "SELECT user_id FROM users WHERE user_id = ? AND organisation_id = ? AND status = 'ACTIVE'",
        (user_id, context.caller.organisation_id),
    )
    if found is None:
        raise NotFound(field, f"nobody in this workspace has the user ID {user_id}.")
    return user_id


def member_id_by_email(context: Context, email: str) -> int:
    """Returns the id of the active member with that e-mail address.

    Raises:
        NotFound: There is none.
    """
    user_id: int = _find_by_email(context, email)["user_id"]
    return user_id


def full_name(database: Database, user_id: int) -> str:
    """Returns first and last name of a user."""
    name: str = database.value(
        "SELECT first_name || ' ' || last_name FROM users WHERE user_id = ?", (user_id,)
    )
    return name


def show_member(row: sqlite3.Row) -> Json:
    """Returns a user as the API shows a member."""
    return {
        "userId": row["user_id"],
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "email": row["email"],
        "role": {"orgRoleId": _ROLE_IDS[row["org_role"]], "roleName": row["org_role"]},
        "status": row["status"],
    }


def people(database: Database, user_ids: Iterable[int]) -> dict[int, Json]:
    """Returns the short form of each user, by id: `{userId, firstName, lastName, email}`."""
    rows = database.rows(
        "SELECT user_id, first_name, last_name, email FROM users "
        "WHERE user_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(set(user_ids))),),
    )
    return {row["user_id"]: show_person(row) for row in rows}


def show_person(row: sqlite3.Row) -> Json:
    """Returns the short form of a user, as it appears inside other objects."""
    return {
        "userId": row["user_id"],
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "email": row["email"],
    }


def distinct(user_ids: Sequence[int]) -> list[int]:
    """Returns the ids once each, in the order given."""
    return list(dict.fromkeys(user_ids))


def _find_by_email(context: Context, email: str) -> sqlite3.Row:
    row = context.database.row(
        _MEMBER + "WHERE email = ? AND organisation_id = ? AND status = 'ACTIVE'",
        (email.strip(), context.caller.organisation_id),
    )
    if row is None:
        raise NotFound("email", f"nobody in this workspace has the address {email[:100]}.")
    return row
