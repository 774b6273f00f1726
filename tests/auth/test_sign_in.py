"""Signing in: what the person sees, what is checked, and what is kept."""

import asyncio
import dataclasses
import socket
import threading
from collections.abc import Callable

import httpx2
import pytest
from auth_home import Home
from fake_authorization_server import ACCOUNT

from agent.auth.audit import read_audit_log
from agent.auth.login import ClientSettings
from agent.auth.sign_in import sign_in, sign_out
from agent.auth.vault import Vault
from agent.errors import ServerError, SignInError, UsageError, VaultError
from agent.system.folders import Folders

pytestmark = pytest.mark.anyio
METADATA_URL = "https://agent.example/client.json"


async def test_a_sign_in_opens_one_browser_and_stores_the_login(home: Home) -> None:
    login = await home.sign_in()

    assert len(home.browser.opened) == 1
    assert home.shown == home.browser.opened
    assert home.vault.load(home.server.server, "default") == login
    assert login.account == ACCOUNT
    assert login.scope == "openid profile email"
    assert login.expires_at == home.clock.now + 1800
    assert "You are signed in" in home.browser.page()


async def test_every_oauth_request_names_the_program(home: Home) -> None:
    login = await home.sign_in()
    await sign_out(login, vault=home.vault)

    agents = {agent.split("/")[0] for agent in home.server.user_agents if "python-httpx" not in agent}
    assert agents == {"astravue-agent"}


def _answer(**changes: str | None) -> Callable[[dict[str, str]], dict[str, str]]:
    def change(answer: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in {**answer, **changes}.items() if value is not None}

    return change


def _with_a_slash(answer: dict[str, str]) -> dict[str, str]:
    return {**answer, "iss": f"{answer['iss']}/"}


def _echoing_state(answer: dict[str, str]) -> dict[str, str]:
    changes = {"error": "server_error", "error_description": f"no {answer['state']} here"}
    return _answer(code=None, **changes)(answer)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (_answer(code=None, error="access_denied"), "The sign-in was refused; nothing was changed."),
        (_answer(iss="https://evil.example"), "did not come from"),
        (_with_a_slash, "did not come from"),
        (_answer(iss=None), "did not come from"),
        (_answer(code="made-up"), "did not accept the sign-in: invalid_grant"),
        (
            _answer(code=None, error="server_error", error_description="at \x1b[2J lunch"),
            "server_error, at [2J lunch",
        ),
        (_echoing_state, "server_error, no … here"),
    ],
)
async def test_what_goes_wrong_is_one_sentence_in_the_terminal_and_in_the_browser(
    home: Home, answer: Callable[[dict[str, str]], dict[str, str]], sentence: str
) -> None:
    home.server.consent = answer

    with pytest.raises(SignInError) as failure:
        await home.sign_in()

    assert sentence in failure.value.message
    assert "astravue login" in failure.value.hint
    assert "did not work" in home.browser.page()
    assert home.vault.load(home.server.server, "default") is None
    assert len(home.browser.opened) == 1


@pytest.mark.parametrize("state", ["another", ""])
async def test_an_answer_that_others_send_neither_ends_a_sign_in_nor_gets_anybody_in(
    home: Home, state: str
) -> None:
    strangers: list[httpx2.Response] = []

    async def go(address: str) -> None:
        back = await _follow(address)
        right = httpx2.URL(back)
        async with httpx2.AsyncClient() as http:
            wrong = right.copy_merge_params({"state": state, "code": "stolen"})
            strangers.extend([await http.get(wrong), await http.get(wrong)])
        await asyncio.to_thread(home.browser, back)

    login = await sign_in(
        home.server.server,
        "default",
        vault=home.vault,
        open_browser=go,
        show=home.shown.append,
        audit=home.audit,
    )

    assert login is not None
    assert [stranger.status_code for stranger in strangers] == [400, 400]
    assert "belongs to another sign-in" in strangers[0].text
    assert [
        (entry["operation"], entry["outcome"], entry.get("count"))
        for entry in read_audit_log(home.folders.audit_file)
    ] == [("sign-in", "foreign answers", 2), ("sign-in", "done", None)]


