"""Looking names up while somebody types, on the demo company."""

import asyncio

import pytest

from agent.errors import ServerError, SignInError
from agent.jsontypes import JsonObject, JsonValue
from agent.mentions.finder import MOST_A_MINUTE, Finder
from agent.tools.look_ups import LookUps
from agent.tools.names import NameIndex
from agent.tools.policy import Policy
from agent.tools.tool import ToolResult
from agent.tools.toolbox import Progress
from tests.planning.sandbox_toolbox import SandboxToolbox


class FakeServer(SandboxToolbox):
    """The demo company, which may fail."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None

    async def call_tool(
        self, name: str, arguments: JsonObject, on_progress: Progress | None = None
    ) -> ToolResult:
        if self.error:
            self.calls.append((name, arguments))
            raise self.error
        return await super().call_tool(name, arguments, on_progress)

    def asked(self, name: str) -> list[JsonObject]:
        return [arguments for called, arguments in self.calls if called == f"astravue_{name}"]


class Typing:
    """Somebody who types, on a clock that the test holds."""

    def __init__(self, server: FakeServer | None) -> None:
        self.server = server
        self._others = asyncio.all_tasks()
        self.now = 0.0
        self.results: list[tuple[str, JsonValue]] = []
        self.arrivals = 0
        self.finder = Finder(
            lambda: self.server, lambda: self.results, clock=lambda: self.now, sleep=self.sleep
        )
        self.finder.on_arrival(self.arrived)

    def arrived(self) -> None:
        self.arrivals += 1

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    def names(self, typed: str) -> list[str]:
        return [each.name for each in self.finder.offer(typed)]

    async def rest(self) -> None:
        """Let everything that was begun come to its end."""
        await asyncio.gather(*(asyncio.all_tasks() - self._others))

    async def type(self, typed: str) -> list[str]:
        self.names(typed)
        await self.rest()
        return self.names(typed)


pytestmark = pytest.mark.anyio


async def test_nothing_is_known_or_asked_without_a_connection() -> None:
    typing = Typing(None)
    assert await typing.type("web") == []


async def test_people_projects_and_tasks_are_found_by_parts_of_their_names() -> None:
    typing = Typing(FakeServer())
    assert "Grace Turner" in await typing.type("grace")
    assert "Write the press release" in await typing.type("press rel")
    await typing.rest()
    first = typing.finder.offer("alex")[0]
    assert (first.text, first.where) == ("@Alex Morgan (user 101)", "alex@demo.astravue.example")
    await typing.rest()
    assert typing.arrivals > 0


async def test_lists_are_read_once_and_each_text_is_searched_once() -> None:
    server = FakeServer()
    typing = Typing(server)
    for typed in ("press", "press", "PRESS ", "pres", "press"):
        await typing.type(typed)
    assert len(server.asked("get_workspace_members")) == 1
    assert [each["keyword"] for each in server.asked("find_tasks")] == ["press", "pres"]


async def test_what_was_found_whole_by_its_beginning_is_not_searched_again() -> None:
    server = FakeServer()
    typing = Typing(server)
    await typing.type("press")
    assert "Write the press release" in await typing.type("press release")
    assert len(server.asked("find_tasks")) == 1


async def test_one_letter_and_whole_sentences_are_not_searched_for() -> None:
    server = FakeServer()
    typing = Typing(server)
    await typing.type("p")
    await typing.type("home I like my apples red")
    assert server.asked("find_tasks") == []


async def test_only_the_last_of_what_was_typed_quickly_is_searched_for() -> None:
    server = FakeServer()
    typing = Typing(server)
    for typed in ("re", "rel", "rele", "relea"):
        typing.names(typed)
    await typing.rest()
    assert [each["keyword"] for each in server.asked("find_tasks")] == ["relea"]


async def test_no_more_calls_are_made_than_a_minute_leaves_room_for() -> None:
    server = FakeServer()
    typing = Typing(server)
    for number in range(2 * MOST_A_MINUTE):
        await typing.type(f"nothing{number:03}")
        typing.now -= 0.2
    assert len(server.calls) == MOST_A_MINUTE
    typing.now += 61
    await typing.type("something")
    assert len(server.calls) > MOST_A_MINUTE


async def test_what_the_conversation_told_is_known_first() -> None:
    typing = Typing(None)
    typing.results = [
        ("get_task", {"taskId": 7, "taskTitle": "Fix login"}),
        ("x", {"tagId": 1, "tagName": "f"}),
    ]
    assert await typing.type("fix") == ["Fix login"]
    typing.results = [("get_project", {"projectId": 3, "projectName": "Fixtures"}), *typing.results]
    assert await typing.type("fix") == ["Fix login", "Fixtures"]


async def test_a_server_that_fails_is_told_of_once_and_left_alone_for_a_while() -> None:
    server = FakeServer()
    server.error = ServerError("The server cannot be reached.")
    typing = Typing(server)
    assert await typing.type("grace") == []
    assert typing.finder.problem == "Names cannot be looked up now: The server cannot be reached."
    asked, arrivals = len(server.calls), typing.arrivals
    await typing.type("grac")
    assert (len(server.calls), typing.arrivals) == (asked, arrivals)
    server.error = None
    typing.now += 61
    assert "Grace Turner" in await typing.type("grace")


async def test_whoever_signed_out_is_offered_nothing_and_told_nothing() -> None:
    server = FakeServer()
    typing = Typing(server)
    assert await typing.type("grace")
    server.error = SignInError("Sign in first.")
    typing.now += 301
    arrivals = typing.arrivals
    assert await typing.type("grace") == []
    assert typing.arrivals == arrivals + 1
    assert typing.finder.problem == ""


async def test_names_of_what_was_picked_are_told_as_the_server_told_them_and_no_others() -> None:
    typing = Typing(FakeServer())
    await typing.type("grace")
    names = NameIndex()
    names.learn(typing.finder.picked("Ask @Somebody (user 102), not @Nobody (user 9), about @x (task 1)"))
    assert names.name("userId", 102) == "Grace Turner"
    assert names.name("userId", 9) is None
    assert names.name("taskId", 1) is None


async def test_reads_that_the_users_rules_refuse_or_ask_about_are_not_made() -> None:
    server = FakeServer()
    policy = Policy(deny=("*get_workspace_members",), ask=("*find_tasks",))
    typing = Typing(server)
    typing.finder = Finder(
        lambda: LookUps(server, policy), list, clock=lambda: typing.now, sleep=typing.sleep
    )
    assert "Website relaunch" in await typing.type("web")
    assert not server.asked("get_workspace_members")
    assert not server.asked("find_tasks")
