"""`astravue sessions export`: a conversation as Markdown or HTML."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from agent.auth.vault import Vault
from agent.commands.common import prepare
from agent.errors import ExitCode, VaultError
from agent.export.redaction import make_cleaner
from agent.export.writing import Form, export, write_export
from agent.known_secrets import KnownSecrets
from agent.settings.settings import Settings
from agent.system.folders import Folders
from agent.transcripts.finding import find_transcript

STANDARD_OUTPUT = "-"


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    settings, folders = prepare(arguments)
    transcript = find_transcript(folders.sessions, arguments.id)
    secrets = tuple(own_secrets(settings, folders))
    text = export(transcript, Form(arguments.format), make_cleaner(KnownSecrets(lambda: secrets)))
    if arguments.output == STANDARD_OUTPUT:
        sys.stdout.write(text)
    else:
        write_export(Path(arguments.output), text, overwrite=arguments.force)
        sys.stderr.write(f"Wrote {arguments.output}.\n")
    return ExitCode.DONE


def own_secrets(settings: Settings, folders: Folders) -> Iterator[str | None]:
    """The keys and tokens of this program that can be had without asking anybody.

    Args:
        settings: May hold some.
        folders: Where the vault is.
    """
    yield from (settings.api_key, settings.client_secret, os.environ.get("ASTRAVUE_VAULT_KEY"))
    with suppress(VaultError):
        vault = Vault(folders, os.environ)
        for login in vault.logins():
            yield from (login.access_token, login.refresh_token)
        for name in vault.secret_names():
            yield vault.secret(name)
