"""The program with the reference server of the protocol's makers, over Streamable HTTP, without sign-in."""

import base64
import gzip

import httpx2
import pytest

from agent.errors import ServerError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    ElicitationAction,
    ElicitationRequested,
    ListChanged,
    ListKind,
    Notice,
    ToolCallProgress,
)
from agent.forms.form import FieldKind
from tests.second_servers.conftest import MakeHome
from tests.second_servers.guest import Guest, Home, answer_with, fill_in, visit
from tests.second_servers.running import Served

pytestmark = pytest.mark.anyio


@pytest.fixture
def home(make_home: MakeHome, everything_server: Served) -> Home:
    return make_home(everything_server)


async def session_id(guest: Guest) -> str:
    """The session of the transport, as the server names it in an answer."""
    told = (await guest.call("toggle-subscriber-updates")).text
    return told.partition("for session ")[2].split()[0]


async def test_it_is_spoken_to_in_the_newest_revision_that_both_know(home: Home) -> None:
    async with visit(home) as guest:
        await guest.session.tools()
        status = dict(await guest.session.status())
    assert status["Connected"] == "mcp-servers/everything 2.0.0, MCP 2025-11-25"


async def test_all_tools_are_listed_that_need_nothing_which_this_program_lacks(home: Home) -> None:
    async with visit(home) as guest:
        listed = {tool.name for tool in await guest.session.tools()}
        left_out = dict(await guest.session.status())["Tools left out"]
    assert listed == {
        "echo",
        "get-annotated-message",
        "get-env",
        "get-resource-links",
        "get-resource-reference",
        "get-structured-content",
        "get-sum",
        "get-tiny-image",
        "gzip-file-as-resource",
        "toggle-simulated-logging",
        "toggle-subscriber-updates",
        "trigger-elicitation-request",
        "trigger-long-running-operation",
        "trigger-url-elicitation",
    }
    # It keeps back what wants roots or sampling, which this program does not offer.
    assert left_out == ("simulate-research-query: it runs as a task only, which this program cannot follow")


class TestCalls:
    async def test_a_read_runs_unasked(self, home: Home) -> None:
        async with visit(home, approves=False) as guest:
            done = await guest.call("get-sum", a=19, b=23)
        assert (done.outcome, done.text) == (CallOutcome.SUCCEEDED, "The sum of 19 and 23 is 42.")
        assert guest.all(ApprovalRequested) == []

    async def test_the_servers_word_that_a_tool_only_reads_counts_once_it_is_trusted(
        self, home: Home
    ) -> None:
        async with visit(home, approves=False) as guest:
            stranger = await guest.call("echo", message="hello")
        async with visit(home, approves=False, trust=True) as guest:
            trusted = await guest.call("echo", message="hello")
        assert stranger.outcome is CallOutcome.DECLINED
        assert (trusted.outcome, trusted.text) == (CallOutcome.SUCCEEDED, "Echo: hello")

    async def test_a_write_reaches_the_server_only_after_a_yes(self, home: Home) -> None:
        async with visit(home, approves=False) as guest:
            declined = await guest.call("toggle-simulated-logging")
            guest.approves = True
            allowed = await guest.call("toggle-simulated-logging")
        assert declined.outcome is CallOutcome.DECLINED
        # A second call would have stopped it.
        assert allowed.text.startswith("Started simulated")

    async def test_arguments_that_do_not_fit_are_refused_before_they_leave(self, home: Home) -> None:
        async with visit(home) as guest:
            unfit = await guest.call("get-sum", a="nineteen", b=23)
        assert unfit.outcome is CallOutcome.INVALID

    async def test_structured_content_is_kept_whole(self, home: Home) -> None:
        async with visit(home) as guest:
            done = await guest.call("get-structured-content", location="Chicago")
        assert done.structured == {
            "temperature": 36,
            "conditions": "Light rain / drizzle",
            "humidity": 82,
        }
        assert [notice for notice in guest.all(Notice) if "get-structured-content" in notice.text] == []

    async def test_what_is_no_text_is_named_in_its_place(self, home: Home) -> None:
        async with visit(home) as guest:
            picture = await guest.call("get-tiny-image")
            links = await guest.call("get-resource-links", count=2)
            embedded = await guest.call("get-resource-reference", resourceType="Text", resourceId=3)
            annotated = await guest.call("get-annotated-message", messageType="error", includeImage=True)
        assert "[image, image/png, 4 KB]" in picture.text
        assert "[resource demo://resource/dynamic/text/2 Text Resource 2]" in links.text
        assert "[resource demo://resource/dynamic/text/3]\nResource 3: This is a plaintext" in embedded.text
        assert annotated.text.startswith("Error: Operation failed\n[image, image/png")

    async def test_progress_arrives_while_a_call_runs(self, home: Home) -> None:
        async with visit(home) as guest:
            done = await guest.call("trigger-long-running-operation", duration=0.4, steps=2)
        # What follows faster than anybody reads is not told.
        first, *further = [(told.done, told.total) for told in guest.all(ToolCallProgress)]
        assert first == (1, 2)
        assert set(further) <= {(2, 2)}
        assert "Duration: 0.4 seconds, Steps: 2" in done.text

    async def test_a_call_that_is_stopped_leaves_the_connection_usable(self, home: Home) -> None:
        async with visit(home) as guest:
            await guest.begin("trigger-long-running-operation", duration=600, steps=6000)
            done = await guest.call("get-sum", a=1, b=1)
        assert done.text == "The sum of 1 and 1 is 2."


