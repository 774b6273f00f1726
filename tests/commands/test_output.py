"""What a question leaves on standard output when it does not come to its end."""

import json

import anyio
import pytest

from agent.commands.output import Output
from agent.errors import AgentError, LimitError, StoppedError
from agent.events import Event, StepStarted, TurnFailed, TurnFinished, TurnStarted
from agent.model.protocol import TextDelta, Usage
from tests.output_schema import ANSWER

BEGUN: tuple[Event, ...] = (
    TurnStarted("Tell me"),
    StepStarted(1),
    TextDelta("I look it up."),
    StepStarted(2),
    TextDelta("I begin "),
    TextDelta("to say"),
)


def finish(output: Output, *events: Event, error: AgentError | None = None) -> int:
    async def take() -> None:
        for event in (*BEGUN, *events):
            await output.take(event)

    anyio.run(take)
    output.error = error or output.error
    return output.finish()


def test_what_was_said_until_it_was_stopped_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(Output(), error=StoppedError("Interrupted.")) == 130
    assert capsys.readouterr().out == "I begin to say\n"


def test_what_was_said_until_a_limit_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    failed = TurnFailed(LimitError("The turn took too long."), Usage(), 2)
    assert finish(Output(), failed) == 7
    assert capsys.readouterr().out == "I begin to say\n"


def test_in_json_it_is_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(Output(as_json=True), error=StoppedError("Interrupted.")) == 130
    told = json.loads(capsys.readouterr().out)
    ANSWER.validate(told)
    assert (told["answer"], told["session"]) == ("I begin to say", None)


def test_blanks_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(Output(), TurnFinished(" \n", Usage(), 2)) == 0
    assert capsys.readouterr().out == ""


def test_it_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    assert finish(output, error=StoppedError("Interrupted.")) == output.finish() == 130
    assert capsys.readouterr().out == "I begin to say\n"