async def test_a_pasted_address_of_another_sign_in_is_refused(home: Home) -> None:
    async def paste() -> str:
        return "http://127.0.0.1:1/callback?code=c&state=another"

    with pytest.raises(SignInError, match="another sign-in than this one") as failure:
        await sign_in(
            home.server.server,
            "default",
            vault=home.vault,
            open_browser=None,
            read_pasted=paste,
            show=home.shown.append,
        )
    assert failure.value.hint == "Run `astravue login` again and use the newest address."
    assert home.vault.load(home.server.server, "default") is None


async def test_a_refused_sign_in_leaves_the_login_before_it_in_use(home: Home) -> None:
    before = await home.sign_in()
    tokens = home.tokens()
    assert await tokens.access_token() == before.access_token
    home.server.consent = _answer(code=None, error="access_denied")

    with pytest.raises(SignInError, match="was refused; nothing was changed"):
        await home.sign_in()

    assert home.vault.load(home.server.server, "default") == before
    assert await tokens.access_token() == before.access_token
    assert (await tokens.refresh_now()).sign_in_id == before.sign_in_id
    await tokens.aclose()


async def test_after_a_refused_sign_in_the_next_one_works(home: Home) -> None:
    tokens = home.tokens()
    home.server.consent = _answer(code=None, error="access_denied")
    with pytest.raises(SignInError, match="was refused; nothing was changed"):
        await home.sign_in()
    assert await tokens.access_token() is None

    home.server.consent = None
    login = await home.sign_in()

    assert await tokens.access_token() == login.access_token
    await tokens.aclose()


async def test_an_abandoned_sign_in_ends_with_its_time(home: Home) -> None:
    with pytest.raises(SignInError, match=r"Nobody finished the sign-in within 0\.01 seconds"):
        await sign_in(
            home.server.server,
            "default",
            vault=home.vault,
            open_browser=None,
            show=home.shown.append,
            timeout=0.01,
        )


async def _follow(address: str) -> str:
    async with httpx2.AsyncClient() as http:
        return (await http.get(address)).headers["Location"]


async def test_the_address_can_be_pasted_back_where_no_browser_runs(home: Home) -> None:
    addresses = asyncio.Queue[str]()
    pasted = iter(["", "hello", "http://127.0.0.1:1/callback?state=x"])

    async def paste() -> str:
        for text in pasted:
            return text
        return await _follow(await addresses.get())

    def show(line: str) -> None:
        home.shown.append(line)
        if line.startswith("http"):
            addresses.put_nowait(line)

    login = await sign_in(
        home.server.server, "default", vault=home.vault, open_browser=None, read_pasted=paste, show=show
    )

    assert login is not None
    assert home.shown[1:] == ["That is not the address that the browser ends at. Paste the whole of it."] * 2


async def test_a_browser_that_hangs_or_is_not_there_leaves_the_pasted_address(home: Home) -> None:
    released = threading.Event()

    def hang(_: str) -> bool:
        return released.wait(60)

    def refuse(_: str) -> bool:
        return False

    for opener in (hang, refuse):
        addresses = asyncio.Queue[str]()

        async def paste(addresses: asyncio.Queue[str] = addresses) -> str:
            return await _follow(await addresses.get())

        def show(line: str, addresses: asyncio.Queue[str] = addresses) -> None:
            if line.startswith("http"):
                addresses.put_nowait(line)

        login = await sign_in(
            home.server.server, "default", vault=home.vault, open_browser=opener, read_pasted=paste, show=show
        )
        assert login is not None
    released.set()


async def test_the_end_of_the_input_leaves_the_browser(home: Home) -> None:
    async def end_of_input() -> str:
        raise EOFError

    login = await sign_in(
        home.server.server,
        "default",
        vault=home.vault,
        open_browser=home.browser,
        read_pasted=end_of_input,
        show=home.shown.append,
    )
    assert login is not None


async def test_an_opener_that_signs_in_by_itself_may_fail_with_its_own_words(home: Home) -> None:
    async def consent(_: str) -> None:
        raise SignInError("The demo user is unknown.")

    with pytest.raises(SignInError, match="The demo user is unknown"):
        await sign_in(
            home.server.server, "default", vault=home.vault, open_browser=consent, show=home.shown.append
        )


