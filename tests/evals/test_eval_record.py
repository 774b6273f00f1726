"""Saved conversations become cases that can be replayed, and the transcripts of cases are recorded anew."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.errors import AgentError, ModelError
from agent.jsontypes import JsonObject
from agent.model.scripted import say
from agent.settings.settings import Settings
from agent.system.folders import find_folders
from agent.transcripts.reading import read_transcript
from agent.transcripts.transcript import Transcript
from evals.definitions.case import Action, Category, Moment
from evals.definitions.recorded_server import RecordedCall, read_recorded_server
from evals.recording.answers import leave_out_repeats
from evals.recording.checking import find_faults
from evals.recording.listing import ask_for_tools
from evals.recording.of_session import Beginning, make_session_case
from evals.workspaces.recorded import Answers
from tests.evals.recorded_talks import START, call, demo_case, talking
from tests.evals.saved_talks import (
    CREATE,
    TASK,
    allow,
    elsewhere,
    replayed,
    talk_about_a_task,
    write,
)

pytestmark = pytest.mark.anyio


# A conversation with the sandbox


async def test_a_conversation_becomes_a_case_with_its_calls_as_they_were_decided(tmp_path: Path) -> None:
    case, masked, notes = write(await talk_about_a_task(tmp_path), tmp_path / "cases")
    assert (case.category, case.title) == (Category.RECORDED, "Create a task for the release notes")
    assert (case.workspace.seed, case.workspace.recorded) == ("demo", "")
    first, second, third = case.turns
    assert first.say == "Create a task for the release notes"
    assert [(each.tool, each.arguments, each.name) for each in first.calls] == [
        ("astravue_create_task", CREATE, "made1")
    ]
    assert first.edits == {"astravue_create_task": {"taskTitle": "Read them"}}
    assert [each.arguments.get("taskId") for each in second.calls] == ["$made1.taskId", "$made1.taskId"]
    assert (second.answer, second.approve) == ("It is high now.", ("*",))
    assert ([each.tool for each in third.calls], third.approve) == (["astravue_delete_task"], ())
    assert [(rule.tool, rule.arguments) for rule in case.expect.calls] == [
        ("astravue_create_task", {"spaceId": 502, "projectId": 11274}),
        ("astravue_update_task", {}),
    ]
    assert [rule.tool for rule in case.expect.never] == ["astravue_delete_task"]
    assert (masked, notes) == ({}, ())
    assert await replayed(case) == ""


async def test_nothing_of_the_persons_machine_is_left(tmp_path: Path) -> None:
    case, _, _ = write(await talk_about_a_task(tmp_path), tmp_path / "cases")
    header = read_transcript(case.transcript).header
    assert header.to_json() == {
        **header.to_json(),
        "id": "recorded/talk",
        "server": "http://127.0.0.1:8631/mcp",
        "workspace": {"seed": "demo", "start_time": "2026-11-23T09:00:00+00:00"},
    }
    assert "profile" not in header.to_json()
    assert str(tmp_path) not in case.transcript.read_text() + case.path.read_text()


async def test_a_zone_is_found_in_which_the_moment_was_told(tmp_path: Path) -> None:
    case, _, _ = write(await talk_about_a_task(tmp_path), tmp_path / "cases")
    moment = START.astimezone(ZoneInfo(case.timezone))
    assert (case.timezone.partition("/")[0], moment.tzname()) == ("Europe", "CET")


async def test_a_conversation_that_only_looked_expects_its_reads(tmp_path: Path) -> None:
    answers = [say("", call(1, "astravue_get_task", taskId=TASK)), say("There.")]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Show the lease")
        case, _, _ = write(talk.transcript, tmp_path / "cases")
    assert [(rule.tool, rule.arguments) for rule in case.expect.calls] == [
        ("astravue_get_task", {"taskId": TASK})
    ]


async def test_a_conversation_without_calls_expects_an_answer(tmp_path: Path) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [say("Hello.")]) as talk:
        await talk.say("Hi there, how do you do?")
        case, _, _ = write(talk.transcript, tmp_path / "cases")
    assert case.expect.answers != ()
    assert await replayed(case) == ""


async def test_it_ends_before_a_turn_that_was_interrupted(tmp_path: Path) -> None:
    transcript = await talk_about_a_task(tmp_path)
    starts = [index for index, event in enumerate(transcript.events) if event["type"] == "turn_started"]
    cut = Transcript(transcript.header, transcript.events[: starts[2] + 2], transcript.path)
    case, _, notes = write(cut, tmp_path / "cases")
    assert len(case.turns) == 2
    assert "Turn 3 was interrupted" in notes[0]
    assert await replayed(case) == ""
    with pytest.raises(AgentError, match="nothing to record"):
        make_session_case(Transcript(cut.header, cut.events[:2], cut.path), "x", (), None, Beginning.SEED)


async def test_it_ends_before_a_last_turn_that_failed(tmp_path: Path) -> None:
    answers = [say("Hello."), ModelError("The endpoint is gone.")]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Hello to the whole team")
        await talk.say("Go on")
        case, _, notes = write(talk.transcript, tmp_path / "cases")
    assert ([turn.say for turn in case.turns], case.expect.ends) == (["Hello to the whole team"], 0)
    assert notes == ("Turn 2 ended with an error, to which no right answer leads; the case ends before it.",)
    assert await replayed(case) == ""


async def test_one_that_only_failed_is_not_recorded(tmp_path: Path) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [ModelError("It is gone.")]) as talk:
        await talk.say("Hello to the whole team")
        with pytest.raises(AgentError, match="nothing to record"):
            make_session_case(talk.transcript, "x", (), None, Beginning.SEED)


async def test_its_answer_has_to_say_what_results_told(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "astravue_get_task", taskId=TASK)),
        say("“Sign the lease for the new office” (#141383) of Office move is High."),
        say("Yes."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("What about the lease of Office move?")
        await talk.say("Is that late?")
        case, _, _ = write(talk.transcript, tmp_path / "cases")
    (rule,) = case.expect.answers
    # Its project is what the user said, and its id another run may not have.
    assert (rule.turn, rule.contains) == (1, ("Sign the lease for the new office", "High"))
    assert await find_faults(case.path, tmp_path / "cases") == []


COMMENT: JsonObject = {"taskId": TASK, "comment": "The landlord waits"}


async def test_what_was_written_by_hand_happens_as_the_next_turn_begins(tmp_path: Path) -> None:
    answers = [
        say("Hello."),
        say("", call(1, "astravue_get_task_comments", taskId=TASK)),
        say("You said that the landlord waits."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Hello to the whole team")
        await talk.call("astravue_add_task_comment", COMMENT, allow)
        await talk.call("astravue_get_task", {"taskId": TASK})
        await talk.say("What did I do?")
        await talk.call("astravue_get_task", {"taskId": TASK})
        case, _, notes = write(talk.transcript, tmp_path / "cases")
    assert [turn.say for turn in case.turns] == ["Hello to the whole team", "What did I do?"]
    (disturbance,) = case.turns[1].disturbances
    assert (disturbance.moment, disturbance.action) == (Moment.START, Action.RUN)
    assert disturbance.call is not None
    assert (disturbance.call.tool, disturbance.call.arguments) == ("astravue_add_task_comment", COMMENT)
    assert notes == ()
    assert await replayed(case) == ""
    assert await find_faults(case.path, tmp_path / "cases") == []


async def test_what_was_undone_by_hand_can_only_be_replayed(tmp_path: Path) -> None:
    answers = [say("", call(1, "astravue_create_task", **CREATE)), say("Created."), say("It is gone.")]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Create a task for the release notes", allow)
        await talk.undo(allow)
        await talk.say("Is it there?")
        case, _, notes = write(talk.transcript, tmp_path / "cases")
    assert [turn.disturbances for turn in case.turns] == [(), ()]
    assert notes == (
        "What you changed by hand in turn 2 cannot be done again by a case, so it can only be replayed.",
    )
    assert [rule.tool for rule in case.expect.calls] == ["astravue_create_task"]
    assert await replayed(case) == ""


async def test_ids_in_lists_refer_to_what_was_made_too(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "astravue_create_task", **CREATE)),
        say("", call(2, "astravue_bulk_delete_tasks", taskIds=[141548])),
        say("Deleted."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Create a task for the release notes and delete it", allow)
        case, _, _ = write(talk.transcript, tmp_path / "cases")
    assert case.turns[0].calls[1].arguments == {"taskIds": ["$made1.taskId"]}


async def test_one_that_was_resumed_is_kept_with_the_answers_of_its_server(tmp_path: Path) -> None:
    transcript = await talk_about_a_task(tmp_path)
    prefix = next(event for event in transcript.events if event["type"] == "request_prefix")
    second = [index for index, event in enumerate(transcript.events) if event["type"] == "turn_started"][1]
    events = (*transcript.events[: second + 1], prefix, *transcript.events[second + 1 :])
    case, masked, _ = write(Transcript(transcript.header, events, transcript.path), tmp_path / "cases")
    assert case.workspace.recorded == "talk.server.json"
    # These people are invented.
    assert masked == {}
    assert await replayed(case) == ""


# A conversation with another server


async def test_people_and_secrets_are_masked_and_the_replay_still_fits(tmp_path: Path) -> None:
    answers = [
        say("", call(1, "astravue_get_workspace_members")),
        say("", call(2, "astravue_get_task", taskId=TASK)),
        say("Alex Morgan (alex@demo.astravue.example) has it, not Daniel Reed."),
        say("", call(3, "astravue_add_task_comment", taskId=TASK, comment="Alex: use sk-abcdef0123456789")),
        say("Done."),
        say("", call(4, "astravue_get_task_comments", taskId=TASK)),
        say("It is there."),
    ]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("Does alex have the lease?")
        await talk.say("Tell Alex to use sk-abcdef0123456789", allow)
        await talk.say("Is it there?")
        case, masked, notes = write(elsewhere(talk.transcript), tmp_path / "cases")
    files = "".join(path.read_text() for path in sorted(case.path.parent.iterdir()))
    for private in ("Alex", "alex", "Morgan", "Daniel", "Reed", "sk-abcdef", "acme-corp", "daniel"):
        assert private not in files, private
    assert masked["API key"] == 1
    assert masked["name"] > 10
    assert case.workspace.recorded == "talk.server.json"
    assert "could not be asked for its tools" in notes[0]
    assert await replayed(case) == ""


async def test_a_result_that_the_program_cut_is_served_whole(tmp_path: Path) -> None:
    answers = [say("", call(1, "astravue_find_tasks", keyword="e", pageSize=100)), say("Many.")]
    async with talking(demo_case(tmp_path / "a.yaml"), answers) as talk:
        await talk.say("All tasks")
        case, _, _ = write(elsewhere(talk.transcript), tmp_path / "cases")
    served = read_recorded_server(case.path.with_name(case.workspace.recorded)).calls[0]
    assert served.text == ""
    assert served.structured is not None
    assert await replayed(case) == ""


ISSUES: JsonObject = {
    "version": 1,
    "tools": [
        {
            "name": name,
            "title": name.title(),
            "description": f"To {name} issues.",
            "inputSchema": {"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]},
            "annotations": {"readOnlyHint": name == "show", "destructiveHint": False},
        }
        for name in ("show", "close_issue")
    ],
    "calls": [
        {"tool": "show", "arguments": {"key": "A-1"}, "text": "A-1 is open", "structured": None},
        {
            "tool": "close_issue",
            "arguments": {"key": "A-1"},
            "text": '{"closed": true}',
            "structured": {"closed": True},
            "writes": True,
        },
        {"tool": "show", "arguments": {"key": "A-1"}, "text": "A-1 is closed", "structured": None},
        {"tool": "show", "arguments": {"key": "A-2"}, "text": "No A-2", "structured": None, "is_error": True},
    ],
}


async def talk_about_issues(folder: Path) -> Transcript:
    """Talks to a server that is none of Astravue's."""
    (folder / "issues.server.json").write_text(json.dumps(ISSUES))
    answers = [
        say("", call(1, "show", key="A-1"), call(2, "close_issue", key="A-1"), call(3, "show", key="A-1")),
        say("", call(4, "show", key="A-2")),
        say("Closed."),
    ]
    async with talking(demo_case(folder / "issues.yaml", "issues.server.json"), answers) as talk:
        await talk.say("Close A-1 if it is open", allow)
        return talk.transcript


