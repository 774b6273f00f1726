"""What calls something off is read by code, and nothing is deleted that nobody asked to delete."""

import pytest
from fake_workspace import Chat

from agent.conversation import UserMessage
from agent.jsontypes import JsonObject
from agent.model.embedded.choice import Choice, ChosenCall
from agent.model.embedded.model import EmbeddedModel
from agent.model.embedded.taking_back import read_taking_back, without_unasked_deletion
from agent.model.protocol import FunctionDefinition, ModelRequest, TextDelta
from evals.embedded.cases import HALVES, load_cases
from tests.model.embedded.conftest import FakeChild

pytestmark = pytest.mark.anyio

NOTHING_PENDING = "Nothing is pending. /undo takes the last change back."
NOT_DELETED = (
    "I did not understand that, so I changed nothing. To have something deleted, say “delete” and its name."
)
UNDO = "/undo takes the last change back."


@pytest.mark.parametrize(
    "request_text",
    [
        *("Actually, cancel that", "Scrap that", "No, scrap that.", "oh, never mind", "Nevermind", "cancel"),
        *("Forget it", "forget about it please", "Oh no, forget that!", "actually never mind this"),
    ],
)
def test_what_calls_something_off_is_answered_by_code(request_text: str) -> None:
    assert read_taking_back(request_text) == Choice(answer=NOTHING_PENDING)


@pytest.mark.parametrize(
    "request_text",
    [
        *(
            "Undo the last change",
            "No, undo that",
            "take that back",
            "undo",
            "Please take back the last change",
        ),
        *("Could you undo that?", "revert it", "undo what you just did", "Oops, roll that back"),
    ],
)
def test_what_wants_a_change_undone_is_told_of_the_command(request_text: str) -> None:
    assert read_taking_back(request_text) == Choice(answer=UNDO)


@pytest.mark.parametrize(
    "request_text",
    [
        *(
            "Cancel the old lease is done",
            "Scrap the project Billing",
            "Mark Undo the redo as done",
            "Delete it",
        ),
        *("Forget me not is urgent", "Take the tag urgent off it", "Move it back to Billing", ""),
    ],
)
def test_a_request_about_something_with_a_name_is_none_of_these(request_text: str) -> None:
    assert read_taking_back(request_text) is None


@pytest.mark.parametrize("said", ["Actually, cancel that", "Scrap that", "Undo the last change"])
async def test_the_model_is_not_asked_and_nothing_is_called(child: FakeChild, chat: Chat, said: str) -> None:
    child.will_call("Show Mobile app", ("get_project", {"project": "Mobile app"}))
    child.will_call(said, ("delete_project", {"project": "Mobile app"}))
    await chat.say("Show Mobile app")
    asked = len(child.asked())
    assert await chat.say(said) in (NOTHING_PENDING, UNDO)
    assert len(child.asked()) == asked
    assert chat.workspace.writes == []


async def test_a_question_is_called_off_in_the_same_words(child: FakeChild, chat: Chat) -> None:
    child.will_call("Delete the homepage copy task", ("delete_task", {"task": "homepage copy"}))
    await chat.say("Delete the homepage copy task")
    assert await chat.say("Actually, cancel that") == "All right, I left everything as it is."
    assert chat.workspace.writes == []


async def test_nothing_is_deleted_without_a_word_for_deleting(child: FakeChild, chat: Chat) -> None:
    child.will_call("Enough of Crash on start", ("delete_task", {"task": "Crash on start"}))
    assert await chat.say("Enough of Crash on start") == NOT_DELETED
    assert chat.workspace.writes == []


@pytest.mark.parametrize("tool", ["delete_task", "bulk_delete_tasks", "archiveProject", "remove_dependency"])
def test_a_call_that_deletes_is_known_by_its_verb(tool: str) -> None:
    assert not without_unasked_deletion((ChosenCall(tool, {}),), "Launch, please").calls


@pytest.mark.parametrize("tool", ["update_task", "stop_timer", "list_archive_items", "find_drop_offs"])
def test_other_calls_need_no_such_word(tool: str) -> None:
    assert without_unasked_deletion((ChosenCall(tool, {}),), "Launch, please").calls


@pytest.mark.parametrize("half", HALVES)
def test_every_recorded_deletion_speaks_of_it(half: str) -> None:
    refused = [
        case.request
        for cases in load_cases(half).values()
        for case in cases
        if case.wanted and not without_unasked_deletion(case.wanted[0], case.request).calls
    ]
    assert refused == []


@pytest.mark.parametrize("half", HALVES)
def test_no_recorded_request_for_a_call_is_taken_for_one_that_calls_it_off(half: str) -> None:
    cases = [case for cases in load_cases(half).values() for case in cases if case.wanted]
    assert [case.request for case in cases if read_taking_back(case.request)] == []


async def test_a_space_that_does_not_follow_is_asked_for_by_what_it_is(child: FakeChild, chat: Chat) -> None:
    child.will_call("Delete the project 23", ("delete_project", {"project": "23"}))
    chat.workspace.declined.add("astravue_delete_project")
    question = await chat.say("Delete the project 23")
    assert question.splitlines() == ["Which space?", "", "1. Product (#1)", "2. Operations (#2)"]
    await chat.say("Operations")
    assert chat.workspace.calls[-1] == ("astravue_delete_project", {"spaceId": 2, "projectId": 23})


async def test_arguments_that_do_not_fit_are_told_of_without_a_parameter(
    child: FakeChild, model: EmbeddedModel
) -> None:
    schema: JsonObject = {"type": "object", "properties": {"dayCount": {"type": "integer", "maximum": 7}}}
    forecast = FunctionDefinition("get_forecast", "Weather.", schema)
    child.will_call("Forecast for 90 days", ("get_forecast", {"dayCount": 90}))
    request = ModelRequest("", [UserMessage("Forecast for 90 days")], [forecast])
    items = [item async for item in model.respond(request)]
    text = "".join(item.text for item in items if isinstance(item, TextDelta))
    assert text == "I could not make that fit (get forecast). Please say it another way."
