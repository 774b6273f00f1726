"""Commands run one after the other, whatever runs beside them."""

import asyncio

import pytest

from agent.repl.lane import Lane

pytestmark = pytest.mark.anyio


class Steps:
    """Commands that write down how far they are."""

    def __init__(self) -> None:
        self.lane = Lane(patience=60)
        self.done: list[str] = []
        self.begun = asyncio.Event()

    async def take(self, name: str, until: asyncio.Event, *, lets_pass: bool = False) -> None:
        async with self.lane.hold():
            self.done.append(f"{name} begins")
            self.begun.set()
            if lets_pass:
                self.lane.let_pass()
            await until.wait()
            self.done.append(f"{name} ends")


async def test_a_command_begins_when_the_one_before_it_has_ended() -> None:
    steps, first, others = Steps(), asyncio.Event(), asyncio.Event()
    others.set()
    taking = [asyncio.create_task(steps.take("doctor", first))]
    taking += [asyncio.create_task(steps.take(name, others)) for name in ("theme", "cost")]
    await steps.begun.wait()
    assert steps.lane.is_held
    first.set()
    await asyncio.gather(*taking)
    assert steps.done == [
        *("doctor begins", "doctor ends"),
        *("theme begins", "theme ends"),
        *("cost begins", "cost ends"),
    ]
    assert not steps.lane.is_held


async def test_a_command_that_begins_a_turn_lets_others_pass() -> None:
    steps, first, second = Steps(), asyncio.Event(), asyncio.Event()
    second.set()
    undoing = asyncio.create_task(steps.take("undo", first, lets_pass=True))
    await steps.begun.wait()
    await steps.take("cost", second)
    first.set()
    await undoing
    assert steps.done == ["undo begins", "cost begins", "cost ends", "undo ends"]


async def test_a_command_that_is_stopped_holds_nobody_up() -> None:
    steps, never, now = Steps(), asyncio.Event(), asyncio.Event()
    now.set()
    doctor = asyncio.create_task(steps.take("doctor", never))
    waiting = asyncio.create_task(steps.take("status", never))
    await steps.begun.wait()
    waiting.cancel()
    doctor.cancel()
    await asyncio.gather(doctor, waiting, return_exceptions=True)
    await steps.take("theme", now)
    assert steps.done == ["doctor begins", "theme begins", "theme ends"]


async def test_an_answer_waits_until_a_command_has_written() -> None:
    steps, until = Steps(), asyncio.Event()
    await steps.lane.settled()
    taking = asyncio.create_task(steps.take("status", until))
    await steps.begun.wait()
    settled = asyncio.create_task(steps.lane.settled())
    await asyncio.sleep(0)
    assert not settled.done()
    until.set()
    await asyncio.gather(taking, settled)


async def test_an_answer_does_not_wait_for_a_command_that_takes_long() -> None:
    lane = Lane(patience=0)
    async with lane.hold():
        await lane.settled()
        assert lane.is_held