async def test_a_server_with_tools_of_its_own_is_rebuilt_from_what_was_offered(tmp_path: Path) -> None:
    case, masked, _ = write(await talk_about_issues(tmp_path), tmp_path / "cases")
    server = read_recorded_server(case.path.with_name("talk.server.json"))
    assert [tool["name"] for tool in server.tools] == ["close_issue", "show"]
    assert [(each.text, each.is_error, each.writes) for each in server.calls] == [
        ("A-1 is open", False, False),
        ('{"closed": true}', False, True),
        ("A-1 is closed", False, False),
        ("No A-2", True, False),
    ]
    assert [each.tool for each in case.turns[0].calls] == ["show", "close_issue", "show"]
    assert [(rule.tool, rule.arguments) for rule in case.expect.calls] == [("close_issue", {"key": "A-1"})]
    assert masked == {}
    assert await replayed(case) == ""


async def test_a_server_that_can_be_reached_is_asked_for_its_tools(tmp_path: Path) -> None:
    (tmp_path / "issues.server.json").write_text(json.dumps(ISSUES))
    folders = find_folders({"ASTRAVUE_HOME": str(tmp_path / "home")})
    async with talking(demo_case(tmp_path / "issues.yaml", "issues.server.json"), [say("Hello.")]) as talk:
        await talk.say("Hello to the tracker of issues")
        listed = await ask_for_tools(Settings(server=talk.server), folders)
        made = make_session_case(talk.transcript, "talk", (), listed, Beginning.ANSWERS)
    assert listed is not None
    assert {each["name"]: each["annotations"] for each in listed} == {
        # Its own word that it only reads is not taken for that; see `agent.tools.effects`.
        "show": {"readOnlyHint": False, "destructiveHint": False},
        "close_issue": {"readOnlyHint": False, "destructiveHint": False},
    }
    assert made.notes == ()
    made.write(tmp_path / "cases")
    assert read_recorded_server(tmp_path / "cases" / "recorded" / "talk.server.json").tools == listed


