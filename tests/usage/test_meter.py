"""What a conversation took, and what is learnt from it."""

import asyncio
from datetime import date

import pytest

from agent.conversation import Conversation, UserMessage
from agent.events import Compacted, Event, RequestPrefix, StepFinished, StepStarted, TurnStarted
from agent.model.protocol import FinishReason, Usage
from agent.usage.calibration import Calibration
from agent.usage.ledger import Ledger
from agent.usage.meter import Meter

pytestmark = pytest.mark.anyio
WORDS = "Which of my tasks are overdue, and who is waiting for them? " * 20


def step(usage: Usage) -> list[Event]:
    return [StepStarted(1), StepFinished(1, "Hi", (), FinishReason.STOP, usage)]


def make_meter(
    calibration: Calibration | None = None, *, ledger: Ledger | None = None, learns: bool = False
) -> Meter:
    conversation = Conversation([UserMessage(WORDS)])
    return Meter(
        conversation,
        base_url="http://127.0.0.1:1/v1",
        model="m",
        price_date=date(2026, 11, 1),
        calibration=calibration,
        ledger=ledger,
        learns=learns,
    )


def test_a_meter_that_saw_nothing_says_nothing() -> None:
    assert make_meter().rows() == ()


def test_turns_are_counted_apart_and_together() -> None:
    ledger = Ledger()
    meter = make_meter(ledger=ledger)
    for usage in (Usage(100, 10, 50, 5, cost=0.01), Usage(200, 20, 0, 0, cost=0.02)):
        for event in (TurnStarted("Hi"), *step(usage)):
            meter.take(event)
    assert ledger.turn == Usage(200, 20, 0, 0, cost=0.02)
    assert ledger.total == Usage(300, 30, 50, 5, cost=0.03)
    (_, turn), (_, total) = meter.rows()
    assert turn == "200 tokens in, 20 out, about $0.0200 (prices of 2026-11)"
    assert total.startswith("300 tokens in (50 cached), 30 out (5 reasoning), about $0.03")


class FakeCalibration(Calibration):
    """Says when something was learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.learnt = asyncio.Event()

    def learn(self, base_url: str, model: str, *, counted: int, actual: int) -> bool:
        self.learnt.set()
        return super().learn(base_url, model, counted=counted, actual=actual)


async def test_an_answer_teaches_how_its_model_counts() -> None:
    calibration = FakeCalibration()
    meter = make_meter(calibration, learns=True)
    meter.take(RequestPrefix("m", "Be brief.", ()))
    counted = await meter.estimate("Be brief.", ())
    for event in step(Usage(2 * counted, 3)):
        meter.take(event)
    await asyncio.wait_for(calibration.learnt.wait(), 20)
    assert await meter.estimate("Be brief.", ()) == pytest.approx(2 * counted, abs=1)
    await meter.aclose()


async def test_a_meter_that_is_closed_learns_no_further() -> None:
    others = asyncio.all_tasks()
    meter = make_meter(learns=True)
    for event in step(Usage(10, 3)):
        meter.take(event)
    assert asyncio.all_tasks() - others
    await meter.aclose()
    assert asyncio.all_tasks() == others


async def test_a_summary_counts_like_a_step() -> None:
    ledger = Ledger()
    meter = Meter(Conversation(), base_url="", model="m", ledger=ledger)
    for event in (TurnStarted("Hi"), Compacted("…", 2, 900, 100, Usage(500, 20)), *step(Usage(100, 10))):
        meter.take(event)
    assert ledger.turn == ledger.total == Usage(600, 30)


async def test_what_requests_show_is_counted_where_that_is_not_everything() -> None:
    conversation = Conversation([UserMessage(WORDS), UserMessage("Hi")])
    meter = Meter(conversation, base_url="", model="m")
    everything = await meter.estimate("", ())
    meter.look_at(Conversation([UserMessage("Hi")]))
    assert await meter.estimate("", ()) < everything // 10
    meter.look_at(None)
    assert await meter.estimate("", ()) == everything
