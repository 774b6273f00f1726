"""`astravue model list`: the models that one could use, and the one in use."""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass

from agent.commands.common import prepare
from agent.commands.model_places import Found, Place, look_around, open_keys
from agent.errors import ExitCode, ModelError
from agent.folders import Folders
from agent.jsontypes import JsonObject, JsonValue
from agent.model.check_embedded import is_fetched
from agent.model.embedded import is_available
from agent.model.embedded.weights import QWEN_CODER
from agent.model.selection import EMBEDDED, Choice, Kind, choose_model
from agent.repl.sanitize import strip_line
from agent.settings import Settings


@dataclass(frozen=True, slots=True)
class _Models:
    """All that is told.

    Args:
        found: The places and what they have.
        choice: The model in use; none if there is none.
        problem: Why there is none.
        fetched: The embedded model's weights are there.
    """

    found: Found
    choice: Choice | None
    problem: str
    fetched: bool


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    models = asyncio.run(_look(settings, folders))
    if getattr(arguments, "json", False):
        sys.stdout.write(json.dumps(_to_json(models), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(models))
    return ExitCode.DONE


async def _look(settings: Settings, folders: Folders) -> _Models:
    keys = open_keys(folders)

    async def choose() -> Choice | ModelError:
        try:
            return await choose_model(settings, embedded_available=is_available, stored_key=keys)
        except ModelError as error:
            return error

    found, choice = await asyncio.gather(look_around(settings, keys), choose())
    if isinstance(choice, ModelError):
        return _Models(found, None, str(choice), is_fetched(folders))
    return _Models(found, choice, "", is_fetched(folders))


def _lines(models: _Models) -> list[str]:
    choice = models.choice
    lines = list[str]()
    for place in models.found.places:
        problem = "" if place.listing.names else f": {place.listing.problem}"
        lines.append(f"{place.base_url} ({place.title}){problem}")
        lines += [
            f"{_mark(_is_chosen(choice, place, name))} {strip_line(name)}" for name in _names(choice, place)
        ]
        if left_out := len(place.listing.names) - len(place.listing.chatting):
            lines.append(f"  and {left_out} that cannot hold a conversation")
    is_embedded = choice is not None and choice.kind is Kind.EMBEDDED
    lines.append(f"{EMBEDDED} ({_describe_embedded(models)})")
    lines.append(f"{_mark(is_embedded)} {QWEN_CODER.name}")
    if choice:
        where = f" at {choice.base_url}" if choice.base_url else ""
        lines.append(f"In use: {strip_line(choice.name)}{where}, {choice.reason}")
    else:
        lines.append(f"In use: none. {strip_line(models.problem)}")
    if models.found.kept:
        lines.append(f"Keys are kept for: {', '.join(models.found.kept)}")
    return lines


def _mark(is_chosen: bool) -> str:
    return "*" if is_chosen else " "


def _names(choice: Choice | None, place: Place) -> list[str]:
    """The models of a place, with the one in use among them even where it is not listed."""
    names = list(place.listing.chatting)
    if choice and choice.base_url == place.base_url and not any(_is_chosen(choice, place, n) for n in names):
        names.append(choice.name)
    return names


def _is_chosen(choice: Choice | None, place: Place, name: str) -> bool:
    if choice is None or choice.base_url != place.base_url:
        return False
    return name in (choice.name, f"{choice.name}:latest")


def _describe_embedded(models: _Models) -> str:
    installed = "installed" if is_available() else "not installed: pip install 'astravue-agent[local]'"
    size = f"{QWEN_CODER.size / 1e9:.2f} GB"
    fetched = f"{size}, fetched" if models.fetched else f"{size}, not fetched yet: astravue model fetch"
    return f"{installed}; {fetched}"


def _to_json(models: _Models) -> JsonObject:
    choice = models.choice
    places: list[JsonValue] = [
        {
            "base_url": place.base_url,
            "title": place.title,
            "models": list(place.listing.chatting),
            "problem": place.listing.problem or None,
        }
        for place in models.found.places
    ]
    return {
        "in_use": {"name": choice.name, "base_url": choice.base_url or None, "reason": choice.reason}
        if choice
        else None,
        "problem": models.problem or None,
        "endpoints": places,
        "embedded": {
            "name": QWEN_CODER.name,
            "bytes": QWEN_CODER.size,
            "installed": is_available(),
            "fetched": models.fetched,
        },
        "keys": list(models.found.kept),
    }
