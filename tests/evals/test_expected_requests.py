"""The requests that a transcript implies are those that were sent, whatever happened in the conversation."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import ModelError
from agent.events import ApprovalRequested, Decision
from agent.model.protocol import Finish, FinishReason, ModelRequest, TextDelta
from agent.model.scripted import say
from agent.tools.policy import Policy
from agent.transcripts.lines import encode_line
from agent.transcripts.transcript import Transcript
from evals.replaying.comparing import compare_request
from evals.replaying.requests import read_requests
from evals.replaying.targets import find_targets
from evals.runs.replays import Replayed, replay_all
from tests.evals.recorded_talks import call, demo_case, talking

TASK = 141383

pytestmark = pytest.mark.anyio


def allow(request: ApprovalRequested) -> None:
    request.decision = Decision.ALLOWED


def differences(transcript: Transcript, sent: list[ModelRequest]) -> list[str]:
    expected = [*read_requests(transcript.events)]
    assert len(expected) == len(sent)
    return [compare_request(one, other) for one, other in zip(expected, sent, strict=True)]


async def replay(transcript: Transcript, folder: Path) -> Replayed:
    path = folder / "again.jsonl"
    lines = [transcript.header.to_json(), *transcript.events]
    path.write_bytes(b"".join(map(encode_line, lines)))
    (result,) = [each async for each in replay_all(find_targets([str(path)], folder))]
    return result


async def check(
    transcript: Transcript, sent: list[ModelRequest], folder: Path, turns: int, calls: int
) -> None:
    """What was sent is what the transcript implies, and a replay sends it again."""
    assert set(differences(transcript, sent)) == {""}
    result = await replay(transcript, folder)
    assert (str(result.error or ""), result.difference) == ("", "")
    assert (result.turns, result.calls) == (turns, calls)


async def test_of_reads_side_by_side_and_what_the_model_says_beside_its_calls(tmp_path: Path) -> None:
    answers = [
        say("Looking.", call(1, "astravue_list_spaces"), call(2, "astravue_get_task", taskId=TASK)),
        say("", call(3, "astravue_list_projects", spaceId=501)),
        say("There."),
        say("Again."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("What is there?")
        await talk.say("And now?")
        await check(talk.transcript, talk.requests, tmp_path, 2, 3)


async def test_of_writes_that_were_allowed_changed_and_declined(tmp_path: Path) -> None:
    def edit(request: ApprovalRequested) -> None:
        if request.is_edited:
            request.decision = Decision.ALLOWED
        else:
            request.decision = Decision.EDITED
            request.edited = {**request.arguments, "priority": "Low"}

    def decline(request: ApprovalRequested) -> None:
        request.reason = "The user declined this call and said why: “no”."

    answers = [
        *(
            step
            for n in (1, 2, 3, 4)
            for step in (say("", call(n, "astravue_update_task", taskId=TASK, priority="High")), say("Done."))
        ),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("High", allow)
        await talk.say("High, no, low", edit)
        await talk.say("High", decline)
        await talk.say("High")
        await check(talk.transcript, talk.requests, tmp_path, 4, 4)


async def test_of_writes_that_a_rule_decided(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "astravue_update_task", taskId=TASK, priority="High")),
        say("", call(2, "astravue_delete_task", taskId=TASK)),
        say("Done."),
    ]
    policy = Policy(allow=("astravue_update_*",), deny=("astravue_delete_*",))
    async with talking(demo_case(tmp_path / "a.yaml"), answers, policy=policy) as talk:
        await talk.say("High, and delete it")
        await check(talk.transcript, talk.requests, tmp_path, 1, 2)


async def test_of_an_approval_that_holds_for_the_session(tmp_path: Path) -> None:
    def allow_all(request: ApprovalRequested) -> None:
        request.decision = Decision.ALLOWED_FOR_SESSION

    answers = [
        say("", *(call(n, "astravue_add_task_comment", taskId=TASK, comment="Hi") for n in (1, 2))),
        say("Done."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say(f"Say hi twice on {TASK}", allow_all)
        await check(talk.transcript, talk.requests, tmp_path, 1, 2)


async def test_of_calls_that_cannot_be_made(tmp_path: Path) -> None:
    answers = [
        say(
            "",
            call(1, "astravue_no_such_tool"),
            call(2, "astravue_get_task", taskId="x"),
            call(3, "astravue_get_task", taskId=1),
        ),
        say("Sorry."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Try")
        await check(talk.transcript, talk.requests, tmp_path, 1, 3)


async def test_of_functions_that_were_found_on_the_way(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "find_tools", words="custom fields")),
        say("", call(2, "astravue_list_custom_fields", spaceId=501, projectId=11272)),
        say("Done."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Which custom fields are there?")
        assert len(talk.requests[1].functions) > len(talk.requests[0].functions)
        await check(talk.transcript, talk.requests, tmp_path, 1, 2)


async def test_of_functions_that_a_workflow_brought_along(tmp_path: Path) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [say("Hello."), say("Done.")]) as talk:
        await talk.say("Hello")
        await talk.say("Look at what is blocked.", typed="/blocked", tools=("astravue_list_dependencies",))
        assert len(talk.requests[1].functions) > len(talk.requests[0].functions)
        await check(talk.transcript, talk.requests, tmp_path, 2, 0)


async def test_of_calls_and_undoing_by_hand(tmp_path: Path) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [say("Hello."), say("So I see.")]) as talk:
        await talk.say("Hello")
        await talk.call("astravue_update_task", {"taskId": TASK, "priority": "Low"}, allow)
        await talk.undo(allow)
        await talk.say("What did I do?")
        await check(talk.transcript, talk.requests, tmp_path, 4, 2)


async def test_of_a_long_result_that_was_read_on(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "astravue_find_tasks", keyword="e", pageSize=100)),
        say("", call(2, "read_result", result="r1", path="tasks", **{"from": 3})),
        say("Done."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("All tasks")
        assert "[cut here: " in str(talk.requests[1].messages[-1])
        await check(talk.transcript, talk.requests, tmp_path, 1, 2)


async def test_of_summaries_made_by_themselves_and_by_hand_and_taken_back(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "astravue_update_task", taskId=TASK, priority="High")),
        say("No then."),
        say("One."),
        say("Two."),
        say("A task was to be changed."),
        say("Three."),
        say("Three again."),
        say("More was said."),
        say("Four."),
        say("Five."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        for text in ("High", "One", "Two"):
            await talk.say(text)
        talk.summarises = True
        await talk.say("Three")
        await talk.say("Three again")
        await talk.compact()
        await talk.say("Four")
        await talk.compact(undo=True)
        await talk.say("Five")
        kinds = [event["type"] for event in talk.transcript.events]
        assert (kinds.count("compacted"), kinds.count("compaction_undone")) == (2, 1)
        assert "Declined by the user" in str(talk.requests[5].messages[0])
        await check(talk.transcript, talk.requests, tmp_path, 7, 1)


async def test_of_answers_that_broke_off(tmp_path: Path) -> None:
    answers = [
        [TextDelta("I was just ")],
        ModelError("The endpoint is gone.", "Wait."),
        [TextDelta("It is too "), Finish(FinishReason.LENGTH)],
        say("Here I am."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        for text in ("One", "Two", "Three", "Four"):
            await talk.say(text)
        await check(talk.transcript, talk.requests, tmp_path, 4, 0)


async def test_of_items_that_only_the_endpoint_can_read(tmp_path: Path) -> None:
    answers = [
        [TextDelta("Hm."), Finish(FinishReason.STOP, ({"type": "reasoning", "encrypted": "x"},))],
        say("Ah."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("One")
        await talk.say("Two")
        await check(talk.transcript, talk.requests, tmp_path, 2, 0)


async def test_each_part_of_a_request_that_is_another_one_is_noticed(tmp_path: Path) -> None:
    answers = [say("Looking.", call(1, "astravue_get_task", taskId=TASK)), say("There."), say("Good bye.")]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Show it")
        await talk.say("Thanks")
        *_, recorded = read_requests(talk.transcript.events)
        sent = talk.requests[-1]
    user, model, result, answer, last = sent.messages
    changed = {
        "system prompt": replace(sent, system=f"{sent.system} Hurry."),
        "functions": replace(sent, functions=sent.functions[1:]),
        "functions (astravue_": replace(
            sent, functions=(replace(sent.functions[0], description="?"), *sent.functions[1:])
        ),
        "message 1 (of the user)": replace(sent, messages=(replace(user, context=""), *sent.messages[1:])),
        "message 2 (of the model)": replace(
            sent, messages=(user, replace(model, tool_calls=()), *sent.messages[2:])
        ),
        "message 3 (result of astravue_get_task)": replace(
            sent, messages=(user, model, replace(result, is_error=True), answer, last)
        ),
        "message 4 (of the model)": replace(sent, messages=(user, model, result, last)),
        "message 5 (of the user)": replace(sent, messages=(user, model, result, answer)),
        "message 6 (of the user)": replace(sent, messages=(*sent.messages, last)),
    }
    assert compare_request(recorded, sent) == ""
    for where, request in changed.items():
        assert compare_request(recorded, request).startswith(where), where
