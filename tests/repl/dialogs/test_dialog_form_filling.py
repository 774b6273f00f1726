"""Forms on the screen: moving, choosing, what is wrong and what is sent; in any size."""

from collections.abc import Callable, Mapping

import pytest

from agent.drawing.palette import Palette
from agent.drawing.widths import width
from agent.forms.form import FormValue, parse_form
from agent.jsontypes import JsonObject
from agent.repl.dialogs.dialog import Key
from agent.repl.dialogs.filling import Fault, FormRequest, Left
from agent.repl.dialogs.form_filling import FormFilling

PLAIN = Palette(plain=True)
TRIP: JsonObject = {
    "city": {"type": "string", "title": "City", "description": "Where you sleep.", "minLength": 2},
    "nights": {"type": "integer", "minimum": 1, "maximum": 30, "default": 3},
    "room": {"type": "string", "title": "Room", "enum": ["single", "double", "suite"]},
    "extras": {"type": "array", "items": {"type": "string", "enum": ["breakfast", "parking", "bike"]}},
    "quiet": {"type": "boolean"},
}
ENTER, DOWN, UP, TAB, LEFT, RIGHT = Key.ENTER, Key.DOWN, Key.UP, Key.TAB, Key.LEFT, Key.RIGHT
Check = Callable[[Mapping[str, FormValue]], Fault | None]


def nothing_wrong(_: Mapping[str, FormValue]) -> Fault | None:
    return None


