"""The embedded model from the user's words to calls and answers; the child's answers are written down."""

import json

import pytest
from fake_workspace import Chat, FakeWorkspace

from agent.conversation import AssistantMessage, ToolCall, ToolMessage, UserMessage
from agent.model.embedded.model import EmbeddedModel
from agent.model.protocol import (
    Finish,
    FinishReason,
    FunctionDefinition,
    ModelRequest,
    TextDelta,
    Usage,
)
from tests.model.embedded.conftest import FakeChild

pytestmark = pytest.mark.anyio


async def test_a_read_question_is_answered_with_what_the_tool_returned(child: FakeChild, chat: Chat) -> None:
    child.will_call("What is late?", ("list_overdue_tasks", {}))
    answer = await chat.say("What is late?")
    assert chat.workspace.calls == [("astravue_list_overdue_tasks", {})]
    assert answer.splitlines() == [
        "**3 overdue tasks**",
        "",
        "| Title | Project | Due | Days late | Status | Priority | Owners |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| Fix login redirect | Website relaunch | 2026-11-18 | 5 | Open | Medium | Priya Sharma |",
        "| Draft the homepage copy | Website relaunch | 2026-11-20 | 3 | Open | Medium | Tom Becker |",
        "| Order moving boxes | Office move | 2026-11-10 | 13 | Open | Medium | Maria Rossi |",
    ]


async def test_words_become_ids_days_and_labels(child: FakeChild, chat: Chat) -> None:
    said = "add an urgent task Buy paint to the office move for Lena, due next Friday"
    child.will_call(
        said,
        (
            "create_task",
            {
                "project": "office move",
                "title": "Buy paint",
                "people": ["Lena"],
                "due": "next Friday",
                "priority": "urgent",
            },
        ),
    )
    answer = await chat.say(said)
    assert chat.workspace.writes == [
        (
            "create_task",
            {
                "spaceId": 2,
                "projectId": 23,
                "taskTitle": "Buy paint",
                "owners": [13],
                "dueDate": "2026-12-04T00:00:00Z",
                "priority": "Critical",
            },
        )
    ]
    assert answer.startswith("Created a task **Buy paint** (#501).")
    assert "| 501 | Buy paint | Office move | 2026-12-04 | Open | Critical | Lena Okafor |" in answer


async def test_the_chat_that_every_user_has(child: FakeChild, chat: Chat) -> None:
    child.will_call(
        "Create a high-priority task Fix search in the website project",
        ("create_task", {"project": "website", "title": "Fix search", "priority": "high"}),
    )
    child.will_call("Give it to Maria", ("update_task", {"task": "it", "people": ["Maria"]}))
    child.will_call("Start a timer on it", ("start_timer", {"task": "Fix search"}))
    child.will_call("Show it", ("get_task", {"task": "it"}))
    child.will_call("Mark it done", ("update_task", {"task": "it", "status": "done"}))
    child.will_call("Delete it", ("delete_task", {"task": "it"}))
    await chat.say("Create a high-priority task Fix search in the website project")
    await chat.say("Give it to Maria")
    timer = await chat.say("Start a timer on it")
    shown = await chat.say("Show it")
    done = await chat.say("Mark it done")
    deleted = await chat.say("Delete it")
    assert chat.workspace.writes == [
        ("create_task", {"spaceId": 1, "projectId": 21, "taskTitle": "Fix search", "priority": "High"}),
        ("update_task", {"taskId": 501, "owners": [15]}),
        ("start_timer", {"taskId": 501}),
        ("update_task", {"taskId": 501, "status": "Completed"}),
        ("delete_task", {"taskId": 501}),
    ]
    assert timer == "Started the timer on **Fix search** (#501)."
    assert "| Owners | Maria Rossi |" in shown
    assert "| Completed | High | Maria Rossi |" in done
    assert deleted == "Deleted the task **Fix search** (#501)."
    assert 501 not in chat.workspace.tasks


async def test_what_was_talked_about_last_is_told_to_the_model(child: FakeChild, chat: Chat) -> None:
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    child.will_answer(thanks={"answer": "You're welcome."})
    await chat.say("Show Crash on start")
    await chat.say("thanks")
    assert child.asked()[-1]["messages"][-1]["content"] == (
        "[last task: Crash on start; last project: Mobile app]\nthanks"
    )


async def test_several_steps_are_done_in_order_with_ids_from_earlier_ones(
    child: FakeChild, chat: Chat
) -> None:
    said = "Create Plan launch in Mobile app, give it to me and start a timer on it"
    child.will_call(
        said,
        ("create_task", {"project": "Mobile app", "title": "Plan launch"}),
        ("update_task", {"task": "Plan launch", "people": ["me"]}),
        ("start_timer", {"task": "it"}),
    )
    answer = await chat.say(said)
    assert [name for name, _ in chat.workspace.writes] == ["create_task", "update_task", "start_timer"]
    assert chat.workspace.writes[1:] == [
        ("update_task", {"taskId": 501, "owners": [11]}),
        ("start_timer", {"taskId": 501}),
    ]
    assert answer.index("Created") < answer.index("Updated") < answer.index("Started")


