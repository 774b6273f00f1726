"""`astravue model key`: keeps the key of a model endpoint in the vault, or forgets it.

A key is asked for, or read from standard input; never an argument, which other programs can read.
"""

import argparse
import sys
from typing import TextIO

from agent.auth.login import canonical_server
from agent.auth.model_keys import ModelKeys
from agent.commands.common import prepare, warn
from agent.commands.hidden import ask_hidden
from agent.commands.stored_keys import open_vault
from agent.errors import ExitCode, UsageError
from agent.model.selection import OPENAI_BASE_URL

_LONGEST = 10_000


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    if arguments.given:
        raise UsageError(
            "A key is never given as an argument, where other programs can read it; nothing was stored.",
            "Run `astravue model key` and paste it, and have a new one made if this one was real.",
        )
    settings, folders = prepare(arguments)
    address = canonical_server(settings.base_url or OPENAI_BASE_URL)
    vault = open_vault(folders)
    keys = ModelKeys(vault)
    if arguments.delete:
        there_was = keys.forget(address)
        said = f"The key for {address} is forgotten." if there_was else f"No key is kept for {address}."
        sys.stdout.write(f"{said}\n")
        return ExitCode.DONE
    keys.keep(address, _read(address))
    sys.stdout.write(
        f"The key for {address} is kept in {vault.path}; the vault's own key: {vault.key_location}.\n"
    )
    if not vault.is_encrypted:
        warn("the vault is UNENCRYPTED: whoever reads the file can use the key")
    if settings.api_key:
        warn(f"{settings.origins['api_key']} is set and stronger than the stored key")
    return ExitCode.DONE


def _read(address: str) -> str:
    """The key, as typed or piped in.

    Raises:
        UsageError: There is none, or it holds what no key has.
        VaultError: The terminal cannot hide what is typed.
    """
    # A stream that was closed before the program began is none at all.
    stream: TextIO | None = sys.stdin
    if stream is None:
        text = ""
    elif stream.isatty():
        instead = "Pipe the key in: astravue model key < FILE"
        text = ask_hidden(f"The API key for {address}: ", what="key", instead=instead).strip()
    else:
        # Bytes that are no text are no key either, and the decoder's error would show them.
        text = stream.buffer.read(_LONGEST + 1).decode("ascii", errors="replace").strip()
    if not text:
        raise UsageError("No key was given; nothing was stored.", "Pipe it in, or run this on a terminal.")
    if len(text) > _LONGEST or " " in text or not (text.isascii() and text.isprintable()):
        raise UsageError(
            "What was given is no key: it holds a character that no key has, or is too long; "
            "nothing was stored.",
            "Give the key alone, in one line.",
        )
    return text