class Hands:
    """Types into a form as the terminal does: text into the line, other keys to the form.

    Args:
        values: What the form holds in the beginning.
        may_decline: A server asks.
        check: Looks at all values.
        labels: How values are shown.
    """

    def __init__(
        self,
        values: Mapping[str, FormValue] | None = None,
        *,
        may_decline: bool = False,
        check: Check = nothing_wrong,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        form = parse_form({"type": "object", "properties": TRIP, "required": ["city", "room"]})
        self.form = FormFilling(
            FormRequest("A trip", form, values or {}, labels or {}, may_decline=may_decline, check=check)
        )

    def press(self, *keys: str) -> "Hands":
        for key in keys:
            if isinstance(key, Key) or self.form.typed is None:
                self.form.take_key(key)
            else:
                self.form.type(self.form.typed + key)
        return self

    def drawn(self, columns: int = 60, rows: int = 40) -> list[str]:
        return self.form.draw(columns, rows, PLAIN).split("\n")

    def row(self, name: str) -> str:
        return next(line for line in self.drawn() if line[2:].startswith(name))

    @property
    def answer(self) -> dict[str, FormValue] | Left | None:
        return self.form.answer


def test_it_begins_at_the_first_field_and_shows_what_it_is_for() -> None:
    assert Hands().drawn() == [
        "A trip",
        "❯ City    (required)",
        "    Where you sleep.",
        "    text, at least 2 characters; Ctrl-J begins a new line",
        "  nights  3",
        "  Room    (required)",
        "  extras  –",
        "  quiet   –",
        "  [Send]",
        "Enter next · Up, Down move · Esc leaves",
    ]


def test_enter_goes_from_field_to_field_and_sends_from_the_last_row() -> None:
    hands = Hands().press("Oslo", ENTER, ENTER, "double", ENTER, " ", RIGHT, " ", ENTER, "y", ENTER)
    assert hands.answer is None
    assert hands.press(ENTER).answer == {
        "city": "Oslo",
        "nights": 3,
        "room": "double",
        "extras": ["breakfast", "parking"],
        "quiet": True,
    }


def test_what_is_left_out_is_not_sent() -> None:
    assert Hands({"city": "Oslo", "room": "suite"}).press(UP, ENTER).answer == {
        "city": "Oslo",
        "nights": 3,
        "room": "suite",
    }


def test_up_and_down_go_round() -> None:
    hands = Hands().press(UP)
    assert hands.row("[Send]").startswith("❯ ")
    assert hands.form.typed is None
    assert hands.press(DOWN).row("City").startswith("❯ ")
    assert hands.form.prompt == "City:"


def test_what_is_wrong_stands_at_its_field_and_enter_stays_there() -> None:
    hands = Hands().press("O", ENTER)
    assert hands.drawn()[1:3] == ["❯ City    O", "    ! It takes text, at least 2 characters."]
    assert "! It" not in "\n".join(hands.press("slo", ENTER).drawn())


def test_a_field_with_a_fault_can_be_left_and_is_come_back_to() -> None:
    hands = Hands().press("O", UP, ENTER)
    assert hands.answer is None
    assert hands.row("City").startswith("❯ ")


def test_passing_by_what_is_missing_is_no_fault_yet() -> None:
    assert "!" not in "".join(Hands().press(DOWN, DOWN, DOWN).drawn())


def test_what_is_missing_is_come_back_to() -> None:
    hands = Hands().press("Oslo", UP, ENTER)
    assert hands.row("Room").startswith("❯ ")
    assert "    ! This field cannot be left out." in hands.drawn()


def test_a_choice_is_walked_and_goes_round() -> None:
    hands = Hands().press(TAB, TAB)
    assert hands.form.walks
    assert hands.press(RIGHT).row("Room") == "❯ Room    single"
    assert hands.press(LEFT).row("Room") == "❯ Room    suite"


@pytest.mark.parametrize(("typed", "value"), [("dou", "double"), ("2", "double"), ("SUITE", "suite")])
def test_a_choice_is_found_by_a_part_of_its_name_or_its_number(typed: str, value: str) -> None:
    assert Hands({"city": "Oslo"}).press(TAB, TAB, typed, UP, UP, UP, ENTER).answer == {
        "city": "Oslo",
        "nights": 3,
        "room": value,
    }


def test_what_fits_more_than_one_choice_is_none() -> None:
    hands = Hands().press(TAB, TAB, "e", ENTER)
    assert "    ! “e” is none of the choices." in hands.drawn()


def test_the_choices_that_fit_are_shown() -> None:
    assert "    single · double · suite" in Hands().press(TAB, TAB).drawn()
    assert "    suite" in Hands().press(TAB, TAB, "ui").drawn()


def test_some_of_several_are_picked_and_dropped_again() -> None:
    hands = Hands().press(TAB, TAB, TAB, "p")
    assert "    ❯[ ] parking" in hands.drawn()
    hands.press(" ")
    assert "    ❯[x] parking" in hands.drawn()
    assert hands.row("extras") == "❯ extras  parking"
    assert hands.press(" ").row("extras") == "❯ extras  –"


def test_yes_and_no_are_keys_and_can_be_emptied() -> None:
    hands = Hands().press(UP, UP)
    assert hands.press("y").row("quiet") == "❯ quiet   yes"
    assert hands.press(" ").row("quiet") == "❯ quiet   no"
    assert hands.press(Key.BACKSPACE).row("quiet") == "❯ quiet   –"
    assert hands.press(LEFT).row("quiet") == "❯ quiet   no"


def test_values_that_nobody_touches_stay_as_they_are() -> None:
    values: dict[str, FormValue] = {"city": " Oslo, the old town ", "room": "suite", "extras": ["bike"]}
    assert Hands(values).press(UP, ENTER).answer == {**values, "nights": 3}


def test_a_value_is_shown_by_its_label_until_it_is_changed() -> None:
    hands = Hands({"city": "OSL"}, labels={"city": "“Oslo” (OSL)"})
    assert (hands.row("City"), hands.form.typed) == ("❯ City    “Oslo” (OSL)", "OSL")
    assert hands.press("O").row("City") == "❯ City    OSLO"


def test_all_values_together_are_checked_before_they_are_sent() -> None:
    values: dict[str, FormValue] = {"city": "Oslo", "room": "suite"}
    about_a_field = Hands(values, check=lambda _: Fault("Not there.", "room")).press(UP, ENTER)
    assert about_a_field.answer is None
    assert about_a_field.row("Room").startswith("❯ ")
    assert "    ! Not there." in about_a_field.drawn()
    about_several = Hands(values, check=lambda _: Fault("One of the two.")).press(UP, ENTER)
    assert about_several.answer is None
    assert "! One of the two." in about_several.drawn()


def test_escape_leaves_a_form_whatever_was_typed() -> None:
    assert Hands().press("Oslo", Key.ESCAPE).answer is Left.CANCELLED


@pytest.mark.parametrize(
    ("key", "answer"),
    [("d", Left.DECLINED), ("c", Left.CANCELLED), ("b", None), (Key.ESCAPE, None), (ENTER, None)],
)
def test_to_a_server_a_no_is_something_else_than_no_answer(key: str, answer: Left | None) -> None:
    hands = Hands(may_decline=True).press("Oslo", Key.ESCAPE)
    assert "How shall it end?" in "\n".join(hands.drawn())
    assert hands.press(key).answer is answer
    if answer is None:
        assert (hands.form.typed, hands.row("City")) == ("Oslo", "❯ City    Oslo")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 15), (40, 8), (24, 8)])
def test_whatever_the_size_the_field_that_is_filled_in_can_be_seen(columns: int, rows: int) -> None:
    hands = Hands({"city": "東京 " * 30}).press(ENTER, UP)
    for _ in range(6):
        lines = hands.drawn(columns, rows)
        assert len(lines) <= rows
        assert max(map(width, lines)) <= columns
        assert sum(line.startswith("❯ ") for line in lines) == 1
        hands.press(DOWN)


def test_nothing_that_a_server_writes_steers_the_terminal() -> None:
    bad: JsonObject = {
        "title": "Ci\x1b[2Jty\n",
        "type": "string",
        "enum": ["a\x07\nb"],
        "description": "\x9b0m",
    }
    form = FormFilling(FormRequest("For\x1b]0;x\x07 you", parse_form({"properties": {"c": bad}})))
    form.take_key(RIGHT)
    text = form.draw(60, 20, PLAIN) + form.prompt
    assert not set(text) & {"\x1b", "\x07", "\x9b"}
