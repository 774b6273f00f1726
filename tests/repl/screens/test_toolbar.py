"""What of a session's standing is below the prompt, in windows of any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.drawing.widths import width
from agent.repl.parts import Part, fit
from agent.repl.screens.toolbar import draw_toolbar
from agent.session.standing import Standing

FULL = Standing(
    model="gpt-5-mini",
    account="alex@example.com",
    place="work at mcp.example.com",
    tokens="12.3k tokens",
    cost="about $0.01",
)
texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=40)


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (40, "gpt-5-mini · 12.3k tokens · about $0.01"),
        (60, "gpt-5-mini · alex@example.com · 12.3k tokens · about $0.01"),
        (80, "gpt-5-mini · alex@example.com · 12.3k tokens · about $0.01"),
        (120, "gpt-5-mini · alex@example.com · work at mcp.example.com · 12.3k tokens · about $0.01"),
    ],
)
def test_the_narrower_the_window_the_less_is_told(columns: int, line: str) -> None:
    assert draw_toolbar(FULL, 0, columns - 1) == line


def test_what_the_user_can_do_something_about_stays_longest() -> None:
    standing = Standing(model="gpt-5-mini", sign_in_problem="not signed in", tokens="12.3k tokens")
    assert draw_toolbar(standing, 2, 39) == "gpt-5-mini · not signed in · 2 queued"
    assert draw_toolbar(standing, 2, 24) == "not signed in · 2 queued"


def test_a_stage_is_drawn_with_a_bar_where_there_is_room() -> None:
    standing = Standing(stage="Reading the tools", share=0.25)
    assert draw_toolbar(standing, 0, 79) == "Reading the tools · ▕███░░░░░░░░░▏ 25%"
    assert draw_toolbar(standing, 0, 30) == "Reading the tools"


def test_escape_sequences_in_names_do_not_reach_the_screen() -> None:
    assert draw_toolbar(Standing(model="a\x1b[2Jb", account="c\nd"), 0, 80) == "ab · c d"


@given(
    st.builds(Standing, texts, st.none() | st.floats(0, 1), *[texts] * 6),
    st.integers(0, 9),
    st.integers(1, 120),
)
def test_it_never_takes_more_than_its_line(standing: Standing, queued: int, columns: int) -> None:
    assert width(draw_toolbar(standing, queued, columns)) <= columns


def test_parts_are_cut_before_they_are_left_out_and_the_lightest_goes_first() -> None:
    parts = [Part("important", 3), Part("a long description", 1, least=6), Part("middle", 2)]
    assert fit(parts, 80) == "important · a long description · middle"
    assert fit(parts, 30) == "important · a long d… · middle"
    assert fit(parts, 26) == "important · middle"
    assert fit(parts, 10) == "important"
    assert fit(parts, 5) == "impo…"


def test_a_part_that_must_stay_is_cut_to_its_least_and_others_go() -> None:
    parts = [Part("the title of it", 1, least=6, must_stay=True), Part("outcome", 2)]
    assert fit(parts, 18) == "the tit… · outcome"
    assert fit(parts, 8) == "the tit…"
