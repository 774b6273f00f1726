"""A screen passes when only the time or place of the run differs, and fails on anything else."""

from pathlib import Path

import pytest

from tests.end_to_end.terminal.screens import Screens, normalise


class FakeWindow:
    """Shows one screen after the other."""

    columns, rows = 80, 24

    def __init__(self, *shown: str) -> None:
        self._shown = list(shown)

    @property
    def visible(self) -> str:
        return self._shown[0]

    def read_for(self, seconds: float) -> bool:
        if len(self._shown) > 1:
            self._shown.pop(0)
            return True
        return False


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        ("⠹ List Tasks · 3 s", "# List Tasks · # s"),
        ("✓ List Tasks · 6 tasks · 0.3 s", "✓ List Tasks · 6 tasks · #.# s"),
        ("Done, 6 tasks, 0.3 seconds", "Done, 6 tasks, #.# seconds"),
        ("The server limits the rate · 2 s left", "The server limits the rate · # s left"),
        ("limits the rate ·\n2 s left", "limits the rate ·\n# s left"),
        ("--resume 20260302-090000-1dd1", "--resume ########-######-####"),
        ("1 turn · 202603…", "1 turn · ######…"),
        ("at 127.0.0.1:45123/mcp", "at 127.0.0.1:#####/mcp"),
        ("at 127.0.0.1:451\n23/mcp", "at 127.0.0.1:###\n##/mcp"),
    ],
)
def test_what_only_tells_of_the_run_is_put_out(seen: str, kept: str) -> None:
    assert normalise(seen, "45123") == kept


@pytest.mark.parametrize(
    "text",
    [
        "✓ List Tasks · 6 tasks",
        "scripted · 220 tokens",
        "due in 3 s",
        "Write the press release (141303)",
        "at 127.0.0.1:45124/mcp",
        "145123",
        "2026-03-02",
    ],
)
def test_a_text_that_no_rule_names_stays_as_it_is(text: str) -> None:
    assert normalise(text, "45123") == text


def test_a_screen_is_waited_for_and_found(tmp_path: Path) -> None:
    (tmp_path / "greeting.80x24.txt").write_text("Hello.\n")
    Screens(tmp_path, update=False).check(FakeWindow("", "Hel", "Hello."), "greeting")


def test_a_screen_that_differs_fails_with_the_lines_that_differ(tmp_path: Path) -> None:
    (tmp_path / "greeting.80x24.txt").write_text("Hello.\n❯\n")
    screens = Screens(tmp_path, update=False)
    with pytest.raises(AssertionError, match=r"-Hello\.\n\+Good morning\.\n ❯"):
        screens.check(FakeWindow("Good morning.\n❯"), "greeting")


def test_a_screen_that_was_never_kept_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="UPDATE_SCREENS=1 writes it"):
        Screens(tmp_path, update=False).check(FakeWindow("Hello."), "greeting")


def test_only_what_follows_a_line_is_compared_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "end.80x24.txt").write_text("❯ second\nYes.\n")
    screens = Screens(tmp_path, update=False)
    screens.check(FakeWindow("❯ first\nNo.\n❯ second\nYes."), "end", since="❯ second")


def test_a_screen_is_written_anew_once_it_stands_still(tmp_path: Path) -> None:
    screens = Screens(tmp_path, update=True, stillness=0.0)
    screens.check(FakeWindow("Hello."), "greeting")
    assert (tmp_path / "greeting.80x24.txt").read_text() == "Hello.\n"


def test_the_screens_that_are_kept_hold_nothing_of_one_machine() -> None:
    folder = Path(__file__).parent / "screens"
    kept = [path.read_text() for path in folder.glob("*.txt")]
    assert len(kept) >= 40
    assert not any("/tmp/" in text or str(Path.home()) in text for text in kept)
