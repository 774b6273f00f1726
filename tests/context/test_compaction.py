"""Summaries: what they cover, what the model is asked, and what never depends on it."""

import pytest
from fake_model import FakeModel, Item, answer

from agent.context.compaction import (
    ask_for_summary,
    complete_summary,
    covered_by_next,
    introduce,
    write_question,
)
from agent.conversation import (
    AssistantMessage,
    Conversation,
    Message,
    Summary,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from agent.errors import ModelError
from agent.jsontypes import JsonValue
from agent.model.protocol import FinishReason, Usage
from agent.prompt_files import read_prompt
from agent.tools.fence import fence

pytestmark = pytest.mark.anyio
TASK: JsonValue = {"taskId": 9001, "taskTitle": "Fix login"}
UPDATE = ToolCall("c1", "update_task", '{"taskId":9001,"ownerId":14}')
DELETE = ToolCall("c2", "delete_task", '{"taskId":9002}')
MESSAGES: list[Message] = [
    UserMessage("Give Fix login to Priya, and delete the other one.", "Today is Monday."),
    AssistantMessage("I look.", (UPDATE, DELETE)),
    ToolMessage("c1", "update_task", fence('{"taskId":9001}', "update_task"), structured=TASK),
    ToolMessage("c2", "delete_task", "The user declined this call.", is_error=True, declined=True),
    AssistantMessage("Done, but nothing was deleted."),
]


def conversation(turns: int, summary: Summary | None = None) -> Conversation:
    messages = [
        message
        for number in range(turns)
        for message in (UserMessage(f"Question {number}"), AssistantMessage(f"Answer {number}"))
    ]
    return Conversation(messages, [summary] if summary else [])


# What is covered


@pytest.mark.parametrize(("turns", "covers"), [(0, 0), (1, 0), (2, 0), (3, 2), (10, 16)])
def test_the_last_two_turns_always_stay(turns: int, covers: int) -> None:
    assert covered_by_next(conversation(turns)) == covers


def test_a_summary_that_covers_no_more_than_the_one_before_is_none() -> None:
    assert covered_by_next(conversation(10, Summary("Before.", 16))) == 0
    assert covered_by_next(conversation(11, Summary("Before.", 16))) == 18


# What the model is asked


def question(*, earlier: str = "", characters: int = 100_000) -> str | None:
    written = write_question(MESSAGES, earlier, lambda message: len(message.text) <= characters)
    return None if written is None else written.text


def test_the_question_holds_what_was_said_called_and_declined() -> None:
    text = question() or ""
    for each in (
        "Give Fix login to Priya",
        "Today is Monday.",
        'Calls update_task with {"taskId":9001,"ownerId":14}',
        'Result of update_task:\n<data>\n{"taskId":9001}\n</data>',
        "Result of delete_task (declined by the user):",
        "Done, but nothing was deleted.",
    ):
        assert each in text
    assert "# Earlier record" not in text


def test_an_earlier_summary_comes_first() -> None:
    assert (question(earlier="Task 7 was made.") or "").startswith("# Earlier record\n\nTask 7 was made.")


def test_results_are_cut_until_it_fits() -> None:
    long = [*MESSAGES, ToolMessage("c3", "list_tasks", "word " * 2_000)]
    written = write_question(long, "", lambda message: len(message.text) < 1_500)
    assert written is not None
    assert "… (10,000 characters)" in written.text


def test_what_cannot_be_made_to_fit_is_not_asked() -> None:
    assert question(characters=50) is None


async def test_it_is_asked_without_functions_and_with_its_own_prompt() -> None:
    model = FakeModel(answer("  Task 9001 ", "went to Priya. ", usage=Usage(500, 20)))
    summary, usage = await ask_for_summary(model, UserMessage("What happened"))
    assert (summary, usage) == ("Task 9001 went to Priya.", Usage(500, 20))
    [request] = model.requests
    assert request.functions == ()
    assert request.system == read_prompt("compaction")
    assert request.messages == (UserMessage("What happened"),)


@pytest.mark.parametrize(
    "items",
    [answer(""), answer("Hm.")[:-1], answer("Hm.", reason=FinishReason.CONTENT_FILTER)],
    ids=["nothing", "broken off", "filtered"],
)
async def test_what_is_no_summary_is_an_error(items: list[Item]) -> None:
    model = FakeModel(items)
    with pytest.raises(ModelError, match="everything is as it was"):
        await ask_for_summary(model, UserMessage("What happened"))


# What code adds


def test_ids_that_the_model_forgot_are_added_with_their_names() -> None:
    text = complete_summary("Fix login went to user 14.", MESSAGES)
    assert text.startswith(
        "Fix login went to user 14.\n\nAlso worked with: task 9001 “Fix login”; task 9002."
    )


def test_ids_that_it_kept_are_not_repeated() -> None:
    assert "Also worked with" not in complete_summary("Fix login (9001) to Priya (14), not 9002.", MESSAGES)


def test_a_longer_number_is_not_the_id() -> None:
    assert "task 9001" in complete_summary("Invoice 90017 and 14 and 9002.", MESSAGES)


def test_what_the_user_declined_is_always_said() -> None:
    text = complete_summary("9001, 9002, 14", MESSAGES)
    assert text.endswith('Declined by the user: delete_task {"taskId":9002}.')


def test_arguments_that_are_no_json_are_passed_over() -> None:
    broken = AssistantMessage("", (ToolCall("c9", "update_task", '{"taskId": 1'),))
    assert complete_summary("Nothing.", [broken]) == "Nothing."


def test_the_summary_is_introduced_as_a_record() -> None:
    text = introduce("Task 7 was made.")
    assert "Task 7 was made." in text
    assert "not a request" in text
