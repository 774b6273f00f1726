"""What a server does of its own accord reaches whoever reads the turn, in both eras of the protocol."""

import logging
from collections.abc import Awaitable, Callable, Iterator

import pytest
from mcp_types import LoggingMessageNotificationParams

from agent.events import (
    ElicitationAction,
    ElicitationRequested,
    ListChanged,
    ListKind,
    LogLevel,
    Notice,
    OutsideEvent,
    Question,
    ServerLog,
)
from agent.jsontypes import JsonValue
from agent.workspace.incoming import FrontEnd, Incoming
from agent.workspace.workspace import Workspace
from tests.workspace.mcp_servers import Gate, Running
from tests.workspace.talking_server import PAGE, Talker

pytestmark = pytest.mark.anyio
Served = tuple[Talker, Running]


def serve(legacy: bool) -> Iterator[Served]:
    talker = Talker(Gate(), legacy)
    talker.build()
    server = Running(talker.gate)
    try:
        yield talker, server
    finally:
        server.stop()


@pytest.fixture(params=["2026-07-28", "2025-11-25"])
def talker(request: pytest.FixtureRequest) -> Iterator[Served]:
    yield from serve(request.param == "2025-11-25")


@pytest.fixture
def legacy_talker() -> Iterator[Served]:
    yield from serve(legacy=True)


class Person:
    """Answers every question in the same way, and remembers them."""

    def __init__(self, answer: Callable[[ElicitationRequested], None]) -> None:
        self.asked: list[ElicitationRequested] = []
        self._answer = answer

    async def __call__(self, question: Question) -> None:
        assert isinstance(question, ElicitationRequested)
        self.asked.append(question)
        self._answer(question)


def accept_with(**content: str | int) -> Callable[[ElicitationRequested], None]:
    def answer(question: ElicitationRequested) -> None:
        question.action = ElicitationAction.ACCEPTED
        question.content = dict(content)

    return answer


def decline(question: ElicitationRequested) -> None:
    question.action = ElicitationAction.DECLINED


def say_nothing(_: ElicitationRequested) -> None:
    """Leave the question unanswered."""


async def talk(
    server: Running,
    tool: str,
    told: list[OutsideEvent],
    ask: Callable[[Question], Awaitable[None]] | None = None,
    **arguments: str | int,
) -> str:
    """Call a tool and return its text."""
    workspace = (
        Workspace(server.url, on_event=told.append, ask=ask)
        if ask
        else Workspace(server.url, on_event=told.append)
    )
    async with workspace:
        return (await workspace.call_tool(tool, dict(arguments))).text


async def test_the_progress_of_a_call_is_told_to_whoever_made_it(talker: Served) -> None:
    _, server = talker
    steps: list[tuple[float, float | None, str]] = []

    def note(done: float, total: float | None, message: str) -> None:
        steps.append((done, total, message))

    async with Workspace(server.url) as workspace:
        result = await workspace.call_tool("count", {}, note)
    assert result.text == "counted"
    assert steps == [(1, 3, "at 1 [2J"), (2, 3, "at 2 [2J"), (3, 3, "at 3 [2J")]


async def test_a_warning_of_the_server_is_shown_without_secrets_and_control_characters(
    talker: Served, told: list[OutsideEvent]
) -> None:
    await talk(talker[1], "complain", told, level="warning")
    [said] = told
    assert isinstance(said, ServerLog)
    assert (said.level, said.logger) == (LogLevel.WARNING, "disk")
    assert '"text":"full 0' in said.text
    assert "sesame" not in str(told)
    assert "\x07" not in str(told)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"msg": "The roof leaks.", "extra": None}, "The roof leaks."),
        ({"message": "The roof\nleaks.", "code": 7}, "The roof leaks."),
        ({"msg": {"code": 7}}, '{"msg":{"code":7}}'),
        ("The roof leaks.", "The roof leaks."),
    ],
)
async def test_of_what_a_framework_logs_its_words_are_shown_and_all_is_kept(
    data: JsonValue, shown: str, told: list[OutsideEvent], caplog: pytest.LogCaptureFixture
) -> None:
    async def ask(_: Question) -> None:
        raise AssertionError("nothing is asked")

    incoming = Incoming("https://example.com/mcp", FrontEnd(told.append, ask), lambda: 0.0, lambda: None)
    await incoming.log(LoggingMessageNotificationParams(level="warning", data=data))
    assert told == [ServerLog(LogLevel.WARNING, "", shown)]
    assert all(str(key) in caplog.text for key in (data if isinstance(data, dict) else ()))


