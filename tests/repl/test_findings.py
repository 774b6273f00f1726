"""Findings as they are drawn: a mark and a word for each, with and without colours and room."""

import re

import pytest

from agent.doctor.finding import Finding, Outcome
from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.repl.findings import draw_finding, summarise

PLAIN = Palette(plain=True)
WELL = Finding("disk", Outcome.OK, "80.6 GB free")
ILL = Finding("sign-in", Outcome.PROBLEM, "none for https://demo.example/mcp", "Run `astravue login`.")
WARNED = Finding("folders", Outcome.WARNING, "others can read them", "chmod go= x")
OPEN = Finding("server", Outcome.NOT_TRIED, "it wants a sign-in first")


def test_without_a_terminal_each_finding_is_one_line_and_its_advice_another() -> None:
    drawn = "".join(draw_finding(each, None, PLAIN) for each in (WELL, ILL, WARNED, OPEN))
    assert drawn == (
        "✓ disk       ok         80.6 GB free\n"
        "✗ sign-in    problem    none for https://demo.example/mcp\n"
        "                        Run `astravue login`.\n"
        "! folders    warning    others can read them\n"
        "                        chmod go= x\n"
        "· server     not tried  it wants a sign-in first\n"
    )


def test_in_a_narrow_window_what_was_found_stands_below_its_name() -> None:
    assert draw_finding(ILL, 40, PLAIN) == (
        "✗ sign-in: problem\n  none for https://demo.example/mcp\n  Run `astravue login`.\n"
    )


@pytest.mark.parametrize("columns", [20, 40, 59, 60, 80])
@pytest.mark.parametrize("text", ["many words " * 20, "期限切れの仕事" * 12, "متأخر " * 30, "x" * 200])
def test_no_line_is_wider_than_the_window(columns: int, text: str) -> None:
    drawn = draw_finding(Finding("network", Outcome.PROBLEM, text, text), columns, PLAIN)
    assert max(map(width, drawn.splitlines())) <= columns
    kept = drawn.replace("\n", "").replace(" ", "")
    assert kept.count(text.replace(" ", "")) == 2 or "\u2068" in kept


def test_colours_add_nothing_that_words_do_not_say() -> None:
    for finding in (WELL, ILL, WARNED, OPEN):
        coloured = draw_finding(finding, 80, Palette())
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == draw_finding(finding, 80, PLAIN)


def test_what_a_server_says_cannot_steer_the_terminal() -> None:
    drawn = draw_finding(Finding("server", Outcome.PROBLEM, "a\x1b[2Jb\nc", "d\x1b]0;e\x07"), 80, PLAIN)
    assert "\x1b" not in drawn
    assert len(drawn.splitlines()) == 2


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ([WELL, OPEN], "All is well."),
        ([WELL, ILL], "1 problem; what helps stands below each."),
        ([ILL, ILL, WARNED], "2 problems and 1 warning; what helps stands below each."),
        ([WARNED, WARNED], "2 warnings; what helps stands below each."),
    ],
)
def test_it_comes_to_one_sentence(findings: list[Finding], sentence: str) -> None:
    assert summarise(findings) == sentence
