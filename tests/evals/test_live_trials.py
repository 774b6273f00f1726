"""Cases before a real model: at an endpoint, as the program asks it, or embedded, one trial at a time."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from starlette.responses import JSONResponse
from tried import CREATE, NOTES, RunLive, live, make_case, settings_for, with_models

from agent.errors import EndpointError, UsageError
from agent.model.protocol import ModelRequest, StreamItem
from agent.model.scripted import say
from agent.model.selection import EMBEDDED
from agent.settings.settings import Settings
from agent.tools.catalogue import FIND_TOOLS
from evals.definitions.case import Turn
from evals.definitions.trial import Kind, Status
from evals.trials.choosing import PLAY_A_USER, choice_of, is_embedded, settle
from evals.trials.open_models import OpenModels
from evals.workspaces.host import Host
from tests.end_to_end.scripted_endpoint import Answer, Body, ScriptedEndpoint

pytestmark = pytest.mark.anyio


# Endpoints


async def test_what_the_user_of_a_case_says_is_answered_by_a_model_over_http() -> None:
    with ScriptedEndpoint([[(CREATE, NOTES)], "I created it.", "You are welcome."]) as endpoint:
        async with live(settings_for(endpoint)) as run:
            record = await run(make_case(Turn("Create it"), Turn("Thanks")))
        asked = [body["messages"][-1] for body in endpoint.requests]
        assert set(endpoint.keys) == {"sk-test-0123456789"}
    assert (record.status, record.problem, record.kind) == (Status.FINISHED, "", Kind.LIVE)
    assert asked[0]["content"].endswith("Create it")
    assert asked[2]["content"].endswith("Thanks")
    assert [change.values.get("task_title") for change in record.changes if change.table == "tasks"] == [
        "Check the release notes"
    ]
    assert record.usage.total_tokens == 330


async def test_the_model_is_offered_functions_as_the_program_offers_them() -> None:
    with ScriptedEndpoint(["Hello."]) as endpoint:
        async with live(settings_for(endpoint)) as run:
            await run(make_case())
        names = [tool["function"]["name"] for tool in endpoint.requests[0]["tools"]]
    assert FIND_TOOLS in names
    assert len(names) < 81


async def test_a_user_who_says_no_to_writes_declines_them() -> None:
    with ScriptedEndpoint([[(CREATE, NOTES)], "Then I will not."]) as endpoint:
        async with live(settings_for(endpoint)) as run:
            record = await run(make_case(Turn("Create it", approve=())))
    assert record.changes == ()
    outcomes = [event.get("outcome") for event in record.events if event["type"] == "tool_call_finished"]
    assert outcomes == ["declined"]


async def test_what_one_trial_learns_of_an_endpoint_the_next_one_knows() -> None:
    def picky(body: Body) -> Answer:
        if "stream_options" in body:
            said = "Unrecognized request argument supplied: stream_options"
            return JSONResponse({"error": {"message": said}}, 400)
        return "Hello."

    with ScriptedEndpoint([picky] * 9) as endpoint:
        async with live(settings_for(endpoint)) as run:
            for number in (1, 2, 3):
                record = await run(make_case(), number=number)
                assert record.status is Status.FINISHED
        refused = sum("stream_options" in body for body in endpoint.requests)
        assert (refused, len(endpoint.requests)) == (1, 4)


async def test_many_trials_run_side_by_side() -> None:
    with ScriptedEndpoint([], "Hello.") as endpoint:
        async with live(settings_for(endpoint), places=4) as run:
            records = await asyncio.gather(*(run(make_case(), number=number) for number in range(1, 9)))
    assert [record.number for record in records] == list(range(1, 9))
    assert {record.status for record in records} == {Status.FINISHED}


# The embedded model


class FakeEmbedded:
    """A model that is loaded first; answers at once, unless it cannot be loaded.

    Args:
        problem: Why it cannot be loaded.
    """

    name = "tiny"

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.loaded = 0
        self.closed = 0
        self.functions: set[int] = set()
        self.sessions: list[str] = []

    async def ready(self) -> None:
        self.loaded += 1
        if self.problem:
            raise EndpointError(self.problem)

    async def respond(self, request: ModelRequest) -> AsyncGenerator[StreamItem, None]:
        self.functions.add(len(request.functions))
        self.sessions.append(request.session_id)
        # Whoever else runs gets every chance to come between two requests of a trial.
        for _ in range(20):
            await asyncio.sleep(0)
        for item in say("Hello."):
            yield item

    async def aclose(self) -> None:
        self.closed += 1


class Embedded:
    """Trials with a model of this process.

    Args:
        cache: Where the models keep things.
        problem: Why the model cannot be loaded.
    """

    def __init__(self, cache: Path, problem: str = "") -> None:
        self.made: list[FakeEmbedded] = []
        self._problem = problem
        self.models = OpenModels(Settings(model=EMBEDDED), cache=cache, open_embedded=self._open)

    def _open(self) -> FakeEmbedded:
        self.made.append(FakeEmbedded(self._problem))
        return self.made[-1]


async def test_the_embedded_model_is_opened_once_and_closed_at_the_end(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path)
    async with Host(1) as host:
        run = with_models(host, embedded.models)
        for number in (1, 2):
            assert (await run(make_case(), number=number)).status is Status.FINISHED
    (model,) = embedded.made
    assert model.closed == 0
    await embedded.models.aclose()
    assert model.closed == 1


async def test_the_embedded_model_does_one_trial_after_the_other(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path)
    case = make_case(Turn("One"), Turn("Two"), Turn("Three"))
    async with Host(3) as host:
        run: RunLive = with_models(host, embedded.models)
        await asyncio.gather(*(run(case, number=number) for number in (1, 2, 3)))
    (model,) = embedded.made
    first, second, third = dict.fromkeys(model.sessions)
    assert model.sessions == [first] * 3 + [second] * 3 + [third] * 3


async def test_the_embedded_model_chooses_among_all_tools_itself(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path)
    async with Host(1) as host:
        await with_models(host, embedded.models)(make_case())
    (count,) = embedded.made[0].functions
    assert count >= 81


async def test_an_embedded_model_that_cannot_be_loaded_breaks_its_trials(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path, "The weights cannot be fetched.")
    async with Host(1) as host:
        record = await with_models(host, embedded.models)(make_case())
    assert (record.status, record.problem) == (Status.BROKEN, "The weights cannot be fetched.")


# Choosing


async def test_a_model_is_settled_with_its_address_and_its_key() -> None:
    async def stored(base_url: str) -> str | None:
        return f"key for {base_url}"

    with ScriptedEndpoint([], models=["first", "second"]) as endpoint:
        settings = await settle(Settings(base_url=endpoint.base_url), stored_key=stored)
        assert settings.model == "first"
        assert settings.base_url == endpoint.base_url
        assert settings.api_key == f"key for {endpoint.base_url}"
    assert not is_embedded(settings)


async def test_the_embedded_model_has_no_address() -> None:
    settings = await settle(Settings(model=EMBEDDED, base_url="http://127.0.0.1:9/v1", api_key="unused"))
    assert is_embedded(settings)
    assert (settings.base_url, settings.api_key) == ("", "")


def test_the_embedded_model_plays_no_user() -> None:
    with pytest.raises(UsageError, match="The embedded model cannot play a user"):
        choice_of(Settings(model=EMBEDDED), PLAY_A_USER)
