"""The program with the OAuth example of the TypeScript SDK, which gives no refresh tokens."""

import time
from dataclasses import replace

import pytest

from agent.auth.login import Login
from agent.errors import ServerError, SignInError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    ElicitationRequested,
    ServerLog,
    SignInRequested,
)
from tests.second_servers.conftest import MakeHome
from tests.second_servers.guest import Home, fill_in, visit
from tests.second_servers.running import Served
from tests.second_servers.signing_in import SignedIn, sign_in

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory, typescript_server: Served) -> SignedIn:
    return sign_in(tmp_path_factory.mktemp("typescript") / "home", typescript_server)


def expired(login: Login) -> Login:
    """A sign-in that has ended, by this machine's clock and for the server."""
    return replace(login, access_token="forgotten", expires_at=time.time() - 1)


@pytest.fixture
def home(make_home: MakeHome, signed_in: SignedIn) -> Home:
    return make_home(signed_in.home)


class TestSignIn:
    def test_the_command_finds_the_authorization_server_registers_and_signs_in(
        self, signed_in: SignedIn
    ) -> None:
        assert (signed_in.ended.returncode, signed_in.ended.stdout) == (
            0,
            f"Signed in to {signed_in.home.url}.\n",
        )
        login = signed_in.home.login
        assert login.registration is not None
        assert login.registration.dynamic
        assert login.token_endpoint == f"{login.issuer}token"
        assert login.issuer.rstrip("/") not in login.server
        assert login.scope == "mcp:tools"

    def test_the_token_is_for_this_server_alone(self, signed_in: SignedIn) -> None:
        # With --oauth-strict it gives no token for another resource, and takes none.
        assert signed_in.home.login.resource == signed_in.home.url

    async def test_it_is_asked_for_and_made_in_the_middle_of_a_call(
        self, make_home: MakeHome, typescript_server: Served
    ) -> None:
        async with visit(make_home(typescript_server), signs_in=True) as guest:
            done = await guest.call("greet", name="Ada")
        assert len(guest.all(SignInRequested)) == 1
        assert done.text == "Hello, Ada!"

    async def test_another_name_of_the_same_server_is_refused_before_a_browser_opens(
        self, make_home: MakeHome, typescript_server: Served
    ) -> None:
        home = make_home(typescript_server)
        other = replace(home, url=home.url.replace("localhost", "127.0.0.1"))
        async with visit(other) as guest:
            with pytest.raises(
                SignInError, match="publishes metadata for another resource, http://localhost"
            ):
                await guest.sign_in()

    async def test_signing_out_says_that_the_server_revokes_nothing(self, home: Home) -> None:
        async with visit(home) as guest:
            said = await guest.session.signing_in.logout()
            with pytest.raises(SignInError, match="asks for a sign-in"):
                await guest.session.tools()
        assert said == f"Signed out of {home.url}; its access token lives until it expires."


