"""What is offered while a slash command is typed."""

from collections.abc import Sequence

import pytest
from prompt_toolkit.application import Application, create_app_session
from prompt_toolkit.application.current import set_app
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.output import DummyOutput

from agent.drawing.widths import width
from agent.repl.commands import COMMANDS, Command, Completes
from agent.repl.prompt.candidates import Choice
from agent.repl.prompt.completion import SlashCompleter

REPORT = Command("weekly_report", "What happened this week", "PROJECT")
TOOLS = (Choice("astravue_list_projects", "List projects"), Choice("astravue_get_task", "Show\x1b[2J a task"))


def choices(completes: Completes) -> Sequence[Choice]:
    return TOOLS if completes is Completes.TOOL else ()


COMPLETER = SlashCompleter(lambda: (*COMMANDS, REPORT), choices, ["What is due?"])


def offered(text: str, *, requested: bool = False) -> list[str]:
    event = CompleteEvent(completion_requested=requested)
    return [each.text for each in COMPLETER.get_completions(Document(text), event)]


def test_a_slash_offers_every_command_with_what_it_does() -> None:
    found = list(COMPLETER.get_completions(Document("/"), CompleteEvent()))
    assert len(found) == len(COMMANDS) + 1
    assert found[-1].display_text == "/weekly_report PROJECT"
    assert found[-1].display_meta_text == "What happened this week"


def test_a_command_is_found_by_its_beginning_a_part_and_its_summary() -> None:
    assert offered("/stat")[0] == "status"
    assert offered("/report") == ["weekly_report "]
    assert offered("/happened") == ["weekly_report "]


def test_a_command_that_takes_something_is_followed_by_a_space() -> None:
    assert offered("/call") == ["call "]
    assert offered("/quit") == ["quit"]


def test_tools_are_found_by_a_part_of_their_names_or_titles() -> None:
    assert offered("/call proj") == ["astravue_list_projects"]
    assert offered("/tools show") == ["astravue_get_task"]
    assert offered("/CALL get") == ["astravue_get_task"]


def test_nothing_is_offered_after_the_tool_or_a_command_that_takes_none() -> None:
    assert offered("/call astravue_get_task {") == []
    assert offered("/quit x") == []
    assert offered("/nonsense x") == []


def offered_at(columns: int, text: str) -> list[Completion]:
    class Output(DummyOutput):
        def get_size(self) -> Size:
            return Size(rows=24, columns=columns)

    with create_app_session(output=Output()), set_app(Application[None](output=Output())):
        return list(COMPLETER.get_completions(Document(text), CompleteEvent()))


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_what_does_not_fit_into_the_menu_ends_with_an_ellipsis(columns: int) -> None:
    found = offered_at(columns, "/")
    names = max(width(each.display_text) for each in found)
    meanings = max(width(each.display_meta_text) for each in found)
    assert names + meanings + 5 <= columns
    is_cut = any(each.display_meta_text.endswith("…") for each in found)
    assert is_cut is (columns < 200)


def test_a_narrow_menu_shows_names_alone() -> None:
    found = offered_at(40, "/")
    assert {each.display_meta_text for each in found} == {""}
    assert max(width(each.display_text) for each in found) <= 37


def test_what_a_server_wrote_is_shown_without_control_characters() -> None:
    (found,) = COMPLETER.get_completions(Document("/call get"), CompleteEvent())
    assert found.display_meta_text == "Show a task"


def test_suggestions_are_offered_at_an_empty_prompt_on_request_alone() -> None:
    assert offered("", requested=True) == ["What is due?"]
    assert offered("") == []
    assert offered("What", requested=True) == []
