"""What the chat knows of the server's lists, and when it asks anew."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from agent.events import Event, ListChanged, ListKind, Notice
from agent.repl.server_lists import ServerLists, watch_lists
from agent.server_features import Prompt, Resource
from tests.repl.fake_host import FakeFeatures

pytestmark = pytest.mark.anyio


class CountingFeatures(FakeFeatures):
    """Counts how often each list was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def prompts(self) -> tuple[Prompt, ...]:
        self.asked.append("prompts")
        return await super().prompts()

    async def resources(self) -> tuple[Resource, ...]:
        self.asked.append("resources")
        return await super().resources()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_both_lists_are_fetched_ahead_and_not_again_while_they_are_fresh() -> None:
    features = CountingFeatures()
    lists = ServerLists(features, lambda: None)
    lists.fetch()
    await settle()
    assert [each.name for each in lists.prompts()] == ["weekly_report"]
    assert [each.name for each in lists.resources()] == ["handbook", "page"]
    await settle()
    assert sorted(features.asked) == ["prompts", "resources"]


async def test_a_list_that_changed_is_fetched_anew_when_it_is_wanted() -> None:
    async def turn() -> AsyncGenerator[Event, None]:
        yield Notice("Hello.")
        yield ListChanged(ListKind.PROMPTS)
        yield ListChanged(ListKind.TOOLS)

    features = CountingFeatures()
    lists = ServerLists(features, lambda: None)
    lists.fetch()
    await settle()
    assert len([event async for event in watch_lists(turn(), lists)]) == 3
    lists.prompts()
    lists.resources()
    await settle()
    assert sorted(features.asked) == ["prompts", "prompts", "resources"]


async def test_the_turn_is_closed_with_whoever_watches_it() -> None:
    closed: list[bool] = []

    async def turn() -> AsyncGenerator[Event, None]:
        try:
            yield Notice("Hello.")
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    events = watch_lists(turn(), ServerLists(FakeFeatures(), lambda: None))
    await anext(events)
    await events.aclose()
    assert closed == [True]
