"""Where the vault's key is found, and where a new one is put.

An explicit choice comes first: `ASTRAVUE_VAULT_KEY`, then `ASTRAVUE_VAULT_KEY_FILE`. Else the
operating system's keychain; on a machine without one (a fresh container), a key file of our own
in the configuration folder, mode 0600. A vault that exists says in its header which of these
holds its key, and only that one is asked. One that its owner sealed with a passphrase, or left
unencrypted, stays so whatever the environment names.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from agent.auth.keychain import KeychainUnusableError, SecretStore
from agent.auth.sealed import KEY_BYTES, PLAINTEXT, Key, KeyPlace
from agent.errors import VaultError
from agent.system.folders import Folders
from agent.system.private_files import replace_file

KEY_VARIABLE = "ASTRAVUE_VAULT_KEY"
KEY_FILE_VARIABLE = "ASTRAVUE_VAULT_KEY_FILE"
_HEX_KEY = re.compile(rf"[0-9a-fA-F]{{{KEY_BYTES * 2}}}")


class KeyFinder:
    """Finds the key of one vault.

    Args:
        folders: Of this installation; the key file lies in its configuration folder.
        environ: The process environment.
        keychain: The operating system's keychain.
    """

    def __init__(self, folders: Folders, environ: Mapping[str, str], keychain: SecretStore) -> None:
        self._environ = environ
        self._keychain = keychain
        self._key_file = folders.config / "vault.key"
        # Each home has a key of its own, so that one never opens or replaces another's.
        self._keychain_entry = (
            "vault " + hashlib.sha256(str(folders.vault_file.resolve()).encode()).hexdigest()[:16]
        )

    def existing(self, place: KeyPlace) -> Key:
        """Find the key of a vault that exists.

        Args:
            place: Where the vault's header says that its key lives.

        Raises:
            VaultError: The key is not there, or its place cannot be reached.
        """
        if place == "plaintext":
            return PLAINTEXT
        if place == "passphrase":
            raise VaultError(
                "The vault takes a passphrase, which nobody could be asked for or which was changed "
                "meanwhile; the vault was kept.",
                f"Start again on a terminal; for scripts, set {KEY_VARIABLE} and run "
                "`astravue login --keychain` once.",
            )
        explicit = self._explicit()
        if explicit is not None:
            return explicit
        match place:
            case "environment":
                raise VaultError(
                    f"The vault's key was given by {KEY_VARIABLE}, which is not set now; the vault was kept.",
                    f"Set {KEY_VARIABLE} again.",
                )
            case "named file":
                raise VaultError(
                    f"The vault's key is in a file that {KEY_FILE_VARIABLE} named, which is not set now; "
                    "the vault was kept.",
                    f"Set {KEY_FILE_VARIABLE} again.",
                )
            case "keychain":
                return self._from_keychain()
            case "own file":
                return self._from_own_file()

    def new(self) -> Key:
        """Find or make the key for a vault that does not exist yet.

        Raises:
            VaultError: An explicit choice is not usable, or no place could keep a new key.
        """
        explicit = self._explicit()
        if explicit is not None:
            return explicit
        try:
            known = self._keychain.get(self._keychain_entry)
            if known is None or not _HEX_KEY.fullmatch(known):
                known = secrets.token_hex(KEY_BYTES)
                self._keychain.set(self._keychain_entry, known)
            return Key(bytes.fromhex(known), "keychain", self._keychain.name)
        except KeychainUnusableError:
            if not self._key_file.exists():
                self._make_own_file()
            return self._from_own_file()

    def _explicit(self) -> Key | None:
        if value := self._environ.get(KEY_VARIABLE):
            return Key(_parse(value, KEY_VARIABLE), "environment", KEY_VARIABLE)
        if name := self._environ.get(KEY_FILE_VARIABLE):
            path = Path(name).expanduser()
            return Key(_read(path), "named file", f"the key file {path}")
        return None

    def _from_keychain(self) -> Key:
        try:
            known = self._keychain.get(self._keychain_entry)
        except KeychainUnusableError as error:
            raise VaultError(
                f"The vault's key is in the OS keychain, which cannot be used now: {error}; "
                "the vault was kept.",
                "Unlock the keychain and try again.",
            ) from None
        if known is None:
            raise VaultError(
                "The vault's key is no longer in the OS keychain; the vault was kept.",
                "Restore the keychain, or move the vault aside and run `astravue login`.",
            )
        return Key(_parse(known, "the OS keychain"), "keychain", self._keychain.name)

    def _from_own_file(self) -> Key:
        return Key(
            _read(self._key_file),
            "own file",
            f"the key file {self._key_file} beside it: no keychain was usable here",
        )

    def _make_own_file(self) -> None:
        try:
            replace_file(self._key_file, f"{secrets.token_hex(KEY_BYTES)}\n".encode())
        except OSError as error:
            raise VaultError(
                f"The vault's key could not be kept in {self._key_file} ({error.strerror}); "
                "nothing was stored.",
                f"Free the disk, or set {KEY_VARIABLE}.",
            ) from None


def _read(path: Path) -> bytes:
    try:
        return _parse(path.read_text(encoding="ascii"), f"The key file {path}")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise VaultError(
            f"The vault's key file {path} cannot be read ({reason}); the vault was kept.",
            "Restore the file, or move the vault aside and run `astravue login`.",
        ) from None


def _parse(text: str, source: str) -> bytes:
    if not _HEX_KEY.fullmatch(text.strip()):
        raise VaultError(
            f"{source} does not hold a vault key: {KEY_BYTES * 2} hexadecimal digits are needed.",
            "Make one with `openssl rand -hex 32`.",
        )
    return bytes.fromhex(text.strip())
