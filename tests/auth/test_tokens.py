"""The token manager: tokens that stay good through expiry, faults, restarts and cancellation."""

import asyncio
import dataclasses
import threading

import pytest
from auth_home import KEY, FakeClock, Home
from fake_authorization_server import running_server

from agent.auth.login import Login
from agent.auth.tokens import TokenManager
from agent.auth.vault import Vault
from agent.errors import AgentError, ServerError, SignInError

pytestmark = pytest.mark.anyio


async def _settled(tokens: TokenManager, before: str) -> str:
    """Wait until a background refresh has brought another token."""
    for _ in range(1000):
        token = await tokens.access_token()
        assert token is not None
        if token != before:
            return token
        await asyncio.sleep(0.01)
    raise AssertionError("no refresh came")


async def test_without_a_login_there_is_no_token(home: Home) -> None:
    tokens = home.tokens()
    assert await tokens.access_token() is None
    assert await tokens.newer_than("anything") is None
    assert tokens.login is None
    with pytest.raises(SignInError, match="no login"):
        await tokens.refresh_now()
    await tokens.aclose()


@pytest.mark.parametrize(("later", "how"), [(0.0, "cannot be renewed"), (1800.0, "has expired")])
async def test_a_login_without_a_refresh_token_says_why_it_is_not_renewed(
    home: Home, later: float, how: str
) -> None:
    login = await home.sign_in()
    home.vault.save(dataclasses.replace(login, refresh_token=None))
    home.clock.now += later
    tokens = home.tokens()
    with pytest.raises(SignInError) as failure:
        await tokens.refresh_now()
    assert str(failure.value) == (
        f"The login to {home.server.server} {how}; nothing else was lost. Run `astravue login`."
    )
    assert home.server.refreshes == 0
    await tokens.aclose()


class SlowVault(Vault):
    """A vault whose answer takes until a test lets it come."""

    def hold(self) -> None:
        self.was_read, self.may_answer = threading.Event(), threading.Event()

    def load(self, server: str, profile: str) -> Login | None:
        stored = super().load(server, profile)
        self.was_read.set()
        assert self.may_answer.wait(30)
        return stored


async def test_a_login_that_is_read_while_somebody_signs_out_is_not_used(home: Home) -> None:
    await home.sign_in()
    vault = SlowVault(home.folders, {"ASTRAVUE_VAULT_KEY": KEY})
    vault.hold()
    tokens = home.tokens(vault)
    reading = asyncio.create_task(tokens.access_token())
    assert await asyncio.to_thread(vault.was_read.wait, 30)
    await tokens.forget()
    vault.may_answer.set()

    assert await reading is None
    assert tokens.login is None
    await tokens.aclose()


