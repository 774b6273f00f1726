"""`astravue model list`: the models that one could use, and the one in use."""

import argparse
import asyncio
import sys

from agent.available_models.listing import list_models, look, write_models
from agent.available_models.records import ListedModels
from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.commands.stored_keys import open_keys
from agent.drawing.sanitize import strip_line
from agent.errors import ExitCode


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    models = asyncio.run(look(settings, folders, open_keys(folders)))
    if getattr(arguments, "json", False):
        write_json(write_models(models), indent=1)
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(list_models(models)))
    return ExitCode.DONE


def _lines(models: ListedModels) -> list[str]:
    lines = list[str]()
    for place in models.places:
        lines.append(strip_line(place.title))
        lines += [f"{'*' if name == place.in_use else ' '} {strip_line(name)}" for name in place.names]
        if place.left_out:
            lines.append(f"  and {place.left_out} that cannot hold a conversation")
    lines.append(strip_line(models.in_use))
    if models.kept:
        lines.append(f"Keys are kept for: {', '.join(models.kept)}")
    return lines
