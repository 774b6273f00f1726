"""`astravue model fetch`: what it shows, what it checks, and what a second run does."""

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.commands.model_fetch import Display, Result, fetch
from agent.commands.progress import StandardError
from agent.errors import ModelError
from agent.model.embedded.partial_file import Partial, SourceError
from tests.commands.test_progress import FakeTerminal
from tests.model.embedded.fake_sources import DATA, WEIGHTS

BEGIN = "\r\x1b[K"


class FakeSource:
    """Gives the bytes that are missing, in two halves.

    Args:
        name: The source's name.
        data: What it has.
        between: Called between the halves.
    """

    def __init__(
        self, name: str = "the hub", data: bytes = DATA, between: Callable[[], None] = lambda: None
    ) -> None:
        self.name = name
        self._data = data
        self._between = between
        self.began_at: list[int] = []

    def fill(self, partial: Partial) -> None:
        self.began_at.append(partial.size)
        half = (partial.size + len(self._data)) // 2
        partial.append(self._data[partial.size : half], self.name)
        self._between()
        partial.append(self._data[half:], self.name)


class FakeClock:
    """Seconds that pass by one with each look at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def display(stream: io.StringIO | None = None) -> Display:
    stream = stream or io.StringIO()
    return Display(StandardError(stream), is_live=stream.isatty(), clock=FakeClock())


def fetched(folder: Path, *sources: FakeSource, stream: io.StringIO | None = None) -> Result:
    return fetch(folder, {}, display(stream), weights=WEIGHTS, sources=sources)


def test_the_weights_are_fetched_and_their_digest_told(tmp_path: Path) -> None:
    result = fetched(tmp_path, FakeSource())
    assert result.path.read_bytes() == DATA
    assert result.sentence == (
        f"small is fetched and right: {tmp_path / 'small.gguf'} (0.00 GB, SHA-256 {WEIGHTS.sha256})."
    )
    assert json.loads(json.dumps(result.to_json())) == {
        "model": "small",
        "path": str(tmp_path / "small.gguf"),
        "bytes": len(DATA),
        "sha256": WEIGHTS.sha256,
        "was_there": False,
    }


def test_what_is_there_is_checked_again_and_not_fetched(tmp_path: Path) -> None:
    fetched(tmp_path, FakeSource())
    source = FakeSource()
    assert fetched(tmp_path, source).sentence.startswith("small is already there and right:")
    assert source.began_at == []


@pytest.mark.parametrize("content", [DATA[:-1] + b"!", DATA[:100], b""])
def test_what_is_there_and_wrong_is_fetched_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "small.gguf").write_bytes(content)
    result = fetched(tmp_path, FakeSource())
    assert not result.was_there
    assert result.path.read_bytes() == DATA


def test_it_goes_on_where_it_stopped_with_another_source(tmp_path: Path) -> None:
    def break_off() -> None:
        raise SourceError("the connection broke off")

    first, second = FakeSource("the hub", between=break_off), FakeSource("the index")
    assert fetched(tmp_path, first, second).path.read_bytes() == DATA
    assert second.began_at == [len(DATA) // 2]


def test_a_failure_is_raised_with_what_was_kept(tmp_path: Path) -> None:
    def break_off() -> None:
        raise SourceError("the connection broke off")

    with pytest.raises(ModelError, match=r"the hub: the connection broke off\); 128,000 of 256,000"):
        fetched(tmp_path, FakeSource(between=break_off))


def test_a_fault_that_nobody_foresaw_is_not_taken_for_success(tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        fetched(tmp_path, FakeSource(between=fail))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.gguf").write_bytes(DATA)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ModelError, match=r"cannot be checked \(Permission denied\)"):
        fetched(tmp_path, FakeSource())


def test_ctrl_c_stops_it_and_keeps_what_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway, stopped = threading.Event(), threading.Event()
    join = threading.Thread.join

    def interrupt(thread: threading.Thread, timeout: float | None = None) -> None:
        # The first wait is cut short as Ctrl-C does; the one that lets the thread end is a real one.
        if not stopped.is_set():
            assert halfway.wait(30)
            stopped.set()
            raise KeyboardInterrupt
        join(thread, timeout)

    def between() -> None:
        halfway.set()
        assert stopped.wait(30)

    monkeypatch.setattr(threading.Thread, "join", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetched(tmp_path, FakeSource(between=between))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["small.gguf.lock", "small.gguf.part"]
    assert DATA.startswith((tmp_path / "small.gguf.part").read_bytes())


# What is shown


def test_on_a_terminal_one_line_tells_source_bytes_rate_and_what_is_left() -> None:
    stream = FakeTerminal()
    show = display(stream)
    show(0, 1_000_000_000, "the hub")
    show(100_000_000, 1_000_000_000, "the hub")
    show.clear()
    assert stream.getvalue() == (
        f"{BEGIN}The hub: 0 of 1,000 MB ▕░░░░░░░░░░░░░░░░░░░░▏ 0%"
        f"{BEGIN}The hub: 100 of 1,000 MB ▕██░░░░░░░░░░░░░░░░░░▏ 10% 100.0 MB/s, 0:09 left"
        f"{BEGIN}"
    )


def test_the_rate_is_that_of_this_run_and_source() -> None:
    stream = FakeTerminal()
    show = display(stream)
    show(500_000_000, 1_000_000_000, "the hub")
    show(510_000_000, 1_000_000_000, "the hub")
    show(510_000_000, 1_000_000_000, "the index")
    show(530_000_000, 1_000_000_000, "the index")
    drawn = stream.getvalue().split(BEGIN)
    assert drawn[2].endswith(" 10.0 MB/s, 0:49 left")
    assert drawn[3].endswith("▏ 51%")
    assert drawn[4].endswith(" 20.0 MB/s, 0:24 left")


def test_elsewhere_there_are_few_lines() -> None:
    stream = io.StringIO()
    show = display(stream)
    for done in range(0, 1_001):
        show(done * 1_000_000, 1_000_000_000, "the hub")
    lines = stream.getvalue().splitlines()
    assert lines[0] == "The hub: 0 of 1,000 MB"
    assert lines[-1] == "The hub: 1,000 of 1,000 MB"
    assert len(lines) == 11
    assert "\x1b" not in stream.getvalue()
