"""What a server asks in the middle of a turn, as a person sees and answers it, with no clock that runs."""

from collections.abc import AsyncGenerator, Sequence

import pytest

from agent.conversation import ToolCall
from agent.errors import SignInError
from agent.events import (
    ApprovalRequested,
    CallOutcome,
    Change,
    Decision,
    ElicitationAction,
    ElicitationRequested,
    Event,
    SignInRequested,
    ToolCallFinished,
    ToolCallProgress,
    ToolCallStarted,
    TurnFinished,
    WaitStarted,
)
from agent.forms.form import parse_form
from agent.jsontypes import JsonObject, dump
from agent.model.protocol import Usage
from agent.repl.dialogs.approvals import ApprovalAnswer
from agent.repl.dialogs.questions import Questions, odd_about
from agent.repl.reader import TurnReader
from agent.repl.screens.screen import Scrollback
from agent.tools.tool import Effect, Tool
from tests.repl.fake_screen import FakeScreen

pytestmark = pytest.mark.anyio
SERVER = "https://demo.example/mcp"
LOST = SignInError("The sign-in is no longer valid; nothing else was lost.", "Run `astravue login`.")


class Desk:
    """The questions of a chat, and what they lead to.

    Args:
        screen: Who answers.
        sign_in_error: What a sign-in fails with.
    """

    def __init__(self, screen: FakeScreen, sign_in_error: SignInError | None = None) -> None:
        self.opened: list[str] = []
        self.sign_ins = 0
        self._error = sign_in_error
        self.scrollback = Scrollback(screen)
        self.questions = Questions(
            screen, self.scrollback, sign_in=self._sign_in, open_address=self.opened.append
        )

    async def _sign_in(self) -> str:
        self.sign_ins += 1
        if self._error:
            raise self._error
        return "Signed in as Alex."


def form_of(properties: JsonObject, *required: str) -> ElicitationRequested:
    schema: JsonObject = {"type": "object", "properties": properties, "required": [*required]}
    return ElicitationRequested(SERVER, "Where to?", parse_form(schema))


TRIP: JsonObject = {
    "city": {"type": "string", "title": "City", "description": "Where you sleep.", "minLength": 2},
    "nights": {"type": "integer", "minimum": 1, "maximum": 30, "default": 3},
    "room": {"type": "string", "title": "Room", "enum": ["s", "d"], "enumNames": ["Single", "Double"]},
    "extras": {"type": "array", "items": {"type": "string", "enum": ["breakfast", "parking", "bike"]}},
    "quiet": {"type": "boolean"},
}


async def ask(request: ElicitationRequested, *answers: str | bool | ApprovalAnswer) -> FakeScreen:
    """Ask, and have every answer used."""
    screen = FakeScreen(*answers)
    await Desk(screen).questions.elicit(request)
    assert screen.answers_left == ()
    return screen


async def test_a_form_is_filled_in_field_by_field() -> None:
    request = form_of(TRIP, "city", "room")
    screen = await ask(request, "Oslo", "", "double", "1, bike", "y", "yes")
    assert request.action is ElicitationAction.ACCEPTED
    assert request.content == {
        "city": "Oslo",
        "nights": 3,
        "room": "d",
        "extras": ["breakfast", "bike"],
        "quiet": True,
    }
    assert screen.asked == ["City: ", "nights [3]: ", "Room: ", "extras: ", "quiet: ", "Answer: "]
    assert screen.text == (
        "https://demo.example/mcp asks: Where to?\n"
        "Type /decline to say no to the server, /cancel to leave it open.\n"
        "City Where you sleep.\n"
        "nights\n"
        "  a whole number, 1 to 30\n"
        "Room\n"
        "  1 Single\n"
        "  2 Double\n"
        "  one of those above, or its number\n"
        "extras\n"
        "  1 breakfast\n"
        "  2 parking\n"
        "  3 bike\n"
        "  some of those above or their numbers, with commas between, or nothing to\n"
        "  leave it out\n"
        "quiet\n"
        "  yes or no, or nothing to leave it out\n"
        "  City: Oslo\n"
        "  nights: 3\n"
        "  Room: Double\n"
        "  extras: breakfast, bike\n"
        "  quiet: yes\n"
        "Send this to the server? Type yes, /again to begin again, or nothing to leave\n"
        "it.\n"
    )


async def test_what_is_left_out_is_not_sent() -> None:
    request = form_of({"quiet": {"type": "boolean"}, "note": {"type": "string"}})
    screen = await ask(request, "", "", "yes")
    assert request.action is ElicitationAction.ACCEPTED
    assert request.content == {}
    assert "  (all fields left out)\n" in screen.text