class TestSessions:
    async def test_one_that_the_server_ended_is_replaced_within_the_next_call(self, home: Home) -> None:
        async with visit(home) as guest:
            first = await session_id(guest)
            headers = {"mcp-session-id": first, "mcp-protocol-version": "2025-11-25"}
            ended = httpx2.delete(home.url, headers=headers)
            second = await session_id(guest)
        assert ended.status_code == 200
        assert second != first

    async def test_the_program_says_goodbye(self, home: Home, everything_server: Served) -> None:
        async with visit(home) as guest:
            session = await session_id(guest)
        assert everything_server.wait_for(f"Received session termination request for session {session}")


class TestForms:
    async def test_every_kind_of_field_is_offered_and_what_was_filled_in_arrives(self, home: Home) -> None:
        async with visit(home) as guest:
            guest.answer = fill_in(
                name="Ada Lovelace",
                check=True,
                email="ada@example.com",
                birthdate="1815-12-10",
                integer=7,
                untitledMultipleSelectEnum=["Piano", "Drums"],
            )
            done = await guest.call("trigger-elicitation-request")
        (question,) = guest.all(ElicitationRequested)
        assert question.form is not None
        assert {field.name: field.kind for field in question.form.fields} == {
            "name": FieldKind.TEXT,
            "check": FieldKind.YES_NO,
            "firstLine": FieldKind.TEXT,
            "email": FieldKind.TEXT,
            "homepage": FieldKind.TEXT,
            "birthdate": FieldKind.TEXT,
            "integer": FieldKind.INTEGER,
            "number": FieldKind.NUMBER,
            "untitledSingleSelectEnum": FieldKind.CHOICE,
            "untitledMultipleSelectEnum": FieldKind.CHOICES,
            "titledSingleSelectEnum": FieldKind.CHOICE,
            "titledMultipleSelectEnum": FieldKind.CHOICES,
            "legacyTitledEnum": FieldKind.CHOICE,
        }
        labels = {field.name: [choice.label for choice in field.choices] for field in question.form.fields}
        assert labels["titledSingleSelectEnum"] == ["Superman", "Green Lantern", "Wonder Woman"]
        assert labels["legacyTitledEnum"] == ["Cats", "Dogs", "Birds", "Fish", "Reptiles"]
        assert "User provided the requested information" in done.text
        assert "- Name: Ada Lovelace\n- Agreed to terms: true\n- Email: ada@example.com" in done.text
        assert '"Piano"' in done.text

    @pytest.mark.parametrize(
        ("action", "told"),
        [
            (ElicitationAction.DECLINED, "User declined to provide the requested information."),
            (ElicitationAction.CANCELLED, "User cancelled the elicitation dialog."),
        ],
    )
    async def test_a_no_and_no_answer_are_told_apart(
        self, home: Home, action: ElicitationAction, told: str
    ) -> None:
        async with visit(home) as guest:
            guest.answer = answer_with(action)
            done = await guest.call("trigger-elicitation-request")
        assert told in done.text

    @pytest.mark.parametrize(
        ("action", "told"),
        [
            (ElicitationAction.ACCEPTED, "User completed the URL elicitation flow."),
            (ElicitationAction.DECLINED, "User declined to open the URL"),
        ],
    )
    async def test_a_page_is_opened_only_if_the_user_wants_it(
        self, home: Home, action: ElicitationAction, told: str
    ) -> None:
        async with visit(home) as guest:
            guest.answer = answer_with(action)
            done = await guest.call("trigger-url-elicitation", url="https://example.com/pay")
        (question,) = guest.all(ElicitationRequested)
        assert (question.url, question.host) == ("https://example.com/pay", "example.com")
        assert told in done.text

    async def test_a_call_that_is_refused_until_a_page_was_opened_can_be_made_again(self, home: Home) -> None:
        arguments = {"url": "https://example.com/pay", "elicitationId": "one", "errorPath": True}
        async with visit(home) as guest:
            guest.answer = answer_with(ElicitationAction.ACCEPTED)
            refused = await guest.call("trigger-url-elicitation", **arguments)
            again = await guest.call("trigger-url-elicitation", **arguments)
        assert refused.outcome is CallOutcome.FAILED
        assert "then make the call again" in refused.text
        assert guest.all(ElicitationRequested)[0].url == "https://modelcontextprotocol.io"
        assert "User completed the URL elicitation flow." in again.text


