"""`astravue sessions list`: the saved conversations, or those that hold some words."""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice

from agent.commands.common import prepare, warn
from agent.commands.json_lines import write_json
from agent.commands.progress import wrap_for
from agent.drawing.columns import draw_below, draw_columns
from agent.drawing.palette import Palette, wants_plain
from agent.drawing.sanitize import strip_line
from agent.errors import ExitCode
from agent.jsontypes import JsonObject
from agent.settings.settings import DEFAULT_PROFILE, Settings
from agent.transcripts.saved import Saved, list_saved
from agent.transcripts.searching import Match, search
from agent.wording.addresses import hide_user, shown_address
from agent.wording.durations import describe_age

# What is not a terminal takes lines of any length.
_ANY_WIDTH = 1_000_000


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    last: int | None = getattr(arguments, "last", None)
    text: str = getattr(arguments, "search", None) or ""
    as_json = bool(getattr(arguments, "json", False))
    if text.split():
        matches: Iterable[Match] = islice(search(folders.sessions, text), last)
        if as_json:
            write_json([{**_to_json(each.saved), "excerpt": each.excerpt} for each in matches])
            return ExitCode.DONE
        return _show(_draw_matches(matches, settings), f"No saved conversation holds “{strip_line(text)}”.")
    saved, problems = list_saved(folders.sessions)
    for problem in problems:
        warn(problem)
    if as_json:
        write_json([_to_json(each) for each in saved[:last]])
        return ExitCode.DONE
    return _show(_draw_list(saved[:last], settings), "No conversation has been saved yet.")


def _show(pieces: Iterator[str], nothing: str) -> ExitCode:
    shown = False
    for piece in pieces:
        shown = True
        sys.stdout.write(piece)
        sys.stdout.flush()
    if not shown:
        sys.stderr.write(wrap_for(sys.stderr, nothing) + "\n")
    return ExitCode.DONE


def _draw_list(saved: Iterable[Saved], settings: Settings) -> Iterator[str]:
    rows = [_row(each, settings) for each in saved]
    if rows:
        yield draw_columns(rows, _columns(), _palette())


def _draw_matches(matches: Iterable[Match], settings: Settings) -> Iterator[str]:
    palette, columns = _palette(), _columns()
    for each in matches:
        first, *rest = _row(each.saved, settings)
        # Each is shown as it is found.
        yield draw_columns([(first, " · ".join(filter(None, rest)))], columns, palette)
        yield f"{palette.dim(draw_below(strip_line(each.excerpt), columns))}\n"


def _row(saved: Saved, settings: Settings) -> tuple[str, ...]:
    header = saved.header
    elsewhere = [
        f"at {shown_address(header.server)}" if header.server != hide_user(settings.server) else "",
        f"as {header.profile}" if header.profile not in ("", DEFAULT_PROFILE) else "",
        f"forked from {header.forked_from.id}" if header.forked_from else "",
    ]
    return (
        saved.id,
        describe_age(time.time() - saved.used),
        f"{saved.turns} turn{'' if saved.turns == 1 else 's'}",
        saved.title,
        ", ".join(filter(None, (header.model, *elsewhere))),
    )


def _to_json(saved: Saved) -> JsonObject:
    header = saved.header
    forked = header.forked_from
    return {
        "id": saved.id,
        "title": saved.title,
        "turns": saved.turns,
        "created": header.created,
        "used": round(saved.used, 3),
        "server": header.server,
        "profile": header.profile or None,
        "model": header.model,
        "forked_from": {"id": forked.id, "turn": forked.turn} if forked else None,
        "path": str(saved.path),
    }


def _columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _ANY_WIDTH


def _palette() -> Palette:
    return Palette(plain=wants_plain(os.environ, is_terminal=sys.stdout.isatty()))
