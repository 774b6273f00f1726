"""A request that is refused for want of a sign-in is sent again after it, and one question serves all."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.responses import PlainTextResponse, Response

from agent.errors import SignInError
from agent.events import Question, SignInRequested
from agent.workspace.workspace import Workspace
from tests.workspace.demo_server import Demo
from tests.workspace.mcp_servers import (
    Fault,
    Running,
    Seen,
    always,
    first,
    one_after_another,
    only_initialize,
)

pytestmark = pytest.mark.anyio
Served = tuple[Demo, Running]
CHALLENGE = {"www-authenticate": 'Bearer error="insufficient_scope", scope="tasks:write"'}


def unauthorized(_: Seen) -> Response:
    return PlainTextResponse("who are you?", 401)


def lacking_scope(_: Seen) -> Response:
    return PlainTextResponse("not with this token", 403, CHALLENGE)


class Person:
    def __init__(self, signs_in: bool) -> None:
        self.asked: list[SignInRequested] = []
        self._signs_in = signs_in

    async def __call__(self, question: Question) -> None:
        assert isinstance(question, SignInRequested)
        self.asked.append(question)
        for _ in range(20):
            await asyncio.sleep(0.01)
        question.signed_in = self._signs_in


@pytest.mark.parametrize("refusal", [unauthorized, lacking_scope])
async def test_a_refused_write_is_made_once_after_the_sign_in(
    any_demo: Served, refusal: Callable[[Seen], Response]
) -> None:
    demo, server = any_demo
    demo.gate.fault = one_after_another(first(1, "tools/call", refusal), *era(demo))
    person = Person(signs_in=True)
    async with Workspace(server.url, ask=person) as workspace:
        await workspace.call_tool("write", {"note": "milk"})
    assert demo.executed == ["milk"]
    assert len(person.asked) == 1


async def test_whoever_says_no_gets_the_reason(any_demo: Served) -> None:
    demo, server = any_demo
    demo.gate.fault = one_after_another(always("tools/call", lacking_scope), *era(demo))
    person = Person(signs_in=False)
    async with Workspace(server.url, ask=person) as workspace:
        with pytest.raises(SignInError, match=r"more rights \(tasks:write\)"):
            await workspace.call_tool("write", {"note": "milk"})
    assert demo.executed == []


async def test_calls_that_are_refused_side_by_side_share_one_question(any_demo: Served) -> None:
    demo, server = any_demo
    demo.gate.fault = one_after_another(first(4, "tools/call", unauthorized), *era(demo))
    person = Person(signs_in=True)
    async with Workspace(server.url, ask=person) as workspace:
        await workspace.tools()
        await asyncio.gather(*(workspace.call_tool("look", {"what": str(number)}) for number in range(4)))
    assert sorted(demo.executed) == ["0", "1", "2", "3"]
    assert len(person.asked) == 1


async def test_a_server_that_refuses_everything_is_asked_about_once(any_demo: Served) -> None:
    demo, server = any_demo
    demo.gate.fault = refuse_all
    person = Person(signs_in=True)
    async with Workspace(server.url, ask=person) as workspace:
        with pytest.raises(SignInError):
            await workspace.connect()
    assert len(person.asked) == 1


async def refuse_all(seen: Seen) -> Response | None:
    return unauthorized(seen)


def era(demo: Demo) -> tuple[Fault, ...]:
    return (only_initialize,) if demo.legacy else ()
