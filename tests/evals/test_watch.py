"""A trial is timed by what can be seen of it."""

from collections.abc import Iterator

import pytest

from agent.conversation import ToolCall
from agent.events import CallOutcome, Event, StepFinished, StepStarted, ToolCallFinished, TurnStarted
from agent.model.protocol import FinishReason, ReasoningDelta, TextDelta, Usage
from evals.trials.watch import Watch

CALL = ToolCall("call_1", "list_spaces", "{}")
STARTED = StepStarted(1)
FINISHED = StepFinished(1, "", (CALL,), FinishReason.TOOL_CALLS, Usage())


def timed(*events: tuple[float, Event]) -> dict[str, float]:
    times: Iterator[float] = iter([at for at, _ in events])
    watch = Watch(lambda: next(times))
    for _, event in events:
        watch.take(event)
    return watch.timings


def test_the_first_item_of_a_step_is_its_first_words() -> None:
    found = timed((0, STARTED), (2, TextDelta("On")), (3, TextDelta("e")), (4, FINISHED))
    assert found == {"model": 4, "tools": 0, "first_item": 2}


def test_thoughts_are_shown_as_well() -> None:
    assert (
        timed((0, STARTED), (1, ReasoningDelta("Hm")), (3, TextDelta("A")), (4, FINISHED))["first_item"] == 1
    )


def test_a_step_that_calls_without_a_word_shows_its_calls_at_its_end() -> None:
    assert timed((5, STARTED), (9, FINISHED))["first_item"] == 4


def test_of_several_steps_it_is_the_mean() -> None:
    found = timed((0, STARTED), (4, FINISHED), (10, STARTED), (12, TextDelta("A")), (20, FINISHED))
    assert (found["model"], found["first_item"]) == (14, 3)


@pytest.mark.parametrize("events", [[], [(1, TurnStarted("Hello"))], [(1, STARTED)]])
def test_where_nothing_was_shown_there_is_no_first_item(events: list[tuple[float, Event]]) -> None:
    assert timed(*events) == {"model": 0, "tools": 0}


def test_tools_take_what_they_say() -> None:
    ended = ToolCallFinished(CALL, "List spaces", CallOutcome.SUCCEEDED, "[]", duration=1.5)
    assert timed((0, ended), (1, ended))["tools"] == 3
