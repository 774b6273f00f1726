"""What is offered after an @."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from agent.repl.commands import COMMANDS
from agent.repl.prompt.completion import SlashCompleter
from agent.repl.prompt.mentioning import MentionCompleter, PromptCompleter, typed_mention
from agent.server_features import Resource
from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow
from tests.repl.fake_host import FakeMentions

CTRL_D, DOWN, ENTER, TAB = "\x04", "\x1b[B", "\r", "\t"
RESOURCES = (
    Resource("demo://handbook", "handbook", "Hand\x1b[2Jbook"),
    Resource("demo://projects/{id}", "project", "Project", is_template=True),
)
COMPLETER = PromptCompleter(
    SlashCompleter(lambda: COMMANDS, lambda _: ()), MentionCompleter(FakeMentions().offer, lambda: RESOURCES)
)


def offered(text: str) -> list[tuple[str, str, str]]:
    found = COMPLETER.get_completions(Document(text), CompleteEvent())
    return [(each.text, each.display_text, each.display_meta_text) for each in found]


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        ("@", ""),
        ("show @web", "web"),
        ("show @Website re", "Website re"),
        ("first\nsecond (@we", "we"),
        ("/status-report @we", "we"),
        ("@one @tw", "tw"),
    ],
)
def test_what_follows_an_at_sign_is_a_mention(before: str, typed: str) -> None:
    assert typed_mention(before) == typed


@pytest.mark.parametrize(
    "before",
    [
        "",
        "alex@demo",
        "@Website (project 12) and",
        "@two\nlines",
        "at @ five",
        "/call @x",
        "/tools @",
        "@" + "x" * 61,
    ],
)
def test_an_address_a_whole_mention_and_a_command_are_none(before: str) -> None:
    assert typed_mention(before) is None


def test_things_are_offered_by_name_and_inserted_with_kind_and_id() -> None:
    assert offered("show @web") == [
        ("@Website relaunch (project 12) ", "Website relaunch", "project 12 · Marketing")
    ]


def test_resources_are_offered_by_title_and_address_and_inserted_by_address() -> None:
    expected = [("@demo://handbook ", "Handbook", "resource · demo://handbook")]
    assert offered("@hand") == expected
    assert offered("@demo://h") == expected


def test_whatever_else_is_typed_is_completed_as_before() -> None:
    assert [text for text, _, _ in offered("/qui")] == ["quit"]


def test_enter_takes_what_was_chosen_and_sends_nothing_yet(window: DriverWindow) -> None:
    window.press("show @web")
    window.wait_for("project 12 · Marketing")
    window.press(DOWN)
    window.wait_for("❯ show @Website relaunch (project 12)")
    window.press(ENTER)
    window.wait_gone("project 12 · Marketing")
    window.press("now" + ENTER)
    window.wait_for("You said")
    window.press(CTRL_D)
    window.wait_end()
    assert window.log[0] == "turn 'show @Website relaunch (project 12) now'"


def test_the_menu_fits_a_narrow_window(open_window: OpenWindow) -> None:
    window = open_window(40, 20)
    window.wait_for("scripted-model")
    window.press("@web")
    window.wait_for("Website relaunch")
    window.press(TAB)
    window.wait_for("❯ @Website relaunch (project 12)\n")


def test_a_resource_is_attached_when_the_message_is_sent(window: DriverWindow) -> None:
    window.press("read @demo://handbook" + ENTER)
    window.wait_for("attached: Handbook (20 characters)")
    window.wait_for("You said")
    window.press(CTRL_D)
    window.wait_end()
    assert "read @demo://handbook" in window.log[0]
    assert '<data from="demo___handbook">\\n# Handbook\\n\\nBe kind.\\n</data>' in window.log[0]