async def test_when_several_fit_it_asks_and_the_answer_settles_it(child: FakeChild, chat: Chat) -> None:
    child.will_call("Delete the homepage copy task", ("delete_task", {"task": "homepage copy"}))
    question = await chat.say("Delete the homepage copy task")
    assert question.splitlines() == [
        "“homepage copy” fits several tasks. Which one do you mean?",
        "",
        "1. Draft the homepage copy (#102, Website relaunch)",
        "2. Review the homepage copy (#103, Website relaunch)",
    ]
    assert chat.workspace.writes == []
    answer = await chat.say("the second one")
    assert chat.workspace.writes == [("delete_task", {"taskId": 103})]
    assert answer == "Deleted the task **Review the homepage copy** (#103)."


@pytest.mark.parametrize("reply", ["review", "2", "Review the homepage copy", "#103", "the last"])
async def test_a_question_can_be_answered_by_place_number_or_name(
    child: FakeChild, chat: Chat, reply: str
) -> None:
    child.will_call("Delete the homepage copy task", ("delete_task", {"task": "homepage copy"}))
    await chat.say("Delete the homepage copy task")
    await chat.say(reply)
    assert chat.workspace.writes == [("delete_task", {"taskId": 103})]


async def test_a_question_can_be_turned_down(child: FakeChild, chat: Chat) -> None:
    child.will_call("Delete the homepage copy task", ("delete_task", {"task": "homepage copy"}))
    await chat.say("Delete the homepage copy task")
    assert await chat.say("never mind") == "All right, I left everything as it is."
    assert chat.workspace.writes == []


async def test_a_question_does_not_swallow_the_next_request(child: FakeChild, chat: Chat) -> None:
    child.will_call("Delete the homepage copy task", ("delete_task", {"task": "homepage copy"}))
    child.will_call("What is late?", ("list_overdue_tasks", {}))
    await chat.say("Delete the homepage copy task")
    assert "3 overdue tasks" in await chat.say("What is late?")
    assert chat.workspace.writes == []


async def test_a_request_that_names_what_was_offered_is_a_request(child: FakeChild, chat: Chat) -> None:
    child.will_call("Create a task Write the tests", ("create_task", {"title": "Write the tests"}))
    said = "Add a task to Office move: Buy paint"
    child.will_call(said, ("create_task", {"project": "Office move", "title": "Buy paint"}))
    assert "Office move" in await chat.say("Create a task Write the tests")
    await chat.say(said)
    assert [write["taskTitle"] for _, write in chat.workspace.writes] == ["Buy paint"]


async def test_earlier_steps_are_not_repeated_once_a_question_is_settled(
    child: FakeChild, chat: Chat
) -> None:
    said = "Create Plan launch in Mobile app and give it to Tom"
    child.will_call(
        said,
        ("create_task", {"project": "Mobile app", "title": "Plan launch"}),
        ("update_task", {"task": "it", "people": ["Tom"]}),
    )
    answer = await chat.say(said)
    assert "Created a task" in answer
    assert "“Tom” fits several people" in answer
    await chat.say("Hughes")
    assert [name for name, _ in chat.workspace.writes] == ["create_task", "update_task"]
    assert chat.workspace.writes[1] == ("update_task", {"taskId": 501, "owners": [14]})


async def test_a_missing_project_is_asked_for(child: FakeChild, chat: Chat) -> None:
    # The model must name one, so it makes one up.
    child.will_call(
        "Create a task Plan launch", ("create_task", {"project": "Summer fair", "title": "Plan launch"})
    )
    question = await chat.say("Create a task Plan launch")
    assert question.startswith("Which project do you mean?")
    assert "Mobile app (#22, Product)" in question
    await chat.say("the mobile app")
    assert chat.workspace.writes == [
        ("create_task", {"spaceId": 1, "projectId": 22, "taskTitle": "Plan launch"})
    ]


@pytest.mark.parametrize("passed_over", [{}, {"project": "it"}, {"project": "Website relaunch"}])
async def test_a_project_that_the_request_names_counts_though_the_model_passed_it_over(
    child: FakeChild, chat: Chat, passed_over: dict[str, str]
) -> None:
    child.will_call(
        "Show the website relaunch tasks", ("list_project_tasks", {"project": "website relaunch"})
    )
    await chat.say("Show the website relaunch tasks")
    said = "Create a task Update the FAQ in Office move for Lena"
    child.will_call(
        said, ("create_task", {"title": "Update the FAQ in Office move", "people": ["Lena"], **passed_over})
    )
    await chat.say(said)
    assert chat.workspace.writes == [
        ("create_task", {"spaceId": 2, "projectId": 23, "taskTitle": "Update the FAQ", "owners": [13]})
    ]


