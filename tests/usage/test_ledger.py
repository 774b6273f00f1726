"""What each turn of a conversation took."""

from datetime import date

import pytest

from agent.event_json import encode_event
from agent.events import Compacted, RequestPrefix, StepFinished, TurnStarted
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, Usage
from agent.usage.ledger import Entry, Ledger

LIST = date(2026, 11, 1)


def test_steps_add_up_to_turns_and_turns_to_the_conversation() -> None:
    ledger = Ledger()
    ledger.begin("First")
    ledger.add(Usage(100, 10, cost=0.01), "small", LIST)
    ledger.add(Usage(200, 20, cost=0.02), "small", LIST)
    ledger.begin("Second")
    ledger.add(Usage(1, 1, cost=0.5), "large")
    assert ledger.entries == (
        Entry("First", "small", Usage(300, 30, cost=0.03), LIST),
        Entry("Second", "large", Usage(1, 1, cost=0.5)),
    )
    assert ledger.turn == Usage(1, 1, cost=0.5)
    assert ledger.total == Usage(301, 31, cost=0.53)
    assert ledger.as_of == LIST


def test_a_turn_that_took_nothing_is_no_entry() -> None:
    ledger = Ledger()
    ledger.begin("(I ran list_tasks by hand.)")
    ledger.add(Usage(), "small")
    assert ledger.entries == ()
    assert ledger.total == Usage()


def test_a_summary_between_two_turns_counts_to_the_turn_before() -> None:
    ledger = Ledger()
    ledger.add(Usage(10, 1), "small")
    assert [entry.text for entry in ledger.entries] == [""]


def test_what_has_no_price_makes_the_sum_unknown() -> None:
    ledger = Ledger()
    for cost in (0.01, None):
        ledger.begin("Hi")
        ledger.add(Usage(10, 1, cost=cost), "m")
    assert ledger.total.cost is None


def test_earlier_runs_are_read_from_the_transcript() -> None:
    usage = Usage(100, 10, 50, 5, cost=0.25)
    events = [
        TurnStarted("Which are overdue?"),
        RequestPrefix("small", "", ()),
        StepFinished(1, "None.", (), FinishReason.STOP, usage),
        Compacted("…", 2, 900, 100, Usage(10, 1, cost=0.5)),
    ]
    ledger = Ledger(map(encode_event, events))
    assert ledger.entries == (Entry("Which are overdue?", "small", Usage(110, 11, 50, 5, cost=0.75)),)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "step_finished"},
        {"type": "step_finished", "usage": "much"},
        {"type": "step_finished", "usage": {"input_tokens": -5, "output_tokens": True, "cost": "free"}},
        {"type": 7},
    ],
)
def test_a_transcript_that_somebody_changed_counts_for_nothing(event: JsonObject) -> None:
    assert Ledger([event]).total == Usage()