async def test_a_server_that_asks_for_nothing_needs_no_sign_in(home: Home) -> None:
    home.server.wants_authorization = False

    login = await sign_in(
        home.server.server, "default", vault=home.vault, open_browser=home.browser, show=home.shown.append
    )

    assert login is None
    assert home.browser.opened == []


async def test_an_address_without_a_server_is_said_to_be_one(home: Home) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/mcp"
        for address, error, words in (
            (f"{home.server.origin}/nowhere", ServerError, "no MCP server at that address"),
            (nobody, ServerError, "cannot be reached"),
            ("api.astravue.com", UsageError, "not an http or https address"),
        ):
            with pytest.raises(error, match=words):
                await sign_in(address, "default", vault=home.vault, open_browser=None, show=home.shown.append)


async def test_a_server_without_registration_names_the_setting(home: Home) -> None:
    home.server.offers_registration = False

    with pytest.raises(SignInError, match="registers no clients") as failure:
        await home.sign_in()
    assert "`client_id`" in failure.value.hint

    home.server.clients["by-hand"] = None
    login = await home.sign_in(client=ClientSettings("by-hand"))
    assert login.registration is not None
    assert not login.registration.dynamic


async def test_a_client_registered_beforehand_may_have_a_secret(home: Home) -> None:
    home.server.clients["by-hand"] = "s&c/ret"

    login = await home.sign_in(client=ClientSettings("by-hand", "s&c/ret", METADATA_URL))

    assert login.registration is not None
    assert login.registration.authentication == "client_secret_basic"
    assert "s&c/ret" not in repr(login) + repr(ClientSettings("by-hand", "s&c/ret"))


async def test_a_metadata_document_stands_for_a_registration_where_the_server_takes_it(home: Home) -> None:
    home.server.clients[METADATA_URL] = None
    home.server.takes_metadata_documents = True
    first = await home.sign_in(client=ClientSettings(metadata_url=METADATA_URL))
    assert first.registration is not None
    assert first.registration.client_id == METADATA_URL
    assert home.server.authorize_queries[-1]["client_id"] == METADATA_URL
    assert "POST /register" not in home.server.requests

    home.server.takes_metadata_documents = False
    second = await home.sign_in(client=ClientSettings(metadata_url=METADATA_URL))
    assert second.registration is not None
    assert second.registration.dynamic
    assert "POST /register" in home.server.requests

    home.server.takes_metadata_documents = True
    third = await home.sign_in(client=ClientSettings(metadata_url=METADATA_URL))
    assert third.registration is not None
    assert third.registration.client_id == METADATA_URL


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic"])
async def test_a_client_secret_that_the_server_insists_on_is_used(home: Home, method: str) -> None:
    home.server.client_authentication = method
    login = await home.sign_in()

    tokens = home.tokens()
    renewed = await tokens.refresh_now()
    await tokens.aclose()

    assert renewed.access_token != login.access_token
    assert any("client_secret" in form for form in home.server.forms) == (method == "client_secret_post")


async def test_a_registration_is_used_again_with_its_port(home: Home) -> None:
    first = await home.sign_in()
    second = await home.sign_in()

    assert second.registration == first.registration
    assert second.sign_in_id != first.sign_in_id
    assert len(home.server.clients) == 1


async def test_a_client_registers_for_the_scopes_that_it_asks_for(home: Home) -> None:
    home.server.binds_clients_to_scopes = True
    login = await home.sign_in()
    assert login.scope == "openid profile email"


async def test_a_registration_for_fewer_scopes_is_made_anew(home: Home) -> None:
    home.server.binds_clients_to_scopes = True
    await home.sign_in()

    wider = await home.sign_in(challenge='Bearer error="insufficient_scope", scope="tasks:write"')
    again = await home.sign_in()

    assert wider.scope == "openid profile email tasks:write"
    assert again.registration == wider.registration
    assert len(home.server.clients) == 2


