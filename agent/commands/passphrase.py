"""Asking for the vault's passphrase on the terminal, without showing it.

This happens before a command's work begins: nothing is drawn yet, and Ctrl-C ends the program.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from agent.commands.common import has_terminal, warn
from agent.commands.hidden import ask_hidden
from agent.errors import UsageError
from agent.system.folders import Folders

if TYPE_CHECKING:
    from agent.auth.sealed import Key

_ATTEMPTS = 3


def unlock(folders: Folders) -> "Key | None":
    """Ask for the passphrase if the vault takes one and a person is there; else None.

    Raises:
        VaultError: No answer was the passphrase; the vault was kept.
    """
    if not (has_terminal() and folders.vault_file.exists()):
        return None
    from agent.auth import unlock

    return unlock.unlock(folders.vault_file, lambda: _ask("The vault's passphrase: "), warn)


def choose_key(folders: Folders) -> "Key":
    """Ask for a new passphrase twice and make a key from it.

    Raises:
        UsageError: Nobody is there to be asked, or the answers were never the same.
    """
    if not has_terminal():
        raise UsageError(
            "A passphrase can only be typed on a terminal; the vault was left as it is.",
            "Set ASTRAVUE_VAULT_KEY instead.",
        )
    from agent.auth import unlock

    _tell_place(folders.vault_file)
    for _ in range(_ATTEMPTS):
        chosen = _ask("New passphrase: ")
        if not chosen:
            warn("The passphrase is empty.")
        elif _ask("The same again: ") == chosen:
            return unlock.choose_key(chosen)
        else:
            warn("The two are not the same.")
    raise UsageError("No passphrase was chosen; the vault was left as it is.", "Run the command again.")


def _tell_place(vault_file: Path) -> None:
    warn(f"the passphrase will seal {vault_file}; whoever forgets it signs in again")


def _ask(prompt: str) -> str:
    return ask_hidden(prompt, what="passphrase", instead="Set ASTRAVUE_VAULT_KEY instead.")