async def test_one_that_wants_a_sign_in_or_is_gone_is_not(tmp_path: Path) -> None:
    folders = find_folders({"ASTRAVUE_HOME": str(tmp_path / "home")})
    async with talking(demo_case(tmp_path / "a.yaml"), []) as talk:
        assert await ask_for_tools(Settings(server=talk.server), folders) is None
    assert await ask_for_tools(Settings(server="http://127.0.0.1:9/mcp"), folders) is None


def test_equal_calls_with_equal_answers_are_kept_once() -> None:
    def read(text: str) -> RecordedCall:
        return RecordedCall("show", {"key": "A"}, text)

    write_call = RecordedCall("close", {"key": "A"}, "closed", writes=True)
    assert leave_out_repeats([read("one")] * 25) == [read("one")]
    changing = [read("one"), read("one"), read("two"), read("two")]
    assert leave_out_repeats(changing) == changing[:3]
    written = [read("one"), write_call, write_call, read("one")]
    assert leave_out_repeats(written) == [read("one"), write_call, read("one")]


def test_a_call_that_was_not_recorded_has_no_answer() -> None:
    reads = [RecordedCall("show", {"key": "A"}, text) for text in ("one", "two")]
    write_call = RecordedCall("close", {"key": "A"}, "closed", writes=True)
    answers = Answers([reads[0], write_call, reads[1]])
    assert answers.find("show", {"key": "B"}) is None
    assert answers.find("show", {"key": "A"}) == reads[0]
    # What the program looks up by itself before a write is answered as it was then.
    assert answers.find("show", {"key": "A"}) == reads[0]
    assert answers.find("close", {"key": "A"}) == write_call
    assert answers.find("show", {"key": "A"}) == reads[1]
    assert answers.find("show", {"key": "A"}) == reads[1]


async def test_a_call_that_was_not_recorded_is_refused_by_its_name(tmp_path: Path) -> None:
    transcript = await talk_about_issues(tmp_path)
    case, _, _ = write(transcript, tmp_path / "cases")
    server = case.path.with_name("talk.server.json")
    server.write_text(server.read_text().replace("A-2", "A-3"))
    assert 'There is no recorded answer to show with {"key":"A-2"}.' in await replayed(case)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"version": 1,\n oops', ":3: it is no JSON here"),
        ('{"version": 2}', "version 2, and this program reads up to 1"),
        ("[]", ":1: it holds no server's answers"),
        ('{"version": 1, "tools": [], "calls": [{}]}', ":1: a call lacks its tool"),
        ('{"version": 1, "tools": [{}], "calls": []}', ":1: "),
    ],
)
async def test_answers_that_do_not_fit_are_named(text: str, said: str, tmp_path: Path) -> None:
    case, _, _ = write(await talk_about_issues(tmp_path), tmp_path / "cases")
    server = case.path.with_name("talk.server.json")
    server.write_text(text)
    problem = await replayed(case)
    assert said in problem
    assert "\n" not in problem