async def test_a_good_token_is_given_without_a_request(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    home.clock.now += 1679

    assert [await tokens.access_token() for _ in range(3)] == [login.access_token] * 3
    assert home.server.refreshes == 0
    await tokens.aclose()


@pytest.mark.parametrize(("lifetime", "margin"), [(1800.0, 120.0), (300.0, 60.0), (5.0, 1.0), (2.0, 0.4)])
async def test_a_token_near_its_end_is_given_while_a_newer_one_is_fetched(
    home: Home, lifetime: float, margin: float
) -> None:
    home.server.lifetime = lifetime
    answered = threading.Event()
    home.server.refresh_hook = lambda: answered.wait(30)
    login = await home.sign_in()
    tokens = home.tokens()

    home.clock.now += lifetime - margin + 0.01
    # The server holds the refresh back, and yet the call has its token.
    assert await tokens.access_token() == login.access_token
    answered.set()

    assert await _settled(tokens, login.access_token) == home.server.families[0].access_token
    assert home.server.refreshes == 1
    await tokens.aclose()


async def test_a_restart_with_an_expired_token_refreshes_silently(home: Home) -> None:
    login = await home.sign_in()
    home.clock.now += 86_400

    tokens = home.tokens()
    token = await tokens.access_token()
    await tokens.aclose()

    assert token == home.server.families[0].access_token != login.access_token
    stored = home.vault.load(home.server.server, "default")
    assert stored is not None
    assert stored.access_token == token
    assert stored.expires_at == home.clock.now + 1800
    assert len(home.browser.opened) == 1


async def test_a_token_refused_early_is_replaced(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()

    newer = await asyncio.gather(*(tokens.newer_than(login.access_token) for _ in range(8)))
    await tokens.aclose()

    assert set(newer) == {home.server.families[0].access_token}
    assert home.server.refreshes == 1


@pytest.mark.parametrize(
    ("status", "headers", "paused"),
    [
        (503, {}, [0.5, 1.0]),
        (500, {}, [0.5, 1.0]),
        (429, {"Retry-After": "7"}, [7.0, 7.0]),
        (
            503,
            {"Retry-After": "Mon, 23 Nov 2026 10:00:09 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"},
            [9.0, 9.0],
        ),
    ],
)
async def test_a_server_in_trouble_is_asked_again_as_it_wishes(
    home: Home, status: int, headers: dict[str, str], paused: list[float]
) -> None:
    login = await home.sign_in()
    for _ in range(2):
        home.server.fail_next_token_request(status, headers=headers)
    tokens = home.tokens()

    assert await tokens.newer_than(login.access_token) == home.server.families[0].access_token
    assert home.pauses == paused
    await tokens.aclose()


async def test_a_server_that_stays_in_trouble_costs_no_login(home: Home) -> None:
    login = await home.sign_in()
    home.clock.now += 2000
    for _ in range(5):
        home.server.fail_next_token_request(503, "<html>\x1b[31mgone</html>")
    tokens = home.tokens()

    with pytest.raises(ServerError, match=r"could not be refreshed: .* answered 503; it was kept"):
        await tokens.access_token()
    assert home.vault.load(home.server.server, "default") == login

    assert await tokens.access_token() == home.server.families[0].access_token
    await tokens.aclose()


async def test_a_wait_longer_than_anybody_waits_is_told(home: Home) -> None:
    login = await home.sign_in()
    home.server.fail_next_token_request(429, headers={"Retry-After": "600"})
    tokens = home.tokens()

    with pytest.raises(ServerError) as failure:
        await tokens.newer_than(login.access_token)

    assert failure.value.hint == "Try again in 600 seconds."
    assert home.pauses == []
    await tokens.aclose()


async def test_a_server_that_is_down_costs_no_login(home: Home, clock: FakeClock) -> None:
    with running_server(clock) as other:
        home.server = other
        login = await home.sign_in()
    tokens = home.tokens()

    with pytest.raises(ServerError, match="cannot be reached"):
        await tokens.newer_than(login.access_token)

    assert home.pauses == [0.5, 1.0, 2.0, 4.0]
    assert home.vault.load(other.server, "default") == login
    await tokens.aclose()


async def test_an_answer_that_makes_no_sense_costs_no_login(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    for status, body in ((200, "<html>"), (200, {"access_token": 7}), (418, ""), (400, {"error": "odd"})):
        home.server.fail_next_token_request(status, body)
        if status == 400:
            home.server.fail_next_token_request(status, body)
        with pytest.raises(ServerError, match="it was kept"):
            await tokens.newer_than(login.access_token)

    assert home.vault.load(home.server.server, "default") == login
    await tokens.aclose()


async def test_a_refused_refresh_token_asks_for_a_sign_in_and_is_never_sent_again(home: Home) -> None:
    login = await home.sign_in()
    home.server.families[0].revoked = True
    tokens, other_window = home.tokens(), home.tokens()
    await other_window.access_token()

    for window in (tokens, tokens, other_window):
        with pytest.raises(SignInError, match="astravue login"):
            await window.newer_than(login.access_token)
    assert home.server.refreshes == 1
    # The access token was not what was refused, so it is used for as long as it lives.
    assert await tokens.access_token() == login.access_token

    renewed = await home.sign_in()
    assert await tokens.newer_than(login.access_token) == renewed.access_token
    home.clock.now += 1700
    assert await _settled(other_window, login.access_token) == home.server.families[1].access_token
    await tokens.aclose()
    await other_window.aclose()


async def test_a_sign_in_in_another_window_helps_one_whose_login_is_lost(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    home.server.families[0].revoked = True
    with pytest.raises(SignInError):
        await tokens.newer_than(login.access_token)
    home.clock.now += 1800
    with pytest.raises(SignInError):
        await tokens.access_token()

    renewed = await home.sign_in()

    assert await tokens.access_token() == renewed.access_token
    await tokens.aclose()


async def test_what_another_window_has_refreshed_is_used_and_not_refreshed_again(home: Home) -> None:
    login = await home.sign_in()
    one, other = home.tokens(), home.tokens()
    assert await one.access_token() == await other.access_token()

    newer = await one.newer_than(login.access_token)

    assert await other.newer_than(login.access_token) == newer
    assert home.server.refreshes == 1
    await one.aclose()
    await other.aclose()


async def test_a_sibling_that_is_faster_without_the_lock_is_believed(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    faster = dataclasses.replace(login, access_token="from the sibling", rotation=1)

    def sibling_rotates() -> None:
        home.server.families[0].refresh_token = "rotated"
        home.vault.save(faster)

    home.server.refresh_hook = sibling_rotates
    assert await tokens.newer_than(login.access_token) == "from the sibling"
    assert home.server.revoked_families == 0
    await tokens.aclose()


async def test_a_sign_out_in_another_window_leaves_no_token(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    home.vault.delete(login.server, "default")

    assert await tokens.newer_than(login.access_token) is None
    assert await tokens.access_token() is None
    assert home.vault.logins() == []
    await tokens.aclose()


async def test_forgetting_leaves_no_token(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    await tokens.access_token()
    home.vault.delete(login.server, "default")
    await tokens.forget()

    assert await tokens.access_token() is None
    await tokens.aclose()


async def test_a_server_that_forgot_the_client_asks_for_a_sign_in_that_registers_again(home: Home) -> None:
    login = await home.sign_in()
    home.server.forget_clients()
    tokens = home.tokens()

    with pytest.raises(SignInError, match="no longer knows this program"):
        await tokens.newer_than(login.access_token)
    again = await home.sign_in()
    await tokens.adopt(again)

    assert await tokens.access_token() == again.access_token
    assert again.registration != login.registration
    await tokens.aclose()


async def test_a_server_that_refuses_resource_at_refresh_is_asked_without_it(home: Home) -> None:
    await home.sign_in()
    home.server.refuses_resource_at_refresh = True
    tokens = home.tokens()

    await tokens.refresh_now()
    await tokens.refresh_now()
    await tokens.aclose()

    assert ["resource" in form for form in home.server.forms[1:]] == [True, False, False]
    assert home.server.revoked_families == 0


async def test_resource_is_sent_at_every_step(home: Home) -> None:
    await home.sign_in()
    tokens = home.tokens()
    await tokens.refresh_now()
    await tokens.aclose()

    assert {form.get("resource") for form in home.server.forms} == {home.server.server}


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
async def test_a_clock_that_is_set_costs_a_refresh_and_no_sign_in(home: Home, jump: float) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    assert await tokens.access_token() == login.access_token

    home.clock.now += jump

    token = await _settled(tokens, login.access_token)
    assert token == home.server.families[0].access_token
    assert home.server.revoked_families == 0
    await tokens.aclose()


async def test_tokens_of_five_seconds_never_make_a_call_wait(home: Home) -> None:
    home.server.lifetime = 5
    login = await home.sign_in()
    tokens = home.tokens()
    token = login.access_token
    for expiry in range(1, 21):
        home.clock.now += 4.2
        assert await tokens.access_token() == token
        token = await _settled(tokens, token)
        assert home.server.refreshes == expiry
    await tokens.aclose()
    assert home.server.revoked_families == 0


async def test_a_token_is_refreshed_ahead_of_expiry_though_nobody_asks(home: Home) -> None:
    login = await home.sign_in()
    slept: list[float] = []
    refreshed = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        home.clock.now += seconds
        if home.server.refreshes == 1:
            refreshed.set()
            await asyncio.Event().wait()

    tokens = TokenManager(home.vault, home.server.server, "default", clock=home.clock, sleep=sleep)
    await tokens.access_token()
    await refreshed.wait()
    await tokens.aclose()

    assert slept[:28] == [60.0] * 28
    assert tokens.login is not None
    assert tokens.login.access_token != login.access_token


async def test_a_token_without_an_expiry_is_used_until_it_is_refused(home: Home) -> None:
    home.server.lifetime = None
    login = await home.sign_in()
    tokens = home.tokens()
    home.clock.now += 10**8

    assert await tokens.access_token() == login.access_token
    assert await tokens.newer_than(login.access_token) != login.access_token
    await tokens.aclose()


async def test_a_token_refused_right_after_it_was_issued_is_not_refreshed_in_circles(home: Home) -> None:
    login = await home.sign_in()
    tokens = home.tokens()
    newer = await tokens.newer_than(login.access_token)
    assert newer is not None
    tokens.refused(newer)

    for _ in range(3):
        with pytest.raises(SignInError, match="although it was just refreshed"):
            await tokens.newer_than(newer)
    assert home.server.refreshes == 1

    tokens.accepted()
    assert await tokens.newer_than(newer) != newer
    await tokens.aclose()


async def test_closing_ends_a_pause_between_attempts(home: Home) -> None:
    login = await home.sign_in()
    reached = threading.Event()
    home.server.token_hook = reached.set
    home.server.fail_next_token_request(503, headers={"Retry-After": "60"})
    home.server.fail_next_token_request(503)
    tokens = TokenManager(home.vault, home.server.server, "default", clock=home.clock)
    refused = asyncio.create_task(tokens.newer_than(login.access_token))
    await asyncio.to_thread(reached.wait, 30)

    await tokens.aclose()

    with pytest.raises(AgentError, match="it was kept"):
        await refused


def test_the_margin_is_a_fifth_of_the_lifetime_and_at_most_two_minutes() -> None:
    def login(lifetime: float | None) -> Login:
        expires_at = None if lifetime is None else 1000 + lifetime
        return Login("s", "p", "i", "t", None, None, None, None, "a", "r", expires_at, lifetime, None, "one")

    assert login(1800).seconds_until_refresh(1000) == 1680
    assert login(5).seconds_until_refresh(1000) == 4
    assert login(None).seconds_until_refresh(1000) is None
    assert not login(None).is_expired(10**12)
    assert login(5).remaining(1002) == 3
