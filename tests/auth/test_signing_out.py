"""Signing out: what is revoked, and what is forgotten."""

import dataclasses

import pytest
from auth_home import Home

from agent.auth.sign_in import sign_out

pytestmark = pytest.mark.anyio


async def test_signing_out_revokes_and_forgets(home: Home) -> None:
    stale = await home.sign_in()
    tokens = home.tokens()
    await tokens.refresh_now()
    await tokens.aclose()

    # A caller that holds the login of before the refresh still revokes the present one.
    assert await sign_out(stale, vault=home.vault, audit=home.audit)

    assert home.server.revoked_families == 1
    assert home.vault.logins() == []


async def test_a_server_that_wants_even_an_empty_secret_revokes_as_well(home: Home) -> None:
    home.server.revocation_wants_secret = True
    login = await home.sign_in()

    assert await sign_out(login, vault=home.vault)
    assert home.server.revoked_families == 1


async def test_signing_out_where_nothing_can_be_revoked_forgets_and_says_so(home: Home) -> None:
    home.server.offers_revocation = False
    login = await home.sign_in()

    assert not await sign_out(login, vault=home.vault)
    assert not await sign_out(
        dataclasses.replace(login, revocation_endpoint="http://127.0.0.1:1/revoke"), vault=home.vault
    )
    assert home.vault.logins() == []
