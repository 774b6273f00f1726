"""What is written into the scrollback, and how it is broken into lines."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from agent.drawing.palette import Palette
from agent.repl.screens.screen import Kind, Scrollback

RED = Palette().bad


@dataclass
class FakeSheet:
    """Keeps what is written."""

    columns: int
    shows_input: bool = False
    written: str = ""

    def write(self, text: str) -> None:
        self.written += text


@pytest.fixture
def sheet() -> FakeSheet:
    return FakeSheet(columns=24)


@pytest.mark.parametrize("kind", [Kind.GREETING, Kind.MESSAGE, Kind.REMARK])
def test_sentences_are_broken_between_words(kind: Kind, sheet: FakeSheet) -> None:
    Scrollback(sheet).write(kind, "The server cannot be reached at the moment.\n")
    assert sheet.written == "The server cannot be\nreached at the moment.\n"


def test_what_follows_a_mark_stands_below_what_follows_it(sheet: FakeSheet) -> None:
    Scrollback(sheet).write(Kind.REMARK, f"{RED('✗')} The server cannot be reached.\n")
    assert sheet.written == f"{RED('✗')} The server cannot be\n  reached.\n"


def test_a_colour_goes_on_in_the_next_line_and_ends_with_each(sheet: FakeSheet) -> None:
    Scrollback(sheet).write(Kind.REMARK, RED("The server cannot be reached.") + "\n")
    assert sheet.written == f"{RED('The server cannot be')}\n{RED('reached.')}\n"


def test_an_address_stays_whole_so_that_it_can_be_copied(sheet: FakeSheet) -> None:
    address = "https://demo.example/authorize?client=1&state=2"
    Scrollback(sheet).write(Kind.REMARK, f"Open {address}\n")
    assert address in sheet.written


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.CALLS])
def test_what_is_drawn_for_the_width_is_left_alone(kind: Kind, sheet: FakeSheet) -> None:
    drawn = "a line that somebody drew wider than it is\n"
    Scrollback(sheet).write(kind, drawn)
    assert sheet.written == drawn


def test_a_terminal_that_only_prints_gets_whole_lines() -> None:
    sheet = FakeSheet(columns=24, shows_input=True)
    Scrollback(sheet).write(Kind.REMARK, "The server cannot be reached at the moment.\n")
    assert sheet.written == "The server cannot be reached at the moment.\n"


def test_things_of_different_kinds_are_set_apart(sheet: FakeSheet) -> None:
    write: Callable[[Kind, str], None] = Scrollback(sheet).write
    write(Kind.CALLS, "one\n")
    write(Kind.CALLS, "two\n")
    write(Kind.ANSWER, "three\n")
    assert sheet.written == "one\ntwo\n\nthree\n"
