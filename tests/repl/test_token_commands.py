"""What `/context`, `/cost` and `/model` draw, in windows of any width."""

import re
from dataclasses import replace
from datetime import date

import pytest

from agent.available_models.records import ListedModels, ModelPlace
from agent.context.report import ContextReport
from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.model.protocol import Usage
from agent.repl.slash.context import draw_context
from agent.repl.slash.cost import draw_costs
from agent.repl.slash.model import draw_models
from agent.usage.ledger import Ledger

LIST = date(2026, 11, 1)
PLAIN = Palette(plain=True)
WIDTHS = pytest.mark.parametrize("columns", [40, 60, 80, 120])
REPORT = ContextReport(
    model="gpt-5-mini",
    window=100_000,
    compacts_at=73_446,
    system=2_000,
    functions=8_000,
    offered=14,
    available=60,
    summary=0,
    user=1_000,
    answers=4_000,
    results=35_000,
    largest=(("astravue_list_overdue_tasks", 30_000), ("astravue_get_task", 5_000)),
    left_out=0,
)


def bare(drawn: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", drawn)


def make_ledger() -> Ledger:
    ledger = Ledger()
    ledger.begin("Which of my tasks are overdue, and who is waiting for them?")
    ledger.add(Usage(12_000, 345, cached_tokens=9_000, cost=0.0123), "gpt-5-mini", LIST)
    ledger.begin("読む📚 \x1b[2Jthem all")
    ledger.add(Usage(900, 20, cost=0.001), "gpt-5-mini", LIST)
    return ledger


def lines_of(drawn: str) -> list[str]:
    return bare(drawn).splitlines()


def test_each_part_of_a_request_has_a_row_with_its_share_of_it() -> None:
    assert lines_of(draw_context(REPORT, 80, Palette())) == [
        "The next request to gpt-5-mini: about 50,000 tokens of 100,000, 50%",
        "System prompt                   2,000  ▕█░░░░░░░░░░░░░░░░░░░░░░░▏ 4%",
        "Functions, 14 of 60             8,000  ▕████░░░░░░░░░░░░░░░░░░░░▏ 16%",
        "Summary                             0  ▕░░░░░░░░░░░░░░░░░░░░░░░░▏ 0%",
        "Your messages                   1,000  ▕░░░░░░░░░░░░░░░░░░░░░░░░▏ 2%",
        "Answers                         4,000  ▕██░░░░░░░░░░░░░░░░░░░░░░▏ 8%",
        "Tool results                   35,000  ▕█████████████████░░░░░░░▏ 70%",
        "  astravue_list_overdue_tasks  30,000  ▕██████████████░░░░░░░░░░▏ 60%",
        "  astravue_get_task             5,000  ▕██░░░░░░░░░░░░░░░░░░░░░░▏ 10%",
        "Room left: 50,000 tokens. From about 73,446 on, old turns are summarised;",
        "/compact does it now.",
    ]


def test_words_tell_the_same_without_bars() -> None:
    assert "Tool results: 35,000, 70%" in draw_context(REPORT, 80, PLAIN).splitlines()


def test_messages_that_are_left_out_are_counted() -> None:
    drawn = draw_context(replace(REPORT, summary=500, left_out=12), 120, PLAIN)
    assert "12 earlier messages are kept, but not in the request any more." in drawn


def test_a_model_that_chooses_what_it_reads_has_no_room_to_tell_of() -> None:
    drawn = draw_context(replace(REPORT, window=None, compacts_at=0), 80, Palette())
    assert "Room left" not in drawn
    assert "chooses by itself what it reads" in drawn


def test_turns_have_a_row_each_and_a_sum() -> None:
    assert lines_of(draw_costs(make_ledger(), 80, Palette())) == [
        "                                                           in  out         cost",
        "Which of my tasks are overdue, and who is waiting fo…  12,000  345  about $0.01",
        "読む📚 them all                                           900   20  under $0.01",
        "In all: 12,900 tokens in (9,000 cached), 365 out, about $0.0133 (prices of",
        "  2026-11)",
    ]


def test_a_cost_that_nobody_knows_is_not_made_up() -> None:
    ledger = make_ledger()
    ledger.begin("And now?")
    ledger.add(Usage(500, 5), "llama3.2")
    drawn = bare(draw_costs(ledger, 80, Palette()))
    assert "500    5    not known" in drawn
    assert "$" not in drawn.partition("In all: ")[2]
    assert "No price is known for llama3.2" in drawn


def test_of_many_turns_the_last_are_shown_and_all_are_summed() -> None:
    ledger = Ledger()
    for number in range(25):
        ledger.begin(f"Question {number}")
        ledger.add(Usage(10, 1, cost=0.5), "m")
    drawn = draw_costs(ledger, 80, PLAIN)
    assert "5 earlier turns are in the sum only." in drawn
    assert "Question 4:" not in drawn
    assert "Question 24: 10 tokens in, 1 out, cost $0.50" in drawn
    assert "250 tokens in, 25 out, $12.50" in drawn


def test_nothing_was_taken_yet() -> None:
    assert draw_costs(Ledger(), 80, PLAIN) == "Nothing was taken yet.\n"


def test_models_stand_below_their_places_and_the_one_in_use_is_marked_in_words() -> None:
    models = ListedModels(
        (
            ModelPlace("https://one.example/v1 (configured)", ("a", "b"), "b", 3),
            ModelPlace("embedded", ("c",)),
        ),
        "In use: b at https://one.example/v1, configured by OPENAI_BASE_URL",
    )
    assert lines_of(draw_models(models, 80, Palette())) == [
        "https://one.example/v1 (configured)",
        "  a",
        "  b (in use)",
        "  and 3 that cannot hold a conversation",
        "embedded",
        "  c",
        "In use: b at https://one.example/v1, configured by OPENAI_BASE_URL",
    ]


@WIDTHS
def test_everything_stays_within_the_window(columns: int) -> None:
    palette = Palette()
    models = ListedModels(
        (ModelPlace("https://one.example/v1 " * 4, ("model",), "model"),), "In use: " + "word " * 20
    )
    for drawn in (
        draw_context(REPORT, columns, palette),
        draw_costs(make_ledger(), columns, palette),
        draw_models(models, columns, palette),
    ):
        assert max(map(width, lines_of(drawn)), default=0) < columns
