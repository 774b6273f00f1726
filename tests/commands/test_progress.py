"""Standard error of a command: stages and lines that do not run into each other."""

import io

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
