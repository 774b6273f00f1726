"""What a login knows of its age and of its registration, and how it is written down."""

import dataclasses

import pytest

from agent.auth.login import Login, Registration
from agent.jsontypes import JsonValue

NOW = 1_800_000_000.0
REGISTRATION = Registration(
    "us", "client_secret_post", "http://127.0.0.1:1/callback", True, "s", True, "tasks"
)


def login(remaining: float | None = None, lifetime: float | None = None) -> Login:
    return Login(
        server="https://mcp.example.com/mcp",
        profile="default",
        issuer="https://accounts.example.com",
        token_endpoint="https://accounts.example.com/token",
        revocation_endpoint=None,
        registration=REGISTRATION,
        resource=None,
        scope=None,
        access_token="a",
        refresh_token="r",
        expires_at=None if remaining is None else NOW + remaining,
        lifetime=lifetime,
        account=None,
        sign_in_id="1",
    )


# Age


def test_a_token_without_an_expiry_is_never_due() -> None:
    assert (login().remaining(NOW), login().seconds_until_refresh(NOW), login().is_due(NOW)) == (
        None,
        None,
        False,
    )


@pytest.mark.parametrize(
    ("remaining", "lifetime", "seconds"),
    [
        (3600, 3600, 3480),  # at most two minutes ahead
        (100, 100, 80),  # a fifth of the lifetime
        (20, 100, 0),
        (20.5, 100, 0.5),
        (-1, 100, -21),
        (220, 100, 200),  # the most that a clock may have been set back
        (221, 100, 0),
        (60, None, 60),
    ],
)
def test_a_refresh_is_due_a_margin_ahead_of_expiry(
    remaining: float, lifetime: float | None, seconds: float
) -> None:
    one = login(remaining, lifetime)
    assert (one.seconds_until_refresh(NOW), one.is_due(NOW)) == (seconds, seconds <= 0)


# Registration


@pytest.mark.parametrize(
    ("registered", "wanted", "may"),
    [
        (None, "tasks", True),
        ("tasks notes", "notes tasks", True),
        ("tasks", "tasks notes", False),
        ("tasks", None, True),
        ("", None, True),
        ("", "tasks", False),
    ],
)
def test_a_registration_serves_the_scopes_it_was_made_for(
    registered: str | None, wanted: str | None, may: bool
) -> None:
    assert dataclasses.replace(REGISTRATION, scope=registered).may_ask_for(wanted) is may


# Written down


def test_a_registration_comes_out_as_it_went_in() -> None:
    assert login().to_json()["registration"] == {
        "client_id": "us",
        "authentication": "client_secret_post",
        "redirect_uri": "http://127.0.0.1:1/callback",
        "dynamic": True,
        "client_secret": "s",
        "doubtful": True,
        "scope": "tasks",
    }
    assert Login.from_json(login(60, 100).to_json()) == login(60, 100)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("server", 7, "server is not text"),
        ("scope", 7, "scope is not text"),
        ("expires_at", True, "expires_at is not a number"),
        ("lifetime", "60", "lifetime is not a number"),
        (
            "registration",
            {"client_id": "us", "authentication": "jwt", "redirect_uri": "r"},
            "authentication is not one of the three that are kept",
        ),
    ],
)
def test_what_is_no_login_is_refused_by_the_name_of_the_field(
    name: str, value: JsonValue, complaint: str
) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        Login.from_json({**login(60, 100).to_json(), name: value})
