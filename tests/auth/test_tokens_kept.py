"""No token is lost: cancelled waits, loops that end, vaults that cannot be written."""

import asyncio
import dataclasses
import threading

import pytest
from auth_home import Home

from agent.auth.tokens import TokenManager
from agent.errors import SignInError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("at_the_end", ["of the wait", "of the program"])
async def test_a_cancelled_wait_loses_no_token(home: Home, at_the_end: str) -> None:
    login = await home.sign_in()
    reached, answered = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        answered.wait(30)

    home.server.refresh_hook = hold
    tokens = home.tokens()
    waiting = asyncio.create_task(tokens.newer_than(login.access_token))
    await asyncio.to_thread(reached.wait, 30)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    answered.set()
    if at_the_end == "of the wait":
        assert await tokens.newer_than(login.access_token) == home.server.families[0].access_token
    await tokens.aclose()

    stored = home.vault.load(login.server, "default")
    assert stored is not None
    assert stored.refresh_token == home.server.families[0].refresh_token
    assert home.server.refreshes == 1


async def test_cancelling_one_who_waits_takes_nothing_from_another(home: Home) -> None:
    login = await home.sign_in()
    reached, answered = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        answered.wait(30)

    home.server.refresh_hook = hold
    tokens = home.tokens()
    impatient = asyncio.create_task(tokens.newer_than(login.access_token))
    patient = asyncio.create_task(tokens.newer_than(login.access_token))
    await asyncio.to_thread(reached.wait, 30)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    answered.set()

    assert await patient == home.server.families[0].access_token
    assert home.server.refreshes == 1
    await tokens.aclose()


async def test_even_an_event_loop_that_ends_in_mid_refresh_loses_no_token(home: Home) -> None:
    login = await home.sign_in()
    reached, answered = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        answered.wait(30)

    home.server.refresh_hook = hold

    async def program() -> None:
        tokens = home.tokens()
        refresh = asyncio.create_task(tokens.newer_than(login.access_token))
        await asyncio.to_thread(reached.wait, 30)
        assert not refresh.done()
        asyncio.get_running_loop().call_later(0.05, answered.set)

    await asyncio.to_thread(asyncio.run, program())

    stored = home.vault.load(login.server, "default")
    assert stored is not None
    assert stored.refresh_token == home.server.families[0].refresh_token != login.refresh_token


async def test_a_vault_that_cannot_be_written_keeps_the_login_in_memory(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    with home.unwritable():
        first = await tokens.newer_than(login.access_token)
        assert first is not None
        assert first == home.server.families[0].access_token
        assert await tokens.newer_than(first) == home.server.families[0].access_token
        assert "cannot be written" in home.warnings[0]
        assert "goes on in memory" in home.warnings[0]
    # The disk is back, with the older login on it.
    assert home.vault.load(login.server, "default") == login

    assert await tokens.access_token() == home.server.families[0].access_token
    await tokens.aclose()

    stored = home.vault.load(login.server, "default")
    assert stored is not None
    assert stored.refresh_token == home.server.families[0].refresh_token
    assert home.server.revoked_families == 0


async def test_a_login_kept_in_memory_is_stored_as_soon_as_that_works(home: Home) -> None:
    login = await home.sign_in()
    minutes = asyncio.Queue[None]()

    async def sleep(_: float) -> None:
        await minutes.get()

    tokens = TokenManager(
        home.vault, login.server, "default", clock=home.clock, warn=home.warnings.append, sleep=sleep
    )
    await tokens.access_token()
    with home.unwritable():
        await tokens.refresh_now()
        await tokens.refresh_now()
    assert len(home.warnings) == 1
    assert home.vault.load(login.server, "default") == login

    async with asyncio.timeout(30):
        while home.vault.load(login.server, "default") != tokens.login:
            minutes.put_nowait(None)
            await asyncio.sleep(0.01)
    await tokens.aclose()


async def test_a_vault_that_another_window_moved_aside_is_written_anew(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    home.folders.vault_file.rename(home.folders.vault_file.with_name("vault.bin.corrupt-1"))

    newer = await tokens.newer_than(login.access_token)
    await tokens.aclose()

    stored = home.vault.load(login.server, "default")
    assert stored is not None
    assert stored.access_token == newer == home.server.families[0].access_token


async def test_an_older_login_that_is_written_again_never_replaces_the_one_in_memory(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    with home.unwritable():
        await tokens.newer_than(login.access_token)
    # As an abandoned sign-in in another window does, which marks the registration it used.
    assert login.registration is not None
    doubtful = dataclasses.replace(login.registration, doubtful=True)
    home.vault.save(dataclasses.replace(login, registration=doubtful))

    await tokens.aclose()

    stored = home.vault.load(login.server, "default")
    assert stored is not None
    assert stored.refresh_token == home.server.families[0].refresh_token
    assert home.server.revoked_families == 0


async def test_a_login_kept_in_memory_gives_way_to_newer_tokens_of_the_same_sign_in(home: Home) -> None:
    login = await home.sign_in()
    tokens, other_window = home.tokens(), home.tokens()
    await tokens.access_token()
    with home.unwritable():
        await tokens.newer_than(login.access_token)
    # A forgiving server takes the refresh token that the vault still holds once more.
    family = home.server.families[0]
    family.refresh_token = login.refresh_token or ""
    family.spent.clear()
    await other_window.refresh_now()
    newest = await other_window.refresh_now()
    await other_window.aclose()

    await tokens.aclose()

    assert home.vault.load(login.server, "default") == newest
    assert tokens.login == newest


@pytest.mark.parametrize("loss", ["of the refresh token", "of the registration"])
async def test_a_login_that_lost_something_counts_as_newer_than_the_one_before(home: Home, loss: str) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    if loss == "of the registration":
        home.server.forget_clients()
    home.server.families[0].revoked = True
    with home.unwritable(), pytest.raises(SignInError):
        await tokens.newer_than(login.access_token)
    lost = tokens.login
    # As an abandoned sign-in in another window does, which marks the registration it used.
    assert login.registration is not None
    doubtful = dataclasses.replace(login.registration, doubtful=True)
    home.vault.save(dataclasses.replace(login, registration=doubtful))

    await tokens.aclose()

    assert lost is not None
    assert lost.refresh_token is None
    assert lost.rotation == login.rotation + 1
    assert home.vault.load(login.server, "default") == lost


async def test_a_login_kept_in_memory_gives_way_to_a_later_sign_in(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    with home.unwritable():
        await tokens.newer_than(login.access_token)
    later = await home.sign_in()

    await tokens.aclose()

    assert home.vault.load(login.server, "default") == later
    assert tokens.login == later


async def test_a_sign_in_that_could_not_be_stored_replaces_an_older_one_as_soon_as_that_works(
    home: Home,
) -> None:
    before = await home.sign_in()
    tokens = home.tokens()
    with home.unwritable():
        after = await home.sign_in()
        await tokens.adopt(after)
    assert home.vault.load(before.server, "default") == before
    await tokens.aclose()
    assert home.vault.load(before.server, "default") == after


async def test_tokens_of_a_sign_in_that_could_not_be_stored_replace_an_older_one_too(home: Home) -> None:
    before = await home.sign_in()
    tokens = home.tokens()
    with home.unwritable():
        await tokens.adopt(await home.sign_in())
        renewed = await tokens.refresh_now()
    assert home.vault.load(before.server, "default") == before
    await tokens.aclose()
    assert home.vault.load(before.server, "default") == renewed
    assert renewed.sign_in_id != before.sign_in_id
