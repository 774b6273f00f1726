"""What an endpoint's refusals teach, and how long that is remembered."""

import re
from pathlib import Path

import pytest

from agent.jsontypes import JsonObject
from agent.model.capabilities import CapabilityStore, Lesson, learn, refuses, without

HERE, MODEL = "http://127.0.0.1:1/v1", "small-1"
LESSONS = (
    refuses("stream_options"),
    refuses("max_tokens"),
    Lesson("no blue", lambda body: body.get("colour") == "blue", re.compile("blue")),
)


class FakeClock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_only_what_was_sent_and_is_named_is_learnt() -> None:
    body: JsonObject = {"stream_options": {}, "colour": "red"}
    assert learn(LESSONS, body, "stream_options, max_tokens and blue") == {without("stream_options")}
    assert learn(LESSONS, body, "something else") == frozenset()


def test_a_name_within_another_one_is_not_that_name() -> None:
    assert learn(LESSONS, {"max_tokens": 1}, "use max_tokens_to_sample") == frozenset()


@pytest.mark.parametrize("on_disk", [True, False])
def test_lessons_are_of_one_model_at_one_endpoint_and_add_up(on_disk: bool, tmp_path: Path) -> None:
    store = CapabilityStore(tmp_path / "known.json" if on_disk else None)
    store.add(HERE, MODEL, frozenset({"a"}))
    store.add(f"{HERE}/", MODEL, frozenset({"b"}))
    assert store.of(HERE, MODEL) == {"a", "b"}
    assert store.of(HERE, "other") == frozenset()
    assert store.of("http://127.0.0.1:2/v1", MODEL) == frozenset()


def test_what_one_run_learnt_the_next_one_knows(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "known.json"
    CapabilityStore(path).add(HERE, MODEL, frozenset({"a"}))
    assert CapabilityStore(path).of(HERE, MODEL) == {"a"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_windows_keep_what_each_of_them_learnt(tmp_path: Path) -> None:
    one, other = (CapabilityStore(tmp_path / "known.json") for _ in range(2))
    assert one.of(HERE, MODEL) == other.of(HERE, MODEL) == frozenset()
    one.add(HERE, MODEL, frozenset({"a"}))
    other.add(HERE, MODEL, frozenset({"b"}))
    assert CapabilityStore(tmp_path / "known.json").of(HERE, MODEL) == {"a", "b"}


def test_after_a_month_a_model_gets_another_chance(tmp_path: Path) -> None:
    clock = FakeClock()
    path = tmp_path / "known.json"
    CapabilityStore(path, clock=clock).add(HERE, MODEL, frozenset({"a"}))
    clock.now += 29 * 24 * 3600
    assert CapabilityStore(path, clock=clock).of(HERE, MODEL) == {"a"}
    clock.now += 2 * 24 * 3600
    store = CapabilityStore(path, clock=clock)
    assert store.of(HERE, MODEL) == frozenset()
    store.add(HERE, "other", frozenset({"b"}))
    assert MODEL not in path.read_text()


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{", b"\xff", b'{"x": 7}', b'{"x": {"a": "soon"}}'])
def test_a_damaged_file_is_begun_anew(damaged: bytes, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(damaged)
    store = CapabilityStore(path)
    assert store.of(HERE, MODEL) == frozenset()
    store.add(HERE, MODEL, frozenset({"a"}))
    assert CapabilityStore(path).of(HERE, MODEL) == {"a"}


def test_a_file_that_cannot_be_written_keeps_what_this_run_learnt(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = CapabilityStore(tmp_path / "file" / "known.json")
    store.add(HERE, MODEL, frozenset({"a"}))
    assert store.of(HERE, MODEL) == {"a"}