async def test_an_answer_that_does_not_fit_is_asked_for_again() -> None:
    request = form_of({"nights": {"type": "integer", "minimum": 1, "maximum": 30}}, "nights")
    screen = await ask(request, "many", "31", "", "2", "y")
    assert request.content == {"nights": 2}
    assert screen.asked == ["nights: "] * 4 + ["Answer: "]
    assert screen.text.count("It takes a whole number, 1 to 30.\n") == 2
    assert screen.text.count("This field cannot be left out.\n") == 1


async def test_a_form_begins_again_only_where_that_is_asked_for() -> None:
    request = form_of({"city": {"type": "string"}}, "city")
    await ask(request, "Olso", "/again", "Oslo", "yes")
    assert request.content == {"city": "Oslo"}


@pytest.mark.parametrize("word", ["", "no", "n", "/cancel"])
async def test_a_form_is_left_at_its_end_by_enter_alone(word: str) -> None:
    request = form_of({"city": {"type": "string"}}, "city")
    await ask(request, "Oslo", word)
    assert (request.action, request.content) == (ElicitationAction.CANCELLED, {})


async def test_a_word_that_is_neither_yes_nor_no_is_asked_about_again() -> None:
    request = form_of({"city": {"type": "string"}}, "city")
    screen = await ask(request, "Oslo", "perhaps", "yes")
    assert screen.asked == ["city: ", "Answer: ", "Answer: "]
    assert request.content == {"city": "Oslo"}


@pytest.mark.parametrize(
    ("typed", "action", "word"),
    [
        ("/decline", ElicitationAction.DECLINED, "declined"),
        ("/DECLINE", ElicitationAction.DECLINED, "declined"),
        ("/cancel", ElicitationAction.CANCELLED, "cancelled"),
    ],
)
async def test_a_form_can_be_left_at_any_field(typed: str, action: ElicitationAction, word: str) -> None:
    request = form_of(TRIP, "city")
    screen = await ask(request, "Oslo", typed)
    assert request.action is action
    assert request.content == {}
    assert screen.text.endswith(f"Nothing was sent; the server is told that you {word}.\n")


@pytest.mark.parametrize(
    ("agreed", "action"), [(True, ElicitationAction.ACCEPTED), (False, ElicitationAction.DECLINED)]
)
async def test_a_form_without_fields_asks_for_agreement(agreed: bool, action: ElicitationAction) -> None:
    request = form_of({})
    screen = await ask(request, agreed)
    assert request.action is action
    assert screen.asked == ["Agree?"]


async def test_nothing_that_a_server_writes_reaches_the_terminal_as_a_command() -> None:
    field: JsonObject = {
        "type": "string",
        "title": "Ci\x1b[2Jty\n",
        "enum": ["a\x07\nb"],
        "description": "\x9b0m",
    }
    request = ElicitationRequested(
        "demo\x1b]0;x", "Where\x1b[2J to?", parse_form({"properties": {"c": field}})
    )
    screen = await ask(request, "1", "yes")
    for text in (screen.text, *screen.asked):
        assert not set(text) & {"\x1b", "\x07", "\x9b"}


PAGE = "https://pay.example/checkout?order=7"


@pytest.mark.parametrize(
    ("opened", "action"), [(True, ElicitationAction.ACCEPTED), (False, ElicitationAction.DECLINED)]
)
async def test_a_page_is_opened_only_by_a_yes(opened: bool, action: ElicitationAction) -> None:
    request = ElicitationRequested(SERVER, "Pay here.", url=PAGE)
    screen = FakeScreen(opened)
    desk = Desk(screen)
    await desk.questions.elicit(request)
    assert request.action is action
    assert desk.opened == ([PAGE] if opened else [])
    assert screen.asked == ["Open this page in your browser?"]
    assert f"asks: Pay here.\n  Host: pay.example\n  {PAGE}\n" in screen.text
    assert "not encrypted" not in screen.text


async def test_a_page_that_looks_like_another_host_shows_the_real_one() -> None:
    request = ElicitationRequested(SERVER, "Pay.", url="http://bank.example@evil.example/bank.example")
    screen = await ask(request, False)
    assert "  Host: evil.example\n" in screen.text
    assert "  The connection to it is not encrypted.\n" in screen.text


