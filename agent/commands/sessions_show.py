"""`astravue sessions show`: what was said and done in a conversation."""

import argparse
import sys

from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.drawing.sanitize import strip, strip_line
from agent.errors import ExitCode
from agent.jsontypes import JsonObject
from agent.transcripts.finding import find_transcript
from agent.transcripts.lines import text_of
from agent.transcripts.turns import Turn


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    _, folders = prepare(arguments)
    transcript = find_transcript(folders.sessions, arguments.id)
    if getattr(arguments, "json", False):
        write_json([transcript.header.to_json(), *transcript.events])
        return ExitCode.DONE
    for turn in transcript.turns:
        _show(turn)
    return ExitCode.DONE


def _show(turn: Turn) -> None:
    # The number is what `fork --turn` takes.
    sys.stdout.write(f"\n{turn.number} > {strip(turn.said)}\n")
    for event in turn.events:
        if line := _line(event):
            sys.stdout.write(f"{line}\n")


def _line(event: JsonObject) -> str:
    text = text_of(event, "text")
    match event.get("type"):
        case "tool_call_finished":
            return f"  [{strip_line(text_of(event, 'title'))}: {text_of(event, 'outcome')}]"
        case "compacted":
            return f"  [{event.get('covers')} messages summarised for the model]"
        case "step_finished" | "step_interrupted":
            return strip(text)
        case _:
            return ""
