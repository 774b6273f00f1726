"""JSON on standard output, whatever that can write."""

import io
import json
import sys

import pytest

from agent.commands.json_lines import write_json
from agent.jsontypes import JsonValue


def written(monkeypatch: pytest.MonkeyPatch, value: JsonValue, encoding: str) -> bytes:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors="replace"))
    write_json(value)
    return raw.getvalue()


def test_text_goes_out_as_it_is_where_all_of_it_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, "Größe 🙂", "utf-8") == '"Größe 🙂"\n'.encode()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-16"])
def test_elsewhere_it_is_written_with_escapes(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    line = written(monkeypatch, "Größe 🙂", encoding).decode(encoding)
    assert line.isascii()
    assert json.loads(line) == "Größe 🙂"


def test_half_of_a_surrogate_pair_is_json_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(written(monkeypatch, {"a": "\ud83d"}, "utf-8")) == {"a": "\ud83d"}


def test_a_line_is_a_line_and_nothing_that_a_terminal_would_obey(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "one\ntwo\x1b[31m\x7f\x85\x9b31m\u2028\u2029é"
    line = written(monkeypatch, {"text": text}, "utf-8").decode()
    assert line.splitlines() == [line.rstrip("\n")]
    assert line.rstrip("\n").isprintable()
    assert json.loads(line) == {"text": text}
