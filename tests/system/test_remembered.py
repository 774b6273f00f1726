"""What is learnt from run to run, in files that may be lost."""

from pathlib import Path

import pytest

from agent.system.remembered import recall, remember


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    remember(tmp_path / "new" / "learnt.json", {"one": 1.5}, what="this")
    assert recall(tmp_path / "new" / "learnt.json") == {"one": 1.5}


def test_what_was_put_first_stays_first(tmp_path: Path) -> None:
    remember(tmp_path / "learnt.json", {"newest": 1, "older": 2, "a": 3}, what="this")
    assert list(recall(tmp_path / "learnt.json")) == ["newest", "older", "a"]


def test_without_a_file_nothing_is_known_and_nothing_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert recall(tmp_path / "learnt.json") == {}
    assert caplog.text == ""


@pytest.mark.parametrize("data", [b"[1]", b"{", b"\xff"])
def test_a_file_that_cannot_be_read_is_logged_without_what_is_in_it(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "learnt.json"
    path.write_bytes(data)
    assert recall(path) == {}
    assert f"{path} cannot be read and is begun anew" in caplog.text


def test_a_file_that_cannot_be_written_is_logged_and_the_old_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "learnt.json"
    path.mkdir()
    remember(path, {"one": 1}, what="how it is done")
    assert path.is_dir()
    assert "how it is done cannot be kept" in caplog.text
