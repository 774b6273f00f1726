"""The server's prompts as slash commands."""

import asyncio

import pytest

from agent.errors import ServerError
from agent.repl.server_prompts import (
    PREFIX,
    PromptCall,
    as_servers_read,
    commands_of_prompts,
    find_prompt,
    form_for,
)
from agent.server_features import Prompt, PromptArgument
from agent.workflows.library import Library
from agent.workflows.workflow import Workflow
from tests.repl.conftest import OpenWindow
from tests.repl.driver_window import DriverWindow
from tests.repl.fake_host import FakeFeatures

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


def test_what_the_server_suggests_stands_below_its_field(window: DriverWindow) -> None:
    window.press("/weekly_report" + ENTER)
    window.wait_for("Which project; such as Apollo, Zeus")


MISSING = PromptCall(REPORT, {"tone": "dry"})


@pytest.mark.anyio
async def test_suggestions_are_asked_for_with_what_is_known() -> None:
    class Asked(FakeFeatures):
        async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
            return (f"{prompt} {argument} {given}\x1b[2J", *"abcdefg")

    form = await form_for(MISSING, REPORT.arguments[:1], Asked())
    assert [field.description for field in form.fields] == [
        "Which project; such as weekly_report project {'tone': 'dry'}, a, b, c, d, e"
    ]


@pytest.mark.anyio
async def test_a_form_is_asked_without_suggestions_that_are_late_or_refused() -> None:
    class Slow(FakeFeatures):
        async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
            await asyncio.Event().wait()
            raise AssertionError("nobody waits for it")

    class Refusing(FakeFeatures):
        async def suggest(self, prompt: str, argument: str, given: dict[str, str]) -> tuple[str, ...]:
            raise ServerError("The server refused the request.")

    for features in (Slow(), Refusing()):
        form = await form_for(MISSING, REPORT.arguments[:1], features, seconds=0.01)
        assert [field.description for field in form.fields] == ["Which project"]


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