@pytest.mark.parametrize(
    ("url", "warnings"),
    [
        ("https://pay.example/x@y", []),
        ("http://pay.example/", ["not encrypted"]),
        ("https://bank.example@evil.example/", ["before its host"]),
        ("https://b\u0430nk.example/", ["letters that may pass"]),
        ("https://xn--bnk-5cd.example/", ["letters that may pass"]),
        (
            "http://me:secret@xn--bnk-5cd.example/",
            ["not encrypted", "before its host", "letters that may pass"],
        ),
    ],
)
async def test_what_is_odd_about_an_address_is_said_before_it_is_opened(
    url: str, warnings: list[str]
) -> None:
    request = ElicitationRequested(SERVER, "Pay.", url=url)
    said = odd_about(url, request.host)
    assert len(said) == len(warnings)
    assert all(part in sentence for part, sentence in zip(warnings, said, strict=True))
    screen = await ask(request, False)
    assert all(sentence in " ".join(screen.text.split()) for sentence in said)


RENAME = Tool(
    "rename_task",
    "Rename task",
    "",
    {
        "type": "object",
        "properties": {
            "taskId": {"type": "integer"},
            "title": {"type": "string", "minLength": 2},
            "note": {"type": "string"},
        },
        "required": ["taskId", "title"],
    },
)
YES, EDIT = ApprovalAnswer(Decision.ALLOWED), ApprovalAnswer(Decision.EDITED)


def approval() -> ApprovalRequested:
    arguments: JsonObject = {"taskId": 7, "title": "Old"}
    call = ToolCall("c1", RENAME.name, dump(arguments))
    return ApprovalRequested(call, RENAME, arguments, Effect.WRITE, "Rename task: “Old”", may_edit=True)


async def decide(*answers: str | bool | ApprovalAnswer) -> tuple[ApprovalRequested, FakeScreen]:
    request, screen = approval(), FakeScreen(*answers)
    await Desk(screen).questions.decide(request)
    assert screen.answers_left == ()
    return request, screen


async def test_a_decision_goes_into_the_request() -> None:
    request, _ = await decide(YES)
    assert (request.decision, request.edited) == (Decision.ALLOWED, None)


async def test_arguments_are_changed_by_a_form_of_them() -> None:
    request, screen = await decide(EDIT, "no", "", "New", "yes")
    assert (request.decision, request.edited) == (Decision.EDITED, {"taskId": 7, "title": "New"})
    assert screen.asked == [
        "Rename task: “Old”",
        "Answer: ",
        "taskId [7]: ",
        "title [Old]: ",
        "Answer: ",
    ]


async def test_what_an_id_stands_for_is_said_where_it_may_be_changed() -> None:
    request, screen = approval(), FakeScreen(EDIT, "", "", "", "yes")
    request.changes = (Change("taskId", "taskId", "", "“Fix login” (7)"),)
    await Desk(screen).questions.decide(request)
    assert "taskId\n  now “Fix login” (7)\n" in screen.text


async def test_whoever_leaves_the_form_is_asked_again() -> None:
    request, screen = await decide(EDIT, "perhaps", "/cancel", YES)
    assert (request.decision, request.edited) == (Decision.ALLOWED, None)
    assert screen.asked.count("Rename task: “Old”") == 2


async def test_a_sign_in_goes_on_with_the_turn() -> None:
    screen, request = FakeScreen(True), SignInRequested(LOST)
    desk = Desk(screen)
    await desk.questions.ask_to_sign_in(request)
    assert (request.signed_in, desk.sign_ins) == (True, 1)
    assert screen.asked == ["Sign in now? What you asked for goes on after it."]
    assert screen.text == "! The sign-in is no longer valid; nothing else was lost.\nSigned in as Alex.\n"


async def test_a_no_signs_nobody_in() -> None:
    screen, request = FakeScreen(False), SignInRequested(LOST)
    desk = Desk(screen)
    await desk.questions.ask_to_sign_in(request)
    assert (request.signed_in, desk.sign_ins) == (False, 0)


async def test_a_sign_in_that_fails_is_told_and_leaves_the_question_unanswered() -> None:
    screen, request = FakeScreen(True), SignInRequested(LOST)
    desk = Desk(screen, SignInError("The consent was refused.", "Try /login again."))
    await desk.questions.ask_to_sign_in(request)
    assert (request.signed_in, desk.sign_ins) == (False, 1)
    assert screen.text.endswith("✗ The consent was refused. Try /login again.\n")


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


