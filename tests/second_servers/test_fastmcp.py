"""The program with a server on FastMCP and its OAuth provider, in the stateless era of the protocol."""

import asyncio
from dataclasses import replace

import httpx2
import pytest

from agent.conversation import ToolCall
from agent.errors import ServerError, SignInError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    ElicitationAction,
    ElicitationRequested,
    ListChanged,
    ListKind,
    LogLevel,
    ServerLog,
    SignInRequested,
    ToolCallFinished,
    ToolCallProgress,
    TurnFinished,
)
from agent.model.scripted import say
from agent.system.folders import find_folders
from tests.second_servers.conftest import MakeHome
from tests.second_servers.guest import Home, answer_with, fill_in, follow, visit
from tests.second_servers.running import Served
from tests.second_servers.signing_in import SignedIn, sign_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory, library_server: Served) -> SignedIn:
    return sign_in(tmp_path_factory.mktemp("library") / "home", library_server)


@pytest.fixture
async def home(make_home: MakeHome, library_server: Served) -> Home:
    """A home with a sign-in of its own, which a test may use up."""
    home = make_home(library_server)
    async with visit(home) as guest:
        await guest.sign_in()
    return home


async def as_owner(home: Home, action: str) -> None:
    """Do what only the owner of the server can."""
    async with httpx2.AsyncClient() as owner:
        (await owner.post(home.url.replace("/mcp", f"/owner/{action}"))).raise_for_status()


def refreshes(home: Home) -> int:
    """How often tokens were renewed, by the audit log."""
    return find_folders(home.environ).audit_file.read_text().count('"refresh"')


class TestSignIn:
    def test_the_command_finds_the_authorization_server_registers_and_signs_in(
        self, signed_in: SignedIn
    ) -> None:
        login = signed_in.home.login
        assert (signed_in.ended.returncode, signed_in.ended.stdout) == (0, f"Signed in to {login.server}.\n")
        assert login.registration is not None
        # The provider gives no scope that a client did not register for.
        assert (login.scope, login.registration.scope) == ("books", "books")
        assert login.refresh_token is not None

    async def test_a_token_for_another_resource_is_refused(
        self, make_home: MakeHome, library_server: Served
    ) -> None:
        async def follow_for_another(address: str) -> None:
            await follow(str(httpx2.URL(address).copy_set_param("resource", "http://127.0.0.1:1/mcp")))

        async with visit(make_home(library_server)) as guest:
            with pytest.raises(SignInError, match=r"invalid_request, The resource is another\."):
                await guest.session.signing_in.login(lambda _: None, None, open_browser=follow_for_another)

    async def test_it_is_asked_for_and_made_in_the_middle_of_a_turn(
        self, make_home: MakeHome, library_server: Served
    ) -> None:
        call = ToolCall("1", "find_books", '{"word": "emma"}')
        home = make_home(library_server)
        async with visit(home, [say("", call), say("It is there.")], signs_in=True) as guest:
            with pytest.raises(SignInError, match="asks for a sign-in"):
                await guest.session.start()
            await guest.sign_in()
            await as_owner(home, "end-sign-ins")
            await guest.say("Have you got Emma?")
        assert len(guest.all(SignInRequested)) == 1
        assert guest.all(TurnFinished)[-1].text == "It is there."
        assert '"title":"Emma"' in guest.all(ToolCallFinished)[-1].text

    async def test_signing_out_revokes_both_tokens_at_the_server(self, home: Home) -> None:
        login = home.login
        async with visit(home) as guest:
            said = await guest.session.signing_in.logout()
        assert said == f"Signed out of {home.url}; the server revoked it."
        home.replace_login(login)
        async with visit(home) as guest:
            with pytest.raises(SignInError, match="no longer accepts the login"):
                await guest.session.tools()


class TestTokens:
    async def test_a_renewal_replaces_both_tokens_and_ends_the_old_ones(self, home: Home) -> None:
        before = home.login
        async with visit(home) as guest:
            said = await guest.session.signing_in.refresh()
        after = home.login
        assert said.startswith("Renewed; the access token lives for 60 min 0 s")
        assert before.refresh_token != after.refresh_token
        assert before.access_token != after.access_token
        home.replace_login(replace(before, rotation=after.rotation + 1))
        async with visit(home) as guest:
            with pytest.raises(SignInError, match="no longer accepts the login"):
                await guest.call("find_books")

    async def test_calls_side_by_side_over_an_expired_token_renew_it_once(self, home: Home) -> None:
        async with visit(home) as guest:
            await guest.session.tools()
            await as_owner(home, "expire-access")
            calls = [
                guest.session.features.read_resource(f"library://books/{number}") for number in (1, 2, 3)
            ]
            read = await asyncio.gather(*calls)
        assert [contents.text for (contents,) in read] == [
            "Emma is book 1.",
            "Middlemarch is book 2.",
            "Ulysses is book 3.",
        ]
        assert refreshes(home) == 1

    async def test_a_sign_in_that_the_owner_ended_is_asked_for_anew(self, home: Home) -> None:
        await as_owner(home, "end-sign-ins")
        async with visit(home) as guest:
            with pytest.raises(SignInError) as failure:
                await guest.call("find_books")
        issuer = home.url.removesuffix("mcp")
        assert str(failure.value) == (
            f"{issuer} no longer accepts the login to {home.url}; nothing else was lost. "
            "Run `astravue login`."
        )


