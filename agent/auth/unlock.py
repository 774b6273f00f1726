"""Opening a vault whose key is a passphrase, before anything else uses it.

Only its first line is read, so that asking whether a passphrase is needed costs a program next to
nothing.
"""

from collections.abc import Callable
from pathlib import Path

from agent.auth.passphrase import Derivation
from agent.auth.sealed import (
    LONGEST_HEADER,
    DamagedError,
    Header,
    Key,
    NewerFormatError,
    passphrase_key,
    read_header,
)
from agent.errors import VaultError

_ATTEMPTS = 3


def unlock(vault_file: Path, ask: Callable[[], str], say: Callable[[str], None]) -> Key | None:
    """Ask for the passphrase of a vault that takes one.

    Args:
        vault_file: The vault.
        ask: Asks a person for the passphrase.
        say: Tells that the answer was wrong, before it is asked for again.

    Returns:
        The key; None for a vault that takes no passphrase, or cannot be read: whoever opens it says why.

    Raises:
        VaultError: None of three answers was the passphrase; the vault was kept.
    """
    header = _peek(vault_file)
    if header is None or header.derivation is None:
        return None
    for attempt in range(_ATTEMPTS):
        if attempt:
            say("That is not the vault's passphrase.")
        key = passphrase_key(ask(), header.derivation)
        if key.key_id == header.key_id:
            return key
    raise VaultError(
        "That is not the vault's passphrase either; the vault was kept.",
        f"Try again, or move {vault_file} aside and run `astravue login`.",
    )


def choose_key(passphrase: str) -> Key:
    """Make a key from a new passphrase."""
    return passphrase_key(passphrase, Derivation.fresh())


def _peek(vault_file: Path) -> Header | None:
    try:
        with vault_file.open("rb") as file:
            return read_header(file.read(LONGEST_HEADER))
    except (OSError, DamagedError, NewerFormatError):
        return None
