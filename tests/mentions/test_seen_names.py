"""Names that servers listed, kept for a shell that completes them."""

from pathlib import Path

import pytest

from agent.mentions.seen_names import SeenNames

SERVER = "https://x.example/mcp"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "names.json"


def test_what_was_kept_is_known_to_the_next_run(path: Path) -> None:
    SeenNames(path).keep(SERVER, "tools", ["b", "a"])
    SeenNames(path).keep(SERVER, "prompts", ["p"])
    seen = SeenNames(path)
    assert seen.of(SERVER, "tools") == ("b", "a")
    assert seen.of(SERVER, "prompts") == ("p",)
    assert seen.of(SERVER, "resources") == ()
    assert seen.of("https://y.example/mcp", "tools") == ()
    assert path.stat().st_mode & 0o077 == 0


def test_a_new_list_takes_the_place_of_the_old_one(path: Path) -> None:
    seen = SeenNames(path)
    seen.keep(SERVER, "tools", ["a", "b"])
    seen.keep(SERVER, "tools", ["b"])
    assert seen.of(SERVER, "tools") == ("b",)


def test_the_same_list_again_writes_nothing(path: Path) -> None:
    seen = SeenNames(path)
    seen.keep(SERVER, "tools", ["a"])
    before = path.stat()
    seen.keep(SERVER, "tools", ["a"])
    assert path.stat().st_ino == before.st_ino
    seen.keep(SERVER, "tools", ["b"])
    assert path.stat().st_ino != before.st_ino


@pytest.mark.parametrize(
    "name", ["with space", "line\nend", "\x1b[31mred", "tab\t", "", "long" * 100, "\x9bC1"]
)
def test_what_is_no_word_for_a_command_line_is_not_kept(path: Path, name: str) -> None:
    seen = SeenNames(path)
    seen.keep(SERVER, "tools", ["fit", name])
    assert seen.of(SERVER, "tools") == ("fit",)


def test_the_servers_used_last_are_known(path: Path) -> None:
    seen = SeenNames(path)
    for number in range(30):
        seen.keep(f"https://{number}.example/mcp", "tools", ["a"])
    known = [number for number in range(30) if seen.of(f"https://{number}.example/mcp", "tools")]
    assert known == list(range(10, 30))


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", '{"https://x.example/mcp": 7}', '{"https://x.example/mcp": {"tools": 7}}']
)
def test_a_file_that_says_nothing_of_use_knows_no_names_and_is_replaced(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    seen = SeenNames(path)
    assert seen.of(SERVER, "tools") == ()
    seen.keep(SERVER, "tools", ["a"])
    assert seen.of(SERVER, "tools") == ("a",)


def test_a_disk_that_cannot_be_written_to_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the folder's place")
    seen = SeenNames(tmp_path / "cache" / "names.json")
    seen.keep(SERVER, "tools", ["a"])
    assert seen.of(SERVER, "tools") == ()