async def test_what_a_server_says_quietly_goes_to_the_log_file_alone(
    talker: Served, told: list[OutsideEvent], caplog: pytest.LogCaptureFixture
) -> None:
    await talk(talker[1], "complain", told, level="info")
    assert told == []
    lines = [record for record in caplog.records if record.name == "agent.workspace.server"]
    assert [record.levelno for record in lines] == [logging.INFO]
    assert "disk" in lines[0].getMessage()
    assert "sesame" not in lines[0].getMessage()


async def test_a_storm_of_warnings_does_not_fill_the_screen(
    talker: Served, told: list[OutsideEvent], caplog: pytest.LogCaptureFixture
) -> None:
    await talk(talker[1], "complain", told, level="error", times=50)
    shown = [event for event in told if isinstance(event, ServerLog)]
    assert len(shown) == 10
    assert told[-1] == Notice("The server logs more than is shown; the log file has all of it.")
    assert len([record for record in caplog.records if record.name == "agent.workspace.server"]) == 50


async def test_lists_that_change_are_told(talker: Served, told: list[OutsideEvent]) -> None:
    state, server = talker
    async with Workspace(server.url, on_event=told.append) as workspace:
        await workspace.tools()
        await state.gate.arrival("subscriptions/listen", "GET")
        await workspace.call_tool("rearrange", {})
        await workspace.call_tool("count", {})
        while len(told) < 2:
            await workspace.call_tool("count", {})
    assert set(told) == {ListChanged(ListKind.PROMPTS), ListChanged(ListKind.RESOURCES)}


async def test_a_form_is_asked_for_and_its_values_reach_the_tool(
    talker: Served, told: list[OutsideEvent]
) -> None:
    state, server = talker
    person = Person(accept_with(city="Oslo", nights=2))
    assert await talk(server, "book", told, person) == "2 nights in Oslo"
    [question] = person.asked
    assert question.server == server.url
    assert question.message == "Where to?"
    assert question.form is not None
    assert [(field.name, field.required, field.default) for field in question.form.fields] == [
        ("city", True, None),
        ("nights", False, 3),
    ]
    assert state.answers == ["accept"]


@pytest.mark.parametrize(("answer", "action"), [(decline, "decline"), (say_nothing, "cancel")])
async def test_the_server_is_told_that_the_user_said_no(
    talker: Served,
    told: list[OutsideEvent],
    answer: Callable[[ElicitationRequested], None],
    action: str,
) -> None:
    state, server = talker
    assert await talk(server, "book", told, Person(answer)) == f"the user said: {action}"
    assert state.answers == [action]


async def test_without_anybody_to_ask_a_form_is_cancelled_and_nothing_hangs(
    talker: Served, told: list[OutsideEvent]
) -> None:
    state, server = talker
    await talk(server, "book", told)
    assert state.answers == ["cancel"]


async def test_a_page_is_offered_by_its_host_and_never_opened_here(
    talker: Served, told: list[OutsideEvent]
) -> None:
    person = Person(accept_with())
    assert await talk(talker[1], "pay", told, person) == "the page was: accept"
    [question] = person.asked
    assert (question.form, question.url, question.host) == (None, PAGE, "pay.example")


async def test_a_page_that_was_declined_stays_closed(talker: Served, told: list[OutsideEvent]) -> None:
    assert await talk(talker[1], "pay", told, Person(decline)) == "the page was: decline"


@pytest.mark.parametrize(
    ("answer", "words"), [(accept_with(), "has just opened the page"), (decline, "did not want to")]
)
async def test_a_call_that_needs_a_page_first_tells_the_model_what_the_user_did(
    legacy_talker: Served,
    told: list[OutsideEvent],
    answer: Callable[[ElicitationRequested], None],
    words: str,
) -> None:
    person = Person(answer)
    assert words in await talk(legacy_talker[1], "locked", told, person)
    assert [question.host for question in person.asked] == ["pay.example"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "https://"])
async def test_what_is_no_web_page_is_declined_unseen(
    legacy_talker: Served, told: list[OutsideEvent], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.workspace.talking_server.PAGE", url)
    person = Person(accept_with())
    assert await talk(legacy_talker[1], "pay", told, person) == "the page was: decline"
    assert person.asked == []
    assert told == [Notice("The server wanted to have opened what is no web page; it was declined.")]