class TestWithoutRefreshTokens:
    async def test_the_status_says_that_the_sign_in_ends_for_good(self, home: Home) -> None:
        async with visit(home) as guest:
            await guest.session.tools()
            status = dict(await guest.session.status())
        assert home.login.refresh_token is None
        assert status["Sign-in"].endswith("s and cannot be renewed")

    def test_renewing_it_from_a_script_fails_with_one_sentence(self, signed_in: SignedIn) -> None:
        ended = signed_in.program.run("auth", "refresh")
        assert (ended.returncode, ended.stdout) == (3, "")
        assert ended.stderr == (
            f"astravue: The login to {signed_in.home.url} cannot be renewed; nothing else was lost. "
            "Run `astravue login`.\n"
        )

    def test_a_script_with_an_expired_sign_in_ends_with_3_and_one_sentence(
        self, signed_in: SignedIn, make_home: MakeHome
    ) -> None:
        home = make_home(signed_in.home)
        home.replace_login(expired(home.login))
        ended = signed_in.program.run(
            "call", "greet", "--args", '{"name": "Ada"}', "--yes", ASTRAVUE_HOME=str(home.folder)
        )
        assert (ended.returncode, ended.stdout) == (3, "")
        assert ended.stderr == (
            f"astravue: The login to {home.url} has expired; nothing else was lost. Run `astravue login`.\n"
        )

    async def test_in_a_chat_a_new_sign_in_goes_on_with_the_same_call(self, home: Home) -> None:
        home.replace_login(expired(home.login))
        async with visit(home, signs_in=True) as guest:
            done = await guest.call("greet", name="Ada")
        assert len(guest.all(SignInRequested)) == 1
        assert done.text == "Hello, Ada!"

    async def test_a_failure_over_a_good_sign_in_is_told_as_the_servers(self, home: Home) -> None:
        # Over a token that it does not know it fails in its introspection, and answers 500 in place of 401.
        home.replace_login(replace(home.login, access_token="forgotten"))
        async with visit(home) as guest:
            with pytest.raises(ServerError, match="HTTP 500, Internal Server Error"):
                await guest.call("greet", name="Ada")


class TestUse:
    async def test_tools_prompts_and_resources_are_listed(self, home: Home) -> None:
        async with visit(home) as guest:
            tools = {tool.name for tool in await guest.session.tools()}
            prompts = await guest.session.features.prompts()
            resources = await guest.session.features.resources()
            left_out = dict(await guest.session.status())["Tools left out"]
        assert tools == {
            "collect-user-info",
            "greet",
            "list-files",
            "multi-greet",
            "start-notification-stream",
        }
        assert [(prompt.name, prompt.title) for prompt in prompts] == [
            ("greeting-template", "Greeting Template")
        ]
        assert [resource.uri for resource in resources] == [
            "https://example.com/greetings/default",
            "file:///example/file1.txt",
            "file:///example/file2.txt",
        ]
        assert left_out == (
            "collect-user-info-task: it runs as a task only, which this program cannot follow; "
            "delay: it runs as a task only, which this program cannot follow"
        )

    async def test_a_prompt_is_filled_in_and_a_resource_read(self, home: Home) -> None:
        async with visit(home) as guest:
            filled = await guest.session.features.get_prompt("greeting-template", {"name": "Ada"})
            (contents,) = await guest.session.features.read_resource("file:///example/file1.txt")
        assert filled.messages[0].text == "Please greet Ada in a friendly manner."
        assert contents.text == "This is the content of file 1"

    async def test_a_write_asks_and_a_no_keeps_it_from_the_server(self, home: Home) -> None:
        async with visit(home, approves=False) as guest:
            declined = await guest.call("collect-user-info", infoType="contact")
        assert declined.outcome is CallOutcome.DECLINED
        assert len(guest.all(ApprovalRequested)) == 1
        # It would have asked for a form.
        assert guest.all(ElicitationRequested) == []

    async def test_a_form_with_names_beside_its_values_is_filled_in(self, home: Home) -> None:
        async with visit(home) as guest:
            guest.answer = fill_in(theme="dark", notifications=False, frequency="weekly")
            done = await guest.call("collect-user-info", infoType="preferences")
        (question,) = guest.all(ElicitationRequested)
        assert question.message == "Please set your preferences"
        assert question.form is not None
        theme = question.form.fields[0]
        assert [(choice.value, choice.label) for choice in theme.choices] == [
            ("light", "Light"),
            ("dark", "Dark"),
            ("auto", "Auto"),
        ]
        assert '"theme": "dark"' in done.text
        assert '"notifications": false' in done.text

    async def test_what_the_server_logs_goes_to_the_log(
        self, home: Home, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with visit(home) as guest:
            await guest.call("start-notification-stream", interval=1, count=3)
        assert "Periodic notification #3 at" in caplog.text
        # Nobody has to see what is no warning.
        assert guest.all(ServerLog) == []