CALL = ToolCall("call_1", "copy_project", "{}")
STARTED = ToolCallStarted(CALL, "Copy project", {}, Effect.READ)
ENDED: list[Event] = [
    ToolCallFinished(CALL, "Copy project", CallOutcome.SUCCEEDED, "copied"),
    TurnFinished("", Usage(), 1),
]


async def watch(steps: Sequence[tuple[Event, Sequence[float]]]) -> tuple[list[str], FakeScreen]:
    """Read a turn; after each event, draw the live lines at the given seconds of its beginning."""
    clock, screen, drawn = Clock(), FakeScreen(), list[str]()

    async def events() -> AsyncGenerator[Event, None]:
        for event, moments in steps:
            yield event
            for moment in moments:
                clock.now = 100.0 + moment
                assert screen.live is not None
                drawn.append(screen.live(80))
        for event in ENDED:
            yield event

    desk = Desk(screen)
    reader = TurnReader(
        screen, desk.scrollback, desk.questions, clock=clock, waiting_for=lambda _: "Thinking"
    )
    await reader.read(events())
    assert screen.live is None
    return drawn, screen


async def test_a_wait_counts_down_and_goes_away() -> None:
    drawn, screen = await watch(
        [(WaitStarted("The server limits the rate of requests", 30.0), [0.0, 0.5, 29.2, 30.0])]
    )
    reason = "The server limits the rate of requests"
    assert drawn[:3] == ["Waiting · 30 s left", "Waiting · 30 s left", "Waiting · 1 s left"]
    assert drawn[3].endswith("Thinking · 30 s")
    assert f"· {reason}; waiting 30 s.\n" in screen.text


async def test_the_progress_of_a_call_is_a_live_line_and_leaves_nothing_behind() -> None:
    drawn, screen = await watch(
        [
            (STARTED, [1.0]),
            (ToolCallProgress(CALL, 3, 12, "tasks"), [2.0]),
            (ToolCallProgress(CALL, 1234567, None, ""), [3.0]),
        ]
    )
    first, second, third = (line[2:] for line in drawn)
    assert first == "Copy project · 1 s"
    assert second.startswith("Copy project · ")
    assert second.endswith("25% · tasks · 2 s")
    assert third == "Copy project · 1,234,567 · 3 s"
    assert "25%" not in screen.text
    assert "✓ Copy project" in screen.text


async def test_progress_of_a_call_that_is_over_draws_nothing() -> None:
    drawn, _ = await watch([(ToolCallProgress(CALL, 1, 2, "late"), [1.0])])
    assert "late" not in drawn[0]


async def test_a_question_in_mid_turn_stands_in_the_turn_and_is_answered_there() -> None:
    screen = FakeScreen("Oslo", "yes", True)
    form, lost = form_of({"city": {"type": "string"}}, "city"), SignInRequested(LOST)
    seen: list[object] = []

    async def events() -> AsyncGenerator[Event, None]:
        yield form
        seen.append(form.content)
        yield lost
        seen.append(lost.signed_in)
        yield TurnFinished("", Usage(), 1)

    desk = Desk(screen)
    reader = TurnReader(screen, desk.scrollback, desk.questions, clock=Clock(), waiting_for=lambda _: "")
    await reader.read(events())
    assert seen == [{"city": "Oslo"}, True]


async def test_time_stands_still_while_somebody_is_asked_and_is_no_time_of_the_call() -> None:
    clock, drawn = Clock(), list[str]()

    class ThinkingScreen(FakeScreen):
        """Somebody who thinks for a minute."""

        async def confirm(self, question: str) -> bool:
            assert self.live is not None
            drawn.append(self.live(80))
            clock.now += 60.0
            drawn.append(self.live(80))
            return await super().confirm(question)

    screen = ThinkingScreen(False)

    async def events() -> AsyncGenerator[Event, None]:
        yield STARTED
        clock.now += 2.0
        yield ElicitationRequested(SERVER, "Pay here.", url=PAGE)
        clock.now += 1.0
        assert screen.live is not None
        drawn.append(screen.live(80))
        yield ToolCallFinished(CALL, "Copy project", CallOutcome.SUCCEEDED, "copied", duration=63.0)
        yield TurnFinished("", Usage(), 1)

    desk = Desk(screen)
    reader = TurnReader(screen, desk.scrollback, desk.questions, clock=clock, waiting_for=lambda _: "")
    await reader.read(events())
    assert drawn[0] == drawn[1]
    assert [line.partition(" ")[2] for line in drawn[1:]] == ["Copy project · 2 s", "Copy project · 3 s"]
    assert "✓ Copy project · copied · 3.0 s" in screen.text
