from collections.abc import AsyncGenerator, Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC

import pytest

from agent.conversation import ToolCall
from agent.errors import AgentError, UsageError
from agent.events import CallOutcome, Event, ToolCallFinished
from agent.jsontypes import JsonObject, JsonValue, dump
from agent.records.records import Records
from agent.repl.views.sources import Project, Source, projects_in
from agent.tools.tool import Tool
from tests.records.record_samples import DOING, DONE, ENTRIES, OPEN, TASKS, task
from tests.repl.views.test_view_finding import ASTRAVUE

pytestmark = pytest.mark.anyio

SPACES: JsonObject = {
    "spaces": [{"spaceId": 5, "spaceName": "A"}, {"spaceId": 6, "spaceName": "B"}],
    "total": 2,
}


def project(number: int, name: str) -> JsonObject:
    return {"projectId": number, "projectName": name}


@dataclass
class FakeServer:
    """Answers calls by their tool and arguments, and keeps what was called.

    Args:
        answers: The structured results by the name of a tool and, where that matters, its arguments.
        results: The results of the conversation so far.
        stops: Every call is stopped by the user.
    """

    answers: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    results: list[tuple[str, JsonValue]] = field(default_factory=list[tuple[str, JsonValue]])
    stops: bool = False
    calls: list[str] = field(default_factory=list[str])

    def last_results(self) -> Sequence[tuple[str, JsonValue]]:
        return self.results

    async def call(self, name: str, arguments: JsonObject) -> AsyncGenerator[Event, None]:
        said = f"{name.removeprefix('astravue_')} {dump(arguments)}"
        self.calls.append(said)
        answer = self.answers.get(said, self.answers.get(said.split(maxsplit=1)[0]))
        outcome = CallOutcome.SUCCEEDED if answer is not None else CallOutcome.FAILED
        if not self.stops:
            yield ToolCallFinished(ToolCall("1", name, dump(arguments)), name, outcome, "", answer)

    async def tools(self) -> Sequence[Tool]:
        return ASTRAVUE

    def source(self) -> Source:
        return Source(self, self.tools, read, UTC)


async def read(events: AsyncGenerator[Event, None]) -> None:
    async for _ in events:
        pass


async def fails(work: Awaitable[Records]) -> AgentError:
    with pytest.raises(UsageError) as raised:
        await work
    return raised.value


def titles(records: Records) -> list[str]:
    return [each.title for each in records.tasks]


async def test_the_newest_result_with_tasks_is_drawn_without_asking_the_server() -> None:
    server = FakeServer(results=[("time", ENTRIES), ("newer", TASKS), ("older", {"tasks": [task(9, "Old")]})])
    assert len((await server.source().tasks()).tasks) == 4
    assert len((await server.source().entries()).entries) == 3
    assert server.calls == []


async def test_any_list_can_be_the_last_one() -> None:
    server = FakeServer(results=[("one", {"taskId": 1, "taskTitle": "a"}), ("spaces", SPACES)])
    last = server.source().last(lambda records: bool(records.rows))
    assert last is not None
    assert last.noun == "spaces"


async def test_before_there_is_one_the_users_own_tasks_are_asked_for() -> None:
    server = FakeServer({"preview_my_tasks": TASKS})
    assert len((await server.source().tasks()).tasks) == 4
    assert server.calls == ["preview_my_tasks {}"]


async def test_a_project_that_was_talked_about_costs_no_search() -> None:
    server = FakeServer(
        {
            "list_project_tasks": {"tasks": [task(1, "a")]},
            "list_project_statuses": {"statuses": [OPEN, DOING, DONE]},
        },
        results=[("list", TASKS)],
    )
    records = await server.source().tasks("office")
    assert titles(records) == ["a"]
    assert [status.name for status in records.workflow] == ["OPEN", "IN-PROGRESS", "COMPLETED"]
    assert server.calls == [
        'list_project_statuses {"projectId":4}',
        'list_project_tasks {"page":1,"pageSize":100,"projectId":4,"spaceId":5}',
    ]


