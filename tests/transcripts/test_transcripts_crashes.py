"""A record on a disk that fails, and of a program that is killed."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from recorded import HEADER, recorder, replay, spoken
from transcripts.saving import save

from agent.conversation import AssistantMessage, UserMessage
from agent.transcripts.reading import read_transcript
from agent.transcripts.saved import list_saved
from agent.transcripts.searching import search
from agent.transcripts.transcript import Transcript

pytestmark = pytest.mark.anyio


async def test_a_folder_that_cannot_be_made_is_told_once_and_the_conversation_goes_on(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file")
    problems: list[str] = []
    writer = recorder(tmp_path / "sessions", problems)
    seen = [event async for event in writer.record(replay(*spoken("Hi", "Hello.")))]
    assert len(seen) == 5
    assert problems == [f"The conversation can no longer be saved to {writer.path} (File exists)."]
    assert (tmp_path / "sessions").read_text() == "a file"


async def test_a_full_disk_is_told_once_and_the_conversation_goes_on(tmp_path: Path) -> None:
    problems: list[str] = []
    transcript = Transcript(HEADER, (), Path("/dev/full"))
    writer = recorder(tmp_path, problems, resumed=transcript)
    seen = [event async for event in writer.record(replay(*spoken("Hi", "Hello.")))]
    assert len(seen) == 5
    assert problems == [
        f"The conversation can no longer be saved to /dev/full ({os.strerror(errno.ENOSPC)})."
    ]


WRITER = """
import asyncio, itertools, pathlib, resource, signal, sys
from agent.events import *
from agent.model.protocol import Usage
from agent.transcripts.header import Header
from agent.transcripts.recorder import Recorder

async def events():
    yield TurnStarted("Hi")
    for number in itertools.count():
        yield Notice(f"{number} " + "x" * (number * 37 % 5000))
        if number == 20:
            print("going", flush=True)

async def main(folder, limit):
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    writer = Recorder(pathlib.Path(folder), Header("s", 0.0, ""), on_problem=lambda text: sys.exit(text))
    async for _ in writer.record(events()):
        pass

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def test_a_file_at_its_size_limit_keeps_every_line_but_the_last_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path), "50000"], capture_output=True, text=True
    )
    assert "can no longer be saved" in done.stderr
    assert done.stderr.count("can no longer be saved") == 1
    transcript = read_transcript(tmp_path / "s.jsonl")
    assert (tmp_path / "s.jsonl").stat().st_size == 50_000
    assert not transcript.complete
    assert [event["type"] for event in transcript.events][:2] == ["turn_started", "notice"]


def test_a_killed_program_leaves_whole_lines(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), "0"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"going\n"
        process.send_signal(signal.SIGKILL)
    transcript = read_transcript(tmp_path / "s.jsonl")
    assert transcript.complete
    assert len(transcript.events) >= 21
    assert transcript.conversation().messages == (UserMessage("Hi"),)


MENDER = """
import asyncio, pathlib, resource, signal, sys
from agent.events import Notice, TurnStarted
from agent.transcripts.reading import read_transcript
from agent.transcripts.recorder import Recorder

async def events():
    yield TurnStarted("Again")
    yield Notice("Going on.")

async def mend(path):
    transcript = read_transcript(path)
    writer = Recorder(path.parent, transcript.header, resumed=transcript, on_problem=sys.exit)
    async for _ in writer.record(events()):
        pass
    writer.close()
    return path.read_bytes()

path, limit, most = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for number in range(most):
    data = asyncio.run(mend(path))
    print(number, flush=True)
    # The last line is cut off again, as by a power cut.
    with path.open("rb+") as file:
        file.truncate(len(data) - 7)
"""


def save_damaged(folder: Path) -> Path:
    turns = [(f"Question {number}", "x" * 2_000) for number in range(50)]
    path = save(folder, "20261123-090000-abcd", *turns)
    path.write_bytes(path.read_bytes()[:-7])
    return path


def test_a_program_that_is_killed_while_it_mends_leaves_the_whole_conversation(tmp_path: Path) -> None:
    path = save_damaged(tmp_path)
    command = [sys.executable, "-c", MENDER, str(path), "0", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    turns = read_transcript(path).turns
    assert [turn.said for turn in turns[:50]] == [f"Question {number}" for number in range(50)]
    saved, problems = list_saved(tmp_path)
    assert ([each.path for each in saved], problems) == ([path], ())


def test_a_disk_that_is_full_while_a_conversation_is_mended_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = save_damaged(tmp_path)
    before = path.read_bytes()
    command = [sys.executable, "-c", MENDER, str(path), str(len(before) // 2), "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "can no longer be saved" in done.stderr
    assert path.read_bytes() == before
    assert len(read_transcript(path).turns) == 50
    assert not list(tmp_path.glob("*.new"))


SPEAKER = """
import asyncio, itertools, pathlib, sys
from agent.events import StepStarted, TurnStarted
from agent.model.protocol import TextDelta
from agent.transcripts.header import Header
from agent.transcripts.recorder import Recorder

ticks = itertools.count()

async def events():
    yield TurnStarted("Tell me")
    yield StepStarted(1)
    for number in range(30):
        yield TextDelta(f"Line {number} of the ans")
        yield TextDelta("wer.\\n" if number % 2 else "wer, ")
    print("going", flush=True)
    sys.stdin.read()

async def main(folder):
    writer = Recorder(
        pathlib.Path(folder), Header("s", 0.0, ""), on_problem=sys.exit, clock=lambda: next(ticks) / 8
    )
    async for _ in writer.record(events()):
        pass

asyncio.run(main(sys.argv[1]))
"""


def kill_in_mid_answer(folder: Path) -> Path:
    with subprocess.Popen(
        [sys.executable, "-c", SPEAKER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"going\n"
        process.send_signal(signal.SIGKILL)
    return folder / "s.jsonl"


def test_a_killed_program_leaves_what_had_been_answered(tmp_path: Path) -> None:
    path = kill_in_mid_answer(tmp_path)
    transcript = read_transcript(path)
    question, answer = transcript.conversation().messages
    assert question == UserMessage("Tell me")
    assert isinstance(answer, AssistantMessage)
    assert answer.interrupted
    assert answer.text.startswith("Line 0 of the answer, Line 1 of the answer.\nLine 2")
    assert "Line 26" in answer.text
    assert transcript.turns[-1].answer == answer.text
    assert [event["type"] for event in transcript.events] == [
        "turn_started",
        "step_started",
        "step_interrupted",
    ]
    assert [match.saved.path for match in search(tmp_path, "line 25")] == [path]


async def test_a_conversation_that_was_killed_in_mid_answer_goes_on(tmp_path: Path) -> None:
    path = kill_in_mid_answer(tmp_path)
    before = path.read_bytes()
    resumed = read_transcript(path)
    writer = recorder(tmp_path, resumed=resumed)
    async for _ in writer.record(replay(*spoken("Go on", "Done."))):
        pass
    assert path.read_bytes().startswith(before)
    messages = read_transcript(path).conversation().messages
    assert messages[:2] == resumed.conversation().messages
    assert messages[2:] == (UserMessage("Go on"), AssistantMessage("Done."))
