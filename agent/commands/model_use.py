"""`astravue model use`: writes the model to use from now on into the settings file."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from agent.available_models.places import find_place, look_around
from agent.commands.common import prepare, warn
from agent.commands.stored_keys import open_keys
from agent.drawing.sanitize import strip_line
from agent.errors import ExitCode, UsageError
from agent.model.addresses import is_openai
from agent.model.embedded import install_command, is_available
from agent.model.selection import EMBEDDED
from agent.settings.file import write_settings
from agent.settings.settings import Settings, load_settings
from agent.system.folders import Folders
from agent.wording.addresses import hide_user, shown_address

_COMMAND_LINE = "command line"


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    name: str = arguments.name.strip()
    if not name or not name.isprintable():
        raise UsageError("That is no model's name.", "See those there are: astravue model list")
    values = {"model": name}
    if settings.origins.get("base_url") == _COMMAND_LINE:
        values["base_url"] = settings.base_url
        _refuse_password(settings.base_url)
    if name == EMBEDDED:
        doubt = "" if is_available() else f"the embedded model is not installed yet: {install_command()}"
    else:
        found = asyncio.run(look_around(settings, open_keys(folders)))
        place, doubt = find_place(name, found, must_be_configured="base_url" in values)
        if place:
            values["base_url"] = place
    if doubt:
        warn(strip_line(doubt))
    file = Path(arguments.config) if getattr(arguments, "config", None) else folders.settings_file
    profile = settings.profile if "profile" in settings.origins else ""
    write_settings(file, values, profile=profile)
    table = f" [profiles.{profile}]" if profile else ""
    where = f" at {shown_address(values['base_url'])}" if "base_url" in values else ""
    sys.stdout.write(f"The model is {strip_line(name)}{where} from now on ({file}{table}).\n")
    _warn_of_stronger(arguments, folders, values)
    return ExitCode.DONE


def _refuse_password(address: str) -> None:
    """Keep a password out of a file that people copy and show."""
    if hide_user(address) != address:
        raise UsageError(
            "The address holds a user's name or a password, which the settings file is no place for; "
            "nothing was written.",
            "Set it as OPENAI_BASE_URL instead, or keep a key in the vault: astravue model key",
        )


def _warn_of_stronger(arguments: argparse.Namespace, folders: Folders, values: dict[str, str]) -> None:
    """Tell when something that is stronger than the settings file names another model or endpoint."""
    config: str | None = getattr(arguments, "config", None)
    settings: Settings = load_settings(
        {"profile": getattr(arguments, "profile", None)},
        os.environ,
        folders,
        working_folder=Path.cwd(),
        settings_file=Path(config) if config else None,
    )
    if "base_url" in values and settings.api_key and not is_openai(settings.base_url):
        address = shown_address(settings.base_url)
        warn(f"{settings.origins['api_key']} is set, and is what {address} will be sent as the key")
    for name, value in values.items():
        used: str = getattr(settings, name)
        if used != value:
            said = strip_line(shown_address(used)) or "nothing"
            warn(f"{settings.origins.get(name)} is stronger and says {said}")