async def test_a_project_is_looked_up_space_by_space_until_it_is_found() -> None:
    server = FakeServer(
        {
            "list_spaces": SPACES,
            'list_projects {"spaceId":5}': {"projects": [project(7, "Website")]},
            "list_project_tasks": {"tasks": [task(1, "a")]},
        }
    )
    assert titles(await server.source().tasks("Website")) == ["a"]
    assert server.calls[:2] == ["list_spaces {}", 'list_projects {"spaceId":5}']
    assert server.calls[-1].endswith('"projectId":7,"spaceId":5}')


async def test_what_the_conversation_does_not_tell_of_a_project_is_looked_up() -> None:
    server = FakeServer(
        {
            "list_spaces": SPACES,
            "list_projects": {"projects": [project(7, "Website")]},
            "list_project_tasks": TASKS,
        },
        results=[("time", {"timeEntries": [{"timerId": 1, **project(7, "Website"), "duration": 1}]})],
    )
    await server.source().tasks("website")
    assert "list_spaces {}" in server.calls


async def test_long_lists_are_read_page_by_page_and_not_for_ever() -> None:
    def page(number: int) -> JsonObject:
        return {"tasks": [task(number * 10, f"Task {number}")], "total": 90, "hasMore": True}

    server = FakeServer(
        {
            f'list_project_tasks {{"page":{n},"pageSize":100,"projectId":4,"spaceId":5}}': page(n)
            for n in range(1, 9)
        },
        results=[("list", TASKS)],
    )
    records = await server.source().tasks("office move")
    assert titles(records) == ["Task 1", "Task 2", "Task 3"]
    assert records.left_out == 87


async def test_the_time_of_a_project_is_asked_for() -> None:
    server = FakeServer({"get_project_time_entries": ENTRIES}, results=[("list", TASKS)])
    assert len((await server.source().entries("office move")).entries) == 3
    assert server.calls == ['get_project_time_entries {"projectId":4}']


async def test_a_project_that_is_not_there_is_answered_with_those_that_are() -> None:
    server = FakeServer({"list_spaces": SPACES, "list_projects": {"projects": [project(7, "Website")]}})
    error = await fails(server.source().tasks("Rocket"))
    assert error.message == "There is no project “Rocket”."
    assert error.hint == "There are: Website."


async def test_a_name_that_may_mean_several_projects_is_asked_back() -> None:
    server = FakeServer(results=[("projects", {"projects": [project(7, "Web A"), project(8, "Web B")]})])
    assert "several projects: Web A, Web B" in (await fails(server.source().tasks("web"))).message


@pytest.mark.parametrize("wanted", ["8", "Web", "web"])
async def test_an_id_or_a_whole_name_means_one_project(wanted: str) -> None:
    projects: JsonValue = {
        "projects": [{"spaceId": 5, **project(7, "Web A")}, {"spaceId": 5, **project(8, "Web")}]
    }
    server = FakeServer({"list_project_tasks": TASKS}, results=[("projects", projects)])
    await server.source().tasks(wanted)
    assert server.calls[-1].endswith('"projectId":8,"spaceId":5}')


async def test_with_nothing_to_draw_it_is_said_what_to_ask_first() -> None:
    assert "Which of my tasks" in (await fails(FakeServer().source().tasks())).hint
    assert (await fails(FakeServer().source().entries())).message == "There are no time entries to draw yet."


async def test_a_call_that_was_stopped_is_the_last_one() -> None:
    server = FakeServer(stops=True)
    assert (await fails(server.source().tasks())).message == "Nothing was drawn."
    assert len(server.calls) == 1


async def test_a_server_with_many_spaces_is_not_asked_for_each() -> None:
    spaces: JsonValue = {"spaces": [{"spaceId": number, "spaceName": f"S{number}"} for number in range(50)]}
    server = FakeServer({"list_spaces": spaces, "list_projects": {"projects": [project(7, "Website")]}})
    await fails(server.source().tasks("Rocket"))
    assert len(server.calls) == 10


def test_projects_are_read_with_the_ids_that_lead_to_them() -> None:
    value: JsonValue = {
        "tasks": [{"taskId": 1, "projectId": 4, "projectName": "A", "spaceId": 5, "parentTaskId": 2}]
    }
    assert projects_in(value) == [Project("A", {"project": 4, "space": 5})]
    assert projects_in({"id": 4, "name": "A"}) == []
