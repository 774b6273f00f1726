"""Rows of cells in columns, and below one another where they do not fit."""

from agent.drawing.columns import draw_columns
from agent.drawing.palette import Palette

PLAIN = Palette(plain=True)


def test_a_long_first_cell_is_broken_between_words_and_an_address_stays_whole() -> None:
    drawn = draw_columns([("one two three", "x"), ("demo://a-long-address", "y")], 12, PLAIN)
    assert drawn == "one two\n  three\n  x\ndemo://a-long-address\n  y\n"