class TestCalls:
    async def test_every_page_of_the_tools_is_read(self, home: Home) -> None:
        # Pages hold two.
        async with visit(home) as guest:
            listed = [tool.name for tool in await guest.session.tools()]
            status = dict(await guest.session.status())
        assert sorted(listed) == [
            "find_books",
            "lend_book",
            "open_cellar",
            "order_book",
            "reshelve",
            "summarise",
        ]
        assert status["Connected"].endswith("MCP 2026-07-28")

    async def test_a_write_reaches_the_server_only_after_a_yes(self, home: Home) -> None:
        async with visit(home, approves=False) as guest:
            declined = await guest.call("lend_book", number=2, reader="Dorothea")
            before = await guest.call("find_books", word="middlemarch")
            guest.approves = True
            allowed = await guest.call("lend_book", number=2, reader="Dorothea")
            after = await guest.call("find_books", word="middlemarch")
        assert (declined.outcome, allowed.outcome) == (CallOutcome.DECLINED, CallOutcome.SUCCEEDED)
        assert before.structured == {"result": [{"number": 2, "title": "Middlemarch", "reader": ""}]}
        assert after.structured == {"result": [{"number": 2, "title": "Middlemarch", "reader": "Dorothea"}]}

    async def test_the_question_before_a_write_says_that_it_cannot_be_undone_from_here(
        self, home: Home
    ) -> None:
        async with visit(home, approves=False) as guest:
            await guest.call("lend_book", number=1, reader="Ada")
        (question,) = guest.all(ApprovalRequested)
        assert question.undo == "This cannot be undone from here."

    async def test_progress_comes_with_what_is_being_done(self, home: Home) -> None:
        async with visit(home) as guest:
            done = await guest.call("reshelve", books=2)
        # What follows faster than anybody reads is not told.
        first = guest.all(ToolCallProgress)[0]
        assert (first.done, first.total, first.message) == (1, 2, "shelf 1")
        assert done.text == "2 books are back."

    async def test_a_warning_of_the_server_is_shown(self, home: Home) -> None:
        async with visit(home) as guest:
            await guest.call("reshelve", books=1)
        (log,) = guest.all(ServerLog)
        assert (log.level, log.text) == (LogLevel.WARNING, "The second shelf is full.")

    @pytest.mark.parametrize("action", [ElicitationAction.DECLINED, ElicitationAction.CANCELLED])
    async def test_a_form_is_left_as_a_no_or_without_an_answer(
        self, home: Home, action: ElicitationAction
    ) -> None:
        async with visit(home) as guest:
            guest.answer = answer_with(action)
            done = await guest.call("order_book")
        assert done.text == f'{{"action":"{action.value}"}}'

    async def test_a_form_that_a_result_asks_for_is_filled_in_and_the_call_goes_on(self, home: Home) -> None:
        async with visit(home) as guest:
            guest.answer = fill_in(title="Persuasion", copies=2)
            done = await guest.call("order_book")
        (question,) = guest.all(ElicitationRequested)
        assert question.message == "Which book shall be ordered?"
        assert done.text == '{"action":"accept","content":{"title":"Persuasion","copies":2}}'
        # Asked once, although the call went out twice.
        assert len(guest.all(ApprovalRequested)) == 1

    async def test_a_request_for_our_own_model_is_refused_and_the_model_told(self, home: Home) -> None:
        async with visit(home) as guest:
            done = await guest.call("summarise")
        assert (done.outcome, done.text) == (
            CallOutcome.FAILED,
            "The server refused the call: Sampling not supported",
        )

    async def test_a_tool_that_appears_is_offered_to_the_model_at_once(self, home: Home) -> None:
        answers = [
            say("", ToolCall("1", "open_cellar", "{}")),
            say("", ToolCall("2", "find_rarities", "{}")),
            say("A first folio."),
        ]
        async with visit(home, answers) as guest:
            await guest.say("What is in the cellar?")
        assert ListChanged(ListKind.TOOLS) in guest.heard
        assert [done.text for done in guest.all(ToolCallFinished)] == [
            "The cellar is open.",
            "A first folio.",
        ]


class TestFeatures:
    async def test_a_prompt_is_listed_and_filled_in(self, home: Home) -> None:
        async with visit(home) as guest:
            (prompt,) = await guest.session.features.prompts()
            filled = await guest.session.features.get_prompt("recommend", {"genre": "crime"})
            # It offers no completion, so it is not asked.
            suggested = await guest.session.features.suggest("recommend", "genre", {})
        assert [(each.name, each.required) for each in prompt.arguments] == [("genre", True), ("mood", False)]
        assert suggested == ()
        assert filled.messages[0].text == "Recommend a book of the genre crime for this mood: any."

    async def test_resources_and_templates_are_listed_and_read(self, home: Home) -> None:
        async with visit(home) as guest:
            listed = await guest.session.features.resources()
            (hours,) = await guest.session.features.read_resource("library://hours")
        assert [(each.uri, each.is_template) for each in listed] == [
            ("library://hours", False),
            ("library://books/{number}", True),
        ]
        assert (hours.text, hours.mime_type) == ("From 9 to 17.", "text/plain")

    async def test_a_resource_that_the_server_cannot_give_is_a_clear_error(self, home: Home) -> None:
        async with visit(home) as guest:
            with pytest.raises(ServerError, match="refused the request: Error reading resource"):
                await guest.session.features.read_resource("library://books/99")
