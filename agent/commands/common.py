"""What most subcommands begin with: folders, settings, the log file, saved conversations."""

import argparse
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TextIO

from agent.commands.progress import STANDARD_ERROR
from agent.errors import UsageError
from agent.settings.settings import COMMAND_LINE, DEFAULT_PROFILE, TRY_PROFILE, Settings, load_settings
from agent.system.folders import Folders, find_folders
from agent.tools.policy import Policy
from agent.transcripts.finding import find_transcript as find_saved
from agent.transcripts.transcript import Transcript
from agent.wording.addresses import has_hidden_user, is_same_place, shown_address


def prepare(arguments: argparse.Namespace) -> tuple[Settings, Folders]:
    """Find the folders, load the settings, and send log lines to the log file.

    Raises:
        SettingsError: The settings cannot be used.
    """
    folders = find_folders(os.environ)
    settings = _load(arguments, folders)
    start_logging(arguments, folders)
    return settings, folders


def _load(arguments: argparse.Namespace, folders: Folders, **instead: str) -> Settings:
    config: str | None = getattr(arguments, "config", None)
    flags = {name: getattr(arguments, name, None) for name in ("server", "profile", "model", "base_url")}
    return load_settings(
        flags | instead,
        os.environ,
        folders,
        working_folder=Path.cwd(),
        settings_file=Path(config) if config else None,
    )


def start_logging(arguments: argparse.Namespace, folders: Folders) -> None:
    """Send log lines to the log file, and more of them with `--verbose`."""
    from agent.system.logs import configure_logging

    configure_logging(folders.log_file, verbose=bool(getattr(arguments, "verbose", False)))


def make_policy(arguments: argparse.Namespace, settings: Settings) -> Policy:
    """The standing decisions about writes that the command line and the settings give."""
    allowed: list[str] = getattr(arguments, "allow", [])
    return Policy(
        allow_all=bool(getattr(arguments, "yes", False)),
        allow_now=tuple(allowed),
        allow=settings.allow,
        ask=settings.ask,
        deny=settings.deny,
        read_only=bool(getattr(arguments, "read_only", False)),
        keep=partial(_allow_for_good, settings, _user_file(arguments, find_folders(os.environ))),
    )


def _allow_for_good(settings: Settings, file: Path, tool: str) -> None:
    """Write down that a tool's calls are not asked about any more.

    Raises:
        SettingsError: The settings file cannot be written; it was left as it is.
    """
    from agent.settings.file import add_to_list

    # A profile's own list takes the place of the one at the top.
    profile = "" if settings.profile == DEFAULT_PROFILE else settings.profile
    add_to_list(file, "allow", tool, profile=profile, otherwise=settings.allow if profile else ())


def _user_file(arguments: argparse.Namespace, folders: Folders) -> Path:
    config: str | None = getattr(arguments, "config", None)
    return Path(config) if config else folders.settings_file


def keep_theme(arguments: argparse.Namespace, settings: Settings, name: str) -> str:
    """Write a theme into the settings file, and say where.

    Raises:
        SettingsError: The settings file cannot be written; it was left as it is.
    """
    from agent.settings.file import write_settings

    file = _user_file(arguments, find_folders(os.environ))
    # A profile's own theme is stronger than the one at the top.
    of_profile = settings.origins.get("theme", "").endswith(f"[profiles.{settings.profile}]")
    write_settings(file, {"theme": name}, profile=settings.profile if of_profile else "")
    return str(file)


def find_transcript(folders: Folders, wanted: str | None) -> Transcript | None:
    """Find a saved conversation by its id, a beginning of it, or “last”; none if none is wanted.

    Raises:
        AgentError: There is no such conversation, or more than one.
    """
    return None if wanted is None else find_saved(folders.sessions, wanted)


def _answers(server: str) -> bool:
    """Whether anything listens at an address of this machine."""
    import socket
    from urllib.parse import urlsplit

    address = urlsplit(server)
    try:
        socket.create_connection((address.hostname, address.port), timeout=1).close()
    except OSError:
        return False
    return True


def settings_for(arguments: argparse.Namespace, settings: Settings, resumed: Transcript | None) -> Settings:
    """The settings to go on with a conversation: its own server and profile, unless an option names others.

    Raises:
        SettingsError: The profile's settings cannot be used.
        UsageError: It is with a demo company that has ended, or at an address whose user was not saved.
    """
    if resumed is None or settings.origins.get("server") == COMMAND_LINE:
        return settings
    server, profile = resumed.header.server, resumed.header.profile
    if resumed.header.workspace:
        if not _answers(server):
            from agent.session.saved_conversations import company_ended

            raise company_ended(resumed.header)
        return replace(settings, server=server, profile=TRY_PROFILE, trust=True)
    if profile and settings.origins.get("profile") != COMMAND_LINE:
        settings = _load(arguments, find_folders(os.environ), profile=profile)
    if is_same_place(server, settings.server):
        return settings
    if has_hidden_user(server):
        raise UsageError(
            f"That conversation is with {shown_address(server)}, and the name and the password in front of "
            "the host were not saved.",
            "Give the whole address: --server URL, or ASTRAVUE_SERVER.",
        )
    return replace(settings, server=server, trust=False)


def warn(text: str) -> None:
    """Show one line on standard error."""
    STANDARD_ERROR.write_line(f"astravue: {text}")


def has_terminal() -> bool:
    """Whether a person can be asked: both standard input and standard error are a terminal."""
    # A stream that was closed before the program began is none at all.
    streams: tuple[TextIO | None, ...] = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)
