"""The server's prompts as slash commands."""

import pytest

from agent.repl.server_prompts import PREFIX, as_servers_read, commands_of_prompts, find_prompt
from agent.server_features import Prompt, PromptArgument
from agent.workflows.library import Library
from agent.workflows.workflow import Workflow
from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow

CTRL_C, CTRL_D, ENTER, ESCAPE, TAB = "\x03", "\x04", "\r", "\x1b", "\t"
REPORT = Prompt(
    "weekly_report",
    "Weekly\x1b[2J report",
    "",
    (PromptArgument("project", "Which project", required=True), PromptArgument("tone")),
)
STATUS = Prompt("status", "How things are")
TRIAGE = Prompt("triage", "Their triage")
ODD = Prompt("say hello / world", "Hello")
PROMPTS = (REPORT, STATUS, TRIAGE, ODD)
LIBRARY = Library((Workflow("triage", "Triage", "Our triage", "Do it."),))


def test_prompts_are_commands_with_their_titles_and_arguments() -> None:
    listed = commands_of_prompts(PROMPTS, LIBRARY)
    assert [each.usage for each in listed] == [
        "/weekly_report PROJECT [tone=…]",
        "/server:status",
        "/server:triage",
        "/say-hello-world",
    ]
    assert listed[0].summary == "Weekly report"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("/weekly_report Apollo", REPORT),
        ("/WEEKLY_REPORT", REPORT),
        ("/server:weekly_report", REPORT),
        ("/server:status", STATUS),
        ("/server:triage", TRIAGE),
        ("/say-hello-world", ODD),
    ],
)
def test_a_prompt_is_found_by_its_name_and_behind_the_prefix(text: str, prompt: Prompt) -> None:
    call = find_prompt(text, PROMPTS, LIBRARY)
    assert call is not None
    assert call.prompt is prompt


@pytest.mark.parametrize("text", ["/status", "/triage", "/weekly", "weekly_report", f"/{PREFIX}nothing", "/"])
def test_our_own_names_stay_ours(text: str) -> None:
    assert find_prompt(text, PROMPTS, LIBRARY) is None


def test_arguments_are_read_as_those_of_workflows() -> None:
    call = find_prompt('/weekly_report tone=dry project="Website relaunch"', PROMPTS, LIBRARY)
    assert call is not None
    assert call.values == {"project": "Website relaunch", "tone": "dry"}
    loose = find_prompt("/weekly_report Website relaunch", PROMPTS, LIBRARY)
    assert loose is not None
    assert loose.values == {"project": "Website relaunch"}


@pytest.mark.parametrize(
    ("argument", "value", "read"),
    [
        ("project", "@Website relaunch (project 12)", "Website relaunch"),
        ("projectId", "@Website relaunch (project 12)", "12"),
        ("taskId", "@Website relaunch (project 12)", "Website relaunch"),
        ("goal", "Ship @Website relaunch (project 12) soon", "Ship Website relaunch soon"),
        ("goal", "ship it", "ship it"),
    ],
)
def test_a_server_is_told_names_or_the_id_it_asks_for(argument: str, value: str, read: str) -> None:
    assert as_servers_read(argument, value) == read


def test_a_prompt_is_completed_shown_and_sent_as_the_servers(window: DriverWindow) -> None:
    window.press("/week" + TAB)
    window.wait_for("❯ /weekly_report\n")
    window.press("Apollo" + ENTER)
    window.wait_for("The server's prompt “Weekly report” says:")
    window.wait_for('  weekly_report {"project":"Apollo"}')
    window.wait_for("You said")
    window.press(CTRL_D)
    window.wait_end()
    assert '<prompt from="weekly_report">\\nweekly_report {"project":"Apollo"}\\n</prompt>' in window.log[0]


def test_what_is_missing_is_asked_for(window: DriverWindow) -> None:
    window.press("/weekly_report" + ENTER)
    window.wait_for("Which project")
    window.press("Apollo" + ENTER)
    window.wait_for("Tone")
    window.press(ENTER)
    window.wait_for("Send")
    window.press(ENTER)
    window.wait_for('weekly_report {"project":"Apollo"}')


def test_whoever_leaves_the_form_sends_nothing(window: DriverWindow) -> None:
    window.press("/weekly_report" + ENTER)
    window.wait_for("Which project")
    window.press(ESCAPE)
    window.wait_for("✗ Nothing was sent, because the prompt wants to know more.")
    window.press(CTRL_D)
    window.wait_end()
    assert window.log == ["closed"]


def test_a_prompt_can_be_called_before_it_was_listed(open_window: OpenWindow) -> None:
    window = open_window(80, 24, "loads")
    window.press("/weekly_report Apollo" + ENTER)
    window.wait_for("The server's prompt “Weekly report” says:")


def test_help_shows_prompts_after_the_workflows(open_window: OpenWindow) -> None:
    window = open_window(110, 60)
    window.wait_for("scripted-model")
    window.press("/help" + ENTER)
    window.wait_for("The server's prompts")
    assert window.text.index("Workflows") < window.text.index("/weekly_report PROJECT [tone=…]")
