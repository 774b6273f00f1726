"""Things that the user picked by name, as the embedded model reads them."""

import pytest
from fake_workspace import Chat

from tests.model.embedded.conftest import FakeChild

pytestmark = pytest.mark.anyio


async def test_a_mention_is_read_as_the_name_in_it(child: FakeChild, chat: Chat) -> None:
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    answer = await chat.say("Show @Crash on start (task 105)")
    assert chat.workspace.calls[-1] == ("astravue_get_task", {"taskId": 105})
    assert "Crash on start" in answer


@pytest.mark.parametrize("number", [104, 105])
async def test_of_two_with_one_name_the_picked_one_is_taken(
    child: FakeChild, chat: Chat, number: int
) -> None:
    chat.workspace.tasks[104]["taskTitle"] = "Crash on start"
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    await chat.say(f"Show @Crash on start (task {number})")
    assert chat.workspace.calls[-1] == ("astravue_get_task", {"taskId": number})


async def test_without_a_pick_it_is_asked_which_is_meant(child: FakeChild, chat: Chat) -> None:
    chat.workspace.tasks[104]["taskTitle"] = "Crash on start"
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    assert "Which one do you mean?" in await chat.say("Show Crash on start")
