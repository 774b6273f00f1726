"""Standard error of a command: stages and lines that do not run into each other."""

import fcntl
import io
import os
import struct
import termios

import pytest

from agent.commands.progress import StandardError


class FakeTerminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_line_is_written_above_the_stage() -> None:
    stream = FakeTerminal()
    error = StandardError(stream)
    error.show_stage("connecting")
    error.write_line("hello")
    error.show_stage("")
    assert stream.getvalue() == "\r\x1b[Kconnecting\r\x1b[Khello\nconnecting\r\x1b[K"


def test_on_a_terminal_nothing_is_drawn_without_a_stage() -> None:
    stream = FakeTerminal()
    error = StandardError(stream)
    error.show_stage("")
    error.write_line("hello")
    assert stream.getvalue() == "hello\n"


def test_elsewhere_a_long_stage_is_told_once() -> None:
    stream = io.StringIO()
    error = StandardError(stream)
    for text in (
        "connecting",
        "Fetching the model (PyPI): 1 of 9 MB ▕█ ▏11%",
        "Fetching the model (PyPI): 2 of 9 MB ▕█ ▏22%",
    ):
        error.show_stage(text)
    error.show_stage("")
    error.write_line("done")
    assert stream.getvalue() == "Fetching the model …\ndone\n"


@pytest.mark.parametrize("columns", [40, 80])
def test_on_a_terminal_lines_are_broken_between_words_and_addresses_stay_whole(columns: int) -> None:
    sentence = (
        "astravue: This computer has no browser that could be opened, so the consent was confirmed for you."
    )
    address = f"https://demo.example/authorize?state={'x' * 90}"
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        StandardError(stream).write_line(f"{sentence}\n{address}")
        lines = os.read(master, 10_000).decode().splitlines()
    os.close(master)
    assert lines[-1] == address
    assert " ".join(lines[:-1]) == sentence
    assert len(lines) > 2
    assert all(len(line) < columns for line in lines[:-1])
