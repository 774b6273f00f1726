"""What a draft under way means for an approval, with a clock that the test holds."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from agent.repl.opening import ChatOptions, run_chat
from tests.repl.fake_host import FakeHost

LEFT, ENTER = "\x1b[D", "\r"
# From “no”, which is marked at first.
TO_REASON, TO_YES = LEFT, LEFT * 3


class Clock:
    """Goes on by so many seconds with each look at it."""

    def __init__(self, step: float) -> None:
        self._now = 100.0
        self._step = step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


async def until_noted(host: FakeHost, start: str) -> str:
    """Wait until the host has seen something."""
    while not (note := await host.notes.get()).startswith(start):
        pass
    return note


async def ask_with_a_draft(host: FakeHost, keys: PipeInput) -> None:
    """Begin a turn, type half a message, and let the turn ask for an approval."""
    assert host.loading
    keys.send_text("delete\rall m")
    await until_noted(host, "turn")
    host.loading.set()
    await until_noted(host, "call")


@asynccontextmanager
async def chatting(host: FakeHost, clock: Clock, folder: Path) -> AsyncGenerator[PipeInput, None]:
    with create_pipe_input() as keys:
        chat = asyncio.create_task(
            run_chat(
                host,
                ChatOptions(folder / "history"),
                clock=clock,
                input=keys,
                output=DummyOutput(),
                environ={},
            )
        )
        yield keys
        await chat


@pytest.mark.anyio
async def test_letters_of_a_draft_under_way_do_not_approve_anything(tmp_path: Path) -> None:
    host = FakeHost(loading=asyncio.Event())
    async with chatting(host, Clock(step=0.0), tmp_path) as keys:
        await ask_with_a_draft(host, keys)
        keys.send_text("yy\x03\x15\x04")
    assert not [line for line in host.log if line.startswith("decision")]


@pytest.mark.anyio
async def test_letters_go_on_with_the_draft_and_arrows_answer(tmp_path: Path) -> None:
    host = FakeHost(loading=asyncio.Event())
    async with chatting(host, Clock(step=2.0), tmp_path) as keys:
        await ask_with_a_draft(host, keys)
        keys.send_text("in" + TO_YES + ENTER)
        assert await until_noted(host, "decision") == "decision allowed"
        keys.send_text("e" + ENTER)
        assert await until_noted(host, "turn") == "turn 'all mine'"
        keys.send_text("\x04")


@pytest.mark.anyio
async def test_a_line_that_is_typed_for_a_question_is_no_part_of_the_draft(tmp_path: Path) -> None:
    host = FakeHost(loading=asyncio.Event())
    async with chatting(host, Clock(step=2.0), tmp_path) as keys:
        await ask_with_a_draft(host, keys)
        keys.send_text(TO_REASON + ENTER + "not this one" + ENTER)
        assert await until_noted(host, "decision") == "decision declined"
        keys.send_text("ine" + ENTER)
        assert await until_noted(host, "turn") == "turn 'all mine'"
        keys.send_text("\x04")


@pytest.mark.anyio
async def test_after_an_interrupt_keys_are_for_the_draft_again(tmp_path: Path) -> None:
    host = FakeHost(loading=asyncio.Event())
    async with chatting(host, Clock(step=2.0), tmp_path) as keys:
        await ask_with_a_draft(host, keys)
        keys.send_text(TO_REASON + ENTER + "half a reas\x03ine" + ENTER)
        assert await until_noted(host, "turn") == "turn 'all mine'"
        keys.send_text("\x04")
    assert not [line for line in host.log if line.startswith("decision")]
