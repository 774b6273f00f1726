"""Lists of commands, in columns where they fit and below one another where not."""

import pytest

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.repl.commands import COMMANDS, GROUPS, Command
from agent.repl.tables import draw_help

PLAIN = Palette(plain=True)
WORKFLOWS = (Command("status-report", "a project's state in four parts", "PROJECT [audience=…] [period=…]"),)
PROMPTS = (Command("daily_standup", "每日站会"),)


def test_help_groups_the_commands_and_ends_with_the_keys() -> None:
    drawn = draw_help(100, PLAIN, WORKFLOWS, PROMPTS)
    titles = [*GROUPS, "Workflows", "The server's prompts", "Keys"]
    places = [drawn.index(f"{title}\n") for title in titles]
    assert places == sorted(places)
    assert all(f"/{command.name}" in drawn for command in COMMANDS)


def test_what_there_is_none_of_has_no_title() -> None:
    drawn = draw_help(100, PLAIN)
    assert "Workflows" not in drawn
    assert "The server's prompts" not in drawn


def test_with_the_embedded_model_help_says_what_wants_a_larger_one() -> None:
    drawn = draw_help(100, PLAIN, WORKFLOWS, PROMPTS, is_embedded=True)
    assert "Workflows (for a larger model than the embedded one)\n" in drawn
    assert "The server's prompts (for a larger model than the embedded one)\n" in drawn
    assert "larger" not in draw_help(100, PLAIN, WORKFLOWS, PROMPTS)


@pytest.mark.parametrize("is_embedded", [False, True])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help_fits_the_window(columns: int, is_embedded: bool) -> None:
    drawn = draw_help(columns, PLAIN, WORKFLOWS, PROMPTS, is_embedded=is_embedded)
    assert max(width(line) for line in drawn.split("\n")) < columns
