"""What is kept of a login when an answer of the token endpoint holds nothing but a token."""

import dataclasses
import logging

import pytest
from auth_home import Home

pytestmark = pytest.mark.anyio

BARE = {"access_token": "bare"}


async def test_a_sign_in_keeps_what_was_asked_for(home: Home) -> None:
    home.server.offers_revocation = False
    home.server.fail_next_token_request(200, BARE)
    login = await home.sign_in()
    assert login.scope == "openid profile email"
    assert (login.access_token, login.account, login.revocation_endpoint) == ("bare", None, None)
    assert (login.expires_at, login.lifetime, login.refresh_token) == (None, None, None)
    assert len(login.sign_in_id) == 16


async def test_another_sign_in_keeps_whose_it_is(home: Home) -> None:
    before = await home.sign_in()
    home.server.fail_next_token_request(200, BARE)
    after = await home.sign_in()
    assert before.account is not None
    assert (after.account, after.sign_in_id != before.sign_in_id) == (before.account, True)


async def test_a_refresh_keeps_what_it_was_not_told(home: Home) -> None:
    before = await home.sign_in()
    home.server.fail_next_token_request(200, BARE)
    tokens = home.tokens()
    after = await tokens.refresh_now()
    await tokens.aclose()
    assert after == dataclasses.replace(
        before, access_token="bare", expires_at=None, lifetime=None, rotation=before.rotation + 1
    )
    assert home.vault.load(before.server, before.profile) == after


async def test_a_refresh_takes_what_it_was_told(home: Home) -> None:
    before = await home.sign_in()
    home.server.fail_next_token_request(200, {**BARE, "scope": "notes", "expires_in": 60})
    tokens = home.tokens()
    after = await tokens.refresh_now()
    await tokens.aclose()
    assert (after.scope, after.lifetime, after.expires_at) == ("notes", 60.0, home.clock() + 60)
    assert before.scope != "notes"


async def test_a_refresh_that_fails_while_nobody_waits_is_in_the_log(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    login = await home.sign_in()
    assert login.lifetime is not None
    home.clock.now += login.lifetime - 1
    home.server.fail_next_token_request(400, {"error": "invalid_grant"})
    tokens = home.tokens()
    with caplog.at_level(logging.INFO, logger="agent.auth.tokens"):
        assert await tokens.access_token() == login.access_token
        await tokens.aclose()
    said = f"{login.issuer} no longer accepts the login to {login.server}; nothing else was lost."
    assert [each.getMessage() for each in caplog.records if each.name == "agent.auth.tokens"] == [
        f"refresh failed: {said} Run `astravue login`."
    ]