class TestPrompts:
    async def test_they_are_listed_with_their_arguments(self, home: Home) -> None:
        async with visit(home) as guest:
            prompts = await guest.session.features.prompts()
        assert {
            prompt.name: [(argument.name, argument.required) for argument in prompt.arguments]
            for prompt in prompts
        } == {
            "simple-prompt": [],
            "args-prompt": [("city", True), ("state", False)],
            "completable-prompt": [("department", True), ("name", True)],
            "resource-prompt": [("resourceType", True), ("resourceId", True)],
        }

    async def test_they_are_filled_in(self, home: Home) -> None:
        async with visit(home) as guest:
            plain = await guest.session.features.get_prompt("args-prompt", {"city": "Paris"})
            with_resource = await guest.session.features.get_prompt(
                "resource-prompt", {"resourceType": "Text", "resourceId": "7"}
            )
        assert [(message.role, message.text) for message in plain.messages] == [
            ("user", "What's weather in Paris?")
        ]
        assert with_resource.messages[1].text.startswith("[resource demo://resource/dynamic/text/7]\n")

    async def test_values_are_suggested_by_what_is_known_of_the_others(self, home: Home) -> None:
        async with visit(home) as guest:
            features = guest.session.features
            departments = await features.suggest("completable-prompt", "department", {})
            names = await features.suggest("completable-prompt", "name", {"department": "Sales"})
            cities = await features.suggest("args-prompt", "city", {})
        assert departments == ("Engineering", "Sales", "Marketing", "Support")
        assert names == ("David", "Eve", "Frank")
        assert cities == ()

    async def test_values_that_the_server_does_not_take_are_told_in_its_words(self, home: Home) -> None:
        async with visit(home) as guest:
            with pytest.raises(ServerError, match="Invalid resourceType: Song"):
                await guest.session.features.get_prompt(
                    "resource-prompt", {"resourceType": "Song", "resourceId": "1"}
                )


class TestResources:
    async def test_they_are_listed_and_so_are_their_templates(self, home: Home) -> None:
        async with visit(home) as guest:
            resources = await guest.session.features.resources()
        plain = [resource.uri for resource in resources if not resource.is_template]
        templates = [resource.uri for resource in resources if resource.is_template]
        assert "demo://resource/static/document/features.md" in plain
        assert templates == [
            "demo://resource/dynamic/text/{resourceId}",
            "demo://resource/dynamic/blob/{resourceId}",
        ]

    async def test_text_and_data_are_read_by_the_address_that_a_template_makes(self, home: Home) -> None:
        async with visit(home) as guest:
            features = guest.session.features
            values = {"resourceId": "5"}
            uri = await features.fill_template("demo://resource/dynamic/text/{resourceId}", values)
            (text,) = await features.read_resource(uri)
            (data,) = await features.read_resource("demo://resource/dynamic/blob/5")
        assert uri == "demo://resource/dynamic/text/5"
        assert text.text.startswith("Resource 5: This is a plaintext resource")
        assert data.data.startswith(b"Resource 5: This is a base64 blob")

    async def test_one_that_a_call_makes_is_announced_and_can_be_read(self, home: Home) -> None:
        document = "data:text/plain;base64," + base64.b64encode(b"Minutes of the meeting").decode()
        async with visit(home) as guest:
            done = await guest.call("gzip-file-as-resource", name="minutes.gz", data=document)
            # What is told between two calls is heard with the next.
            await guest.call("get-sum", a=1, b=1)
            resources = await guest.session.features.resources()
            (contents,) = await guest.session.features.read_resource("demo://resource/session/minutes.gz")
        assert done.text == "[resource demo://resource/session/minutes.gz minutes.gz]"
        assert ListChanged(ListKind.RESOURCES) in guest.heard
        assert "demo://resource/session/minutes.gz" in [resource.uri for resource in resources]
        assert gzip.decompress(contents.data) == b"Minutes of the meeting"

    async def test_one_that_does_not_exist_is_a_clear_error(self, home: Home) -> None:
        async with visit(home) as guest:
            with pytest.raises(ServerError, match=r"refused the request: .*demo://nothing"):
                await guest.session.features.read_resource("demo://nothing")
