"""What a shell completes after `astravue`: the parser's own words, and names that this machine knows.

The shell runs the program for each press of Tab, so nothing here is slow and nothing asks the network:
names of tools, prompts and resources are those that the server listed last.
"""

import argparse
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NoReturn, TypeAlias

import argcomplete
from argcomplete.completers import BaseCompleter, DirectoriesCompleter, FilesCompleter
from argcomplete.shell_integration import shellcode

from agent.drawing.sanitize import strip_line
from agent.errors import AgentError
from agent.jsontypes import JsonObject, is_object
from agent.mentions.seen_names import Offered, SeenNames
from agent.settings.settings import DEFAULT_PROFILE, TRY_PROFILE, Settings, load_settings
from agent.settings.table import SETTINGS
from agent.system.folders import Folders, find_folders
from agent.transcripts.saved import Saved, look_at, transcript_paths

SHELLS = ("bash", "zsh", "fish")
_MOST_CONVERSATIONS = 30
_EMBEDDED = "embedded"


def shell_script(shell: str) -> str:
    """What a shell reads once to complete this program's words.

    Args:
        shell: One of `SHELLS`.
    """
    return shellcode(["astravue"], shell=shell)


def complete(parser: argparse.ArgumentParser) -> NoReturn:
    """Answer the shell that asks through the environment, and leave."""
    argcomplete.autocomplete(parser, always_complete_options=False, default_completer=_Names())
    raise SystemExit


class _Names(BaseCompleter):
    """Completes what the parser has no list of."""

    def __call__(
        self,
        *,
        prefix: str,
        action: argparse.Action,
        parser: argparse.ArgumentParser,
        parsed_args: argparse.Namespace,
    ) -> list[str] | Mapping[str, str]:
        """The names that may stand there, with a description where there is one."""
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        if metavar in ("FILE", "PATH"):
            return FilesCompleter()(prefix)
        if metavar == "DIR":
            return list(DirectoriesCompleter()(prefix))
        find = _finder(parser.prog.partition(" ")[2], metavar, [*action.option_strings])
        try:
            return find(_Place(parsed_args)) if find else []
        except AgentError:
            # Whoever is typing is not to be told; the command itself will say it.
            return []


class _Place:
    """Where the command line that is being typed would run."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self.folders: Folders = find_folders(os.environ)

    @property
    def file(self) -> Path:
        """The settings file."""
        config: str | None = getattr(self._arguments, "config", None)
        return Path(config).expanduser() if config else self.folders.settings_file

    def settings(self) -> Settings:
        """The settings, as far as they have been typed."""
        flags = {each.name: getattr(self._arguments, each.name, None) for each in SETTINGS if each.variable}
        return load_settings(
            flags,
            os.environ,
            self.folders,
            working_folder=Path.cwd(),
            settings_file=self.file if self.file.is_file() else None,
        )


_Found: TypeAlias = list[str] | Mapping[str, str]
_Finder: TypeAlias = Callable[[_Place], _Found]


def _finder(command: str, metavar: str, options: list[str]) -> _Finder | None:
    """Who knows the names that may stand somewhere.

    Args:
        command: The subcommand, as “model use”.
        metavar: What the help calls the value.
        options: The option that it belongs to; empty if to none.
    """
    match command, metavar, options:
        case ("call", "TOOL", _) | ("tools", "NAME", []) | (_, "GLOB", _):
            return lambda place: _offered(place, "tools")
        case "prompts", "NAME", []:
            return lambda place: _offered(place, "prompts")
        case "resources", "URI", _:
            return lambda place: _offered(place, "resources")
        case _, "ID", _:
            return _conversations
        case ("model use", "NAME", []) | (_, _, ["--model"]):
            return _models
        case _, _, ["--profile"]:
            return _profiles
        case _:
            return None


def _offered(place: _Place, kind: Offered) -> _Found:
    return list(SeenNames(place.folders.names_file).of(place.settings().server, kind))


def _conversations(place: _Place) -> _Found:
    found = {"last": "the newest"}
    return found | {saved.id: strip_line(saved.title) for saved in _saved(place)}


def _models(place: _Place) -> _Found:
    used = (saved.header.model for saved in _saved(place))
    return list(dict.fromkeys(filter(None, (_EMBEDDED, place.settings().model, *used))))


def _saved(place: _Place) -> Iterator[Saved]:
    for path, used in islice(transcript_paths(place.folders.sessions).items(), _MOST_CONVERSATIONS):
        with suppress(AgentError):
            yield look_at(path, used)


def _profiles(place: _Place) -> _Found:
    document: JsonObject = {}
    with suppress(OSError, ValueError):
        document = tomllib.loads(place.file.read_text(encoding="utf-8"))
    tables = document.get("profiles")
    named = tables if is_object(tables) else {}
    return list(dict.fromkeys((DEFAULT_PROFILE, TRY_PROFILE, *named)))
