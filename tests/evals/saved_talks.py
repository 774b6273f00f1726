"""Conversations that were held and saved, and the cases that are made of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from agent.events import ApprovalRequested, Decision
from agent.jsontypes import JsonObject
from agent.model.scripted import say
from agent.system.folders import find_folders
from agent.transcripts.lines import encode_line, text_of
from agent.transcripts.transcript import Transcript
from evals.definitions.case import Case
from evals.definitions.reading import read_case
from evals.recording.of_session import beginnings_of, make_session_case
from evals.replaying.targets import find_targets
from evals.runs.replays import replay_all
from tests.evals.recorded_talks import START, call, demo_case, talking

TASK = 141383
CREATE: JsonObject = {"spaceId": 502, "projectId": 11274, "taskTitle": "Check the release notes"}
FIRST_DAY = Path(__file__).parents[2] / "evals" / "transcripts" / "first-day.jsonl"


def allow(request: ApprovalRequested) -> None:
    request.decision = Decision.ALLOWED


def edit_title(request: ApprovalRequested) -> None:
    if request.is_edited:
        request.decision = Decision.ALLOWED
    else:
        request.decision = Decision.EDITED
        request.edited = {**request.arguments, "taskTitle": "Read them"}


def save(home: Path, lines: list[JsonObject]) -> str:
    """Put a conversation where the chat saves them; returns its id."""
    folder = find_folders({"ASTRAVUE_HOME": str(home)}).sessions
    folder.mkdir(parents=True, exist_ok=True)
    name = text_of(lines[0], "id").replace("/", "-")
    (folder / f"{name}.jsonl").write_bytes(b"".join(map(encode_line, lines)))
    return name


def lines_of(transcript: Transcript) -> list[JsonObject]:
    return [transcript.header.to_json(), *transcript.events]


def elsewhere(transcript: Transcript, server: str = "https://pm.acme-corp.com/mcp") -> Transcript:
    """The same conversation with a server that nobody can build again."""
    created = START.timestamp()
    header = replace(transcript.header, workspace={}, server=server, profile="daniel", created=created)
    return replace(transcript, header=header)


def write(
    transcript: Transcript, root: Path, name: str = "talk"
) -> tuple[Case, Mapping[str, int], tuple[str, ...]]:
    made = make_session_case(transcript, name, (), None, beginnings_of(transcript, b"")[0])
    made.write(root)
    return read_case(root / "recorded" / f"{name}.yaml", root), made.masked, made.notes


async def replayed(case: Case) -> str:
    (result,) = [each async for each in replay_all(find_targets([str(case.path)], case.path.parents[1]))]
    return f"{result.error or ''}{result.difference}"


async def talk_about_a_task(folder: Path) -> Transcript:
    """Creates a task with a change of the user's, works on it, and is refused to delete it."""
    answers = [
        say("", call(1, "astravue_create_task", **CREATE)),
        say("Created."),
        say(
            "",
            call(2, "astravue_get_task", taskId=141548),
            call(3, "astravue_update_task", taskId=141548, priority="High"),
        ),
        say("It is high now."),
        say("", call(4, "astravue_delete_task", taskId=141548)),
        say("I left it."),
    ]
    async with talking(demo_case(folder / "a.yaml"), answers) as talk:
        await talk.say("Create a task for the release notes", edit_title)
        await talk.say("Make it urgent for Priya", allow)
        await talk.say("Delete it")
        return talk.transcript
