"""One window for each conversation."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from recorded import files
from transcripts.saving import NOW, folders_in, save

from agent.errors import AgentError
from agent.session.open_conversation import OpenConversation
from agent.transcripts.locking import ConversationLock
from agent.transcripts.reading import read_transcript
from agent.transcripts.transcript import Transcript

HOLDER = """
import sys
from pathlib import Path
from agent.transcripts.locking import ConversationLock

lock = ConversationLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def opened(home: Path, resumed: Transcript | None) -> OpenConversation:
    return OpenConversation(
        folders_in(home),
        "https://mcp.example.com/mcp",
        resumed,
        profile="default",
        workspace={},
        say=lambda _: None,
        clock=lambda: NOW,
    )


def test_the_second_window_is_told_and_how_to_go_on_with_a_copy(tmp_path: Path) -> None:
    path = save(folders_in(tmp_path).sessions, "one", ("First", "Yes."))
    before = path.read_bytes()
    first = opened(tmp_path, read_transcript(path))
    with pytest.raises(AgentError, match="one is open in another window; nothing was changed") as refused:
        opened(tmp_path, read_transcript(path))
    assert refused.value.hint == "Go on there, or with a copy: astravue sessions fork one"
    assert path.read_bytes() == before
    first.close()
    opened(tmp_path, read_transcript(path)).close()
    assert files(path.parent) == [path]


def test_a_new_conversation_is_held_from_its_first_line_on(tmp_path: Path) -> None:
    first = opened(tmp_path, None)
    assert not first.path.parent.exists()
    first.close()


def test_a_window_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(AgentError, match="open in another window"):
            ConversationLock(path).acquire()
        process.send_signal(signal.SIGKILL)
    lock = ConversationLock(path)
    lock.acquire()
    lock.acquire()
    lock.release()
    lock.release()
    assert files(tmp_path) == []


def test_a_folder_that_takes_no_lock_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file")
    ConversationLock(tmp_path / "sessions" / "one.jsonl").acquire()