async def test_a_registration_whose_scopes_nobody_noted_is_used_again(home: Home) -> None:
    first = await home.sign_in()
    assert first.registration is not None
    unknown = dataclasses.replace(first.registration, scope=None)
    home.vault.save(dataclasses.replace(first, registration=unknown))

    second = await home.sign_in()

    assert second.registration == unknown


async def test_a_taken_port_is_no_trouble(home: Home) -> None:
    first = await home.sign_in()
    assert first.registration is not None
    with socket.create_server(("127.0.0.1", httpx2.URL(first.registration.redirect_uri).port or 0)):
        second = await home.sign_in()

    assert second.registration != first.registration
    assert len(home.server.clients) == 2


async def test_a_server_that_forgot_us_is_registered_with_again(home: Home) -> None:
    await home.sign_in()
    home.server.forget_clients()

    with pytest.raises(SignInError, match="Nobody finished"):
        await home.sign_in(timeout=0.5)
    assert home.browser.page()
    again = await home.sign_in()

    assert again.registration is not None
    assert list(home.server.clients) == [again.registration.client_id]


async def test_an_abandoned_sign_in_leaves_the_login_before_it_in_order(home: Home) -> None:
    before = await home.sign_in()
    with pytest.raises(SignInError):
        await sign_in(
            home.server.server,
            "default",
            vault=home.vault,
            open_browser=None,
            show=home.shown.append,
            timeout=0.01,
        )

    tokens = home.tokens()
    assert (await tokens.refresh_now()).sign_in_id == before.sign_in_id
    await tokens.aclose()


async def test_a_step_up_asks_for_the_old_scopes_and_the_new(home: Home) -> None:
    await home.sign_in()
    challenge = 'Bearer error="insufficient_scope", scope="tasks:write"'

    login = await home.sign_in(challenge=challenge)

    assert login.scope == "openid profile email tasks:write"


async def test_a_login_that_cannot_be_stored_works_and_says_so(home: Home) -> None:
    with home.unwritable():
        login = await home.sign_in()
    assert "cannot be written" in home.shown[-1]

    tokens = home.tokens()
    await tokens.adopt(login)
    await tokens.aclose()

    assert home.vault.load(home.server.server, "default") == login


async def test_a_damaged_vault_is_kept_aside_and_the_sign_in_goes_on(home: Home) -> None:
    home.folders.data.mkdir(parents=True)
    home.folders.vault_file.write_bytes(b"\0" * 300)

    login = await home.sign_in()

    kept = home.folders.data.glob("vault.bin.corrupt-*")
    assert [file.read_bytes() for file in kept] == [b"\0" * 300]
    assert home.vault.load(home.server.server, "default") == login


async def test_a_wrong_key_is_found_before_a_browser_opens(home: Home, folders: Folders) -> None:
    await home.sign_in()
    stored = folders.vault_file.read_bytes()
    home.vault = Vault(folders, {"ASTRAVUE_VAULT_KEY": "00" * 32})

    with pytest.raises(VaultError, match="another key than the one in ASTRAVUE_VAULT_KEY"):
        await home.sign_in()

    assert len(home.browser.opened) == 1
    assert folders.vault_file.read_bytes() == stored


async def test_several_profiles_stand_side_by_side(home: Home) -> None:
    await home.sign_in()
    other = await sign_in(
        home.server.server + "/", "work", vault=home.vault, open_browser=home.browser, show=home.shown.append
    )

    assert [login.profile for login in home.vault.logins()] == ["default", "work"]
    assert home.vault.load(home.server.server, "work") == other


async def test_a_token_endpoint_that_echoes_a_code_does_not_get_it_into_an_error(home: Home) -> None:
    code = "code-that-must-not-be-shown"
    home.server.consent = _answer(code=code)
    home.server.fail_next_token_request(400, {"error": "invalid_request", "error_description": f"bad {code}"})

    with pytest.raises(SignInError) as failure:
        await home.sign_in()

    assert code not in str(failure.value)
    assert "bad …" in str(failure.value)


async def test_a_server_in_trouble_while_the_code_is_exchanged_is_no_refusal(home: Home) -> None:
    home.server.fail_next_token_request(503)

    with pytest.raises(ServerError, match="approved but could not be finished"):
        await home.sign_in()
