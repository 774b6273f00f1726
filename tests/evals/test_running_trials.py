"""A trial always ends in a record, which tells the model's failures from others, and frees its place."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from starlette.responses import JSONResponse
from tried import CREATE, LEASE, NOTES, START, make_case, playing, run_with, settings_for

from agent.conversation import ToolCall
from agent.errors import AgentError, EndpointError, LimitError, ModelError, QuotaError, ServerError
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, ModelRequest, StreamItem, Usage
from agent.model.scripted import ScriptedModel, say
from agent.model.stream_errors import BrokenStream
from evals.definitions.case import Action, Case, Disturbance, Failure, Moment, OutsideCall, Turn
from evals.definitions.trial import SECONDS, Status, TrialPlan, TrialRecord
from evals.trials.plays import Play, ScriptedUser
from evals.trials.replay import replay_play
from evals.workspaces.host import Host
from tests.end_to_end.scripted_endpoint import Answer, ScriptedEndpoint
from tests.fake_model import FakeModel, answer

pytestmark = pytest.mark.anyio

SERVER_FAILS = Disturbance(Moment.BEFORE, Action.FAIL, CREATE, failure=Failure(status=500, tool=CREATE))


def creating(number: int = 1) -> ToolCall:
    return ToolCall(f"call_{number}", CREATE, json.dumps(NOTES))


def last_event(record: TrialRecord) -> JsonObject:
    return record.events[-1]


def error_of(record: TrialRecord) -> JsonObject:
    error = last_event(record)["error"]
    assert isinstance(error, dict)
    return error


# What is kept


async def test_a_trial_keeps_its_conversation_its_changes_and_what_it_took() -> None:
    model = FakeModel(
        answer(calls=[creating()], usage=Usage(10, 1)), answer("It is there.", usage=Usage(20, 2))
    )
    record = await run_with(make_case(Turn("Create it")), playing(model))
    assert (record.status, record.problem) == (Status.FINISHED, "")
    assert [record.events[0]["type"], record.events[-1]["type"]] == ["session", "turn_finished"]
    assert last_event(record)["text"] == "It is there."
    assert {change.table for change in record.changes} >= {"tasks"}
    assert record.usage == Usage(30, 3)
    assert (record.steps, record.calls) == (2, 1)
    assert set(record.timings) == {"model", "tools", "first_item"}


async def test_the_model_is_told_the_time_of_the_case_where_its_user_is() -> None:
    model = FakeModel(answer("Good morning."), answer("Good evening."))
    later = Disturbance(Moment.START, Action.ADVANCE, seconds=9 * 3600)
    turns = (Turn("Hello"), Turn("And now?", disturbances=(later,)))
    case = replace(make_case(*turns), timezone="Europe/Berlin")
    record = await run_with(case, playing(model))
    told = [event["context"] for event in record.events if event["type"] == "turn_started"]
    assert START.hour == 9
    assert ["10:00" in str(told[0]), "19:00" in str(told[1])] == [True, True]


async def test_a_disturbance_whose_moment_never_came_is_noted() -> None:
    happens = Disturbance(Moment.START, Action.ADVANCE, seconds=60)
    turn = Turn("Hello", disturbances=(happens, SERVER_FAILS))
    record = await run_with(make_case(turn), playing(FakeModel(answer("Hello."))))
    assert record.missed == (f"turn 1: fail before {CREATE}",)
    assert (record.status, record.problem) == (Status.FINISHED, "")


# What is the model's fault


async def test_a_model_that_never_stops_calling_is_stopped_and_has_been_tried() -> None:
    endless: list[Answer] = [[("astravue_list_spaces", {})]] * 50
    with ScriptedEndpoint([*endless]) as endpoint:
        record = await run_with(make_case(), playing(None, settings_for(endpoint)))
    assert record.status is Status.FINISHED
    assert record.steps == 25
    assert error_of(record)["kind"] == "LimitError"


async def test_fewer_steps_may_be_allowed() -> None:
    endless: list[Answer] = [[("astravue_list_spaces", {})]] * 50
    with ScriptedEndpoint([*endless]) as endpoint:
        record = await run_with(make_case(), playing(None, settings_for(endpoint, steps=3)))
    assert (record.status, record.steps) == (Status.FINISHED, 3)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([answer()], id="nothing"),
        pytest.param([answer("Half", reason=FinishReason.LENGTH)], id="too-long"),
        pytest.param([answer("No", reason=FinishReason.CONTENT_FILTER)], id="filtered"),
        pytest.param([[ModelError("“m” cannot call functions.")]], id="no-functions"),
        pytest.param(
            [answer(calls=[ToolCall(f"c{n}", CREATE, '{"priority": 5}')]) for n in range(5)], id="unfit-calls"
        ),
    ],
)
async def test_a_model_that_answers_badly_has_been_tried(answers: list[list[StreamItem]]) -> None:
    record = await run_with(make_case(), playing(FakeModel(*answers)))
    assert (record.status, record.problem) == (Status.FINISHED, "")
    assert last_event(record)["type"] == "turn_failed"


# What is not


@pytest.mark.parametrize(
    ("status", "said", "says"),
    [
        (401, "wrong key", "refused the API key"),
        (402, "no credit", "asks for payment"),
        (404, "no such model", "does not know the model"),
        (429, "slow down", "rate limit"),
        (500, "on fire", "HTTP 500: on fire."),
    ],
)
async def test_an_endpoint_that_refuses_says_nothing_of_its_model(status: int, said: str, says: str) -> None:
    def refuse(_: JsonObject) -> JSONResponse:
        return JSONResponse({"error": {"message": said}}, status, headers={"retry-after": "0"})

    with ScriptedEndpoint([refuse] * 9) as endpoint:
        record = await run_with(make_case(), playing(None, settings_for(endpoint)))
        repeated = len(endpoint.requests)
    assert record.status is Status.BROKEN
    assert says in record.problem
    assert "\n" not in record.problem
    assert repeated == (4 if status in (429, 500) else 1)


async def test_an_endpoint_that_is_not_there_says_nothing_of_its_model() -> None:
    with ScriptedEndpoint([]) as endpoint:
        settings = settings_for(endpoint)
    model = FakeModel([EndpointError(f"{settings.base_url} cannot be reached.")])
    record = await run_with(make_case(), playing(model))
    assert record.status is Status.BROKEN
    assert record.problem.endswith("cannot be reached.")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BrokenStream("It broke off.", "Say “go on”."), "It broke off."),
        (EndpointError("It did not answer in time.", "Ask again."), "It did not answer in time."),
        (QuotaError("It is busy.", "Wait a moment and ask again."), "It is busy."),
        (ServerError("It is away.", "Sign in again."), "It is away."),
        (
            EndpointError("It refused the key.", "Set OPENAI_API_KEY."),
            "It refused the key. Set OPENAI_API_KEY.",
        ),
    ],
)
async def test_a_problem_says_nothing_that_helps_only_in_a_chat(error: AgentError, told: str) -> None:
    record = await run_with(make_case(), playing(FakeModel([error])))
    assert (record.status, record.problem) == (Status.BROKEN, told)


async def test_after_a_failure_nothing_more_is_said() -> None:
    model = FakeModel([EndpointError("It is away.")], answer("Too late."))
    record = await run_with(make_case(Turn("One"), Turn("Two")), playing(model))
    assert record.status is Status.BROKEN
    assert len(model.requests) == 1


async def test_a_server_that_fails_without_being_meant_to_breaks_the_trial() -> None:
    def surprise(plan: TrialPlan) -> Play:
        turn = replace(plan.case.turns[0], disturbances=(SERVER_FAILS,))
        return ScriptedUser(replace(plan.case, turns=(turn,)), FakeModel(answer(calls=[creating()])))

    record = await run_with(make_case(), surprise)
    assert record.status is Status.BROKEN
    assert f"no usable answer to {CREATE}" in record.problem


async def test_a_server_that_is_meant_to_fail_tries_the_model() -> None:
    model = FakeModel(answer(calls=[creating()]), answer("It did not work."))
    record = await run_with(make_case(Turn("Create it", disturbances=(SERVER_FAILS,))), playing(model))
    assert (record.status, record.problem) == (Status.FINISHED, "")
    assert last_event(record)["text"] == "It did not work."


async def test_what_somebody_else_does_meanwhile_is_no_failure() -> None:
    title: JsonObject = {"taskId": LEASE, "taskTitle": "Another"}
    outside = Disturbance(Moment.START, Action.RUN, call=OutsideCall("astravue_update_task", title))
    model = FakeModel([EndpointError("It is away.")])
    record = await run_with(make_case(Turn("Hello", disturbances=(outside,))), playing(model))
    assert record.status is Status.BROKEN
    assert "Another" in [change.values.get("task_title") for change in record.changes]


# Sign-in


def signing_in(*, signs_in: bool) -> Case:
    revoked = Disturbance(Moment.START, Action.REVOKE)
    return make_case(Turn("Which spaces are there?", signs_in=signs_in, disturbances=(revoked,)))


def looking() -> FakeModel:
    return FakeModel(answer(calls=[ToolCall("c", "astravue_list_spaces", "{}")]), answer("Three."))


async def test_a_user_who_signs_in_again_is_answered() -> None:
    record = await run_with(signing_in(signs_in=True), playing(looking()))
    assert (record.status, last_event(record)["text"]) == (Status.FINISHED, "Three.")


async def test_a_user_who_does_not_sign_in_again_is_told_so() -> None:
    record = await run_with(signing_in(signs_in=False), playing(looking()))
    assert (record.status, last_event(record)["type"]) == (Status.FINISHED, "turn_failed")
    assert error_of(record)["exit_code"] == 3


# Time


class Waiting:
    """A model that is asked and never answers."""

    name = "waiting"

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        self.asked.set()
        await asyncio.Event().wait()
        for item in say("never"):
            yield item

    async def aclose(self) -> None:
        """There is nothing to close."""


def ready(_: TrialPlan) -> Play:
    return ScriptedUser(make_case(), ScriptedModel([say("Here.")]))


class Hanging:
    """A model that answers once; asked again, it lets an hour pass by the event loop's clock.

    Args:
        jump: Lets the hour pass.
    """

    name = "hanging"

    def __init__(self, jump: Callable[[], None]) -> None:
        self._jump = jump
        self._asked = False

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        if self._asked:
            self._jump()
            await asyncio.Event().wait()
        self._asked = True
        for item in say("First.", usage=Usage(10, 1)):
            yield item

    async def aclose(self) -> None:
        """There is nothing to close."""


@pytest.fixture
async def an_hour_passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    loop = asyncio.get_running_loop()
    time, ahead = loop.time, 0.0

    def jump() -> None:
        nonlocal ahead
        ahead += 3600.0

    monkeypatch.setattr(loop, "time", lambda: time() + ahead)
    return jump


async def test_a_trial_that_hangs_is_stopped_with_what_was_said_and_frees_its_place(
    an_hour_passes: Callable[[], None],
) -> None:
    async with Host(1) as host:
        case = make_case(Turn("One"), Turn("Two"))
        record = await run_with(case, playing(Hanging(an_hour_passes)), host, seconds=SECONDS)
        after = await run_with(make_case(), ready, host)
    assert record.status is Status.BROKEN
    assert record.problem == "The trial was stopped after 600 s; what was done until then is kept."
    assert "First." in [event.get("text") for event in record.events]
    assert record.usage == Usage(10, 1)
    assert after.status is Status.FINISHED


async def test_a_trial_that_is_cancelled_frees_its_place() -> None:
    model = Waiting()
    async with Host(1) as host:
        trial = asyncio.create_task(run_with(make_case(), playing(model), host))
        await model.asked.wait()
        trial.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trial
        after = await run_with(make_case(), ready, host)
    assert after.status is Status.FINISHED


# What nobody foresaw


class Broken(ScriptedUser):
    """A play with a mistake in it."""

    async def next_turn(self, _answer: str, /) -> Turn | None:
        raise KeyError("sk-0123456789abcdef")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.ERROR)
    return lambda: caplog.text


async def test_a_mistake_in_the_program_breaks_one_trial_and_is_logged(logged: Callable[[], str]) -> None:
    async with Host(1) as host:
        record = await run_with(make_case(), lambda plan: Broken(plan.case, None), host)
        after = await run_with(make_case(), ready, host)
    assert record.status is Status.BROKEN
    assert record.problem == "The program failed in this trial (KeyError: '[redacted]')."
    assert "Traceback" in logged()
    assert "next_turn" in logged()
    assert after.status is Status.FINISHED


async def test_a_case_without_a_transcript_says_how_to_record_one() -> None:
    record = await run_with(make_case(), replay_play)
    assert (record.status, record.problem) == (
        Status.BROKEN,
        "There is no transcript /cases/single-step/one.jsonl beside the case. "
        "Record one: astravue eval record --cases /cases/single-step/one.yaml",
    )


async def test_a_play_that_cannot_be_made_breaks_the_trial() -> None:
    def refuse(_: TrialPlan) -> Play:
        raise LimitError("There is no room for it.")

    record = await run_with(make_case(), refuse)
    assert (record.status, record.problem) == (Status.BROKEN, "There is no room for it.")


async def test_a_key_that_an_endpoint_repeats_is_not_kept() -> None:
    with ScriptedEndpoint(["Your key is sk-test-0123456789 indeed."]) as endpoint:
        settings = settings_for(endpoint)
        record = await run_with(make_case(), playing(None, settings))
    assert last_event(record)["text"] == "Your key is [redacted] indeed. "
    assert settings.api_key not in str(record)
