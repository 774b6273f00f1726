"""Saved conversations become cases that can be replayed, and the transcripts of cases are recorded anew."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.errors import AgentError, ModelError
from agent.folders import Folders, find_folders
from agent.jsontypes import JsonObject
from agent.model.scripted import say
from agent.settings import Settings
from agent.transcripts.reading import read_transcript
from agent.transcripts.transcript import Transcript
from evals.definitions.case import Action, Category, Moment
from evals.definitions.reading import read_case
from evals.recording.answers import leave_out_repeats
from evals.recording.checking import find_faults
from evals.recording.listing import ask_for_tools
from evals.recording.of_session import Beginning, beginnings_of, make_session_case
from evals.recording.snapshots import find_snapshot
from evals.recording.trying import find_fitting
from evals.workspaces.recorded import Answers, RecordedCall, read_recorded_server
from evals.workspaces.starting import start_of
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


async def look_at_the_lease(folder: Path) -> Transcript:
    answers = [say("", call(1, "astravue_get_task", taskId=TASK)), say("There.")]
    async with talking(demo_case(folder / "a.yaml"), answers) as talk:
        await talk.say("Show the lease")
        return talk.transcript


CLIENT = "INSERT INTO oauth_clients VALUES ('me', NULL, 'Daniel''s machine', '[]', '[]', 'none', 0)"
SIGN_IN = "INSERT INTO token_families VALUES (1, 'me', 101, '', ?, 0, NULL)"


def keep_sandbox(home: Path, name: str, server: str) -> Folders:
    """Put the database of a sandbox where one keeps it, with a client that signed in to it there."""
    folders = find_folders({"ASTRAVUE_HOME": str(home)})
    (folders.sandbox / name).mkdir(parents=True)
    with (
        closing(sqlite3.connect(":memory:", isolation_level=None)) as database,
        closing(sqlite3.connect(folders.sandbox / name / "astravue.db")) as file,
    ):
        database.deserialize(start_of(demo_case(home / "a.yaml")))
        database.execute(CLIENT)
        database.execute(SIGN_IN, [server])
        database.backup(file)
    return folders


async def test_one_with_a_sandbox_that_can_still_be_had_gets_a_snapshot_of_it(tmp_path: Path) -> None:
    server = "http://127.0.0.1:8632/mcp"
    transcript = elsewhere(await look_at_the_lease(tmp_path), server)
    snapshot = find_snapshot(transcript, keep_sandbox(tmp_path / "home", "try-1", server))
    assert beginnings_of(transcript, snapshot) == (Beginning.SNAPSHOT, Beginning.ANSWERS)
    made = make_session_case(transcript, "talk", (), None, Beginning.SNAPSHOT, snapshot)
    made.write(tmp_path / "cases")
    case = read_case(tmp_path / "cases" / "recorded" / "talk.yaml", tmp_path / "cases")
    assert case.workspace.snapshot == "talk.db"
    assert b"Daniel's machine" not in snapshot
    assert made.masked == {}
    assert await replayed(case) == ""


async def test_one_that_wrote_gets_none(tmp_path: Path) -> None:
    folders = keep_sandbox(tmp_path / "home", ".", "http://localhost:9999/mcp")
    wrote = elsewhere(await talk_about_a_task(tmp_path), "http://localhost:9999/mcp")
    looked = elsewhere(await look_at_the_lease(tmp_path), "http://localhost:9999/mcp")
    assert find_snapshot(wrote, folders) == b""
    assert find_snapshot(looked, folders) != b""
    assert find_snapshot(elsewhere(looked), folders) == b""
    assert find_snapshot(looked, find_folders({"ASTRAVUE_HOME": str(tmp_path / "other")})) == b""


async def test_the_sandbox_that_another_address_had_is_not_taken(tmp_path: Path) -> None:
    looked = elsewhere(await look_at_the_lease(tmp_path), "http://localhost:9999/mcp")
    assert find_snapshot(looked, keep_sandbox(tmp_path / "home", ".", "http://localhost:9998/mcp")) == b""


async def talk_about_jonas(folder: Path, home: Path, server: str, tool: str) -> tuple[Transcript, Folders]:
    """Looks at a task in a sandbox where somebody has put what is theirs."""
    folders = keep_sandbox(home, ".", server)
    file = folders.sandbox / "astravue.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "UPDATE users SET first_name = 'Jonas', last_name = 'Weber', email = 'jonas.weber@acme.io' "
            "WHERE user_id = 105"
        )
        database.execute(
            "UPDATE tasks SET task_title = 'Ask Jonas', description = 'password is Summer2024! sk-abcdef012' "
            "WHERE task_id = ?",
            (TASK,),
        )
        database.execute("UPDATE OR REPLACE task_owners SET user_id = 105 WHERE task_id = ?", (TASK,))
        database.execute(
            "UPDATE tasks SET description = 'Webers fax: 212-736-5000' WHERE task_id <> ?", (TASK,)
        )
        database.commit()
        (folder / "own.db").write_bytes(database.serialize())
    arguments = {"taskId": TASK} if "task" in tool else {}
    answers = [say("", call(1, tool, **arguments)), say("Jonas Weber has it, Alex.")]
    case = demo_case(folder / "own.yaml")
    own = replace(case, workspace=replace(case.workspace, snapshot="own.db"))
    async with talking(own, answers) as talk:
        await talk.say("Does Jonas have it? I am Wilhelmina Oak (w.oak@acme.io), +1 415 867 5309")
        return elsewhere(talk.transcript, server), folders


async def test_the_tables_of_a_snapshot_are_masked_like_the_conversation(tmp_path: Path) -> None:
    server = "http://127.0.0.1:9999/mcp"
    transcript, folders = await talk_about_jonas(tmp_path, tmp_path / "home", server, "astravue_get_task")
    made = make_session_case(
        transcript, "talk", (), None, Beginning.SNAPSHOT, find_snapshot(transcript, folders)
    )
    made.write(tmp_path / "cases")
    case = read_case(tmp_path / "cases" / "recorded" / "talk.yaml", tmp_path / "cases")
    files = b"".join(path.read_bytes() for path in case.path.parent.iterdir())
    for private in (
        "Jonas",
        "jonas",
        "Weber",
        "acme",
        "Wilhelmina",
        "867 5309",
        "736-5000",
        "Summer",
        "sk-ab",
    ):
        assert private.encode() not in files, private
    assert b"Alex" in files
    assert made.masked.keys() == {
        *("name", "e-mail address", "telephone number", "password or key", "API key"),
    }
    assert await replayed(case) == ""


async def test_what_a_title_cuts_is_masked_all_the_same(tmp_path: Path) -> None:
    async with talking(demo_case(tmp_path / "a.yaml"), [say("Hello.")]) as talk:
        await talk.say(f"Write to wilhelmina@acme-{'corporation-' * 5}group.io, please")
        title = talk.transcript.title
        case, _, _ = write(talk.transcript, tmp_path / "cases")
    assert title.startswith("Write to wilhelmina@acme")
    assert "acme" not in case.title + case.path.read_text()


async def test_where_pseudonyms_come_in_another_order_than_names_the_answers_are_kept(tmp_path: Path) -> None:
    server, tool = "http://127.0.0.1:9999/mcp", "astravue_get_workspace_members"
    transcript, folders = await talk_about_jonas(tmp_path, tmp_path / "home", server, tool)
    snapshot = find_snapshot(transcript, folders)
    ways = [
        make_session_case(transcript, "talk", (), None, way, snapshot)
        for way in beginnings_of(transcript, snapshot)
    ]
    case, result = await find_fitting(ways)
    assert (len(ways), case.snapshot, result.difference) == (2, b"", "")
    assert case.server is not None


async def test_a_snapshot_that_is_not_what_it_began_with_is_not_taken(tmp_path: Path) -> None:
    server = "http://127.0.0.1:8631/mcp"
    transcript = elsewhere(await look_at_the_lease(tmp_path), server)
    folders = keep_sandbox(tmp_path / "home", "try-0", server)
    with closing(sqlite3.connect(folders.sandbox / "try-0" / "astravue.db")) as database:
        database.execute("UPDATE tasks SET task_title = 'Another' WHERE task_id = ?", (TASK,))
        database.commit()
    snapshot = find_snapshot(transcript, folders)
    assert snapshot != b""
    ways = [
        make_session_case(transcript, "talk", (), None, way, snapshot)
        for way in beginnings_of(transcript, snapshot)
    ]
    case, result = await find_fitting(ways)
    assert case.server is not None
    assert result.difference == ""


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
