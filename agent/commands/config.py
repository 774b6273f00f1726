"""`astravue config`: each setting, its value and where it came from; the forms of files and output."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from agent.commands.columns import write_columns
from agent.commands.common import prepare
from agent.commands.json_lines import write_json
from agent.errors import ExitCode
from agent.jsontypes import JsonObject, JsonValue, is_object
from agent.limits import Limits
from agent.settings.schema import build_schema
from agent.settings.settings import Settings, ToolSettings
from agent.settings.table import SETTINGS, Setting
from agent.system.folders import Folders, find_folders
from agent.wording.addresses import shown_address

EVENTS_SCHEMA = Path(__file__).parents[1] / "data" / "events.schema.json"
_DEFAULT = "default"


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    match arguments.action:
        case "schema":
            write_json(build_schema(), indent=1)
        case "events":
            sys.stdout.write(EVENTS_SCHEMA.read_text(encoding="utf-8"))
        case "path":
            sys.stdout.write(f"{_file(arguments, find_folders(os.environ))}\n")
        case _:
            settings, folders = prepare(arguments)
            _show(settings, _file(arguments, folders), as_json=getattr(arguments, "json", False))
    return ExitCode.DONE


def _file(arguments: argparse.Namespace, folders: Folders) -> str:
    return str(getattr(arguments, "config", None) or folders.settings_file)


def _show(settings: Settings, file: str, *, as_json: bool) -> None:
    if as_json:
        shown: JsonObject = {
            each.name: {"value": _value(each, settings), "origin": _origin(each, settings)}
            for each in SETTINGS
        }
        write_json({"file": file, "settings": shown}, indent=1)
        return
    write_columns(list(_rows(settings)))


def _rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Each setting, and each part of one that is a table with the value that holds."""
    usual = _usual_parts()
    for each in SETTINGS:
        value = _value(each, settings)
        given = value if is_object(value) else {}
        if not each.parts:
            yield each.name, _in_words(value), _origin(each, settings)
        for part in each.parts:
            is_given = part.name in given
            held = given[part.name] if is_given else usual[each.name].get(part.name)
            origin = _origin(each, settings) if is_given else _DEFAULT
            yield f"{each.name}.{part.name}", _in_words(held), origin


def _usual_parts() -> Mapping[str, JsonObject]:
    from agent.tools.catalogue import Selection

    return {
        "limits": dict(asdict(Limits())),
        "tools": {"threshold": Selection().threshold, "core": "the usual ones"},
        "sessions": {"keep_days": 0, "keep": 0},
    }


def _origin(setting: Setting, settings: Settings) -> str:
    return settings.origins.get(setting.name, _DEFAULT)


def _value(setting: Setting, settings: Settings) -> JsonValue:
    value: object = getattr(settings, setting.name)
    if setting.is_secret:
        return "set" if value else None
    if isinstance(value, ToolSettings):
        value = {name: part for name, part in asdict(value).items() if part not in (None, ())}
    if value in ("", (), {}):
        return None
    if isinstance(value, str):
        return shown_address(value)
    # Tuples become lists, and what is no JSON does not come this far.
    copied: JsonValue = json.loads(json.dumps(value))
    return copied


def _in_words(value: JsonValue) -> str:
    match value:
        case None:
            return "-"
        case str():
            return value
        case float():
            return f"{value:g}"
        case dict():
            return ", ".join(f"{name} {_in_words(part)}" for name, part in value.items())
        case list():
            return " ".join(map(_in_words, value))
        case _:
            return json.dumps(value)
