"""`astravue sessions`: saved conversations."""

import argparse
import json
import sys
from datetime import datetime

from agent.commands.common import find_transcript, prepare, warn
from agent.errors import ExitCode, UsageError
from agent.folders import Folders
from agent.jsontypes import JsonObject, JsonValue
from agent.kept_results import delete_results
from agent.repl.sanitize import strip, strip_line
from agent.transcripts.saved import Saved, list_saved
from agent.transcripts.transcript import Transcript


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    _, folders = prepare(arguments)
    if arguments.action == "list":
        return _list(folders, as_json=arguments.json)
    if arguments.id is None:
        raise UsageError(
            f"Which conversation? sessions {arguments.action} needs an id.",
            "See those there are: astravue sessions",
        )
    transcript = find_transcript(folders, arguments.id)
    assert transcript is not None
    if arguments.action == "delete":
        delete_results(folders.results / transcript.path.stem)
        transcript.path.unlink()
        sys.stdout.write(f"Deleted {transcript.header.id}.\n")
    else:
        _show(transcript, as_json=arguments.json)
    return ExitCode.DONE


def _list(folders: Folders, *, as_json: bool) -> int:
    transcripts, problems = list_saved(folders.sessions)
    for problem in problems:
        warn(problem)
    if as_json:
        sys.stdout.write(json.dumps([_summary(each) for each in transcripts], ensure_ascii=False) + "\n")
        return ExitCode.DONE
    for each in transcripts:
        begun = datetime.fromtimestamp(each.header.created).astimezone()
        sys.stdout.write(f"{each.header.id}  {begun:%Y-%m-%d %H:%M}  {strip_line(each.title)}\n")
    if not transcripts:
        sys.stderr.write("No conversation has been saved yet.\n")
    return ExitCode.DONE


def _summary(transcript: Saved) -> JsonObject:
    header = transcript.header
    return {
        "id": header.id,
        "created": header.created,
        "title": transcript.title,
        "server": header.server,
        "model": header.model,
        "path": str(transcript.path),
    }


def _show(transcript: Transcript, *, as_json: bool) -> None:
    if as_json:
        lines: list[JsonValue] = [transcript.header.to_json(), *transcript.events]
        sys.stdout.write(json.dumps(lines, ensure_ascii=False) + "\n")
        return
    for event in transcript.events:
        text = event.get("text")
        match event.get("type"):
            case "turn_started":
                sys.stdout.write(f"\n> {strip(str(text))}\n")
            case "tool_call_finished":
                sys.stdout.write(f"  [{event.get('title')}: {event.get('outcome')}]\n")
            case "compacted":
                sys.stdout.write(f"  [{event.get('covers')} messages summarised for the model]\n")
            case "step_finished" | "step_interrupted" if text:
                sys.stdout.write(strip(str(text)) + "\n")
            case _:
                pass
