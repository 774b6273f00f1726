"""The pieces of an answer that are written while it comes, and when they count."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from recorded import HEADER, lines

from agent.events import Event, StepFinished, StepStarted, TurnFinished, TurnStarted
from agent.jsontypes import JsonObject
from agent.model.protocol import FinishReason, TextDelta, Usage
from agent.transcripts.lines import encode_line
from agent.transcripts.reading import read_transcript
from agent.transcripts.recorder import Recorder
from agent.transcripts.searching import search
from agent.transcripts.steps import settle, settle_lines

pytestmark = pytest.mark.anyio

TURN: JsonObject = {"type": "turn_started", "text": "Hi"}
START: JsonObject = {"type": "step_started", "step": 1}
BEGUN: tuple[tuple[float, Event], ...] = ((0.0, TurnStarted("Hi")), (0.0, StepStarted(1)))


def piece(text: str) -> JsonObject:
    return {"type": "step_text", "text": text}


def end(kind: str, text: str) -> JsonObject:
    return {"type": kind, "text": text}


def pieces(path: Path) -> list[object]:
    return [line["text"] for line in lines(path) if line["type"] == "step_text"]


async def write(folder: Path, *events: tuple[float, Event]) -> Path:
    """Record events, each at its own second."""
    now = [0.0]

    async def come() -> AsyncGenerator[Event, None]:
        for second, event in events:
            now[0] = second
            yield event

    writer = Recorder(folder, HEADER, on_problem=pytest.fail, clock=lambda: now[0])
    async for _ in writer.record(come()):
        pass
    writer.close()
    return writer.path


@pytest.mark.parametrize("kind", ["step_finished", "step_interrupted"])
def test_the_end_of_a_step_takes_the_place_of_its_pieces(kind: str) -> None:
    events = [TURN, START, piece("Hel"), piece("lo"), end(kind, "Hello.")]
    assert list(settle(events)) == [TURN, START, end(kind, "Hello.")]


def test_pieces_without_an_end_are_an_interrupted_answer() -> None:
    interrupted = end("step_interrupted", "Hello")
    assert list(settle([TURN, START, piece("Hel"), piece("lo")])) == [TURN, START, interrupted]
    assert list(settle([TURN, piece("Hel"), piece("lo"), TURN])) == [TURN, interrupted, TURN]


def test_a_step_that_began_anew_counts_once() -> None:
    assert list(settle([TURN, START, piece("Hel"), START, piece("Ha")])) == [
        TURN,
        START,
        START,
        end("step_interrupted", "Ha"),
    ]


def test_lines_are_left_out_by_the_same_rule() -> None:
    written = [TURN, START, piece("a"), end("step_finished", "a"), START, piece("b"), TURN, piece("c")]
    kept = [TURN, START, end("step_finished", "a"), START, piece("b"), TURN, piece("c")]
    settled = list(settle_lines(encode_line(each) for each in written))
    assert settled == [encode_line(each) for each in kept]


async def test_pieces_are_whole_words_and_come_no_sooner_than_a_second_apart(tmp_path: Path) -> None:
    said = ((0.4, "One "), (1.0, "two thr"), (1.9, "ee "), (2.1, "four fi"))
    path = await write(tmp_path, *BEGUN, *((second, TextDelta(text)) for second, text in said))
    assert pieces(path) == ["One two ", "three four "]
    assert read_transcript(path).turns[-1].answer == "One two three four fi"


async def test_words_without_spaces_are_kept_too(tmp_path: Path) -> None:
    path = await write(tmp_path, *BEGUN, (1.0, TextDelta("これは")), (2.0, TextDelta("長い")))
    assert pieces(path) == ["これは", "長い"]


async def test_a_clock_that_is_set_back_does_not_stop_the_pieces(tmp_path: Path) -> None:
    path = await write(tmp_path, *BEGUN, (-3_600.0, TextDelta("One ")))
    assert pieces(path) == ["One "]


async def test_a_finished_answer_is_found_and_read_once(tmp_path: Path) -> None:
    path = await write(
        tmp_path,
        *BEGUN,
        (1.0, TextDelta("One ")),
        (2.0, TextDelta("two")),
        (2.0, StepFinished(1, "One two", (), FinishReason.STOP, Usage())),
        (2.0, TurnFinished("One two", Usage(), 1)),
    )
    assert pieces(path) == ["One ", "two"]
    transcript = read_transcript(path)
    assert [message.text for message in transcript.conversation().messages] == ["Hi", "One two"]
    assert [event["type"] for event in transcript.events].count("step_interrupted") == 0
    assert [match.excerpt for match in search(tmp_path, "one two")] == ["One two"]