async def test_without_a_project_in_the_request_the_one_talked_about_is_meant(
    child: FakeChild, chat: Chat
) -> None:
    child.will_call(
        "Show the website relaunch tasks", ("list_project_tasks", {"project": "website relaunch"})
    )
    await chat.say("Show the website relaunch tasks")
    child.will_call("Create a task Check in with Lena", ("create_task", {"title": "Check in with Lena"}))
    await chat.say("Create a task Check in with Lena")
    assert chat.workspace.writes[0][1]["taskTitle"] == "Check in with Lena"
    assert chat.workspace.writes[0][1]["projectId"] != 23


async def test_a_name_that_nothing_has_can_be_said_again(child: FakeChild, chat: Chat) -> None:
    child.will_call("Show the quarterly budget", ("get_task", {"task": "quarterly budget"}))
    child.will_answer(**{"crash on start": {"answer": "Hm."}})
    assert await chat.say("Show the quarterly budget") == (
        "I found no task that fits “quarterly budget”. What is it called?"
    )
    assert "**Crash on start** (#105)" in await chat.say("crash on start")


async def test_a_misspelt_title_is_found(child: FakeChild, chat: Chat) -> None:
    child.will_call("Show the crahs on start", ("get_task", {"task": "crahs on start"}))
    assert "**Crash on start** (#105)" in await chat.say("Show the crahs on start")


async def test_made_up_values_are_left_out(child: FakeChild, chat: Chat) -> None:
    child.will_call(
        "Add Buy paint to Office move",
        (
            "create_task",
            {
                "project": "Office move",
                "title": "Buy paint",
                "description": "Get blue and white",
                "people": ["Lena"],
                "due": "next Friday",
                "percent": 0,
                "status": "open",
                "priority": "high",
                "tags": ["home"],
            },
        ),
    )
    await chat.say("Add Buy paint to Office move")
    assert chat.workspace.writes == [
        ("create_task", {"spaceId": 2, "projectId": 23, "taskTitle": "Buy paint"})
    ]


async def test_a_declined_call_ends_the_plan_and_is_told(child: FakeChild, model: EmbeddedModel) -> None:
    chat = Chat(model, FakeWorkspace(declined={"astravue_create_task"}))
    said = "Create Plan launch in Mobile app and start a timer on it"
    child.will_call(
        said,
        ("create_task", {"project": "Mobile app", "title": "Plan launch"}),
        ("start_timer", {"task": "it"}),
    )
    assert await chat.say(said) == (
        "You declined to create task, so nothing was changed by it.\n\nI did not go on to the remaining step."
    )
    assert [name for name, _ in chat.workspace.writes] == ["create_task"]


async def test_a_failed_call_is_told_in_the_servers_words(child: FakeChild, chat: Chat) -> None:
    child.will_call("Stop the timer", ("stop_timer", {}))
    assert await chat.say("Stop the timer") == ("That did not work (stop timer): You have no running timer.")


async def test_an_answer_without_calls_is_streamed_as_it_comes(child: FakeChild, chat: Chat) -> None:
    child.will_answer(Hello={"answer": "Hello! Ask me about “tasks”,\nplease."})
    assert await chat.say("Hello") == "Hello! Ask me about “tasks”,\nplease."
    assert chat.workspace.calls == []
    assert sum(isinstance(item, TextDelta) for item in chat.items) > 2
    assert chat.items[-2:-1] == [Usage(120, 9, 100)]


async def test_a_turn_that_was_saved_in_the_middle_goes_on(child: FakeChild, chat: Chat) -> None:
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    chat.conversation.append(UserMessage("Show Crash on start", chat.context))
    message = await chat.step()
    chat.conversation.append(chat.run(message.tool_calls[0]))
    other = FakeChild(child.folder).model()
    try:
        resumed = Chat(other, chat.workspace, conversation=chat.conversation)
        step = await resumed.step()
        assert [(c.name, json.loads(c.arguments)) for c in step.tool_calls] == [
            ("astravue_get_task", {"taskId": 105})
        ]
    finally:
        await other.aclose()
    assert len(child.asked()) == 2, "the prefix and the one choice"


async def test_a_turn_without_its_plan_asks_the_model_again(child: FakeChild, chat: Chat) -> None:
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    found = chat.workspace.call("astravue_find_tasks", {"keyword": "crash start"})
    call = ToolCall("call_1", "astravue_find_tasks", '{"keyword":"crash start"}')
    chat.conversation.append(UserMessage("Show Crash on start", chat.context))
    chat.conversation.append(AssistantMessage("", (call,)))
    chat.conversation.append(ToolMessage("call_1", "astravue_find_tasks", json.dumps(found)))
    message = await chat.step()
    assert [call.name for call in message.tool_calls] == ["astravue_get_task"]


