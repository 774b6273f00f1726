"""The terminal that reports are read in: how wide it is, and whether it shows colours."""

import os
import shutil
import sys

from agent.drawing.palette import Palette, choose_theme
from agent.drawing.themes import DARK

# What is not a terminal takes lines of any length.
_ANY_WIDTH = 1_000_000


def find_columns() -> int:
    """How many columns a line on standard output may take."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _ANY_WIDTH


def find_palette() -> Palette:
    """The colours of standard output; plain words where it is no terminal."""
    if not sys.stdout.isatty():
        return Palette(plain=True)
    return Palette(theme=choose_theme(DARK, os.environ))