async def test_tools_of_another_server_are_called_as_they_are(child: FakeChild, model: EmbeddedModel) -> None:
    weather = FunctionDefinition(
        "get_forecast",
        "Weather of a city.",
        {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    )
    child.will_call("Weather in Porto for 3 days", ("get_forecast", {"city": "Porto", "days": 3}))
    asked = UserMessage("Weather in Porto for 3 days")
    items = [item async for item in model.respond(ModelRequest("", [asked], [weather]))]
    call = items[0]
    assert isinstance(call, ToolCall)
    assert (call.name, json.loads(call.arguments)) == ("get_forecast", {"city": "Porto", "days": 3})
    finish = items[-1]
    assert isinstance(finish, Finish)
    assert finish.reason is FinishReason.TOOL_CALLS
    answered = ToolMessage(call.id, call.name, '{"days": [{"day": "Mon", "sky": "rain"}]}')
    history = [asked, AssistantMessage("", (call,), provider_items=finish.provider_items), answered]
    items = [item async for item in model.respond(ModelRequest("", history, [weather]))]
    text = "".join(item.text for item in items if isinstance(item, TextDelta))
    assert "| Day | Sky |" in text
    assert "| Mon | rain |" in text


async def test_the_second_of_a_list_is_what_was_shown_second(child: FakeChild, chat: Chat) -> None:
    child.will_call("What is late?", ("list_overdue_tasks", {}))
    child.will_call("Start a timer on the second one", ("start_timer", {"task": "the second one"}))
    await chat.say("What is late?")
    await chat.say("Start a timer on the second one")
    assert chat.workspace.writes == [("start_timer", {"taskId": 102})]


async def test_that_comment_is_the_one_just_made(child: FakeChild, chat: Chat) -> None:
    child.will_call(
        "Comment on Crash on start: only on Android 9",
        ("add_task_comment", {"task": "Crash on start", "comment": "only on Android 9"}),
    )
    child.will_call("Delete that comment", ("delete_task_comment", {"old_comment": "that comment"}))
    await chat.say("Comment on Crash on start: only on Android 9")
    assert await chat.say("Delete that comment") == "Deleted the task comment."
    assert chat.workspace.writes[1:] == [("delete_task_comment", {"commentId": 501})]


async def test_a_comment_without_its_task_is_one_on_the_task_talked_about(
    child: FakeChild, chat: Chat
) -> None:
    for text in ("only on Android 9", "cannot repeat it"):
        chat.workspace.call("astravue_add_task_comment", {"taskId": 105, "comment": text})
    said = "Delete the comment about Android"
    child.will_call("Show Crash on start", ("get_task", {"task": "Crash on start"}))
    child.will_call(said, ("delete_task_comment", {"old_comment": "about Android"}))
    assert await chat.say(said) == "Which task do you mean?"
    await chat.say("Show Crash on start")
    await chat.say(said)
    assert chat.workspace.writes[2:] == [("delete_task_comment", {"taskId": 105, "commentId": 501})]


async def test_time_is_logged_in_hours_and_minutes(child: FakeChild, chat: Chat) -> None:
    said = "Log 90 minutes on the crash yesterday at 9:15"
    child.will_call(
        said,
        (
            "log_manual_time",
            {"task": "the crash", "duration": "90 minutes", "start_time": "yesterday at 9:15"},
        ),
    )
    await chat.say(said)
    assert chat.workspace.writes == [
        (
            "log_manual_time",
            {"taskId": 105, "hours": 1, "minutes": 30, "startTime": "2026-11-22T08:15:00Z"},
        )
    ]


async def test_a_task_named_with_its_project_is_told_from_its_namesake(child: FakeChild, chat: Chat) -> None:
    chat.workspace.call("astravue_create_task", {"taskTitle": "Crash on start", "projectId": 23})
    child.will_call("Show the crash on start in Office move", ("get_task", {"task": "crash on start"}))
    assert "(#501)" in await chat.say("Show the crash on start in Office move")


async def test_an_update_that_forgot_its_change_finds_it_in_the_request(child: FakeChild, chat: Chat) -> None:
    said = "Crash on start is 60% complete"
    child.will_call(said, ("update_task", {"task": "Crash on start"}))
    await chat.say(said)
    assert chat.workspace.writes == [("update_task", {"taskId": 105, "completion": 60})]


async def test_an_update_without_a_change_is_not_sent(child: FakeChild, chat: Chat) -> None:
    child.will_call("Change Crash on start", ("update_task", {"task": "Crash on start"}))
    assert "I did not understand what to change" in await chat.say("Change Crash on start")
    assert chat.workspace.writes == []
